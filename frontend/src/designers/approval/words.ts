/* What the canvas and the rows call things, in the reader's language. */
import { __, language, sentence } from "../../shared/i18n";
import { fieldWord, optionWord, shippedWord } from "./labels";
import { END, inOrder, mergeOf, START, stepOf, type Approver, type Branch, type Condition, type Graph, type Step } from "./model";
import type { ApproverKind, Comparison, Field, Kind, People, Reason } from "./types";

export interface Known {
	fields: Field[];
	people: People;
}

/** Punctuation is no word: it has no row in the translations. */
function signs() {
	return language.value === "zh" ? { comma: "，", between: "、", question: "？", colon: "：" } : { comma: ", ", between: ", ", question: "?", colon: ": " };
}
export function kindLabel(kind: Kind): string {
	return { Approval: __("Approval", null, "Approval Policy Step"), Condition: __("Condition", null, "Approval Policy Step"), "Copy To": __("Copy To", null, "Approval Policy Step") }[kind];
}
export function countingLabel(counting: string): string {
	const labels: Record<string, string> = {
		Any: __("Any", null, "Approval Policy Step"),
		All: __("All", null, "Approval Policy Step"),
		"In Order": __("In Order", null, "Approval Policy Step"),
		Share: __("Share", null, "Approval Policy Step"),
	};
	return labels[counting] || counting;
}
/** The chip on a card. */
export function countingChip(step: Step): string {
	if (step.counting === "All") return __("All approve");
	if (step.counting === "In Order") return __("One after the other");
	if (step.counting === "Share") return __("{0} % approve", [step.share]);
	return __("One approves");
}
/** What the way of counting means, in a sentence. */
export function countingSentence(step: Step): string {
	if (step.counting === "All") return __("Every entry of the list must approve before it goes on; one rejection ends the whole request.");
	if (step.counting === "In Order") return __("Asked one after the other from the top of the list; one rejection ends the whole request.");
	if (step.counting === "Share") return __("{0} % of all these people must approve; it is rejected when so many no longer can.", [step.share]);
	return __("Whoever decides first decides for all; one rejection ends the whole request.");
}
export function timeOutLabel(what: string): string {
	const labels: Record<string, string> = {
		"Remind Only": __("Remind Only", null, "Approval Policy Step"),
		Escalate: __("Escalate", null, "Approval Policy Step"),
		Approve: __("Approve", null, "Approval Policy Step"),
		Reject: __("Reject", null, "Approval Policy Step"),
	};
	return labels[what] || what;
}
export function whenApprovedLabel(what: string): string {
	const labels: Record<string, string> = {
		Nothing: __("Nothing", null, "Approval Policy"),
		Submit: __("Submit", null, "Approval Policy"),
		"Workflow Action": __("Workflow Action", null, "Approval Policy"),
	};
	return labels[what] || what;
}
export function comparisonLabel(comparison: string): string {
	const labels: Record<string, string> = {
		"=": __("is", null, "Comparison"),
		"!=": __("is not", null, "Comparison"),
		">": __("over", null, "Comparison"),
		">=": __("at least", null, "Comparison"),
		"<": __("under", null, "Comparison"),
		"<=": __("at most", null, "Comparison"),
		"One Of": __("is one of", null, "Comparison"),
		Set: __("is filled", null, "Comparison"),
		"Not Set": __("is empty", null, "Comparison"),
	};
	return labels[comparison] || comparison;
}
export const NUMBERS = ["Currency", "Float", "Int", "Percent"];
export function comparisonsOf(field: Field | undefined): Comparison[] {
	if (!field) return ["=", "!=", ">", ">=", "<", "<=", "One Of", "Set", "Not Set"];
	if (field.is_sum || NUMBERS.indexOf(field.type) >= 0) return [">", ">=", "<", "<=", "=", "!="];
	if (/^Date/.test(field.type)) return ["<", "<=", ">", ">=", "=", "Set", "Not Set"];
	if (field.type === "Check") return ["="];
	return ["=", "!=", "One Of", "Set", "Not Set"];
}
export function approverKindLabel(kind: string): string {
	const labels: Record<string, string> = {
		User: __("User", null, "Approval Policy Approver"),
		Role: __("Role", null, "Approval Policy Approver"),
		Storekeeper: __("Storekeeper", null, "Approval Policy Approver"),
		Supervisor: __("Supervisor", null, "Approval Policy Approver"),
		"Manager of Applicant": __("Manager of Applicant", null, "Approval Policy Approver"),
		Applicant: __("Applicant", null, "Approval Policy Approver"),
		"User in Field": __("User in Field", null, "Approval Policy Approver"),
	};
	return labels[kind] || kind;
}
export const APPROVERS: ApproverKind[] = ["Role", "User", "Supervisor", "Storekeeper", "Manager of Applicant", "User in Field"];
export const READERS: ApproverKind[] = ["Role", "User", "Applicant", "Supervisor", "Storekeeper", "User in Field"];

