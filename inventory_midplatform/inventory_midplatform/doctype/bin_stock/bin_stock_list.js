frappe.listview_settings["Bin Stock"] = {
	hide_name_column: true,

	formatters: {
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
