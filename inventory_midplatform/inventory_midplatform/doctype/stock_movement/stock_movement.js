frappe.ui.form.on("Stock Movement", {
	setup(frm) {
		frm.get_docfield("kind").formatter = (value) => __(value, null, "Stock Movement");
		frm.get_docfield("stock_status").formatter = (value) => __(value, null, "Bin Stock");
		frm.get_docfield("reason").formatter = (value) => frappe.utils.escape_html(__(value || ""));
	},
});
