// The form of an Inbound Order: what is to be put away and where, and a button for each step this user may take next.

import { serial_field, serials_in } from "./block_stock.js";
import {
	bin_label,
	call,
	escape,
	format_quantity,
	is_allowed,
	link_to,
	operation_dialog,
	reason_text,
} from "./helpers.js";
import { photo_field, photo_in, show_photo_input } from "./photo.js";

const ORDER = "Inbound Order";

const STEPS = {
	arrive,
	receive,
	undo_receive,
	finish_receiving: (form, step) => confirmed(form, () => direct(form, step)),
	inspect,
	put_away,
	cross_dock,
	finish_putting_away: direct,
	book_slot,
	cancel,
};

// Shows the steps that this user may take next and what is to be put away; called on each refresh of the form.
export async function show_inbound_order(frm) {
	frappe.meta.get_docfield(ORDER, "purchase_return", frm.doc.name).formatter = (name) =>
		name ? link_to("Purchase Receipt", name) : "";
	const request = (frm.inbound_request = {});
	if (!is_allowed("inbound.get")) return;
	const order = await call("inbound.get", { name: frm.doc.name }, { refused: () => {} });
	if (!order || frm.inbound_request !== request) return; // refused, or the form was refreshed again meanwhile
	// One key for each step of this state of the form: pressed twice, it is done once.
	const form = { frm, order, key: frappe.utils.get_random(20) };
	const steps = order.next_steps.filter(({ step }) => can_be_done(order, step));
	const main = main_step(order, steps);
	frm.clear_custom_buttons();
	for (const { step, label } of steps) {
		const button = frm.add_custom_button(__(label, null, ORDER), () => STEPS[step](form, step));
		if (step === main) button.removeClass("btn-default").addClass("btn-primary");
		if (step === "cancel") button.addClass("text-danger");
	}
	if (order.received.length) frm.add_custom_button(__("Print Labels"), () => print_labels(frm));
	show_to_put_away(form);
}

// A label for each scan and serial number, on paper of a label's size.
function print_labels({ doc }) {
	const asked = { doctype: ORDER, name: doc.name, format: "Inbound Labels" };
	window.open(`/printview?${$.param(asked)}`, "_blank", "noopener");
}

// A step that the table allows is shown only where the order has something for it.
function can_be_done({ received, to_put_away, cross_docks }, step) {
	if (step === "undo_receive" || step === "finish_receiving") return received.length > 0;
	if (step === "put_away") return to_put_away.length > 0;
	if (step === "cross_dock") return cross_docks.length > 0;
	return true;
}

// The step that is meant to come next: an order is received until nothing more is expected.
function main_step({ lines }, steps) {
	const names = steps.map(({ step }) => step);
	const all_here = lines.every((l) => l.received_qty >= l.expected_qty);
	if (names.includes("finish_receiving") && all_here) return "finish_receiving";
	return ["arrive", "receive", "inspect", "put_away", "finish_putting_away"].find((step) => names.includes(step));
}

async function direct({ frm, key }, step) {
	const result = await call(`inbound.${step}`, { name: frm.doc.name }, { key: `${key}-${step}`, freeze: true });
	if (result) done(frm)(result);
}

const done = (frm) => (result) => {
	frappe.show_alert({ message: escape(reason_text(result.message)), indicator: "green" });
	for (const warning of result.warnings || []) {
		frappe.show_alert({ message: escape(reason_text(warning)), indicator: "orange" }, 10);
	}
	frm.reload_doc();
};

function confirmed({ order }, proceed) {
	const missing = order.lines.filter((l) => l.received_qty < l.expected_qty);
	if (!missing.length) return proceed();
	const items = missing.map((l) => `${escape(l.item_code)}: ${format_quantity(l.expected_qty - l.received_qty)}`);
	const question = order.rest_expected
		? __("Not all is received. What is missing becomes a further order.")
		: __("Not all is received. What is missing is not expected any more.");
	frappe.confirm(`<p>${question}</p><p>${items.join("<br>")}</p>`, proceed);
}

function step_dialog(form, step, options) {
	const { label } = form.order.next_steps.find((s) => s.step === step);
	return operation_dialog({
		title: __(label, null, ORDER),
		operation: `inbound.${step}`,
		primary_action_label: __(label, null, ORDER),
		done: done(form.frm),
		...options,
		args: (values) => ({ name: form.frm.doc.name, ...options.args(values) }),
	});
}

function arrive(form, step) {
	step_dialog(form, step, {
		fields: [{ fieldname: "dock", fieldtype: "Data", label: __("Dock", null, ORDER), default: form.order.dock }],
		args: ({ dock }) => ({ dock: dock || "" }),
	}).show();
}

