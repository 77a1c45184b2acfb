frappe.ui.form.on("Approval Request", {
	setup(frm) {
		frm.get_docfield("document_type").formatter = (value) => inventory_midplatform.escape(__(value || ""));
		frm.get_docfield("state").formatter = (value) => inventory_midplatform.escape(__(value || "", null, frm.doctype));
	},

	refresh(frm) {
		frm.disable_save();
		inventory_midplatform.show_approval(frm);
	},
});
