frappe.query_reports["Realtime Stock"] = {
	filters: [
		...inventory_midplatform.stock_filters(),
		{
			fieldname: "only",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("All Stock") },
				{ value: "available", label: __("Available Only") },
				{ value: "reserved", label: __("Reserved Only") },
				{ value: "short", label: __("Short Only") },
			],
			default: "",
		},
	],

	onload(report) {
		inventory_midplatform.on_chart_click(report, (item_code) => report.set_filter_value({ item_code }));
		inventory_midplatform.on_row_click(report, "data-stock-why", (row) =>
			inventory_midplatform.explain_stock(row.item_code, row.warehouse)
		);
		inventory_midplatform.on_row_click(report, "data-stock-movements", (row) =>
			frappe.set_route("List", "Stock Movement", {
				item_code: row.item_code,
				warehouse: row.warehouse,
			})
		);
	},

	formatter(value, row, column, data, default_formatter) {
		const text = inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
		// a print has rows without a place in the table
		if (!data || !row?.meta) return text;
		const index = row.meta.rowIndex;
		if (column.fieldname === "item_code") {
			const hint = __("Show its movements");
			const code = inventory_midplatform.escape(value);
			const link = `<a href="#" data-stock-movements data-row="${index}" title="${hint}">${code}</a>`;
			return link + inventory_midplatform.name_below(data);
		}
		if (column.fieldname === "available") {
			const colour = value < 0 ? "var(--red-600)" : value > 0 ? "var(--green-700)" : "inherit";
			const hint = __("Why this much is available");
			return `<div style="text-align: right"><a href="#" data-stock-why data-row="${index}" title="${hint}"
				style="color: ${colour}; font-weight: 600; text-decoration: underline dotted"
				>${inventory_midplatform.format_quantity(value)}</a></div>`;
		}
		if (column.fieldname === "waiting" && value) return `<span class="text-danger">${text}</span>`;
		return text;
	},
};
