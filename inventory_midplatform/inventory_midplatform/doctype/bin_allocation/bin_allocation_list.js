frappe.listview_settings["Bin Allocation"] = {
	hide_name_column: true,
};
