frappe.listview_settings["Warehouse Bin"] = {
	hide_name_column: true,

	// Room for the quantities on a small screen, unless somebody chose otherwise.
	onload(list) {
		if (list.list_view_settings.total_fields) return;
		list.list_view_settings.total_fields = 6;
		list.setup_columns();
		list.render_header(true);
	},
};
