frappe.ui.form.on("Warehouse Zone", {
	setup(frm) {
		frm.get_docfield("zone_type").formatter = (value) => __(value, null, "Warehouse Zone");
		frm.set_query("warehouse", () => ({ filters: { is_group: 0, disabled: 0 } }));
	},

	refresh(frm) {
		if (frm.is_new() || !frappe.model.can_create("Warehouse Bin")) return;
		frm.add_custom_button(__("New Bin"), () =>
			frappe.new_doc("Warehouse Bin", { warehouse: frm.doc.warehouse, zone: frm.doc.name })
		);
	},
});
