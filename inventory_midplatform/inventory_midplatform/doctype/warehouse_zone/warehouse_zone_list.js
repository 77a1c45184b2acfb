frappe.listview_settings["Warehouse Zone"] = {
	formatters: {
		zone_type: (value) => __(value, null, "Warehouse Zone"),
	},
};
