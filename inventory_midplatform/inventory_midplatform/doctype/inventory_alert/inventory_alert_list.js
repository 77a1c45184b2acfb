frappe.listview_settings["Inventory Alert"] = {
	add_fields: ["status"],
	hide_name_column: true,

	get_indicator(doc) {
		const colour = doc.status === "Open" ? "red" : "gray";
		return [__(doc.status, null, "Inventory Alert"), colour, `status,=,${doc.status}`];
	},

	// Room for the quantities on a small screen, unless somebody chose otherwise.
	onload(list) {
		if (list.list_view_settings.total_fields) return;
		list.list_view_settings.total_fields = 6;
		list.setup_columns();
		list.render_header(true);
	},
};
