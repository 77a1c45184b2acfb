// The form of an Approval Policy: the drawing read as rows and as one sentence, what is wrong with it above the tables in which
// it is typed, and the buttons that switch it on, draw it and try it.

import { condition_text, field_text, people_text, sentence_of, shown_number } from "./approval_policy_words.js";
import { call, dialog_at_once, escape, is_allowed, person, reason_text } from "./helpers.js";

const CANVAS = "/inventory/work#/policy/";
const TABLES = ["steps", "approvers", "branches", "conditions"];
const OF_POLICY = [
	"document_type",
	"match",
	"starter_role",
	"ask_once",
	"allow_own",
	"allow_redirecting",
	"if_nobody",
	"when_approved",
	"workflow_action",
	"holiday_list",
	"day_begins",
	"day_ends",
];
const CHECK_AFTER = 600; // milliseconds without a key

export async function show_policy(frm) {
	show_in_words(frm);
	watch(frm);
	frm.policy = null;
	draw(frm, []);
	await read_fields(frm);
	if (frm.is_new()) return check(frm);
	if (!is_allowed("approval.get_policy")) return;
	const name = frm.docname;
	const policy = await call("approval.get_policy", { name }, { type: "GET", refused: () => {} });
	if (!policy || frm.docname !== name) return; // another record is open by now
	frm.policy = policy;
	show_state(frm, policy);
	add_buttons(frm, policy);
	draw(frm, policy.problems);
}

function show_state(frm, { enabled, version, is_draft, draft_version }) {
	if (frm.is_dirty()) return; // Frappe says that it is not saved
	if (is_draft) return frm.page.set_indicator(__("Draft v{0}", [draft_version]), "blue");
	const [text, color] = enabled ? [__("v{0} in Force", [version]), "green"] : [__("Switched Off"), "gray"];
	frm.page.set_indicator(text, color);
}

function add_buttons(frm, policy) {
	frm.add_custom_button(__("Draw on Canvas"), () => {
		window.open(`${CANVAS}${encodeURIComponent(frm.docname)}`, "_blank");
	});
	if (is_allowed("approval.try_policy")) {
		frm.add_custom_button(__("Try with a Document"), () => saved(frm, () => try_policy(frm)));
	}
	if (policy.enabled && is_allowed("approval.switch_off")) {
		frm.add_custom_button(__("Switch Off"), () => switch_off(frm, policy));
	}
	if ((policy.is_draft || !policy.enabled) && is_allowed("approval.switch_on")) {
		const label = __("Switch On v{0}", [policy.draft_version]);
		frm.add_custom_button(label, () => saved(frm, () => switch_on(frm))).addClass("btn-primary");
	}
}

// Saves what is typed, then goes on with the form as it is then.
async function saved(frm, go_on) {
	if (frm.is_dirty()) await frm.save();
	if (!frm.is_dirty()) go_on();
}

async function switch_on(frm) {
	const { name } = frm.doc;
	const policy = await call("approval.get_policy", { name }, { type: "GET", freeze: true });
	if (!policy) return;
	const errors = policy.problems.filter((problem) => !problem.is_warning);
	if (errors.length) {
		draw(frm, policy.problems);
		frappe.msgprint({
			title: count_of_errors(errors.length),
			indicator: "red",
			message: `<ul>${errors.map((problem) => `<li>${said(problem)}</li>`).join("")}</ul>`,
		});
		return;
	}
	const { open } = policy.running;
	const running = open ? `<p>${escape(__("{0} requests are running by v{1} and end by it.", [open, policy.version]))}</p>` : "";
	const question = escape(__("v{0} decides from now on who approves: {1}", [policy.draft_version, __(policy.document_type)]));
	frappe.confirm(`<p>${question}</p>${running}`, async () => {
		if (!(await call("approval.switch_on", { name }, { freeze: true }))) return;
		frappe.show_alert({ message: __("v{0} is in force.", [policy.draft_version]), indicator: "green" });
		frm.reload_doc();
	});
}

