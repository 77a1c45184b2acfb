frappe.query_reports["Supplier Performance"] = {
	filters: [
		...inventory_midplatform.period_filters(),
		{ fieldname: "supplier", label: __("Supplier"), fieldtype: "Link", options: "Supplier" },
		inventory_midplatform.one_warehouse_filter(),
	],
	nothing: __("No supplier delivered in this period."),

	formatter(value, row, column, data, default_formatter) {
		return inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
	},
};
