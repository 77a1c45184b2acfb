frappe.ui.form.on("Inbound Order", {
	setup(frm) {
		for (const fieldname of ["source_type", "receipt_doctype"]) {
			frm.get_docfield(fieldname).formatter = (value) => inventory_midplatform.escape(__(value || ""));
		}
		frm.get_docfield("state").formatter = (value) => inventory_midplatform.escape(__(value || "", null, frm.doctype));
	},

	refresh(frm) {
		if (!frm.is_new()) inventory_midplatform.show_inbound_order(frm);
	},
});