function switch_off(frm, policy) {
	const { open } = policy.running;
	const running = open ? `<p>${escape(__("{0} running requests go on.", [open]))}</p>` : "";
	frappe.confirm(`<p>${escape(__("Nobody is asked by this policy any more."))}</p>${running}`, async () => {
		if (await call("approval.switch_off", { name: frm.doc.name }, { freeze: true })) frm.reload_doc();
	});
}

// Frappe shows the values of a Select in a table, and the names of roles, without the context in which they are translated.
function show_in_words(frm) {
	for (const field of ["match", "when_approved", "starter_role", "if_nobody"]) {
		const { df } = frm.fields_dict[field];
		df.formatter = formatter_of(frm, "Approval Policy", field, df.fieldtype, df.options);
		frm.refresh_field(field);
	}
	for (const field of TABLES) {
		const { grid } = frm.fields_dict[field];
		for (const { fieldname, fieldtype, options } of frappe.get_meta(grid.doctype).fields) {
			const formatter = formatter_of(frm, grid.doctype, fieldname, fieldtype, options);
			if (formatter) grid.update_docfield_property(fieldname, "formatter", formatter);
			if (fieldtype !== "Select" || typeof options !== "string") continue;
			const words = options.split("\n").map((value) => ({ value, label: __(value, null, grid.doctype) }));
			grid.update_docfield_property(fieldname, "options", words);
		}
	}
}

function formatter_of(frm, doctype, fieldname, fieldtype, options) {
	if (["field", "user_field"].includes(fieldname)) return (value) => escape(value ? field_text(frm, value) : "");
	if (fieldtype === "Select") return (value) => escape(__(value || "", null, doctype));
	if (fieldtype === "Link" && options === "Role") return (value) => escape(__(value || ""));
	if (fieldtype === "Link" && options === "User") return person;
	if (fieldname === "next_step") return (value) => escape(value === "End" ? __("End") : value || "");
}

// What is typed is drawn and checked at once.

function watch(frm) {
	if (frm.watches_rows) return;
	frm.watches_rows = true;
	const changed = frappe.utils.debounce(() => check(frm), CHECK_AFTER);
	for (const field of TABLES) {
		const { doctype } = frm.fields_dict[field].grid;
		for (const { fieldname } of frappe.get_meta(doctype).fields) {
			frappe.model.on(doctype, fieldname, changed);
		}
		frappe.ui.form.on(doctype, { [`${field}_remove`]: changed, [`${field}_add`]: changed, [`${field}_move`]: changed });
	}
	const events = Object.fromEntries(OF_POLICY.map((field) => [field, changed]));
	frappe.ui.form.on("Approval Policy", {
		...events,
		document_type: async () => {
			await read_fields(frm);
			changed();
		},
	});
}

async function check(frm) {
	if (cur_frm !== frm) return;
	draw(frm, frm.problems || []);
	if (!is_allowed("approval.check_policy") || !frm.doc.document_type) return;
	const number = (frm.check_number = (frm.check_number || 0) + 1);
	const refused = (error) => number === frm.check_number && draw(frm, [unreadable(error)]);
	const found = await call("approval.check_policy", { content: content_of(frm.doc) }, { refused });
	if (found && number === frm.check_number) draw(frm, found.problems);
}

const unreadable = ({ message }) => ({
	step: 0,
	branch: 0,
	is_warning: false,
	reason: { template: message, values: {} },
});

function content_of(doc) {
	const content = Object.fromEntries(OF_POLICY.map((field) => [field, doc[field] ?? ""]));
	for (const field of ["ask_once", "allow_own", "allow_redirecting"]) content[field] = cint(doc[field]);
	for (const table of TABLES) {
		content[table] = (doc[table] || []).map((row) =>
			Object.fromEntries(
				frappe
					.get_meta(row.doctype)
					.fields.filter(({ fieldtype }) => !frappe.model.no_value_type.includes(fieldtype))
					.map((df) => [df.fieldname, value_of(row[df.fieldname], df)])
			)
		);
	}
	return content;
}

