// Approvals by policies: buttons on every document whose DocType has one and on the request itself, and a trial of a policy.

import { call, escape, is_allowed, link_to, operation_dialog, person, reason_text } from "./helpers.js";

// Frappe loads scripts for DocTypes by name; a policy can be for any.
$(document).on("form-refresh", (event, frm) => {
	if (!frappe.boot.inventory_doctypes_to_approve?.includes(frm.doctype)) return;
	if (frm.is_new() || frm.doc.docstatus !== 0 || !is_allowed("approval.list")) return;
	show_approval_of_document(frm);
});

async function show_approval_of_document(frm) {
	const { doctype, docname } = frm;
	const args = { only: "of_document", doctype, document: docname, limit: 1 };
	const found = await call("approval.list", args, { type: "GET", refused: () => {} });
	if (!found || frm.docname !== docname) return; // another record is open by now
	const [latest] = found.requests;
	if (latest) {
		const waits = latest.waits_for.length ? ` · ${latest.waits_for.map(person).join(", ")}` : "";
		frm.dashboard.add_comment(
			`${__("Approval")}: ${link_to("Approval Request", latest.name)} ·
				${escape(__(latest.state, null, "Approval Request"))}${waits}`,
			{ Open: "yellow", Approved: "green", Rejected: "red" }[latest.state] || "blue",
			true
		);
	}
	if (latest?.state === "Open") add_buttons(frm, latest);
	else if (is_allowed("approval.request")) add_request_button(frm);
}

function add_request_button(frm) {
	frm.add_custom_button(__("Request Approval"), async () => {
		if (frm.is_dirty()) await frm.save();
		const args = { doctype: frm.doctype, name: frm.docname };
		const made = await call("approval.request", args, { freeze: true });
		if (!made) return;
		const asked = made.waits_for.map(person).join(", ");
		frappe.show_alert({
			message: asked ? __("Asked for approval: {0}", [asked]) : __("It is approved."),
			indicator: "green",
		});
		frm.reload_doc();
	});
}

// Shows the buttons of the request with this name on a form.
export async function show_approval(frm, args) {
	if (!is_allowed("approval.get")) return;
	const found = await call("approval.get", args, { type: "GET", refused: () => {} });
	if (found && frm.docname === args.name) add_buttons(frm, found);
}

function add_buttons(frm, { name, may }) {
	if (may.includes("approve") && is_allowed("approval.approve")) {
		const text = { reason: { label: __("Remark") } };
		button(frm, __("Approve"), "approval.approve", name, text).addClass("btn-primary");
	}
	if (may.includes("reject") && is_allowed("approval.reject")) {
		button(frm, __("Reject"), "approval.reject", name, { reason: { label: __("Why"), reqd: 1 } });
	}
	if (may.includes("withdraw") && is_allowed("approval.withdraw")) {
		button(frm, __("Withdraw"), "approval.withdraw", name, { reason: { label: __("Why") } });
	}
}

function button(frm, label, operation, name, { reason }) {
	const dialog = () =>
		operation_dialog({
			title: label,
			operation,
			fields: [{ fieldname: "reason", fieldtype: "Small Text", ...reason }],
			primary_action_label: label,
			args: (values) => ({ name, reason: values.reason || "" }),
			done: () => frm.reload_doc(),
		}).show();
	return frm.add_custom_button(label, dialog);
}

// Asks for a document and shows which way it would go.
export function try_policy(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Try with a Document"),
		fields: [
			{ fieldname: "name", fieldtype: "Link", options: frm.doc.document_type, label: __("Document"), reqd: 1 },
			{ fieldname: "way", fieldtype: "HTML" },
		],
		primary_action_label: __("Try"),
		primary_action: async ({ name }) => {
			const args = { policy: frm.doc.name, name };
			const tried = await call("approval.try_policy", args, { type: "GET", freeze: true });
			if (tried) dialog.fields_dict.way.$wrapper.html(way_of(tried));
		},
	});
	dialog.show();
}

function way_of({ applies, reasons, steps }) {
	const listed = (texts) => `<ul class="text-muted small">${texts.map((r) => `<li>${escape(r)}</li>`).join("")}</ul>`;
	const head = applies
		? __("Trial run, nobody is notified. It would go this way:")
		: __("Trial run: the policy is not for this document.");
	const of_steps = steps.map(({ step, title, counting, applies, waits_for, reasons }) => {
		const people = applies
			? `${waits_for.map(person).join(", ") || "–"} (${escape(__(counting, null, "Approval Policy Step"))})`
			: __("skipped");
		return `<p style="margin-bottom: 4px"><b>${step}. ${escape(title)}</b> ${people}</p>
			${listed(reasons.map(reason_text))}`;
	});
	return `<p>${head}</p>${listed(reasons.map(reason_text))}${of_steps.join("")}`;
}
