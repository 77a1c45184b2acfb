// The form of an Outbound Order: what to pick and what is picked, and a button for each step this user may take next.

import { serial_field, serials_in } from "./block_stock.js";
import { confirmed, done, section_on_top, show_steps, take_step } from "./flow_form.js";
import { bin_label, call, escape, format_quantity, is_allowed, link_to, operation_dialog } from "./helpers.js";
import { show_packages } from "./packages.js";

const ORDER = "Outbound Order";
const SHORT_REASONS = ["Not There", "Damaged", "Expired", "Other Goods There", "Cannot Reach"];

// Steps that need nothing from the user are called directly; all others ask in a dialog.
const STEPS = {
	accept: direct,
	pick: pick,
	report_short,
	finish_picking: async (form) => {
		if (await confirmed_as_short(form)) return direct(form, "finish_picking");
	},
	check,
	ship,
	unpick,
	cancel,
	reopen: direct,
};

// Shows the order's picks and the steps that this user may take next; called on each refresh of its form.
export async function show_outbound_order(frm) {
	const request = (frm.outbound_request = {});
	frm.toggle_display("lines", frm.doc.state !== "To Check"); // the count is blind
	if (!is_allowed("outbound.get") || !is_allowed("pack.get")) return;
	const read = (operation) => call(operation, { name: frm.doc.name }, { refused: () => {} });
	const [order, packing] = await Promise.all([read("outbound.get"), read("pack.get")]);
	if (!order || frm.outbound_request !== request) return; // refused, or the form was refreshed again meanwhile
	// One key for each step of this state of the form: pressed twice, it is done once.
	const form = { frm, order, key: frappe.utils.get_random(20) };
	const steps = order.next_steps.filter(({ step }) => STEPS[step] && can_be_done(order, step));
	if (packing) show_packages(frm, packing); // each section goes above those before it
	show_picks(form);
	show_steps(frm, steps, {
		main: main_step(order, steps),
		take: (step) => STEPS[step](form, step),
		with_own_buttons: ["pick", "report_short"],
	});
}

// A step that the table allows is shown only where the order has something for it.
function can_be_done({ state, picks }, step) {
	if (step === "pick" || step === "report_short") return picks.some((p) => !p.done);
	if (step === "unpick" && state !== "To Check") return picks.some((p) => p.done);
	if (step === "finish_picking") return picks.some((p) => p.done);
	return true;
}

// The step that is meant to come next. Of several, an order is picked until nothing is left to pick.
function main_step({ picks }, steps) {
	const names = steps.map(({ step }) => step);
	if (names.includes("finish_picking") && !picks.some((p) => !p.done)) return "finish_picking";
	return ["accept", "pick", "check", "ship", "unpick"].find((step) => names.includes(step));
}

function direct({ frm, key }, step) {
	return take_step(frm, `outbound.${step}`, `${key}-${step}`);
}

function confirmed_as_short({ order }) {
	const missing = order.lines.filter((l) => l.picked_qty < l.qty);
	if (!missing.length) return true;
	const items = missing.map((l) => `${escape(l.item_code)}: ${format_quantity(l.qty - l.picked_qty)}`);
	const question = __("Not all is picked. What is missing becomes a further order when this one is shipped.");
	return confirmed(`<p>${question}</p><p>${items.join("<br>")}</p>`);
}

function step_dialog(form, step, options) {
	const label = form.order.next_steps.find((s) => s.step === step).label;
	const dialog = operation_dialog({
		title: __(label, null, ORDER),
		operation: `outbound.${step}`,
		primary_action_label: __(label, null, ORDER),
		done: done(form.frm),
		...options,
		args: (values) => ({ name: form.frm.doc.name, ...options.args(values) }),
	});
	return dialog;
}

// Returns what a pick is, in one line: where, what, how much.
const pick_text = (p) =>
	[bin_label(p.bin_code), p.item_code, p.batch_no].filter(Boolean).join(" · ") + ` (${format_quantity(p.qty)})`;

