frappe.ui.form.on("Inventory Alert", {
	setup(frm) {
		frm.get_docfield("message").formatter = (value) => frappe.utils.escape_html(__(value));
		frm.get_docfield("status").formatter = (value) => __(value, null, "Inventory Alert");
	},

	refresh(frm) {
		if (!frm.doc.item_code || !frm.doc.warehouse) return;
		if (!frappe.boot.inventory_operations.includes("stock.explain")) return;
		frm.add_custom_button(__("Why This Much"), () =>
			frappe.require("/assets/inventory_midplatform/js/stock_explanation.js", () =>
				inventory_midplatform.explain_stock(frm.doc.item_code, frm.doc.warehouse)
			)
		);
	},
});
