// What the forms of Outbound Orders and waves have in common: a button for each step that this user may take next, on a
// phone in the form too, and sections on top of the form.

import { call, escape, reason_text } from "./helpers.js";

// Shows a button for each of `steps` ({step, label}, as next_steps returns them): `main` is the one that is meant to come
// next, `take(step)` is what a button does. `with_own_buttons` are those that have a place of their own in the form.
export function show_steps(frm, steps, { main, take, with_own_buttons = [] }) {
	frm.clear_custom_buttons();
	for (const { step, label } of steps) {
		const button = frm.add_custom_button(__(label, null, frm.doctype), () => take(step));
		if (step === main) button.removeClass("btn-default").addClass("btn-primary");
		if (step === "cancel") button.addClass("text-danger");
	}
	const shown = steps.filter(({ step }) => !with_own_buttons.includes(step));
	// A phone has a form's buttons in its menu; these are for a thumb.
	if (!frappe.is_mobile() || !shown.length) return;
	const $row = $(`<div class="flow-steps"></div>`);
	for (const { step, label } of shown) {
		const style = step === main ? "btn-primary" : step === "cancel" ? "btn-default text-danger" : "btn-default";
		$(`<button class="btn ${style}">${escape(__(label, null, frm.doctype))}</button>`)
			.on("click", () => take(step))
			.appendTo($row);
	}
	section_on_top(frm, $row, __("Next Step"));
}

// Calls an operation on the form's document, says what was done and shows the form as it is now. With a `key` it is done
// once, however often it is called.
export async function take_step(frm, operation, key, args = { name: frm.doc.name }) {
	const result = await call(operation, args, { key, freeze: true });
	if (result) done(frm)(result);
}

export const done = (frm) => (result) => {
	frappe.show_alert({ message: escape(reason_text(result.message)), indicator: "green" });
	frm.reload_doc();
};

export function confirmed(html) {
	return new Promise((resolve) =>
		frappe.confirm(
			html,
			() => resolve(true),
			() => resolve(false)
		)
	);
}

// Adds a section above those that are there.
export function section_on_top(frm, content, title) {
	if (!document.getElementById("flow-form")) {
		$(`<style id="flow-form">${STYLE}</style>`).appendTo(document.head);
	}
	const body = frm.dashboard.add_section("", title);
	body.append(content);
	body.closest(".form-dashboard-section").prependTo(frm.dashboard.parent);
	frm.dashboard.show();
}

// Returns a state as the pill that lists show.
export function state_pill(doctype, state) {
	const colour = frappe.boot.inventory_state_colours[doctype][state] || "gray";
	return `<span class="indicator-pill ${colour}">${escape(__(state, null, doctype))}</span>`;
}

// Tables of the forms: a bin or a cell is what a storekeeper looks for, so it is big. What is in a column of its own on a
// wide screen (wide) is in a line below another on a phone (narrow).
const STYLE = `
	.flow-table { margin: 0; table-layout: auto; }
	.flow-table th { font-weight: normal; border-top: 0; white-space: nowrap; }
	.flow-table td { vertical-align: middle; }
	.flow-table tr:last-child td { border-bottom: 0; }
	.flow-table .code { font-size: var(--text-lg); font-weight: 600; white-space: nowrap; }
	.flow-table .item { overflow-wrap: anywhere; }
	.flow-table .quantity { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
	.flow-table td.quantity { font-weight: 600; }
	.flow-table .steps { text-align: right; white-space: nowrap; }
	.flow-table .steps .btn + .btn { margin-left: 6px; }
	.flow-table .narrow { display: none; }
	.flow-steps { display: flex; flex-wrap: wrap; gap: 8px; }
	.flow-steps .btn { flex: 1 1 40%; min-height: 44px; font-size: var(--text-lg); }
	@media (max-width: 576px) {
		.flow-table td, .flow-table th { padding-left: 4px; padding-right: 4px; }
		.flow-table .wide { display: none; }
		.flow-table .narrow { display: block; }
		.flow-table .quantity .small { display: block; }
		.flow-table .steps .btn { display: block; width: 100%; padding: 8px 10px; }
		.flow-table .steps .btn + .btn { margin: 6px 0 0; }
	}
`;
