frappe.ui.form.on("Inventory Reservation", {
	onload(frm) {
		// A DocType by its name in the user's language; what another system calls it as it is.
		frm.set_df_property("demand_type", "formatter", (value) => frappe.utils.escape_html(__(value || "")));
		for (const field of ["demand_name", "demand_line", "reason"]) {
			frm.set_df_property(field, "formatter", (value) => frappe.utils.escape_html(value || ""));
		}
	},

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
		const may = (operation) => frappe.boot.inventory_operations.includes(operation);
		if (open_quantity(frm) > 0 && may("reservation.transfer")) {
			frm.add_custom_button(__("Transfer to Another Demand"), () => transfer(frm));
		}
		if (flt(frm.doc.reserved_qty - frm.doc.allocated_qty, 9) > 0 && may("reservation.allocate")) {
			frm.add_custom_button(__("Pin to Bins"), () => pin(frm, "inventory_midplatform.api.v1.reservation.allocate"));
		}
		if (frm.doc.allocated_qty > 0) {
			show_bins(frm);
			if (may("reservation.deallocate")) {
				frm.add_custom_button(__("Take Off Bins"), () =>
					pin(frm, "inventory_midplatform.api.v1.reservation.deallocate")
				);
			}
		}
		if (open_quantity(frm) > 0 && may("reservation.release")) {
			frm.add_custom_button(__("Release"), () => release(frm)).addClass("btn-danger-light");
		}
	},
});

// For picking: what is kept is pinned to bins by the Storage Policy's strategy, or comes off them again.
async function pin(frm, method) {
	const done = await frappe.xcall(method, { name: frm.doc.name });
	if (done) frm.reload_doc();
}

async function show_bins(frm) {
	const pinned = await frappe.db.get_list("Bin Allocation", {
		filters: { reservation: frm.doc.name },
		fields: ["bin", "batch_no", "qty"],
		order_by: "bin",
		limit: 100,
	});
	const text = pinned.map(({ bin, batch_no, qty }) => `${[bin, batch_no].filter(Boolean).join(" · ")} × ${qty}`);
	frm.set_intro(`${__("Pinned to bins")}: ${frappe.utils.escape_html(text.join(", "))}`, "blue");
}

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

const DEMAND_TYPES = ["Sales Order", "Material Request", "Work Order", "Project"];

function transfer(frm) {
	const once = frappe.utils.get_random(20); // pressed twice, it is handed over once
	const dialog = new frappe.ui.Dialog({
		title: __("Transfer to Another Demand"),
		fields: [
			{
				fieldname: "demand_type",
				fieldtype: "Autocomplete",
				ignore_validation: 1,
				label: __("Demand Type"),
				options: DEMAND_TYPES.map((value) => ({ value, label: __(value) })),
				default: "Sales Order",
				reqd: 1,
			},
			{ fieldname: "demand_name", fieldtype: "Data", label: __("Demand"), reqd: 1 },
			{
				fieldname: "qty",
				fieldtype: "Float",
				label: __("Quantity"),
				default: open_quantity(frm),
				description: __("At most {0}. What is kept is handed over first, and is free at no moment.", [
					open_quantity(frm),
				]),
				reqd: 1,
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why") },
		],
		primary_action_label: __("Transfer"),
		primary_action: async ({ demand_type, demand_name, qty, reason }) => {
			const { message: made } = await frappe.call({
				method: "inventory_midplatform.api.v1.reservation.transfer",
				args: { name: frm.doc.name, demand_type, demand_name, qty, reason: reason || "" },
				headers: { "Idempotency-Key": once },
				freeze: true,
			});
			if (!made) return;
			dialog.hide();
			frappe.show_alert({ message: __("Transferred"), indicator: "green" });
			frappe.set_route("Form", "Inventory Reservation", made.name);
		},
	});
	dialog.show();
}
