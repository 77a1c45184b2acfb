frappe.listview_settings["Warehouse Zone"] = {
	hide_name_column: true,

	formatters: {
		zone_type: (value) => __(value, null, "Warehouse Zone"),
	},
};
