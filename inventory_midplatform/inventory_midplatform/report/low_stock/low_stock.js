frappe.query_reports["Low Stock"] = {
	filters: inventory_midplatform.stock_filters().filter((filter) => filter.fieldname !== "item_group"),
	nothing: __("Nothing is below its threshold."),

	formatter(value, row, column, data, default_formatter) {
		const shown = inventory_midplatform.format_quantity(value);
		if (data && column.fieldname === "available" && value <= 0) {
			return `<div style="text-align: right; color: var(--red-600)">${shown}</div>`;
		}
		if (data && column.fieldname === "suggested_qty") return `<div style="text-align: right"><b>${shown}</b></div>`;
		return inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
	},
};
