frappe.listview_settings["Stock Operation Log"] = {
	hide_name_column: true,

	formatters: {
		operation: (value) => __(value, null, "Stock Operation Log"),
	},

	// Room for the quantities on a small screen, unless somebody chose otherwise.
	onload(list) {
		if (list.list_view_settings.total_fields) return;
		list.list_view_settings.total_fields = 6;
		list.setup_columns();
		list.render_header(true);
	},
};
