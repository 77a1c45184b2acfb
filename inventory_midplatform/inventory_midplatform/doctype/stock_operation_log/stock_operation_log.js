frappe.ui.form.on("Stock Operation Log", {
	setup(frm) {
		frm.get_docfield("operation").formatter = (value) => __(value, null, "Stock Operation Log");
		frm.get_docfield("reason").formatter = (value) => frappe.utils.escape_html(__(value || ""));
	},
});
