const strategy = (value) => frappe.utils.escape_html(__(value || "", null, "Storage Policy"));

frappe.listview_settings["Storage Policy"] = {
	formatters: {
		put_away_strategy: strategy,
		removal_strategy: strategy,
	},
};