function value_of(value, { fieldtype }) {
	if (["Int", "Check"].includes(fieldtype)) return cint(value);
	return ["Float", "Percent"].includes(fieldtype) ? flt(value) : value || "";
}

// The fields of the documents, by the labels that people know.

async function read_fields(frm) {
	const doctype = frm.doc.document_type;
	if (!doctype || frm.labels_of === doctype) return;
	await new Promise((done) => frappe.model.with_doctype(doctype, done));
	frm.labels_of = doctype;
	frm.fields_dict.conditions.grid.refresh();
	if (!is_allowed("approval.policy_fields")) return;
	const found = await call("approval.policy_fields", { doctype }, { type: "GET", refused: () => {} });
	if (!found || frm.doc.document_type !== doctype) return;
	frm.labels = Object.fromEntries(found.fields.map(({ field, label }) => [field, label]));
	offer(frm, "conditions", "field", found.fields);
	const users = found.fields.filter(({ type, options }) => type === "Link" && options === "User");
	offer(frm, "approvers", "user_field", users);
}

// Frappe's field knows an option by its label alone: where two fields share one, it has their names too.
function offer(frm, table, fieldname, fields) {
	const said = ({ label, is_sum }) => (is_sum ? __("Sum of {0}", [label]) : label);
	const is_shared = (one) => fields.filter((other) => said(other) === said(one)).length > 1;
	const options = fields.map((one) => ({
		value: one.field,
		label: is_shared(one) ? `${said(one)} (${one.field})` : said(one),
		description: one.field,
	}));
	const { grid } = frm.fields_dict[table];
	grid.update_docfield_property(fieldname, "fieldtype", "Autocomplete");
	grid.update_docfield_property(fieldname, "options", options);
}

// The drawing as a table that is read: a condition has its branches under it, a problem stands where it is.

function draw(frm, problems) {
	frm.problems = problems;
	const { $wrapper } = frm.fields_dict.overview;
	const { steps = [] } = frm.doc;
	if (!steps.length) {
		$wrapper.html(of_whole(problems) + empty(frm));
		return;
	}
	$wrapper.html(`
		${of_whole(problems)}
		<div class="table-responsive"><table class="table table-bordered policy-steps" style="margin-bottom: 0; background: var(--card-bg)">
			<thead><tr class="text-muted small">${headings().map((text) => `<th style="word-break: keep-all">${escape(text)}</th>`).join("")}</tr></thead>
			<tbody>${[...steps].sort((a, b) => a.step - b.step).map((step) => rows_of(frm, step, problems)).join("")}</tbody>
		</table></div>
		<div class="row" style="margin: var(--margin-md) -15px">
			<div class="col-md-7">${card(__("Read as One Sentence"), sentence_of(frm))}</div>
			<div class="col-md-5">${card(__("Versions"), versions(frm))}</div>
		</div>`);
	$wrapper.find("tr[data-row]").on("click keydown", (event) => {
		if (event.type === "keydown" && event.key !== "Enter") return;
		open_row(frm, event.currentTarget.dataset);
	});
}

const headings = () => [
	__("Step"),
	__("Kind", null, "Approval Policy Step"),
	__("Title", null, "Approval Policy Step"),
	__("Condition"),
	__("Who Approves"),
	__("How Approvers Count", null, "Approval Policy Step"),
	__("Time Limit (Hours)"),
	__("When the Time Is Over", null, "Approval Policy Step"),
	__("Next Step", null, "Approval Policy Step"),
];

function empty(frm) {
	const text = frm.is_new()
		? __("Save the policy with its title and documents, then draw it on the canvas or type its steps below.")
		: __("Nothing is drawn yet. Draw it on the canvas or type its steps below.");
	return `<p class="text-muted">${escape(text)}</p>`;
}

