frappe.ui.form.on("Stock Position", {
	refresh(frm) {
		frm.set_intro(); // a form that is refreshed again keeps it
		frm.set_intro(available_sentence(frm.doc), available(frm.doc) < 0 ? "red" : "green");
		const { explain_stock, is_allowed, where_to_pick } = inventory_midplatform;
		if (is_allowed("stock.explain")) {
			frm.add_custom_button(__("Why This Much"), () =>
				explain_stock(frm.doc.item_code, frm.doc.warehouse)
			);
		}
		if (is_allowed("stock.suggest_removal") && frm.doc.on_hand > 0) {
			frm.add_custom_button(__("Where to Pick"), () => where_to_pick(frm.doc));
		}
		frm.add_custom_button(__("Movements"), () =>
			frappe.set_route("List", "Stock Movement", {
				item_code: frm.doc.item_code,
				warehouse: frm.doc.warehouse,
			})
		);
		if (is_allowed("reservation.reserve")) {
			frm.add_custom_button(__("Reserve"), () => reserve(frm)).addClass("btn-primary");
		}
	},
});

function available(doc) {
	return flt(doc.on_hand - doc.on_hold - doc.reserved, 9);
}

function available_sentence(doc) {
	return __("Available: {0} = {1} on hand − {2} on hold − {3} reserved", [
		String(available(doc)).bold(),
		doc.on_hand,
		doc.on_hold,
		doc.reserved,
	]);
}

function reserve(frm) {
	const dialog = inventory_midplatform.operation_dialog({
		title: __("Reserve Stock"),
		operation: "reservation.reserve",
		fields: [
			{
				fieldname: "qty",
				fieldtype: "Float",
				label: __("Quantity"),
				default: Math.max(available(frm.doc), 0),
				description: __("{0} is available.", [available(frm.doc)]),
				reqd: 1,
			},
			{
				fieldname: "shortage_policy",
				fieldtype: "Select",
				label: __("If Less Is Available"),
				options: [
					{ value: "Refuse", label: __("Reserve nothing") },
					{ value: "Partial", label: __("Reserve what is there, wait for the rest") },
					{ value: "Wait", label: __("Wait until all of it is there") },
				],
				default: "Refuse",
			},
			{ fieldname: "column_break_1", fieldtype: "Column Break" },
			{
				fieldname: "demand_name",
				fieldtype: "Data",
				label: __("For Whom"),
				description: __("A customer, an order of another system, a project."),
			},
			{ fieldname: "expires_at", fieldtype: "Datetime", label: __("Expires At") },
			{ fieldname: "section_break_1", fieldtype: "Section Break" },
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why") },
		],
		primary_action_label: __("Reserve"),
		args: (values) => ({ item_code: frm.doc.item_code, warehouse: frm.doc.warehouse, ...values }),
		done: (made) => {
			const sentence = __("{0} reserved, {1} waiting", [made.reserved_qty, made.waiting_qty]);
			frappe.show_alert({ message: sentence, indicator: made.waiting_qty ? "orange" : "green" });
			frm.reload_doc();
		},
	});
	dialog.show();
}
