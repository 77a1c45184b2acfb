frappe.listview_settings["Receipt Layer"] = {
	hide_name_column: true,

	// Room for the quantity, unless somebody chose otherwise.
	onload(list) {
		if (list.list_view_settings.total_fields) return;
		list.list_view_settings.total_fields = 6;
		list.setup_columns();
		list.render_header(true);
	},
};
