frappe.ui.form.on("Inventory Alert", {
	setup(frm) {
		frm.get_docfield("message").formatter = (value) => inventory_midplatform.escape(__(value));
		frm.get_docfield("status").formatter = (value) => __(value, null, "Inventory Alert");
	},

	refresh(frm) {
		if (!frm.doc.item_code || !frm.doc.warehouse) return;
		if (!inventory_midplatform.is_allowed("stock.explain")) return;
		frm.add_custom_button(__("Why This Much"), () =>
			inventory_midplatform.explain_stock(frm.doc.item_code, frm.doc.warehouse)
		);
	},
});
