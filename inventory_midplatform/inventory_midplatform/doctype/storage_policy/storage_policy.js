frappe.ui.form.on("Storage Policy", {
	setup(frm) {
		frm.set_query("warehouse", () => ({ filters: { is_group: 0, disabled: 0 } }));
		frm.set_query("zone", () => ({ filters: { warehouse: frm.doc.warehouse, disabled: 0 } }));
		frm.set_query("fixed_bin", () => ({
			filters: { warehouse: frm.doc.warehouse, disabled: 0, is_unplaced: 0 },
		}));
	},

	// Other apps may offer more strategies than the field's own options.
	async onload(frm) {
		if (!inventory_midplatform.is_allowed("stock.list_strategies")) return;
		const names = await frappe.xcall("inventory_midplatform.api.v1.stock.list_strategies");
		for (const [field, known] of [
			["put_away_strategy", names.put_away],
			["removal_strategy", names.removal],
		]) {
			const options = known.map((value) => ({ value, label: __(value, null, "Storage Policy") }));
			frm.set_df_property(field, "options", options);
			frm.fields_dict[field].set_data(options);
			// What nobody offers is refused when the policy is saved; Frappe would empty the field without a word.
			frm.set_df_property(field, "ignore_validation", 1);
			frm.refresh_field(field);
		}
	},

	warehouse(frm) {
		frm.set_value("zone", "");
		frm.set_value("fixed_bin", "");
	},
});