function rows_of(frm, step, problems) {
	const { branches = [] } = frm.doc;
	const own = branches.filter((branch) => branch.step === step.step);
	const sorted = own.sort((a, b) => a.is_otherwise - b.is_otherwise || a.branch - b.branch);
	const is_condition = step.kind === "Condition";
	const is_approval = step.kind === "Approval";
	const cells = [
		shown_number(step.step),
		escape(__(step.kind, null, "Approval Policy Step")),
		`<b>${escape(step.title || "")}</b>`,
		"",
		is_condition ? "" : people_text(frm, step),
		is_approval ? counting(step) : "",
		is_approval && step.time_limit ? `<div class="text-right">${shown_number(step.time_limit)}</div>` : "",
		is_approval && step.time_limit ? time_out(step) : "",
		is_condition ? "" : escape(next_text(frm, step)),
	];
	const of = (branch) =>
		problems.filter((problem) => problem.step === step.step && problem.branch === (branch?.branch || 0));
	return [
		row("steps", step, cells, of()),
		...(is_condition ? sorted.map((branch) => branch_row(frm, step, branch, of(branch))) : []),
	].join("");
}

function branch_row(frm, step, branch, problems) {
	const conditions = branch.is_otherwise ? escape(__("all others")) : condition_text(frm, step.step, branch);
	const title = branch.title || (branch.is_otherwise ? __("Otherwise") : "");
	const cells = [
		`<span class="text-muted">${shown_number(step.step)}.${shown_number(branch.branch)}</span>`,
		`<span style="padding-left: var(--padding-md)">${escape(__("Branch"))}</span>`,
		escape(title),
		conditions || "–",
		"",
		"",
		"",
		"",
		branch.next_step
			? escape(target_text(frm, branch.next_step))
			: `<b class="text-danger">${escape(__("not drawn"))}</b>`,
	];
	return row("branches", branch, cells, problems);
}

function row(table, { name }, cells, problems) {
	const is_wrong = problems.some((problem) => !problem.is_warning);
	const background = is_wrong ? "background: var(--bg-red);" : "";
	const under = problems.map(
		(problem) => `<tr style="${background}"><td></td><td colspan="${cells.length - 1}">${marked(problem)}</td></tr>`
	);
	return `<tr data-row="${escape(name)}" data-table="${table}" tabindex="0" style="cursor: pointer; ${background}"
		title="${escape(__("Edit"))}">${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>${under.join("")}`;
}

const marked = (problem) =>
	`<span class="${problem.is_warning ? "text-warning" : "text-danger"}">${problem.is_warning ? "ⓘ" : "⚠"} ${said(problem)}</span>`;

const said = ({ reason }) => escape(reason_text(reason));

function of_whole(problems) {
	const errors = problems.filter((problem) => !problem.is_warning);
	const warnings = problems.length - errors.length;
	const own = problems.filter((problem) => !problem.step);
	if (!problems.length) return "";
	const counted = [
		errors.length ? `<b class="text-danger">⚠ ${escape(count_of_errors(errors.length))}</b>` : "",
		warnings ? `<span class="text-warning">ⓘ ${escape(__("{0} warnings", [warnings]))}</span>` : "",
	];
	return `<p>${counted.filter(Boolean).join(" &nbsp; ")}</p>${own.map((problem) => `<p>${marked(problem)}</p>`).join("")}`;
}

const count_of_errors = (count) =>
	count === 1 ? __("Fix 1 problem before it is switched on") : __("Fix {0} problems before it is switched on", [count]);

function counting(step) {
	const text = escape(__(step.counting || "Any", null, "Approval Policy Step"));
	return step.counting === "Share" ? `${text} ${shown_number(step.share)} %` : text;
}

