frappe.ui.form.on("Inventory Reservation", {
	onload(frm) {
		// A DocType by its name in the user's language; what another system calls it as it is.
		frm.set_df_property("demand_type", "formatter", (value) => inventory_midplatform.escape(__(value || "")));
		for (const field of ["demand_name", "demand_line", "reason"]) {
			frm.set_df_property(field, "formatter", inventory_midplatform.escape);
		}
	},

	refresh(frm) {
		const { explain_stock, is_allowed } = inventory_midplatform;
		const { item_code, warehouse, demand_type, demand_name } = frm.doc;
		if (is_allowed("stock.explain")) {
			frm.add_custom_button(__("Why This Much"), () => explain_stock(item_code, warehouse));
		}
		if (demand_name && frappe.model.can_read(demand_type)) {
			frm.add_custom_button(__(demand_type), () => frappe.set_route("Form", demand_type, demand_name));
		}
		if (open_quantity(frm) > 0 && is_allowed("reservation.reassign")) {
			frm.add_custom_button(__("Reassign to Another Demand"), () => reassign(frm));
		}
		if (flt(frm.doc.reserved_qty - frm.doc.allocated_qty, 9) > 0 && is_allowed("reservation.allocate")) {
			frm.add_custom_button(__("Allocate to Bins"), () =>
				change_allocation(frm, "reservation.allocate")
			);
		}
		if (frm.doc.allocated_qty > 0) {
			show_bins(frm);
			if (is_allowed("reservation.deallocate")) {
				frm.add_custom_button(__("Deallocate from Bins"), () =>
					change_allocation(frm, "reservation.deallocate")
				);
			}
		}
		if (open_quantity(frm) > 0 && is_allowed("reservation.release")) {
			frm.add_custom_button(__("Release"), () => release(frm)).addClass("btn-danger-light");
		}
	},
});

// For picking: allocates what is reserved to bins by the Storage Policy's strategy, or deallocates it.
async function change_allocation(frm, operation) {
	const done = await inventory_midplatform.call(operation, { name: frm.doc.name }, { freeze: true });
	if (done) frm.reload_doc();
}

async function show_bins(frm) {
	const allocated = await frappe.db.get_list("Bin Allocation", {
		filters: { reservation: frm.doc.name },
		fields: ["bin", "batch_no", "qty"],
		order_by: "bin",
		limit: 100,
	});
	frm.set_intro(); // a form that is refreshed again keeps it
	const text = allocated.map(({ bin, batch_no, qty }) => `${[bin, batch_no].filter(Boolean).join(" · ")} × ${qty}`);
	frm.set_intro(`${__("Allocated to bins")}: ${inventory_midplatform.escape(text.join(", "))}`, "blue");
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
				description: __("At most {0}. What waits is released first.", [open_quantity(frm)]),
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

function reassign(frm) {
	const dialog = inventory_midplatform.operation_dialog({
		title: __("Reassign to Another Demand"),
		operation: "reservation.reassign",
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
				description: __("At most {0}. Reserved stock is reassigned first and is never free in between.", [
					open_quantity(frm),
				]),
				reqd: 1,
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why") },
		],
		primary_action_label: __("Reassign"),
		args: ({ demand_type, demand_name, qty, reason }) => ({
			name: frm.doc.name,
			demand_type,
			demand_name,
			qty,
			reason: reason || "",
		}),
		done: (made) => {
			frappe.show_alert({ message: __("Reassigned"), indicator: "green" });
			frappe.set_route("Form", "Inventory Reservation", made.name);
		},
	});
	dialog.show();
}
