frappe.query_reports["Stock in Staging"] = {
	filters: [
		inventory_midplatform.one_warehouse_filter(),
		inventory_midplatform.item_filter(),
		{
			fieldname: "min_hours",
			label: __("For at Least Hours"),
			fieldtype: "Int",
			default: 0,
		},
	],
	nothing: __("Nothing is in staging."),

	formatter(value, row, column, data, default_formatter) {
		if (column.fieldname === "state" && value) return inventory_midplatform.escape(__(value, null, "Outbound Order"));
		return inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
	},
};
