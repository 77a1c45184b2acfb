// The form of an Outbound Wave: its walk, its orders, and a button for each step that this user may take next.

import { confirmed, section_on_top, show_steps, state_pill, take_step } from "./flow_form.js";
import { bin_label, call, escape, format_quantity, is_allowed, link_to } from "./helpers.js";

const WAVE = "Outbound Wave";

// What is asked before a step; steps that are not here are taken on the page: by scanning.
const QUESTIONS = {
	release: () => "",
	finish_picking: ({ picks }) =>
		picks.some((p) => !p.done)
			? __("Not all is picked. What is missing becomes further orders when these are shipped.")
			: "",
	close: ({ orders_to_pack }) =>
		orders_to_pack ? __("{0} orders are not packed. They leave the wave and go on by themselves.", [orders_to_pack]) : "",
	cancel: () => __("Cancel this wave? Its orders leave it and stay as they are."),
};

// Shows the wave as it is now, and its steps; called on each refresh of its form.
export async function show_outbound_wave(frm) {
	const request = (frm.wave_request = {});
	if (!is_allowed("wave.get")) return;
	const wave = await call("wave.get", { name: frm.doc.name }, { refused: () => {} });
	if (!wave || frm.wave_request !== request) return; // refused, or the form was refreshed again meanwhile
	const key = frappe.utils.get_random(20);
	const steps = wave.next_steps.filter(({ step }) => QUESTIONS[step]);
	if (wave.orders.length) section_on_top(frm, orders_table(wave), __("Orders in This Wave"));
	if (wave.picks.length) section_on_top(frm, walk_table(wave), __("Picks, in Walking Order"));
	show_steps(frm, steps, {
		main: main_step(wave, steps),
		take: async (step) => {
			const question = QUESTIONS[step](wave);
			if (!question || (await confirmed(question))) take_step(frm, `wave.${step}`, `${key}-${step}`);
		},
	});
}

// The step that is meant to come next; none while there is something to pick or to pack.
function main_step({ picks, orders_to_pack }, steps) {
	if (picks.some((p) => !p.done) || orders_to_pack) return "";
	return ["release", "finish_picking", "close"].find((name) => steps.some(({ step }) => step === name));
}

function walk_table({ picks }) {
	const state = (p) =>
		p.done
			? `<span class="indicator-pill green">${__("Picked")}</span>`
			: `<span class="indicator-pill gray">${__("To Pick", null, "Outbound Wave")}</span>`;
	const row = (p) => `<tr class="${p.done ? "text-muted" : ""}">
		<td>
			<div class="code">${link_to("Warehouse Bin", p.bin, bin_label(p.bin_code))}</div>
			<div class="text-muted small">${escape(p.zone.split(" - ")[0])}</div>
		</td>
		<td class="item">${link_to("Item", p.item_code)}
			<div class="text-muted small">${about(p)}</div>
		</td>
		<td class="quantity wide text-muted">${p.orders}</td>
		<td class="quantity">${format_quantity(p.qty)} <span class="text-muted small">${escape(__(p.stock_uom))}</span>
			<div class="narrow">${state(p)}</div>
		</td>
		<td class="steps wide">${state(p)}</td>
	</tr>`;
	return `<table class="table table-sm flow-table wave-walk">
		<thead><tr class="text-muted small">
			<th>${__("Bin", null, "Warehouse Bin")}</th>
			<th>${__("Item")}</th>
			<th class="quantity wide">${__("Orders")}</th>
			<th class="quantity">${__("Quantity")}</th>
			<th class="wide"></th>
		</tr></thead>
		<tbody>${picks.map(row).join("")}</tbody>
	</table>`;
}

function about({ item_code, item_name, batch_no, expiry_date }) {
	const parts = [
		item_name === item_code ? "" : item_name,
		batch_no,
		expiry_date ? __("expires {0}", [frappe.datetime.str_to_user(expiry_date)]) : "",
	];
	return parts.filter(Boolean).map(escape).join(" · ");
}

function orders_table({ orders }) {
	const row = (o) => `<tr>
		<td class="code">${o.cell || ""}</td>
		<td class="item">${link_to("Outbound Order", o.name)}
			<div class="narrow">${escape(o.customer)}</div>
			<div class="text-muted small">${link_to(o.source_type, o.source_name)}</div>
		</td>
		<td class="item wide">${escape(o.customer)}</td>
		<td class="quantity wide">${o.lines}</td>
		<td class="quantity">${format_quantity(o.picked_qty)} / ${format_quantity(o.qty)}
			<div class="narrow">${state_pill("Outbound Order", o.state)}</div>
		</td>
		<td class="steps wide">${state_pill("Outbound Order", o.state)}</td>
	</tr>`;
	return `<table class="table table-sm flow-table wave-orders">
		<thead><tr class="text-muted small">
			<th>${__("Cell", null, "Outbound Order")}</th>
			<th>${__("Outbound Order")}</th>
			<th class="wide">${__("Customer")}</th>
			<th class="quantity wide">${__("Lines")}</th>
			<th class="quantity">${__("Picked")}</th>
			<th class="wide"></th>
		</tr></thead>
		<tbody>${orders.map(row).join("")}</tbody>
	</table>`;
}
