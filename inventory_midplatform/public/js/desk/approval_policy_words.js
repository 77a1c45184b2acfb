// The words of an Approval Policy as people read it: who approves, on which condition, and the whole as one sentence.

import { escape, person } from "./helpers.js";

export const shown_number = (value) => escape(String(flt(value)));

const of_step = (rows, step) => (rows || []).filter((row) => row.step === step);

// Returns who approves a step, as HTML; how they count is said elsewhere.
export function people_text(frm, { step }) {
	const people = of_step(frm.doc.approvers, step).map((row) => approver_text(frm, row));
	return people.length ? people.join("; ") : `<b class="text-danger">${escape(__("nobody"))}</b>`;
}

function approver_text(frm, { approver, user, role, user_field }) {
	const full_name = frm.policy?.names?.[user];
	if (approver === "User") return full_name ? escape(full_name) : user ? person(user) : "–";
	if (approver === "Role") return escape(role ? __("role {0}", [__(role)]) : "–");
	if (approver === "User in Field") return escape(user_field ? __("the user in {0}", [field_text(frm, user_field)]) : "–");
	return escape(
		{
			Storekeeper: __("the warehouse's storekeeper"),
			Supervisor: __("the warehouse's supervisor"),
			"Manager of Applicant": __("the applicant's manager"),
			Applicant: __("the applicant"),
		}[approver] || approver
	);
}

// Returns how people call a field of the documents.
export function field_text(frm, field) {
	if (frm.labels?.[field]) return frm.labels[field];
	const [table, column] = field.split(".");
	const doctype = frm.doc.document_type;
	const df = frappe.meta.get_docfield(doctype, table);
	if (!column) return df ? __(df.label, null, doctype) : field;
	const of_rows = df && frappe.meta.get_docfield(df.options, column);
	return of_rows ? `${__(df.label, null, doctype)}: ${__(of_rows.label, null, df.options)}` : field;
}

// Returns the conditions of a branch, or of the policy (step 0), as HTML.
export function condition_text(frm, step, { branch = 0, match } = {}) {
	const rows = of_step(frm.doc.conditions, step).filter((row) => !step || row.branch === branch);
	const joined = ` ${match === "Any" ? __("or") : __("and")} `;
	return rows.map((row) => escape(compared(frm, row))).join(escape(joined));
}

function compared(frm, { field, comparison, value }) {
	const parts = [field ? field_text(frm, field) : "–", limit(value)];
	switch (comparison) {
		case ">":
			return __("{0} over {1}", parts);
		case ">=":
			return __("{0} from {1}", parts);
		case "<":
			return __("{0} below {1}", parts);
		case "<=":
			return __("{0} up to {1}", parts);
		case "!=":
			return __("{0} is not {1}", parts);
		case "One Of":
			return __("{0} is one of {1}", parts);
		case "Set":
			return __("{0} is set", parts);
		case "Not Set":
			return __("{0} is not set", parts);
		default:
			return __("{0} is {1}", parts);
	}
}

function limit(value) {
	const text = String(value ?? "").trim();
	return /^-?\d+(\.\d+)?$/.test(text) ? Number(text).toLocaleString("en", { maximumFractionDigits: 9 }) : text || "–";
}

// Returns the policy as one sentence, as HTML: from who requests it to the end, branches in words.
export function sentence_of(frm) {
	const graph = new Graph(frm);
	const begins = frm.doc.starter_role
		? __("{0} requests approval", [__(frm.doc.starter_role)])
		: __("The applicant requests approval");
	const whole = condition_text(frm, 0, { match: frm.doc.match });
	const only = whole ? ` (${escape(__("only where"))} ${whole})` : "";
	return [escape(begins) + only, ...graph.phrases(graph.first, null), escape(__("it is approved"))].join(" → ");
}

class Graph {
	constructor(frm) {
		this.frm = frm;
		this.steps = new Map((frm.doc.steps || []).map((row) => [row.step, row]));
		this.numbers = [...this.steps.keys()].sort((a, b) => a - b);
		this.first = this.numbers[0];
	}

	branches(step) {
		const own = of_step(this.frm.doc.branches, step);
		return own.sort((a, b) => a.is_otherwise - b.is_otherwise || a.branch - b.branch);
	}

	number_of(next_step, step) {
		if (next_step === "End") return 0;
		if (next_step) return cint(next_step);
		return step ? this.numbers.find((number) => number > step) || 0 : 0;
	}

	next_steps(step) {
		const row = this.steps.get(step);
		if (!row) return [];
		if (row.kind !== "Condition") return [this.number_of(row.next_step, step)];
		return this.branches(step).map((branch) => this.number_of(branch.next_step));
	}

	// Returns every step that can come from here on, itself first, 0 for the end.
	reached(step) {
		const found = [step];
		for (const number of found) {
			for (const next of this.next_steps(number)) if (!found.includes(next)) found.push(next);
		}
		return found;
	}

	// Returns the step where all branches of a condition come together again.
	join_of(step) {
		const ways = this.branches(step).map((branch) => this.reached(this.number_of(branch.next_step)));
		return ways.length ? ways[0].find((number) => ways.every((way) => way.includes(number))) ?? 0 : 0;
	}

	// Returns what happens from a step on until another one, each as HTML. A loop is walked once.
	phrases(step, until, seen = []) {
		const row = this.steps.get(step);
		if (!row || step === until || seen.includes(step)) return [];
		const known = [...seen, step];
		if (row.kind !== "Condition") {
			const [next] = this.next_steps(step);
			return [this.phrase(row), ...this.phrases(next, until, known)];
		}
		const join = this.join_of(step);
		const parts = this.branches(step).map((branch) => {
			const way = this.phrases(this.number_of(branch.next_step), join, known);
			const then = way.length ? way.join(" → ") : escape(__("no further step"));
			if (branch.is_otherwise) return way.length ? `${escape(__("otherwise"))}: ${then}` : "";
			const conditions = condition_text(this.frm, step, branch) || "–";
			return `${escape(__("if"))} ${conditions}: ${then}`;
		});
		const said = parts.filter(Boolean).join("; ");
		return [said, ...this.phrases(join, until, known)].filter(Boolean);
	}

	phrase(row) {
		const people = of_step(this.frm.doc.approvers, row.step).map(
			(approver) => `<b>${approver_text(this.frm, approver)}</b>`
		);
		const fill = (template, parts) =>
			escape(template).replace(/\{(\d)\}/g, (whole, place) => parts[place] ?? whole);
		const together = people.join(` ${escape(__("and"))} `) || `<b>${escape(__("nobody"))}</b>`;
		const any = people.join(` ${escape(__("or"))} `) || `<b>${escape(__("nobody"))}</b>`;
		if (row.kind === "Copy To") return fill(__("copied to {0}", ["{0}"]), [together]);
		if (row.counting === "All" && people.length > 1) return fill(__("{0} all approve", ["{0}"]), [together]);
		if (row.counting === "In Order" && people.length > 1) {
			return fill(__("{0} approve in order", ["{0}"]), [people.join(`, ${escape(__("then"))} `)]);
		}
		if (row.counting === "Share") {
			return fill(__("{0} % of {1} approve", ["{0}", "{1}"]), [shown_number(row.share), any]);
		}
		return fill(__("{0} approves", ["{0}"]), [any]);
	}
}
