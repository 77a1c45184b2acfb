// What people say is to come: "Expect Return" on a Delivery Note, and "New" in the list of Inbound Orders.

import { escape, is_allowed, operation_dialog, reason_text } from "./helpers.js";

const ORDER = "Inbound Order";

const made = ({ message, data }) => {
	frappe.show_alert({ message: escape(reason_text(message)), indicator: "green" });
	frappe.set_route("Form", ORDER, data.name);
};

const warehouse_field = (own) => ({
	fieldname: "warehouse",
	fieldtype: "Link",
	options: "Warehouse",
	label: __("Warehouse"),
	only_select: 1,
	get_query: () => ({ filters: { is_group: 0, disabled: 0 } }),
	...own,
});

const reason_field = (own) => ({ fieldname: "reason", fieldtype: "Small Text", label: __("Why"), ...own });

const items_field = (data, item_is_given) => ({
	fieldname: "items",
	fieldtype: "Table",
	label: __("Items"),
	reqd: 1,
	cannot_add_rows: item_is_given,
	in_place_edit: true,
	data,
	get_data: () => data,
	fields: [
		{
			fieldname: "item_code",
			fieldtype: "Link",
			options: "Item",
			label: __("Item"),
			in_list_view: 1,
			columns: 6,
			reqd: 1,
			read_only: item_is_given,
			get_query: () => ({ filters: { is_stock_item: 1, disabled: 0, has_variants: 0 } }),
		},
		{ fieldname: "qty", fieldtype: "Float", label: __("Quantity"), in_list_view: 1, columns: 4, reqd: !item_is_given },
	],
});

const items_of = ({ items }) =>
	(items || []).filter(({ item_code, qty }) => item_code && qty).map(({ item_code, qty }) => ({ item_code, qty }));

// Adds the button to a Delivery Note, for users who may say that something comes back.
export function offer_return(frm) {
	const { docstatus, is_return, items, name } = frm.doc;
	if (docstatus !== 1 || is_return || !frappe.boot.inventory_inbound || !is_allowed("inbound.expect_return")) return;
	const left = new Map();
	for (const row of items) {
		const qty = flt(row.stock_qty - (row.returned_qty || 0) * (row.conversion_factor || 1), 9);
		if (qty > 0) left.set(row.item_code, flt((left.get(row.item_code) || 0) + qty, 9));
	}
	if (!left.size) return;
	const rows = () => [...left].map(([item_code, qty]) => ({ item_code, qty }));
	const ask = () =>
		operation_dialog({
			title: __("Expect Return"),
			operation: "inbound.expect_return",
			primary_action_label: __("Expect Return"),
			fields: [
				items_field(rows(), true),
				warehouse_field({ description: __("Where it comes back to, if not to where it was.") }),
				reason_field({}),
			],
			args: (values) => ({
				delivery_note: name,
				items: items_of(values),
				warehouse: values.warehouse || "",
				reason: values.reason || "",
			}),
			done: made,
		}).show();
	frm.add_custom_button(__("Expect Return"), ask, __("Create"));
}

// Adds the button to the list of Inbound Orders, for users who may say what comes without a document.
export function offer_expected(list) {
	if (!frappe.boot.inventory_inbound || !is_allowed("inbound.expect")) return;
	list.page.add_inner_button(__("Expect Goods"), () =>
		operation_dialog({
			title: __("Expect Goods"),
			operation: "inbound.expect",
			primary_action_label: __("Expect Goods"),
			fields: [
				warehouse_field({ reqd: 1 }),
				{ fieldname: "supplier", fieldtype: "Link", options: "Supplier", label: __("Supplier"), only_select: 1 },
				{ fieldname: "due", fieldtype: "Date", label: __("Expected On", null, ORDER) },
				items_field([{}], false),
				reason_field({ reqd: 1 }),
			],
			args: ({ due, ...values }) => ({
				warehouse: values.warehouse,
				items: items_of(values),
				reason: values.reason,
				supplier: values.supplier || "",
				...(due && { due }),
			}),
			done: made,
		}).show()
	);
}
