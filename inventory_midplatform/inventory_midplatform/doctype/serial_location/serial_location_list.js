frappe.listview_settings["Serial Location"] = {
	hide_name_column: true,
};
