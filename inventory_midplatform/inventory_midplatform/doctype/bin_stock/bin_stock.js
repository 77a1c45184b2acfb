frappe.ui.form.on("Bin Stock", {
	setup(frm) {
		frm.get_docfield("stock_status").formatter = (value) => __(value, null, "Bin Stock");
	},

	refresh(frm) {
		if (frm.doc.stock_owner || frm.doc.qty <= 0) return;
		const may = (operation) => frappe.boot.inventory_operations.includes(operation);
		if (may("stock.move")) {
			frm.add_custom_button(__("Move to Another Bin"), () =>
				frappe.require("/assets/inventory_midplatform/js/move_stock.js", () =>
					inventory_midplatform.move_stock(frm.doc, () => frm.reload_doc())
				)
			).addClass("btn-primary");
		}
		const on_hold = frm.doc.stock_status !== "Available";
		if (!may(on_hold ? "stock.release_hold" : "stock.hold")) return;
		frm.add_custom_button(on_hold ? __("Release from Hold", null, "Stock Operation Log") : __("Put on Hold"), () =>
			frappe.require("/assets/inventory_midplatform/js/stock_status.js", () =>
				inventory_midplatform.change_stock_status(frm.doc, () => frappe.set_route("bin-stock"))
			)
		);
	},
});
