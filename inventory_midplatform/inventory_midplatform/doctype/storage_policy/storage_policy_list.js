const strategy = (value) => frappe.utils.escape_html(__(value || "", null, "Storage Policy"));

frappe.listview_settings["Storage Policy"] = {
	hide_name_column: true,

	formatters: {
		put_away_strategy: strategy,
		removal_strategy: strategy,
	},
};
