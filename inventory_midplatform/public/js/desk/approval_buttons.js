// What people do with an approval in the desk: a button and a dialog for each, on the request and on its document.

import { call, dialog_at_once, escape, is_allowed, operation_dialog, person, reason_text } from "./helpers.js";

const REQUEST = "Approval Request";

export const money = ({ amount, currency }) => (amount ? format_currency(amount, currency) : "");

const remark = () => ({ fieldname: "reason", fieldtype: "Small Text", label: __("Remark") });
const why = () => ({ ...remark(), label: __("Why"), reqd: 1 });

// What a user may do, in the order of the buttons: which operation it is, and what its dialog asks.
function actions(request) {
	const { name, return_to } = request;
	return {
		approve: {
			label: request.amount ? __("Approve {0}", [money(request)]) : __("Approve", null, "Approval Request"),
			operation: "approval.approve",
			may: is_allowed("approval.approve"),
			fields: [remark()],
			args: ({ reason }) => ({ name, reason: reason || "" }),
			style: "btn-primary",
		},
		reject: {
			label: __("Reject", null, "Approval Request"),
			operation: "approval.reject",
			may: is_allowed("approval.reject"),
			fields: [why()],
			args: ({ reason }) => ({ name, reason }),
			style: "btn-danger",
		},
		return: {
			label: __("Return", null, "Approval Request"),
			operation: "approval.return",
			may: is_allowed("approval.return"),
			fields: [
				{
					fieldname: "to_step",
					fieldtype: "Select",
					label: __("Back to"),
					options: [
						{ value: "0", label: __("The applicant") },
						...return_to.map(({ step, title }) => ({ value: String(step), label: title || __("Step {0}", [step]) })),
					],
					default: "0",
					reqd: 1,
				},
				why(),
			],
			args: ({ reason, to_step }) => ({ name, reason, to_step: Number(to_step) }),
		},
		delegate: {
			label: __("Delegate"),
			operation: "approval.delegate",
			may: is_allowed("approval.delegate"),
			fields: [people_field(__("To Whom")), remark()],
			args: ({ user, reason }) => ({ name, to: user, reason: reason || "" }),
		},
		add: {
			label: __("Add Approver"),
			operation: "approval.add_approver",
			may: is_allowed("approval.add_approver"),
			fields: [
				people_field(__("Whom")),
				{
					fieldname: "place",
					fieldtype: "Select",
					label: __("When", null, "Approver"),
					options: [
						{ value: "Before", label: `${__("Before me")}: ${__("They decide first, then you are asked")}` },
						{ value: "After", label: `${__("After me")}: ${__("After you have decided, they are asked")}` },
					],
					default: "Before",
					reqd: 1,
				},
				remark(),
			],
			args: ({ user, place, reason }) => ({ name, approver: user, place, reason: reason || "" }),
		},
		remind: {
			label: __("Remind"),
			operation: "approval.remind",
			may: is_allowed("approval.remind"),
			args: () => ({ name }),
		},
		withdraw: {
			label: __("Withdraw"),
			operation: "approval.withdraw",
			may: is_allowed("approval.withdraw"),
			fields: [{ ...remark(), label: __("Why") }],
			args: ({ reason }) => ({ name, reason: reason || "" }),
		},
		comment: {
			label: __("Comment", null, "Approval Request"),
			may: is_allowed("approval.comment") && is_allowed("approval.attach"),
			dialog: comment_dialog,
		},
	};
}

function people_field(label) {
	return { fieldname: "user", fieldtype: "Autocomplete", label, reqd: 1 };
}

// Adds a button for everything that this user may do. `done()` is called after each.
export function add_buttons(frm, request, done) {
	for (const [what, action] of Object.entries(actions(request))) {
		if (!request.may.includes(what) || !action.may) continue;
		const open = () => (action.dialog ? action.dialog(request, done) : decide(request, action, done));
		const button = frm.add_custom_button(action.label, open);
		if (action.style) button.removeClass("btn-default").addClass(action.style);
		button.attr("data-action", what);
	}
}

function decide(request, { label, operation, fields = [], args }, done) {
	const dialog = operation_dialog({
		title: label,
		operation,
		fields: fields.length ? fields : [{ fieldtype: "HTML", options: reminded(request) }],
		primary_action_label: label,
		args,
		done,
	});
	dialog.show();
	if (dialog.fields_dict.user && is_allowed("approval.people")) offer_people(dialog, request.name);
}