// What is emptied is cleared.
async function book_slot(form, step) {
	const { order } = form;
	const known = await docks_of(order.warehouse);
	step_dialog(form, step, {
		fields: [
			{ fieldname: "truck", fieldtype: "Data", label: __("Truck", null, ORDER), default: order.truck },
			{
				fieldname: "dock",
				fieldtype: "Autocomplete",
				label: __("Dock", null, ORDER),
				options: known,
				ignore_validation: 1,
				default: order.dock,
			},
			{ fieldname: "slot_start", fieldtype: "Datetime", label: __("Slot From", null, ORDER), default: order.slot_start },
			{ fieldname: "slot_end", fieldtype: "Datetime", label: __("Slot Until", null, ORDER), default: order.slot_end },
		],
		args: ({ truck, dock, slot_start, slot_end }) => ({
			truck: truck || "",
			dock: dock || "",
			...(slot_start && { slot_start }),
			...(slot_end && { slot_end }),
		}),
	}).show();
}

// Returns the docks that a warehouse's orders had, so that one is not written in two ways.
async function docks_of(warehouse) {
	const rows = await frappe.db.get_list(ORDER, {
		fields: ["dock"],
		filters: { warehouse, dock: ["is", "set"] },
		group_by: "dock",
		order_by: "dock asc",
		limit: 100,
	});
	return rows.map(({ dock }) => dock);
}

function cancel(form, step) {
	step_dialog(form, step, {
		fields: [{ fieldname: "reason", fieldtype: "Small Text", label: __("Why"), reqd: 1 }],
		args: ({ reason }) => ({ reason }),
	}).show();
}

const text_of = (part, qty) =>
	[part.item_code, part.item_name === part.item_code ? "" : part.item_name, part.batch_no].filter(Boolean).join(" · ") +
	` (${format_quantity(qty)})`;

const parts_field = (parts, qty_of, onchange) => ({
	fieldname: "part",
	fieldtype: "Select",
	label: __("Item"),
	options: parts.map((p, index) => ({ value: String(index), label: text_of(p, qty_of(p)) })),
	default: "0",
	reqd: 1,
	onchange,
});

const quantity_field = (label) => ({ fieldname: "qty", fieldtype: "Float", label, reqd: 1 });

function ask_for_serials(dialog, line) {
	dialog.set_df_property("serial_nos", "hidden", !line.has_serial_no);
	dialog.set_df_property("serial_nos", "reqd", line.has_serial_no);
}

function receive(form, step) {
	const open = (l) => flt(l.expected_qty - l.received_qty, 9);
	const lines = [...form.order.lines].sort((a, b) => (open(b) > 0) - (open(a) > 0));
	const chosen = () => lines[cint(dialog.get_value("part"))];
	const change = () => {
		const line = chosen();
		dialog.set_value("qty", Math.max(open(line), 0));
		dialog.set_df_property("qty", "description", escape(__(line.stock_uom)));
		dialog.set_df_property("batch_no", "hidden", !line.has_batch_no);
		dialog.set_df_property("batch_no", "reqd", line.has_batch_no);
		dialog.set_df_property("expiry_date", "hidden", !line.has_expiry_date);
		ask_for_serials(dialog, line);
	};
	const dialog = step_dialog(form, step, {
		fields: [
			parts_field(lines, open, () => change()),
			quantity_field(__("Quantity")),
			{
				fieldname: "batch_no",
				fieldtype: "Data",
				label: __("Batch"),
				description: __("Made when receiving is finished, where there is none of that name."),
			},
			{ fieldname: "expiry_date", fieldtype: "Date", label: __("Expiry Date") },
			serial_field(false),
		],
		args: ({ qty, batch_no, expiry_date, serial_nos }) => ({
			line: chosen().line,
			qty,
			batch_no: (chosen().has_batch_no && batch_no) || "",
			...(chosen().has_expiry_date && expiry_date ? { expiry_date } : {}),
			serial_nos: chosen().has_serial_no ? serials_in(serial_nos) : [],
		}),
	});
	dialog.show();
	change();
}

// Returns what was scanned, by line and batch, with the rest of a quantity that `left` finds in each scan.
function by_batch({ lines, received }, left) {
	const sums = new Map();
	for (const scan of received) {
		const line = lines.find((l) => l.line === scan.line);
		const key = `${scan.line}\n${scan.batch_no}`;
		sums.set(key, { ...line, batch_no: scan.batch_no, qty: flt((sums.get(key)?.qty || 0) + left(scan), 9) });
	}
	return [...sums.values()].filter((p) => p.qty > 0);
}

