frappe.query_reports["Movement Journal"] = {
	filters: [
		...inventory_midplatform
			.stock_filters()
			.filter((field) => field.fieldname !== "item_group"),
		...inventory_midplatform.period_filters(),
		{
			fieldname: "kind",
			label: __("Kind"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("All Kinds") },
				...[
					"Opening Stock",
					"Incoming",
					"Outgoing",
					"Reconciliation",
					"Cancellation",
					"Adjustment",
					"Bin Move",
					"Status Change",
				].map((value) => ({ value, label: __(value, null, "Stock Movement") })),
			],
			default: "",
		},
		{ fieldname: "inside", label: __("Moves inside Too"), fieldtype: "Check", default: 0 },
		{ fieldname: "page", label: __("Page"), fieldtype: "Int", default: 1 },
	],
	nothing: __("Name an item to see its movements."),

	onload(report) {
		inventory_midplatform.on_chart_click(report, (warehouse) => report.set_filter_value({ warehouse }));
	},

	formatter(value, row, column, data, default_formatter) {
		const text = inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
		if (!data) return text;
		if (["incoming", "outgoing", "balance"].includes(column.fieldname)) {
			if (value == null || (!value && column.fieldname !== "balance")) return "";
			const colour =
				column.fieldname === "balance" && value < 0 ? "color: var(--red-600);" : "";
			const weight = data.bold || column.fieldname === "balance" ? "font-weight: 600;" : "";
			const shown = inventory_midplatform.format_quantity(value);
			return `<div style="text-align: right; ${colour}${weight}">${shown}</div>`;
		}
		if (column.fieldname === "what" && data.bold) return `<b>${text}</b>`;
		if (column.fieldname === "voucher_type") return inventory_midplatform.escape(__(value || ""));
		return text;
	},
};
