frappe.ui.form.on("Stock Movement", {
	setup(frm) {
		frm.get_docfield("kind").formatter = (value) => __(value, null, "Stock Movement");
		frm.get_docfield("stock_status").formatter = (value) => __(value, null, "Bin Stock");
		frm.get_docfield("voucher_type").formatter = (value) => inventory_midplatform.escape(__(value || ""));
		// Frappe translates the description of every field but those with a time
		const received_at = frm.get_docfield("received_at");
		received_at.description = __(received_at.description);
		// no link by which a cancelled voucher could not be deleted any more
		frm.get_docfield("voucher_no").formatter = (value, df, options, doc) =>
			doc?.voucher_type && value
				? frappe.utils.get_form_link(doc.voucher_type, value, true, inventory_midplatform.escape(value))
				: inventory_midplatform.escape(value || "");
		frm.get_docfield("reason").formatter = (value) => inventory_midplatform.escape(__(value || ""));
	},
});