const OTHER = "other";

function pick(form, step, proposal) {
	const { order } = form;
	const proposals = order.picks.filter((p) => !p.done);
	const line_of = (name) => order.lines.find((l) => l.line === name);
	const is_other = () => dialog.get_value("proposal") === OTHER;
	const chosen = () =>
		is_other()
			? { line: dialog.get_value("line"), bin: dialog.get_value("bin"), batch_no: dialog.get_value("batch_no") }
			: proposals[cint(dialog.get_value("proposal"))];
	const dialog = step_dialog(form, step, {
		fields: [
			{
				fieldname: "proposal",
				fieldtype: "Select",
				label: __("Where to Pick"),
				options: [
					...proposals.map((p, index) => ({ value: String(index), label: pick_text(p) })),
					{ value: OTHER, label: __("From another bin or batch") },
				],
				default: String(Math.max(proposals.indexOf(proposal), 0)),
				reqd: 1,
				onchange: () => change(true),
			},
			{
				fieldname: "line",
				fieldtype: "Select",
				label: __("Item"),
				options: lines_to_choose(order.lines.filter((l) => l.picked_qty < l.qty)),
				default: (proposal || proposals[0])?.line,
				onchange: () => change(true),
			},
			{
				fieldname: "bin",
				fieldtype: "Link",
				options: "Warehouse Bin",
				label: __("From Bin"),
				only_select: 1,
				get_query: () => ({ filters: { warehouse: order.warehouse, disabled: 0 } }),
			},
			{
				fieldname: "batch_no",
				fieldtype: "Link",
				options: "Batch",
				label: __("Batch"),
				only_select: 1,
				get_query: () => ({ filters: { item: line_of(chosen().line)?.item_code } }),
			},
			{ fieldname: "qty", fieldtype: "Float", label: __("Quantity"), reqd: 1 },
			serial_field(false),
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why") },
		],
		args: ({ qty, serial_nos, reason }) => {
			const { line, bin, batch_no } = chosen();
			return {
				line,
				bin,
				qty,
				batch_no: batch_no || "",
				serial_nos: serials_in(serial_nos),
				reason: is_other() ? reason || "" : "",
			};
		},
	});
	const change = (with_quantity) => {
		const other = is_other();
		const line = line_of(chosen().line);
		for (const name of ["line", "bin"]) dialog.set_df_property(name, "reqd", other);
		for (const name of ["line", "bin", "reason"]) dialog.set_df_property(name, "hidden", !other);
		dialog.set_df_property("batch_no", "hidden", !(other && line?.has_batch_no));
		ask_for_serials(dialog, line);
		dialog.set_df_property("qty", "description", line ? escape(line.stock_uom) : "");
		if (with_quantity && line) {
			dialog.set_value("qty", other ? flt(line.qty - line.picked_qty, 9) : chosen().qty);
		}
	};
	dialog.show();
	change(true);
}

function ask_for_serials(dialog, line) {
	dialog.set_df_property("serial_nos", "hidden", !line?.has_serial_no);
	dialog.set_df_property("serial_nos", "reqd", Boolean(line?.has_serial_no));
}

const lines_to_choose = (lines) =>
	lines.map((l) => ({
		value: l.line,
		label: l.item_name === l.item_code ? l.item_code : `${l.item_code} · ${l.item_name}`,
	}));