/** Roles of ours and of ERPNext that approve; another one is called as it was made. */
export function roleName(name: string): string {
	const labels: Record<string, string> = {
		"Inventory Manager": __("Inventory Manager"),
		"Warehouse Supervisor": __("Warehouse Supervisor"),
		"Warehouse Operator": __("Warehouse Operator"),
		"Inventory Buyer": __("Inventory Buyer"),
		"Quality Inspector": __("Quality Inspector"),
		"Inventory Director": __("Inventory Director"),
		"Inventory Integration": __("Inventory Integration"),
		"Accounts Manager": __("Accounts Manager"),
		"Accounts User": __("Accounts User"),
		"Purchase Manager": __("Purchase Manager"),
		"Purchase User": __("Purchase User"),
		"Quality Manager": __("Quality Manager"),
		"Sales Manager": __("Sales Manager"),
		"Sales User": __("Sales User"),
		"Stock Manager": __("Stock Manager"),
		"Stock User": __("Stock User"),
		"System Manager": __("System Manager"),
	};
	return labels[name] || name;
}
/** Roles to choose from, the chosen one among them even where nobody has it any more. */
export function roleOptions(people: People, chosen = ""): { value: string; label: string; note: string }[] {
	const listed = people.roles.map((one) => ({ value: one.name, label: roleName(one.name), note: __("{0} people", [one.users]) }));
	return !chosen || people.roles.some((one) => one.name === chosen) ? listed : [{ value: chosen, label: roleName(chosen), note: "" }, ...listed];
}
export function userLabel(name: string, people: People): string {
	const found = people.users.filter((one) => one.name === name)[0];
	return (found && found.full_name) || name;
}
export function fieldName(field: Field): string {
	const [table, column] = field.label.split(": ");
	return column ? fieldWord(table || "") + signs().colon + fieldWord(column) : fieldWord(field.label);
}
export function fieldLabel(name: string, fields: Field[]): string {
	const found = fields.filter((one) => one.field === name)[0];
	return found ? fieldName(found) : name;
}
/** A sentence of the server, with names of people, roles and fields as they are read. */
export function told(reason: Reason, known: Known): string {
	const values: Record<string, string> = {};
	for (const key of Object.keys(reason.values)) values[key] = names(String(reason.values[key]).split(", ").map((one) => readable(one, known)));
	return sentence({ ...reason, values });
}
function readable(text: string, known: Known): string {
	if (text.slice(-2) === " …") return `${readable(text.slice(0, -2), known)} …`; // a list that was cut short
	const user = known.people.users.filter((one) => one.name === text)[0];
	if (user) return user.full_name;
	const field = known.fields.filter((one) => one.label === text)[0];
	if (field) return fieldName(field);
	const step = /^(\d+) \((.*)\)$/.exec(text);
	if (step) return `${step[1]} “${shippedWord(step[2] as string)}”`;
	return roleName(shippedWord(doctypeName(text)));
}
/** Who it is, and what kind of entry that is. */
export function approverText(one: Approver, known: Known): { name: string; note: string; missing: boolean } {
	const { people, fields } = known;
	if (one.approver === "Role") {
		const role = people.roles.filter((other) => other.name === one.role)[0];
		return { name: one.role ? roleName(one.role) : __("No role chosen"), note: role ? __("role, {0} people", [role.users]) : "", missing: !one.role };
	}
	if (one.approver === "User") return { name: one.user ? userLabel(one.user, people) : __("Nobody chosen"), note: "", missing: !one.user };
	if (one.approver === "User in Field")
		return { name: one.user_field ? fieldLabel(one.user_field, fields) : __("No field chosen"), note: __("of the document"), missing: !one.user_field };
	const ofWarehouse = one.approver === "Storekeeper" || one.approver === "Supervisor";
	return { name: approverKindLabel(one.approver), note: ofWarehouse ? __("of its warehouse") : "", missing: false };
}
export function names(list: string[]): string {
	return list.join(signs().between);
}

