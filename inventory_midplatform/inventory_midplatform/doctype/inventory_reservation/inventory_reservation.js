frappe.ui.form.on("Inventory Reservation", {
	refresh(frm) {
		const { item_code, warehouse, demand_type, demand_name } = frm.doc;
		if (frappe.boot.inventory_operations.includes("stock.explain")) {
			frm.add_custom_button(__("Why This Much"), () =>
				frappe.require("/assets/inventory_midplatform/js/stock_explanation.js", () =>
					inventory_midplatform.explain_stock(item_code, warehouse)
				)
			);
		}
		if (demand_name && frappe.model.can_read(demand_type)) {
			frm.add_custom_button(__(demand_type), () => frappe.set_route("Form", demand_type, demand_name));
		}
		if (open_quantity(frm) > 0 && frappe.boot.inventory_operations.includes("reservation.release")) {
			frm.add_custom_button(__("Release"), () => release(frm)).addClass("btn-danger-light");
		}
	},
});

function open_quantity(frm) {
	return flt(frm.doc.reserved_qty + frm.doc.waiting_qty, 9);
}

function release(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Release Stock"),
		fields: [
			{
				fieldname: "qty",
				fieldtype: "Float",
				label: __("Quantity"),
				default: open_quantity(frm),
				description: __("At most {0}. What waits is given up first.", [open_quantity(frm)]),
				reqd: 1,
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why") },
		],
		primary_action_label: __("Release"),
		primary_action: async ({ qty, reason }) => {
			const released = await frappe.xcall("inventory_midplatform.api.v1.reservation.release", {
				name: frm.doc.name,
				qty,
				reason: reason || "",
			});
			if (!released) return;
			dialog.hide();
			frappe.show_alert({ message: __("Released"), indicator: "green" });
			frm.reload_doc();
		},
	});
	dialog.show();
}