function undo_receive(form, step) {
	const parts = by_batch(form.order, (scan) => scan.qty);
	const chosen = () => parts[cint(dialog.get_value("part"))];
	const change = () => {
		dialog.set_value("qty", chosen().qty);
		ask_for_serials(dialog, chosen());
	};
	const dialog = step_dialog(form, step, {
		fields: [parts_field(parts, (p) => p.qty, () => change()), quantity_field(__("Quantity")), serial_field(false)],
		args: ({ qty, serial_nos }) => ({
			line: chosen().line,
			batch_no: chosen().batch_no,
			qty,
			serial_nos: chosen().has_serial_no ? serials_in(serial_nos) : [],
		}),
	});
	dialog.show();
	change();
}

// Shows what ERPNext's Quality Inspection of the item reads, to be filled in; nothing where it has no template.
function show_parameters(dialog, parameters) {
	const field = dialog.get_field("readings");
	const limits = (p) =>
		p.numeric ? `${format_quantity(p.min_value)} – ${format_quantity(p.max_value)}` : p.value;
	field.df.data = parameters.map((p, index) => ({
		name: String(index),
		idx: index + 1,
		parameter: p.name,
		limits: limits(p),
		reading: "",
	}));
	dialog.set_df_property("readings", "hidden", !parameters.length);
	field.grid.refresh();
}

const sample_text = (qty) =>
	__("{0} of it is inspected. If all of that is accepted, so is the rest.", [format_quantity(qty)]);

function inspect(form, step) {
	const parts = by_batch(form.order, (scan) => scan.qty - scan.accepted_qty - scan.rejected_qty).filter(
		(p) => p.to_inspect
	);
	const chosen = () => parts[cint(dialog.get_value("part"))];
	// the part of a line's sample of which nothing was said yet
	const sample = () => flt(chosen().sample_qty - chosen().accepted_qty, 9);
	const sampled = () => !chosen().rejected_qty && sample() > 0 && sample() < chosen().qty;
	const said = () => dialog.set_value("accepted", dialog.get_value("by_sample") ? sample() : chosen().qty);
	const change = () => {
		dialog.set_df_property("by_sample", "hidden", !sampled());
		dialog.set_df_property("by_sample", "description", sampled() ? sample_text(sample()) : "");
		dialog.set_value("by_sample", sampled() ? 1 : 0);
		said();
		show_parameters(dialog, chosen().parameters);
		for (const name of ["accepted_serial_nos", "rejected_serial_nos", "destroyed_serial_nos"]) {
			dialog.set_df_property(name, "hidden", !chosen().has_serial_no);
		}
	};
	const dialog = step_dialog(form, step, {
		fields: [
			parts_field(parts, (p) => p.qty, () => change()),
			{ fieldname: "by_sample", fieldtype: "Check", label: __("By Sample"), onchange: () => said() },
			{ fieldname: "accepted", fieldtype: "Float", label: __("Accepted") },
			{ ...serial_field(false), fieldname: "accepted_serial_nos", label: __("Accepted Serial Numbers") },
			{ fieldname: "rejected", fieldtype: "Float", label: __("Rejected", null, "Inspection") },
			{ ...serial_field(false), fieldname: "rejected_serial_nos", label: __("Rejected Serial Numbers") },
			{
				fieldname: "destroyed",
				fieldtype: "Float",
				label: __("Destroyed"),
				description: __("Bad, and destroyed on the spot: its write-off is requested."),
			},
			{ ...serial_field(false), fieldname: "destroyed_serial_nos", label: __("Destroyed Serial Numbers") },
			{
				fieldname: "rejected_as",
				fieldtype: "Select",
				label: __("Stock Status of What Is Rejected"),
				options: ["Blocked", "Damaged"].map((value) => ({ value, label: __(value, null, "Bin Stock") })),
				default: "Blocked",
				depends_on: "eval:doc.rejected",
			},
			{
				fieldname: "readings",
				fieldtype: "Table",
				label: __("Readings"),
				cannot_add_rows: true,
				cannot_delete_rows: true,
				in_place_edit: true,
				data: [],
				fields: [
					{ fieldname: "parameter", fieldtype: "Data", label: __("Parameter"), read_only: 1, in_list_view: 1 },
					{ fieldname: "limits", fieldtype: "Data", label: __("Acceptable"), read_only: 1, in_list_view: 1 },
					{ fieldname: "reading", fieldtype: "Data", label: __("Reading"), in_list_view: 1 },
				],
			},
			photo_field(),
			// always shown: a field that appears while somebody types into it loses what was typed
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why") },
		],
		args: ({ accepted, rejected, destroyed, by_sample, rejected_as, readings, reason, ...serials }) => ({
			line: chosen().line,
			batch_no: chosen().batch_no,
			accepted: accepted || 0,
			rejected: rejected || 0,
			destroyed: destroyed || 0,
			accepted_serial_nos: serials_in(serials.accepted_serial_nos),
			rejected_serial_nos: serials_in(serials.rejected_serial_nos),
			destroyed_serial_nos: serials_in(serials.destroyed_serial_nos),
			rejected_as: rejected_as || "Blocked",
			reason: reason || "",
			photo: photo_in(dialog),
			by_sample: Boolean(by_sample),
			readings: (readings || [])
				.filter(({ reading }) => reading)
				.map(({ parameter, reading }) => ({ parameter, values: [String(reading)] })),
		}),
	});
	dialog.show();
	show_photo_input(dialog);
	change();
}

