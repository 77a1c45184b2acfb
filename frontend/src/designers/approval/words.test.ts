import { beforeEach, expect, test } from "vitest";
import { language } from "../../shared/i18n";
import * as model from "./model";
import type { Branch, Step } from "./model";
import type { Content, Field } from "./types";
import { placed } from "./usePolicy";
import { comparisonsOf, conditionText, countingSentence, fixText, spoken, stuckText, titleOf, told, type Known } from "./words";

const FIELDS: Field[] = [
	{ field: "amount", label: "Estimated Amount", type: "Currency", options: "", is_sum: false },
	{ field: "items.qty", label: "Items: Quantity", type: "Float", options: "", is_sum: true },
	{ field: "urgent", label: "Urgent", type: "Check", options: "", is_sum: false },
	{ field: "company", label: "Company", type: "Link", options: "Company", is_sum: false },
];
const KNOWN: Known = { fields: FIELDS, people: { users: [{ name: "wang@example.com", full_name: "Wang" }], roles: [{ name: "Inventory Director", users: 2 }], holiday_lists: [] } };
const CONTENT: Content = {
	title: "Purchases",
	document_type: "Inventory Request",
	steps: [
		{ step: 1, kind: "Approval", counting: "All" },
		{ step: 2, kind: "Condition" },
		{ step: 3, kind: "Approval" },
		{ step: 4, kind: "Copy To" },
	],
	approvers: [
		{ step: 1, approver: "Supervisor" },
		{ step: 1, approver: "User", user: "wang@example.com" },
		{ step: 3, approver: "Role", role: "Inventory Director" },
		{ step: 4, approver: "Applicant" },
	],
	branches: [
		{ step: 2, branch: 1, next_step: "3" },
		{ step: 2, branch: 2, is_otherwise: 1, next_step: "" },
	],
	conditions: [{ step: 2, branch: 1, field: "amount", comparison: ">", value: "10000" }],
};
const graph = model.read(CONTENT);
const step = (number: number) => model.stepOf(graph, `s${number}`) as Step;

beforeEach(() => {
	language.value = "en";
});

test("steps without a name are called by what they do", () => {
	expect(graph.steps.map((one) => titleOf(one, KNOWN))).toEqual(["Countersign: Supervisor, Wang", "Estimated Amount over 10,000?", "Inventory Director approves", "Copy to Applicant"]);
});

test("who gets stuck without an otherwise, and the fix", () => {
	expect(stuckText(step(2), FIELDS)).toBe("Documents up to 10,000 have no next step here");
	expect(fixText(graph, "s2", KNOWN)).toBe("Fix: go to copy-to");
	const two = model.changeBranch(graph, "s2", "s2b1", { conditions: [...(step(2).branches[0] as Branch).conditions, { field: "urgent", comparison: "=", value: "1" }] });
	expect(stuckText(model.stepOf(two, "s2") as Step, FIELDS)).toBe("What meets no branch has no next step here");
});

test("a reader hears place, kind, name, counting, problems and warnings", () => {
	const problems = [
		{ text: "No access", warning: false },
		{ text: "Nobody stands in", warning: true },
	];
	expect(spoken(graph, "s1", KNOWN, problems)).toBe("Step 1, Approval, Countersign: Supervisor, Wang, All approve, problem: No access, warning: Nobody stands in");
});

test.each([
	["amount", ">", "10000", "Estimated Amount over 10,000"],
	["items.qty", "<=", "1000.5", "Items: Quantity at most 1,000.5"],
	["urgent", "=", "1", "Urgent is Yes"],
	["company", "Not Set", "", "Company is empty"],
	["gone", "=", "", "gone is ?"],
] as const)("the condition %s %s %s is read %j", (field, comparison, value, text) => expect(conditionText({ field, comparison, value }, FIELDS)).toBe(text));

test("a number is compared, a text is not", () => {
	expect(comparisonsOf(FIELDS[0])).toContain(">=");
	expect(comparisonsOf(FIELDS[3])).not.toContain(">=");
});

test("what a way of counting means says the share", () => {
	expect(countingSentence({ ...step(1), counting: "Share", share: 60 })).toContain("60 %");
});

test("problems are found at the step that they are about, whatever its number is by now", () => {
	const first = model.insertOn(graph, model.START, "", "Copy To").graph;
	const { numbers } = model.write(first);
	const reason = { template: "Step {step} has nobody who approves.", values: { step: "3" }, sentence: "" };
	const found = placed([{ code: "no_next", step: 3, branch: 2, is_warning: false, reason }], numbers, first, KNOWN);
	expect(found[0]).toMatchObject({ step: "s2", branch: "s2b2", text: "Step 3 has nobody who approves." });
});

test("sentences of the server name people, roles and fields as they are read", () => {
	const reason = { template: "{users}: with the role {name}.", values: { users: "wang@example.com, li@example.com", name: "Inventory Director" }, sentence: "" };
	expect(told(reason, KNOWN)).toBe("Wang, li@example.com: with the role Inventory Director.");
});