function time_out(step) {
	const text = escape(__(step.on_time_out || "Remind Only", null, "Approval Policy Step"));
	return step.on_time_out === "Escalate" && step.escalate_to ? `${text}: ${escape(__(step.escalate_to))}` : text;
}

// Empty is the step with the next higher number, or the end.
function next_text(frm, step) {
	if (step.next_step) return target_text(frm, step.next_step);
	const later = frm.doc.steps.map((other) => other.step).filter((number) => number > step.step);
	return later.length ? target_text(frm, String(Math.min(...later))) : __("End");
}

function target_text(frm, next_step) {
	if (next_step === "End") return __("End");
	const target = frm.doc.steps.find((other) => String(other.step) === String(next_step));
	return target?.title ? `${next_step} ${target.title}` : String(next_step);
}

const card = (title, content) => `<div class="frappe-card" style="padding: var(--padding-md); height: 100%">
	<div class="text-muted small" style="margin-bottom: var(--margin-xs)">${escape(title)}</div>${content}</div>`;

function versions(frm) {
	const { policy } = frm;
	if (!policy) return `<span class="text-muted">${escape(__("Not saved yet"))}</span>`;
	const { version, is_draft, draft_version, enabled, running } = policy;
	const lines = [];
	if (version) {
		const state = enabled
			? `<span class="indicator-pill green">${escape(__("in force"))}</span>`
			: `<span class="indicator-pill gray">${escape(__("Switched Off"))}</span>`;
		const counts = __("{0} running, {1} closed", [running.open, running.closed]);
		lines.push(`<b>v${version}</b> ${state} ${escape(counts)}`);
	}
	if (is_draft) {
		const text = version ? __("these rows, which ask nobody yet") : __("never switched on");
		lines.push(
			`<b>v${draft_version}</b> <span class="indicator-pill blue">${escape(__("Draft", null, "Approval Policy"))}</span> ${escape(text)}`
		);
	}
	return lines.map((line) => `<div style="margin-bottom: var(--margin-xs)">${line}</div>`).join("");
}

function open_row(frm, { row: name, table }) {
	const { grid } = frm.fields_dict[table];
	frm.scroll_to_field(table);
	grid.grid_rows_by_docname[name]?.toggle_view(true);
}

// Asks for a document and shows which way it would go.
function try_policy(frm) {
	const dialog = dialog_at_once({
		title: __("Try with a Document"),
		size: "large",
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

function way_of({ applies, reasons, steps, hours, names }) {
	const text_of = (reason) => reason_text(reason, names);
	const listed = (texts) => `<ul class="text-muted small" style="padding-left: 18px">${texts.map((text) => `<li>${escape(text)}</li>`).join("")}</ul>`;
	const head = applies
		? __("Trial run, nobody is notified. It would go this way:")
		: __("Trial run: the policy is not for this document.");
	const time = hours ? ` <span class="text-muted">${escape(__("{0} working hours at most", [hours]))}</span>` : "";
	const taken = steps.filter((step) => step.applies).map((step) => tried_step(step, names, listed(step.reasons.map(text_of))));
	const skipped = steps.filter((step) => !step.applies && applies);
	const others = skipped.length
		? `<p class="text-muted small">${escape(__("Not on this way: {0}", [skipped.map(title_of).join(", ")]))}</p>`
		: "";
	return `<p><b>${escape(head)}</b>${time}</p>${listed(reasons.map(text_of))}${taken.join("")}${others}`;
}

const title_of = ({ step, title }) => (title ? `${step} ${title}` : String(step));

function tried_step(step, names, reasons) {
	const people = step.waits_for.map((user) => escape(names[user] || user)).join(", ");
	const kind = escape(__(step.kind, null, "Approval Policy Step"));
	const how = step.kind === "Approval" && people ? ` (${counting(step)})` : "";
	return `<p style="margin-bottom: 4px"><span class="text-muted">${kind}</span> <b>${escape(title_of(step))}</b> ${people}${how}</p>
		${reasons}`;
}
