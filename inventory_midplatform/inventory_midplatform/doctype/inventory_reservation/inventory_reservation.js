const OPERATIONS = "/assets/inventory_midplatform/js/operations.js";

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
			frm.add_custom_button(__("Transfer to Another Demand"), () =>
				frappe.require(OPERATIONS, () => transfer(frm))
			);
		}
		if (flt(frm.doc.reserved_qty - frm.doc.allocated_qty, 9) > 0 && may("reservation.allocate")) {
			frm.add_custom_button(__("Pin to Bins"), () => pin(frm, "reservation.allocate"));
		}
		if (frm.doc.allocated_qty > 0) {
			show_bins(frm);
			if (may("reservation.deallocate")) {
				frm.add_custom_button(__("Take Off Bins"), () => pin(frm, "reservation.deallocate"));
			}
		}
		if (open_quantity(frm) > 0 && may("reservation.release")) {
			frm.add_custom_button(__("Release"), () =>
				frappe.require(OPERATIONS, () => release(frm))
			).addClass("btn-danger-light");
		}
	},
});

// For picking: what is kept is pinned to bins by the Storage Policy's strategy, or comes off them again.
async function pin(frm, operation) {
	await frappe.require(OPERATIONS);
	const done = await inventory_midplatform.call(operation, { name: frm.doc.name }, { freeze: true });
	if (done) frm.reload_doc();
}

async function show_bins(frm) {
	const pinned = await frappe.db.get_list("Bin Allocation", {
		filters: { reservation: frm.doc.name },
		fields: ["bin", "batch_no", "qty"],
		order_by: "bin",
		limit: 100,
	});
	frm.set_intro(); // a form that is refreshed again keeps it
	const text = pinned.map(({ bin, batch_no, qty }) => `${[bin, batch_no].filter(Boolean).join(" · ")} × ${qty}`);
	frm.set_intro(`${__("Pinned to bins")}: ${frappe.utils.escape_html(text.join(", "))}`, "blue");
}

function open_quantity(frm) {
	return flt(frm.doc.reserved_qty + frm.doc.waiting_qty, 9);
}

function release(frm) {
	const dialog = inventory_midplatform.operation_dialog({
		title: __("Release Stock"),
		operation: "reservation.release",
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
		args: ({ qty, reason }) => ({ name: frm.doc.name, qty, reason: reason || "" }),
		done: () => {
			frappe.show_alert({ message: __("Released"), indicator: "green" });
			frm.reload_doc();
		},
	});
	dialog.show();
}

const DEMAND_TYPES = ["Sales Order", "Material Request", "Work Order", "Project"];

function transfer(frm) {
	const dialog = inventory_midplatform.operation_dialog({
		title: __("Transfer to Another Demand"),
		operation: "reservation.transfer",
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
			{ fieldname: "demand_name", fieldtype: "Data", label: __("For Whom"), reqd: 1 },
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
		args: ({ demand_type, demand_name, qty, reason }) => ({
			name: frm.doc.name,
			demand_type,
			demand_name,
			qty,
			reason: reason || "",
		}),
		done: (made) => {
			frappe.show_alert({ message: __("Transferred"), indicator: "green" });
			frappe.set_route("Form", "Inventory Reservation", made.name);
		},
	});
	dialog.show();
}
