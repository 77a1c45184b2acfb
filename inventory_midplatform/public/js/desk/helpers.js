// What every script of ours uses: texts and numbers for HTML, and calls of the platform's operations.

// Returns a value as text that is safe in HTML.
export const escape = (value) => frappe.utils.escape_html(String(value ?? ""));

// Returns a quantity in the user's number format, with the digits that it has.
export function format_quantity(value) {
	const number = value || 0;
	const decimals = (String(number).split(".")[1] || "").length;
	return format_number(number, null, Math.min(decimals, 9));
}

export const is_allowed = (operation) => frappe.boot.inventory_operations.includes(operation);

// Returns the link to a record, or only its text for a user who may not read the DocType.
export function link_to(doctype, name, label = name) {
	if (!frappe.model.can_read(doctype)) return escape(label);
	return `<a href="${frappe.utils.get_form_link(doctype, name)}">${escape(label)}</a>`;
}

// Returns a user's full name, as far as the desk knows it.
export const person = (user) => escape(user ? frappe.user.full_name(user) : "");

// Shows the assignee by name on read-only forms and on cards, where Frappe shows the e-mail address.
export function show_assignee_by_name(doctype, docname) {
	frappe.meta.get_docfield(doctype, "assignee", docname).formatter = person;
}

export const bin_label = (bin_code) => (bin_code === "UNPLACED" ? __("Unplaced") : bin_code);

const TERMS = ["strategy", "role", "doctype"]; // values of reasons that are words
const PEOPLE = ["user", "users", "to", "applicant"];

// A reason as the API returns it ({template, values}), in the user's language, with people's full names where they are given.
export const reason_text = ({ template, values }, names = {}) =>
	__(template).replace(/{(\w+)}/g, (placeholder, name) => {
		const value = values[name] ?? placeholder;
		if (PEOPLE.includes(name)) return value.split(", ").map((user) => names[user] || user).join(", ");
		return TERMS.includes(name) ? __(value) : value;
	});

// Calls an operation and returns its result, or undefined if it was refused: the user has seen why, or `refused(error)`
// was called instead. With a `key` it happens once, however often it is sent. More options are those of frappe.call.
export async function call(operation, args, { key, refused, ...options } = {}) {
	let body = null;
	try {
		const { message } = await frappe.call({
			method: `inventory_midplatform.api.v1.${operation}`,
			args,
			headers: key ? { "Idempotency-Key": key } : {},
			silent: Boolean(refused),
			...options,
			always: (response) => (body = response),
		});
		return message;
	} catch (request) {
		if (!request.status) frappe.msgprint(__("The platform cannot be reached."));
		if (request.status === 404) show_only_our_message(body || {}, refused);
		if (refused && body?.error) refused(body.error);
	}
}

// Under every 404 Frappe adds a sentence of its own, that some resource is not available. Ours says which.
function show_only_our_message({ _server_messages }, shown_elsewhere) {
	if (shown_elsewhere || !_server_messages) return frappe.hide_msgprint();
	const [first] = JSON.parse(_server_messages);
	frappe.msgprint({ ...JSON.parse(first), clear: true });
}

// Returns a dialog that is there at once. Where Frappe fades one in, it takes the focus to the first field when it is done:
// what a user types before that ends up in another field than the one it was meant for.
export const dialog_at_once = (options) => new frappe.ui.Dialog({ animate: false, ...options });

// Returns a dialog whose button calls an operation that changes something. One dialog does it once, however often its
// button is pressed and whatever happens to the response. `args(values)` are the operation's arguments;
// `done(result, values)` is called when it is done and the dialog is gone.
export function operation_dialog({ operation, args, done, ...options }) {
	const key = frappe.utils.get_random(20);
	let is_running = false;
	const dialog = dialog_at_once({
		...options,
		primary_action: async (values) => {
			if (is_running) return; // Enter presses a button that is disabled, too
			is_running = true;
			const btn = dialog.get_primary_btn();
			const result = await call(operation, args(values), { key, btn, freeze: true });
			is_running = false;
			if (result === undefined) return;
			dialog.hide();
			done(result, values);
		},
	});
	return dialog;
}