/** A value as people write it: 10,000 and not 10000. */
export function valueText(one: Condition, fields: Field[]): string {
	const field = fields.filter((other) => other.field === one.field)[0];
	const figure = Number(one.value);
	if (one.value.trim() !== "" && !isNaN(figure) && (!field || field.is_sum || NUMBERS.indexOf(field.type) >= 0))
		return new Intl.NumberFormat(language.value === "zh" ? "zh-CN" : "en", { maximumFractionDigits: 9 }).format(figure);
	if (field && field.type === "Check") return one.value === "1" ? __("Yes", null, "Check") : __("No", null, "Check");
	return field && field.type === "Select" ? optionWord(one.value) : one.value;
}
export function conditionText(one: Condition, fields: Field[]): string {
	const words = [fieldLabel(one.field, fields) || __("field?"), comparisonLabel(one.comparison)];
	if (one.comparison !== "Set" && one.comparison !== "Not Set") words.push(valueText(one, fields) || "?");
	return words.join(" ");
}
export function conditionsText(conditions: Condition[], match: string, fields: Field[]): string {
	const both = (all: string, one: string) => (match === "Any" ? __("{0} or {1}", [all, one]) : __("{0} and {1}", [all, one]));
	return conditions.map((one) => conditionText(one, fields)).reduce((all, one) => (all ? both(all, one) : one), "");
}
/** A branch on its line: its title, else its conditions. */
export function branchText(branch: Branch, fields: Field[]): string {
	if (branch.is_otherwise) return branch.title || __("Otherwise");
	const conditions = conditionsText(branch.conditions, branch.match, fields);
	if (branch.title && conditions) return `${branch.title} · ${conditions}`;
	return branch.title || conditions || __("Without conditions");
}
/** What a step is called: as it was named, else by what it does. */
export function titleOf(step: Step, known: Known): string {
	if (step.title) return step.title;
	const who = names(step.approvers.filter((one) => !approverText(one, known).missing).map((one) => approverText(one, known).name));
	if (step.kind === "Copy To") return who ? __("Copy to {0}", [who]) : kindLabel("Copy To");
	if (step.kind === "Condition") {
		const first = step.branches.filter((one) => !one.is_otherwise && one.conditions.length)[0];
		return first ? conditionsText(first.conditions, first.match, known.fields) + signs().question : kindLabel("Condition");
	}
	if (!who) return kindLabel("Approval");
	return step.counting === "All" && step.approvers.length > 1 ? __("Countersign: {0}", [who]) : __("{0} approves", [who]);
}
/** The second line of a condition's card. */
export function conditionNote(step: Step, known: Known): string {
	const drawn = step.branches.filter((one) => !one.is_otherwise);
	if (drawn.length > 1) return __("{0} branches, tried from the left", [drawn.length]);
	const first = drawn[0];
	if (!first || !first.conditions.length) return __("Choose when it takes this branch");
	return step.title ? conditionsText(first.conditions, first.match, known.fields) : __("Else it takes the other branch");
}
export function hours(value: number): string {
	return __("{0} working hours", [value]);
}
/** The last line of an approval's card. */
export function limitText(step: Step): string {
	if (!step.time_limit) return "";
	const then = step.on_time_out === "Escalate" ? __("then escalated to {0}", [roleName(step.escalate_to) || "?"]) : timeOutThen(step.on_time_out);
	return `${hours(step.time_limit)} · ${then}`;
}
function timeOutThen(what: string): string {
	if (what === "Approve") return __("then approved by itself");
	if (what === "Reject") return __("then rejected by itself");
	return __("then a reminder");
}
export function targetLabel(graph: Graph, id: string, known: Known): string {
	if (id === END) return __("Approved, the end");
	const step = stepOf(graph, id);
	return step ? titleOf(step, known) : "";
}
/** What the one-click fix of a missing otherwise would do. */
export function fixText(graph: Graph, id: string, known: Known): string {
	const target = mergeOf(graph, id);
	const step = stepOf(graph, target);
	if (!step) return __("Fix: straight to the end");
	if (step.kind === "Copy To") return __("Fix: go to copy-to");
	return __("Fix: go to {0}", [titleOf(step, known)]);
}
/** A missing otherwise: who gets stuck there. */
export function stuckText(step: Step, fields: Field[]): string {
	const first = step.branches.filter((one) => !one.is_otherwise);
	const only = first.length === 1 && first[0] && first[0].conditions.length === 1 ? first[0].conditions[0] : undefined;
	if (only && (only.comparison === ">" || only.comparison === ">=") && only.value) {
		const value = valueText(only, fields);
		return only.comparison === ">" ? __("Documents up to {0} have no next step here", [value]) : __("Documents under {0} have no next step here", [value]);
	}
	return __("What meets no branch has no next step here");
}
/** A step as the list for screen readers says it. */
export function spoken(graph: Graph, id: string, known: Known, problems: { text: string; warning: boolean }[]): string {
	if (id === START) return __("Start, {0}", [doctypeName(graph.settings.document_type)]);
	if (id === END) return __("End");
	const step = stepOf(graph, id) as Step;
	const place = inOrder(graph).map((one) => one.id).indexOf(id) + 1;
	const said = __("Step {0}, {1}, {2}", [place, kindLabel(step.kind), titleOf(step, known)]);
	const more = step.kind === "Approval" ? signs().comma + countingChip(step) : "";
	return said + more + problems.map((one) => (one.warning ? __(", warning: {0}", [one.text]) : __(", problem: {0}", [one.text]))).join("");
}
export function doctypeName(name: string): string {
	const labels: Record<string, string> = {
		"Inventory Request": __("Inventory Request"),
		"Inbound Order": __("Inbound Order"),
		"Outbound Order": __("Outbound Order"),
		"Purchase Order": __("Purchase Order"),
		"Material Request": __("Material Request"),
		"Stock Entry": __("Stock Entry"),
		"Stock Reconciliation": __("Stock Reconciliation"),
	};
	return labels[name] || name;
}
export const DOCUMENT_TYPES = ["Inventory Request", "Inbound Order", "Outbound Order", "Purchase Order", "Material Request", "Stock Entry", "Stock Reconciliation"];
