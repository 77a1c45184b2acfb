// How the desk calls the platform's operations.

frappe.provide("inventory_midplatform");

// Answers what the operation answers, or undefined where it was refused: the user has been told so, or `refused(error)`
// was called instead. `key` makes it happen once, however often it is sent. More options are frappe.call's own.
inventory_midplatform.call = async function (operation, args, { key, refused, ...options } = {}) {
	let body = null;
	try {
		const { message } = await frappe.call({
			method: `inventory_midplatform.api.v1.${operation}`,
			args,
			headers: key ? { "Idempotency-Key": key } : {},
			silent: Boolean(refused),
			...options,
			always: (answered) => (body = answered),
		});
		return message;
	} catch (request) {
		if (!request.status) frappe.msgprint(__("The platform cannot be reached."));
		if (request.status === 404) inventory_midplatform.take_back_not_found(body || {}, refused);
		if (refused && body?.error) refused(body.error);
	}
};

// Under every 404 Frappe puts a sentence of its own, that some resource is not available. Ours says which.
inventory_midplatform.take_back_not_found = function ({ _server_messages }, told_elsewhere) {
	if (told_elsewhere || !_server_messages) return frappe.hide_msgprint();
	const [said] = JSON.parse(_server_messages);
	frappe.msgprint({ ...JSON.parse(said), clear: true });
};

// A dialog whose button calls an operation that changes something. One dialog does it once, however often its button is
// pressed and whatever happens to the answer on its way. `args(values)` are the operation's arguments;
// `done(answer, values)` is called when it is done and the dialog is gone.
inventory_midplatform.operation_dialog = function ({ operation, args, done, ...options }) {
	const key = frappe.utils.get_random(20);
	let runs = false;
	const dialog = new frappe.ui.Dialog({
		...options,
		primary_action: async (values) => {
			if (runs) return; // Enter presses a button that is disabled, too
			runs = true;
			const button = dialog.get_primary_btn();
			const answer = await inventory_midplatform.call(operation, args(values), { key, btn: button, freeze: true });
			runs = false;
			if (answer === undefined) return;
			dialog.hide();
			done(answer, values);
		},
	});
	return dialog;
};

inventory_midplatform.format_quantity = function (value) {
	const number = value || 0;
	const decimals = (String(number).split(".")[1] || "").length;
	return format_number(number, null, Math.min(decimals, 9));
};
