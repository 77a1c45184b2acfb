frappe.ui.form.on("Stock Operation Log", {
	setup(frm) {
		frm.get_docfield("operation").formatter = (value) => __(value, null, "Stock Operation Log");
		frm.get_docfield("reason").formatter = (value) => inventory_midplatform.escape(__(value || ""));
		frm.get_docfield("reference_doctype").formatter = (value) => inventory_midplatform.escape(__(value || ""));
		for (const field of ["from_value", "to_value"]) {
			frm.get_docfield(field).formatter = (value, df, options, doc) =>
				inventory_midplatform.escape(from_or_to(value || "", doc || frm.doc));
		}
	},

	// Frappe has translated it as a word of its own.
	refresh(frm) {
		frm.page.set_title(__(frm.doc.operation, null, "Stock Operation Log"));
	},
});

// A status of stock, of a request or of a reservation by its word; a bin or whatever else it is as it is.
function from_or_to(value, { operation, reference_doctype }) {
	if (["Block", "Unblock"].includes(operation)) return __(value, null, "Bin Stock");
	return ["Inventory Request", "Inventory Reservation"].includes(reference_doctype)
		? __(value, null, reference_doctype)
		: value;
}