function put_away(form, step, index = 0) {
	const { order } = form;
	const parts = order.to_put_away.map((p) => ({ ...order.lines.find((l) => l.line === p.line), ...p }));
	const chosen = () => parts[cint(dialog.get_value("part"))];
	const change = () => {
		const [first] = chosen().bins;
		dialog.set_value("bin", first?.bin || "");
		dialog.set_value("qty", first?.qty || chosen().qty);
		ask_for_serials(dialog, chosen());
	};
	const dialog = step_dialog(form, step, {
		fields: [
			{ ...parts_field(parts, (p) => p.qty, () => change()), default: String(index) },
			{
				fieldname: "bin",
				fieldtype: "Link",
				options: "Warehouse Bin",
				label: __("To Bin"),
				only_select: 1,
				reqd: 1,
				get_query: () => ({
					filters: { warehouse: order.warehouse, disabled: 0, is_unplaced: 0, is_staging: 0, is_reject: 0 },
				}),
			},
			quantity_field(__("Quantity")),
			serial_field(false),
		],
		args: ({ bin, qty, serial_nos }) => ({
			line: chosen().line,
			batch_no: chosen().batch_no,
			bin,
			qty,
			serial_nos: chosen().has_serial_no ? serials_in(serial_nos) : [],
		}),
	});
	dialog.show();
	change();
}

// Goods that an order needs go to staging at once.
function cross_dock(form, step) {
	const { cross_docks, to_put_away, lines } = form.order;
	const parts = cross_docks.flatMap((c) =>
		to_put_away
			.filter((p) => p.line === c.line)
			.map((p) => ({ ...lines.find((l) => l.line === p.line), ...p, ...c, qty: Math.min(c.qty, p.qty) }))
	);
	const chosen = () => parts[cint(dialog.get_value("part"))];
	const change = () => {
		dialog.set_value("qty", chosen().qty);
		ask_for_serials(dialog, chosen());
	};
	const text = (part) => [part.customer || part.source_name, part.outbound_order, text_of(part, part.qty)].join(" · ");
	const dialog = step_dialog(form, step, {
		fields: [
			{
				...parts_field(parts, (p) => p.qty, () => change()),
				label: __("Outbound Order"),
				options: parts.map((p, index) => ({ value: String(index), label: text(p) })),
			},
			quantity_field(__("Quantity")),
			serial_field(false),
		],
		args: ({ qty, serial_nos }) => ({
			line: chosen().line,
			outbound_order: chosen().outbound_order,
			batch_no: chosen().batch_no,
			qty,
			serial_nos: chosen().has_serial_no ? serials_in(serial_nos) : [],
		}),
	});
	dialog.show();
	change();
}

// what is to be put away, and where

function show_to_put_away(form) {
	const { frm, order } = form;
	if (!order.to_put_away.length) return;
	const may = order.next_steps.some(({ step }) => step === "put_away");
	const row = (p, index) => `<tr>
		<td>${link_to("Item", p.item_code)}<div class="text-muted small">${escape(p.batch_no)}</div></td>
		<td class="text-right">${format_quantity(p.qty)}</td>
		<td>${p.bins.map((b) => `${link_to("Warehouse Bin", b.bin, bin_label(b.bin_code))}: ${format_quantity(b.qty)}`).join("<br>")}
			<div class="text-muted small">${p.why_rest ? escape(reason_text(p.why_rest)) : ""}</div></td>
		<td class="text-right">${
			may
				? `<button class="btn btn-xs btn-default" data-part="${index}">${__("Put Away", null, "Inbound Order")}</button>`
				: ""
		}</td>
	</tr>`;
	const $table = $(`<table class="table table-sm" style="margin: 0"><thead><tr>
		<th>${__("Item")}</th><th class="text-right">${__("Quantity")}</th><th>${__("To Bin")}</th><th></th>
	</tr></thead><tbody>${order.to_put_away.map(row).join("")}</tbody></table>`);
	$table.on("click", "[data-part]", (event) =>
		put_away(form, "put_away", cint(event.currentTarget.dataset.part))
	);
	const body = frm.dashboard.add_section("", __("To Put Away", null, "Inbound Order"));
	body.append($table);
	body.closest(".form-dashboard-section").prependTo(frm.dashboard.parent);
	frm.dashboard.show();
}
