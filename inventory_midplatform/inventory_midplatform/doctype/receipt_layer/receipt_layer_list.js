frappe.listview_settings["Receipt Layer"] = {
	hide_name_column: true,
};
