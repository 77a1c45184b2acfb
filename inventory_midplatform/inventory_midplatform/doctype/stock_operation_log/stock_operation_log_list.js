frappe.listview_settings["Stock Operation Log"] = {
	formatters: {
		operation: (value) => __(value, null, "Stock Operation Log"),
	},
};
