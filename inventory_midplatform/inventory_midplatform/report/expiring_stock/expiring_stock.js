frappe.query_reports["Expiring Stock"] = {
	filters: [
		...inventory_midplatform.stock_filters(),
		{ fieldname: "within_days", label: __("Expires within Days"), fieldtype: "Int", default: 90 },
	],
	nothing: __("Nothing expires in these days."),

	onload(report) {
		inventory_midplatform.on_row_click(report, "data-bins", (row) =>
			frappe.set_route("List", "Bin Stock", {
				item_code: row.item_code,
				batch_no: row.batch_no,
				warehouse: row.warehouse,
			})
		);
	},

	formatter(value, row, column, data, default_formatter) {
		const text = inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
		if (!data || !row) return text;
		if (column.fieldname === "state") {
			const colour = ["red", "orange", "yellow", "blue", "gray"][data.band];
			return `<span class="indicator-pill no-indicator-dot ${colour}">${text}</span>`;
		}
		if (column.fieldname === "days_left" && value < 0) return `<span class="text-danger">${text}</span>`;
		if (column.fieldname === "qty") {
			const shown = inventory_midplatform.format_quantity(value);
			return inventory_midplatform.row_link("data-bins", row, shown, __("Show its bins"));
		}
		if (["at_risk", "risk_value"].includes(column.fieldname) && value) {
			return `<span class="text-danger">${text}</span>`;
		}
		return text;
	},
};