const reminded = ({ waits_for }) => `<p>${__("To {0}", [waits_for.map(person).join(", ")])}</p>`;

// Fills the field for a person with those who may approve this request, as their name is typed. Frappe's field knows a person
// by the text that it shows: it has their address, for two may have one name.
function offer_people(dialog, name) {
	const field = dialog.fields_dict.user;
	const search = async () => {
		const text = field.$input.val() || "";
		const is_chosen = field.get_data().some(({ label }) => label === text);
		if (is_chosen) return;
		const found = await call("approval.people", { name, text }, { type: "GET", refused: () => {} });
		// while it was asked somebody was chosen, or more was typed, which is looked for by itself
		if (!found || field.$input.val() !== text) return;
		field.set_data(found.people.map((one) => ({ value: one.name, label: shown(one) })));
		if (field.$input.is(":focus")) field.awesomplete.evaluate();
	};
	field.$input.on("input", frappe.utils.debounce(search, 250));
	search();
}

const shown = ({ name, full_name }) => (full_name === name ? name : `${full_name} (${name})`);

// A comment, with a file of at most 7 MB if there is one.
function comment_dialog({ name }, done) {
	const dialog = dialog_at_once({
		title: __("Comment", null, "Approval Request"),
		fields: [
			{ fieldname: "text", fieldtype: "Small Text", label: __("Comment", null, "Approval Request"), reqd: 1 },
			{
				fieldname: "file",
				fieldtype: "HTML",
				options: `<label class="control-label">${__("Attachment", null, "Approval Decision")}</label><input type="file" class="form-control">`,
			},
		],
		primary_action_label: __("Write"),
		primary_action: async ({ text }) => {
			const file = dialog.fields_dict.file.$wrapper.find("input")[0].files[0];
			const btn = dialog.get_primary_btn();
			let attachment = "";
			if (file) {
				const content = await base64_of(file);
				const attached = await call("approval.attach", { name, file_name: file.name, content }, { btn, freeze: true });
				if (!attached) return;
				attachment = attached.file_url;
			}
			if (!(await call("approval.comment", { name, text, attachment }, { btn, freeze: true }))) return;
			dialog.hide();
			done();
		},
	});
	dialog.show();
}

function base64_of(file) {
	return new Promise((resolve, reject) => {
		const reader = new FileReader();
		reader.onload = () => resolve(String(reader.result).split(",")[1] || "");
		reader.onerror = reject;
		reader.readAsDataURL(file);
	});
}

// Approves all requests that are chosen in a list, and says of each how it went.
export function approve_chosen(list) {
	const chosen = list.get_checked_items(true);
	if (!chosen.length) return;
	if (chosen.length > 50) return frappe.msgprint(__("At most {0} at once.", [50]));
	operation_dialog({
		title: __("Approve {0} requests", [chosen.length]),
		operation: "approval.approve_many",
		fields: [remark()],
		primary_action_label: __("Approve", null, "Approval Request"),
		args: ({ reason }) => ({ names: chosen, reason: reason || "" }),
		done: ({ results }) => {
			list.clear_checked_items();
			list.refresh();
			show_results(results);
		},
	}).show();
}

// Why one was refused, in the user's language.
function refusal_text({ template, values }) {
	const state = values.state ? { state: __(values.state, null, "Approval Request") } : {};
	return reason_text({ template, values: { ...values, ...state } });
}

function show_results(results) {
	const refused = results.filter(({ is_approved }) => !is_approved).length;
	const row = ({ name, is_approved, error }) => `<tr>
		<td style="white-space: nowrap"><a href="${frappe.utils.get_form_link(REQUEST, name)}">${escape(name)}</a></td>
		<td style="white-space: nowrap"><span class="indicator-pill ${is_approved ? "green" : "red"}">${
			is_approved ? __("Approved", null, "Approval Decision") : __("Refused")
		}</span></td>
		<td>${error ? escape(refusal_text(error)) : ""}</td></tr>`;
	frappe.msgprint({
		title: refused ? __("{0} approved, {1} refused", [results.length - refused, refused]) : __("{0} requests approved", [results.length]),
		indicator: refused ? "orange" : "green",
		message: `<table class="table table-condensed approved-many"><tbody>${results.map(row).join("")}</tbody></table>`,
		wide: true,
	});
}