function report_short(form, step, proposal) {
	const proposals = form.order.picks.filter((p) => !p.done);
	const chosen = () => proposals[cint(dialog.get_value("proposal"))];
	const dialog = step_dialog(form, step, {
		fields: [
			{
				fieldname: "proposal",
				fieldtype: "Select",
				label: __("What Is Short"),
				options: proposals.map((p, index) => ({ value: String(index), label: pick_text(p) })),
				default: String(Math.max(proposals.indexOf(proposal), 0)),
				reqd: 1,
				onchange: () => dialog.set_value("qty", chosen().qty),
			},
			{
				fieldname: "qty",
				fieldtype: "Float",
				label: __("Quantity"),
				default: (proposal || proposals[0]).qty,
				description: __("How much of it cannot be picked."),
				reqd: 1,
			},
			{
				fieldname: "reason",
				fieldtype: "Select",
				label: __("Why"),
				options: SHORT_REASONS.map((value) => ({ value, label: __(value, null, ORDER) })),
				default: SHORT_REASONS[0],
				description: __("It is blocked in the bin, unless the bin cannot be reached, and picked elsewhere or waits."),
				reqd: 1,
			},
		],
		args: ({ qty, reason }) => {
			const { line, bin, batch_no } = chosen();
			return { line, bin, batch_no, qty, reason };
		},
	});
	dialog.show();
}

function unpick(form, step) {
	const { order } = form;
	const picked = in_staging(order);
	const chosen = () => picked[cint(dialog.get_value("content"))];
	const line_of = ({ line }) => order.lines.find((l) => l.line === line);
	const dialog = step_dialog(form, step, {
		fields: [
			{
				fieldname: "content",
				fieldtype: "Select",
				label: __("What to Put Back"),
				options: picked.map((p, index) => ({ value: String(index), label: staged_text(p) })),
				default: "0",
				reqd: 1,
				onchange: () => {
					dialog.set_value("qty", chosen().qty);
					ask_for_serials(dialog, line_of(chosen()));
				},
			},
			{ fieldname: "qty", fieldtype: "Float", label: __("Quantity"), default: picked[0]?.qty, reqd: 1 },
			serial_field(Boolean(picked[0] && line_of(picked[0]).has_serial_no)),
			{
				fieldname: "to_bin",
				fieldtype: "Link",
				options: "Warehouse Bin",
				label: __("To Bin"),
				description: __("Empty: back to the bin it came from."),
				only_select: 1,
				get_query: () => ({
					filters: { warehouse: order.warehouse, disabled: 0, name: ["!=", order.staging_bin] },
				}),
			},
		],
		args: ({ qty, serial_nos, to_bin }) => ({
			line: chosen().line,
			batch_no: chosen().batch_no || "",
			qty,
			serial_nos: serials_in(serial_nos),
			to_bin: to_bin || "",
		}),
	});
	dialog.show();
}

const staged_text = (p) =>
	[p.item_code, p.batch_no].filter(Boolean).join(" · ") + (p.qty ? ` (${format_quantity(p.qty)})` : "");

// Returns what of the order is in staging, by line and batch. While the count is blind, its lines without quantities.
function in_staging({ state, lines, picks }) {
	if (state === "To Check") return lines;
	const sums = new Map();
	for (const { line, item_code, batch_no, qty } of picks.filter((p) => p.done)) {
		const key = `${line}\n${batch_no}`;
		sums.set(key, { line, item_code, batch_no, qty: flt((sums.get(key)?.qty || 0) + qty, 9) });
	}
	return [...sums.values()];
}

function check(form, step) {
	const { lines } = form.order;
	const field = (l, index) => [
		...(index ? [{ fieldname: `section_break_${index}`, fieldtype: "Section Break", hide_border: 1 }] : []),
		{
			fieldname: `about_${index}`,
			fieldtype: "HTML",
			options: `<b>${escape(l.item_code)}</b>
				<div class="text-muted small">${l.item_name === l.item_code ? "" : escape(l.item_name)}</div>`,
		},
		{ fieldname: `column_break_${index}`, fieldtype: "Column Break" },
		{
			fieldname: `line_${index}`,
			fieldtype: "Float",
			label: `${__("Counted")} (${escape(__(l.stock_uom))})`,
			reqd: 1,
		},
	];
	const dialog = step_dialog(form, step, {
		fields: [
			{
				fieldname: "about",
				fieldtype: "HTML",
				options: `<p class="text-muted">${__("Count what is in staging for this order. Enter 0 where there is nothing.")}</p>`,
			},
			{ fieldname: "section_break_lines", fieldtype: "Section Break", hide_border: 1 },
			...lines.flatMap(field),
		],
		args: (values) => ({
			counted: lines.map((l, index) => ({ line: l.line, qty: values[`line_${index}`] })),
		}),
	});
	dialog.show();
}

