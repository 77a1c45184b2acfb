frappe.ui.form.on("Approval Policy", {
	setup(frm) {
		frm.set_query("document_type", () => ({ filters: { istable: 0, issingle: 0 } }));
	},

	refresh(frm) {
		if (frm.is_new() || !inventory_midplatform.is_allowed("approval.try_policy")) return;
		frm.add_custom_button(__("Try with a Document"), () => inventory_midplatform.try_policy(frm));
	},
});
