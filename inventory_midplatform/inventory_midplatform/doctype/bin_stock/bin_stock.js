frappe.ui.form.on("Bin Stock", {
	setup(frm) {
		frm.get_docfield("stock_status").formatter = (value) => __(value, null, "Bin Stock");
	},

	refresh(frm) {
		if (frm.doc.stock_owner || frm.doc.qty <= 0) return;
		const { change_stock_status, is_allowed, move_stock } = inventory_midplatform;
		if (is_allowed("stock.move")) {
			frm.add_custom_button(__("Move to Another Bin"), () =>
				move_stock(frm.doc, () => frm.reload_doc())).addClass("btn-primary"
			);
		}
		const on_hold = frm.doc.stock_status !== "Available";
		if (!is_allowed(on_hold ? "stock.unblock" : "stock.block")) return;
		frm.add_custom_button(on_hold ? __("Unblock", null, "Stock Operation Log") : __("Block Stock"), () => change_stock_status(frm.doc, () => frappe.set_route("bin-stock")));
	},
});
