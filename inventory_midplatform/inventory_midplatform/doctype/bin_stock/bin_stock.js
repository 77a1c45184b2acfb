frappe.ui.form.on("Bin Stock", {
	setup(frm) {
		frm.get_docfield("stock_status").formatter = (value) => __(value, null, "Bin Stock");
	},

	refresh(frm) {
		if (frm.doc.stock_owner || frm.doc.qty <= 0) return;
		if (!frappe.boot.inventory_operations.includes("stock.move")) return;
		frm.add_custom_button(__("Move to Another Bin"), () =>
			frappe.require("/assets/inventory_midplatform/js/move_stock.js", () =>
				inventory_midplatform.move_stock(frm.doc, () => frm.reload_doc())
			)
		).addClass("btn-primary");
	},
});
