frappe.ui.form.on("Approval Delegation", {
	setup(frm) {
		for (const field of ["user", "delegate"]) {
			frm.set_query(field, () => ({ filters: { enabled: 1, user_type: "System User" } }));
		}
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.user) frm.set_value("user", frappe.session.user);
	},
});
