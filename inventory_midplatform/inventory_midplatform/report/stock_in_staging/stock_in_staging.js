frappe.query_reports["Stock in Staging"] = {
	filters: [
		{
			fieldname: "warehouse",
			label: __("Warehouse"),
			fieldtype: "Link",
			options: "Warehouse",
			get_query: () => ({ filters: { is_group: 0 } }),
		},
		{
			fieldname: "item_code",
			label: __("Item"),
			fieldtype: "Link",
			options: "Item",
			get_query: () => ({ filters: { is_stock_item: 1 } }),
		},
		{
			fieldname: "min_hours",
			label: __("For at Least Hours"),
			fieldtype: "Int",
			default: 0,
		},
	],
};
