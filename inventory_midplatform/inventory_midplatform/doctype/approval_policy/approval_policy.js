frappe.ui.form.on("Approval Policy", {
	setup(frm) {
		frm.set_query("document_type", () => ({ filters: { istable: 0, issingle: 0 } }));
	},

	refresh(frm) {
		inventory_midplatform.show_policy(frm);
	},
});
