// "Make Wave" in the list of Outbound Orders: of the orders that are chosen there, or of those that are ready.

import { call, escape, is_allowed, operation_dialog, reason_text } from "./helpers.js";

// Adds the button and the action to the list of Outbound Orders, for users who may make a wave.
export function offer_wave(list) {
	if (!is_allowed("wave.create") || !is_allowed("wave.count_ready")) return;
	list.page.add_inner_button(__("Make Wave"), () => make_wave_of_ready(list));
	list.page.add_actions_menu_item(__("Make Wave"), () => make_wave_of(list.get_checked_items()), false);
}

const made = ({ message, data }) => {
	frappe.show_alert({ message: escape(reason_text(message)), indicator: "green" });
	frappe.set_route("Form", "Outbound Wave", data.name);
};

function make_wave_of(orders) {
	const warehouses = [...new Set(orders.map((o) => o.warehouse))];
	if (warehouses.length > 1) {
		frappe.msgprint({
			title: __("Make Wave"),
			message: __("The orders of a wave are in one warehouse; these are in {0}.", [
				warehouses.map(escape).join(", "),
			]),
		});
		return;
	}
	const about = [__("{0} orders are chosen.", [orders.length]), escape(warehouses[0])].join("<br>");
	operation_dialog({
		title: __("Make Wave"),
		operation: "wave.create",
		primary_action_label: __("Make Wave"),
		fields: [{ fieldname: "about", fieldtype: "HTML", options: `<p class="wave-count">${about}</p>` }],
		args: () => ({ warehouse: warehouses[0], names: orders.map((o) => o.name) }),
		done: made,
	}).show();
}

function make_wave_of_ready(list) {
	const args = (values) => ({
		warehouse: values.warehouse,
		// an empty date is no date
		...(values.due_until && { due_until: values.due_until }),
		...(values.ordered_until && { ordered_until: values.ordered_until }),
		carrier: values.carrier || "",
		zone: values.zone || "",
		single_line_only: values.single_line_only || 0,
		max_orders: values.max_orders,
	});
	let dialog = null; // as long as it is being made, its defaults are set
	const changed = () => dialog && count_ready(dialog, args);
	dialog = operation_dialog({
		title: __("Make Wave"),
		operation: "wave.create",
		primary_action_label: __("Make Wave"),
		fields: [
			{
				fieldname: "warehouse",
				fieldtype: "Link",
				options: "Warehouse",
				label: __("Warehouse"),
				default: warehouse_of(list),
				only_select: 1,
				get_query: () => ({ filters: { is_group: 0 } }),
				reqd: 1,
				onchange: changed,
			},
			{ fieldname: "due_until", fieldtype: "Date", label: __("Due Until"), onchange: changed },
			{ fieldname: "ordered_until", fieldtype: "Datetime", label: __("Ordered Until"), onchange: changed },
			{
				fieldname: "single_line_only",
				fieldtype: "Check",
				label: __("Orders of One Line Only"),
				onchange: changed,
			},
			{ fieldname: "column_break_1", fieldtype: "Column Break" },
			{
				fieldname: "zone",
				fieldtype: "Link",
				options: "Warehouse Zone",
				label: __("Zone"),
				description: __("Every item of the order is in stock there."),
				only_select: 1,
				get_query: () => ({ filters: { warehouse: dialog.get_value("warehouse") || "" } }),
				onchange: changed,
			},
			{ fieldname: "carrier", fieldtype: "Data", label: __("Carrier"), onchange: changed },
			{ fieldname: "max_orders", fieldtype: "Int", label: __("At Most"), default: 200, reqd: 1, onchange: changed },
			{ fieldname: "section_break_1", fieldtype: "Section Break", hide_border: 1 },
			{ fieldname: "about", fieldtype: "HTML" },
		],
		args,
		done: made,
	});
	dialog.show();
	changed();
}

// Says in the dialog how many orders the wave would have; the last question asked is the one that counts.
async function count_ready(dialog, args) {
	const asked = (dialog.asked = {});
	const show = (html, may_make) => {
		if (dialog.asked !== asked) return;
		dialog.get_field("about").$wrapper.html(`<p class="wave-count">${html}</p>`);
		dialog.get_primary_btn().prop("disabled", !may_make);
	};
	const values = args(dialog.get_values(true) || {});
	if (!values.warehouse || !(values.max_orders > 0)) return show("", false);
	const found = await call("wave.count_ready", values, { refused: ({ message }) => show(escape(message), false) });
	if (!found) return;
	show(
		found.orders
			? __("{0} orders are chosen.", [found.orders])
			: `<span class="text-muted">${__("No order is ready: something must be reserved for it, and it is in no wave.")}</span>`,
		found.orders > 0
	);
}

// The warehouse that the list is filtered by; Frappe filters by one and those below it.
function warehouse_of(list) {
	const conditions = ["=", "descendants of (inclusive)"];
	const filter = list.filter_area
		.get()
		.find(([, fieldname, condition]) => fieldname === "warehouse" && conditions.includes(condition));
	return filter ? filter[3] : "";
}
