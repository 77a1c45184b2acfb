frappe.ui.form.on("Outbound Wave", {
	refresh(frm) {
		if (frm.is_new()) return;
		inventory_midplatform.show_assignee_by_name(frm.doctype, frm.docname);
		inventory_midplatform.show_outbound_wave(frm);
	},
});
