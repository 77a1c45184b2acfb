frappe.query_reports["Pick Faces to Refill"] = {
	filters: [
		inventory_midplatform.one_warehouse_filter(),
	],
	nothing: __("No pick face needs a refill."),

	formatter(value, row, column, data, default_formatter) {
		return inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
	},
};
