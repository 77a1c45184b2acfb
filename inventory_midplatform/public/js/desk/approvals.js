// Approvals by policies: buttons on every document whose DocType has one.

import { add_buttons } from "./approval_buttons.js";
import { call, escape, is_allowed, link_to, person } from "./helpers.js";

const COLOURS = { Open: "yellow", Returned: "orange", Approved: "green", Rejected: "red" };

// Frappe loads scripts for DocTypes by name; a policy can be for any.
$(document).on("form-refresh", (event, frm) => {
	if (!frappe.boot.inventory_doctypes_to_approve?.includes(frm.doctype)) return;
	if (frm.is_new() || frm.doc.docstatus !== 0 || !is_allowed("approval.list")) return;
	if (!has_begun(frm.doc)) show_approval_of_document(frm);
});

// Whether work on an order of a flow has left its first state.
function has_begun({ doctype, state }) {
	const [first] = Object.keys(frappe.boot.inventory_state_colours[doctype] || {});
	return Boolean(first) && state !== first;
}

async function show_approval_of_document(frm) {
	const { doctype, docname } = frm;
	const args = { only: "of_document", doctype, document: docname, limit: 1 };
	const refresh = {};
	frm.latest_look_at_approval = refresh;
	const found = await call("approval.list", args, { type: "GET", refused: () => {} });
	// another record is open by now, or this one was refreshed again
	if (!found || frm.docname !== docname || frm.latest_look_at_approval !== refresh) return;
	const [latest] = found.requests;
	if (latest) {
		const waits = latest.waits_for.map((user) => escape(found.names[user] || user)).join(", ");
		const why = latest.state === "Open" ? waits : escape(latest.reason);
		frm.dashboard.add_comment(
			`${__("Approval")}: ${link_to("Approval Request", latest.name)} ·
				${escape(__(latest.state, null, "Approval Request"))}${why ? ` · ${why}` : ""}`,
			COLOURS[latest.state] || "blue",
			true
		);
	}
	if (latest?.state !== "Open" && is_allowed("approval.request")) add_request_button(frm, latest);
	if (!latest || !["Open", "Returned"].includes(latest.state)) return;
	const request = await call("approval.get", { name: latest.name }, { type: "GET", refused: () => {} });
	if (request && frm.docname === docname) add_buttons(frm, request, () => frm.reload_doc());
}

// Requests the approval; of a document that was returned, again: the same request goes on.
function add_request_button(frm, latest) {
	const is_returned = latest?.state === "Returned";
	const label = is_returned ? __("Ask Again") : __("Request Approval");
	const button = frm.add_custom_button(label, async () => {
		if (frm.is_dirty()) await frm.save();
		const args = { doctype: frm.doctype, name: frm.docname };
		const made = await call("approval.request", args, { freeze: true });
		if (!made) return;
		const asked = made.waits_for.map((user) => escape(made.names[user] || user)).join(", ");
		frappe.show_alert({
			message: asked ? __("Asked for approval: {0}", [asked]) : __("It is approved."),
			indicator: "green",
		});
		frm.reload_doc();
	});
	if (is_returned) button.removeClass("btn-default").addClass("btn-primary");
}