function ship(form, step) {
	const { carrier, tracking_no } = form.order;
	step_dialog(form, step, {
		fields: [
			{ fieldname: "carrier", fieldtype: "Data", label: __("Carrier"), default: carrier },
			{ fieldname: "tracking_no", fieldtype: "Data", label: __("Tracking Number"), default: tracking_no },
		],
		args: (values) => ({ carrier: values.carrier || "", tracking_no: values.tracking_no || "" }),
	}).show();
}

function cancel(form, step) {
	step_dialog(form, step, {
		title: __("Cancel This Outbound Order"),
		primary_action_label: __("Cancel the Order"),
		fields: [{ fieldname: "reason", fieldtype: "Small Text", label: __("Why"), reqd: 1 }],
		args: ({ reason }) => ({ reason }),
	}).show();
}

// what to pick, and what is picked

function show_picks(form) {
	const { frm, order } = form;
	if (order.state === "To Check") {
		const note = __("The count is blind: quantities are shown when it is done.");
		section_on_top(frm, `<p class="text-muted" style="margin: 0">${note}</p>`, __("Check", null, "Outbound Order"));
		return;
	}
	if (!order.picks.length) return;
	const $table = $(picks_table(order)).addClass("flow-table outbound-picks");
	$table.on("click", "[data-pick]", (event) => {
		const proposal = order.picks[cint(event.currentTarget.dataset.pick)];
		STEPS[event.currentTarget.dataset.step](form, event.currentTarget.dataset.step, proposal);
	});
	section_on_top(frm, $table, __("Picks, in Walking Order"));
}

function picks_table(order) {
	const may = (step) => order.next_steps.some((s) => s.step === step);
	const uom = Object.fromEntries(order.lines.map((l) => [l.line, l.stock_uom]));
	const name = Object.fromEntries(order.lines.map((l) => [l.line, l.item_name]));
	const button = (step, label, index, style) =>
		may(step)
			? `<button class="btn btn-xs ${style}" data-step="${step}" data-pick="${index}">${label}</button>`
			: "";
	const row = (p, index) => `<tr class="${p.done ? "text-muted" : ""}">
		<td class="bin">
			<div class="code">${link_to("Warehouse Bin", p.bin, bin_label(p.bin_code))}</div>
			<div class="text-muted small">${escape(p.zone.split(" - ")[0])}</div>
		</td>
		<td class="item">${link_to("Item", p.item_code)}
			<div class="text-muted small">${about(p, name[p.line])}</div>
		</td>
		<td class="quantity">${format_quantity(p.qty)} <span class="text-muted small">${escape(__(uom[p.line]))}</span></td>
		<td class="steps">${
			p.done
				? `<span class="indicator-pill green">${__("Picked")}</span>`
				: button("pick", __("Pick", null, "Outbound Order"), index, "btn-primary") +
				  button("report_short", __("Report Short", null, "Outbound Order"), index, "btn-default")
		}</td>
	</tr>`;
	return `<table class="table table-sm">
		<thead><tr class="text-muted small">
			<th>${__("Bin", null, "Warehouse Bin")}</th>
			<th>${__("Item")}</th>
			<th class="quantity">${__("Quantity")}</th>
			<th></th>
		</tr></thead>
		<tbody>${order.picks.map(row).join("")}</tbody>
	</table>`;
}

function about({ item_code, batch_no, expiry_date }, item_name) {
	const parts = [
		item_name === item_code ? "" : item_name,
		batch_no,
		expiry_date ? __("expires {0}", [frappe.datetime.str_to_user(expiry_date)]) : "",
	];
	return parts.filter(Boolean).map(escape).join(" · ");
}
