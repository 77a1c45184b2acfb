frappe.ui.form.on("Delivery Note", {
	refresh: (frm) => inventory_midplatform.offer_return(frm),
});
