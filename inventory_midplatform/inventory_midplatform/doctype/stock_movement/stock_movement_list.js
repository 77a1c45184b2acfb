frappe.listview_settings["Stock Movement"] = {
	hide_name_column: true,

	formatters: {
		kind: (value) => __(value, null, "Stock Movement"),
		stock_status: (value) => __(value, null, "Bin Stock"),
	},

	// Room for the quantities on a small screen, unless somebody chose otherwise.
	onload(list) {
		if (list.list_view_settings.total_fields) return;
		list.list_view_settings.total_fields = 6;
		list.setup_columns();
		list.render_header(true);
	},
};
