frappe.ui.form.on("Outbound Order", {
	setup(frm) {
		for (const fieldname of ["source_type", "delivery_doctype"]) {
			frm.get_docfield(fieldname).formatter = (value) => inventory_midplatform.escape(__(value || ""));
		}
	},

	refresh(frm) {
		if (frm.is_new()) return;
		inventory_midplatform.show_assignee_by_name(frm.doctype, frm.docname);
		inventory_midplatform.show_outbound_order(frm);
	},
});
