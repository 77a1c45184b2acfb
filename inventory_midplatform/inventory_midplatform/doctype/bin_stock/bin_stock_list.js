frappe.listview_settings["Bin Stock"] = {
	formatters: {
		stock_status: (value) => __(value, null, "Bin Stock"),
	},
};
