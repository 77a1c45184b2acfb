import { expect, test } from "vitest";
import type { Approval, ApprovalDecision } from "../../api/types";
import { approvedBy, coverOf, delegatedBy, dueOf, historyOf, moment, sparkline, timeLeft, whyOf, workingTime } from "./approvals";

let at = 0;
function row(decision: string, user: string, more: Partial<ApprovalDecision> = {}): ApprovalDecision {
	const time = `2026-11-26 10:${String(++at).padStart(2, "0")}:00`;
	return { step: 1, title: "", user, other_user: "", place: "", to_step: 0, decision, reason: "", attachment: "", round: 1, is_void: 0, asked_at: time, decided_at: decision === "Waiting" ? null : time, at: time, happened: [said(decision.toLowerCase())], ...more };
}
const said = (template: string, values: Record<string, string> = {}) => ({ sentence: "", template, values });
const request = (decisions: ApprovalDecision[], more: Partial<Approval> = {}) => ({ decisions, round: 1, names: { anna: "Anna" }, reasons: [], ...more }) as unknown as Approval;

test("working time is said in hours and minutes", () => {
	expect(workingTime(7 + 2 / 3)).toBe("7 h 40 min of working time");
	expect(workingTime(8)).toBe("8 h of working time");
	expect(workingTime(0.25)).toBe("15 min of working time");
});

test("a moment of today is a time, one of the coming week has its day, another its date", () => {
	const now = new Date(2026, 10, 28, 15, 32); // a Saturday
	expect(moment("2026-11-28 16:40:00", now)).toBe("16:40");
	expect(moment("2026-11-30T09:00:00", now)).toBe("Mon 09:00");
	expect(moment("2026-12-20 09:00:00", now)).toBe("12-20 09:00");
	expect(moment("", now)).toBe("");
});

test("what is left of a time limit says when the clock goes on, and when it is over", () => {
	expect(timeLeft({ hours_left: null, resumes_at: null })).toBeNull();
	expect(timeLeft({ hours_left: 2, resumes_at: null })).toEqual({ text: "2 h of working time left", late: false });
	expect(timeLeft({ hours_left: -1, resumes_at: null })).toEqual({ text: "The time limit is over", late: true });
	expect(dueOf("2026-11-28 16:40:00", new Date(2026, 10, 28, 17, 0))).toMatchObject({ late: true });
	expect(dueOf("2026-11-28 16:40:00", new Date(2026, 10, 28, 15, 0))).toEqual({ text: "by 16:40", late: false });
});

test("stock that ends before the goods arrive is short", () => {
	expect(coverOf({ days_now: 7, lead_days: 9 })).toEqual({ text: "Arrives in 9 days, 2 days short", short: true });
	expect(coverOf({ days_now: 12, lead_days: 9 })).toEqual({ text: "Arrives in 9 days", short: false });
	expect(coverOf({ days_now: null, lead_days: 9 })).toMatchObject({ short: false });
	expect(coverOf({ days_now: 1, lead_days: null })).toBeNull();
});

test("one rate is no line", () => {
	expect(sparkline([300])).toBeNull();
	expect(sparkline([300, 300])).toMatchObject({ x: 96 });
});

test("who approved: not what a return undid", () => {
	const rows = [row("Approved", "anna"), row("Approved", "bert"), row("Approved", "carl", { is_void: 1 })];
	expect(approvedBy(rows)).toEqual(["anna", "bert"]);
	expect(delegatedBy([row("Delegated", "anna", { other_user: "dora" })], "dora")).toBe("anna");
	expect(delegatedBy([], "dora")).toBe("");
});

test("the history has a heading for each round, people by their names, and leaves out what nobody needs to read", () => {
	const rows = [
		row("Requested", "anna"),
		row("Not Needed", "bert", { happened: [] }),
		row("Returned", "bert", { reason: "Too dear" }),
		row("Delegated", "bert", { round: 2, happened: [said("handed it to {user}", { user: "anna" }), said("in a hurry")] }),
		row("Approved", "anna", { round: 2, title: "Director" }),
		row("Reminded", "", { round: 2 }),
		row("Waiting", "dora", { round: 2, title: "Board", at: "2026-11-26 09:30:00" }),
	];
	const days = historyOf(request(rows, { round: 2 }));
	expect(days.map((day) => day.rows.map((one) => `${one.who} ${one.text}`))).toEqual([
		["Anna requested", "bert returned"],
		["bert handed it to Anna · in a hurry", "Anna approved · Director", "System reminded", "dora waiting · Board"],
	]);
	expect(days[0]?.rows[1]).toMatchObject({ kind: "wrong", note: "Too dear" });
	expect(days[1]?.rows[3]).toMatchObject({ kind: "now", time: "09:30" });
});

test("why it came: a condition in words, people by their names", () => {
	const condition = { sentence: "", template: "{name} is {found}, which meets: {comparison} {value}", values: { name: "amount", found: "18600", comparison: ">", value: "10000" } };
	const person = { sentence: "", template: "{user} added you: {reason}", values: { user: "anna", reason: "cold chain" } };
	expect(whyOf({ reasons: [condition, person], names: { anna: "Anna" } })).toBe("Amount is 18,600, more than 10,000; Anna added you: cold chain");
	const other = { ...condition, template: "{name} is {found}, which does not meet: {comparison} {value}" };
	expect(whyOf({ reasons: [other], names: {} })).toBe("Amount is 18,600, not more than 10,000");
});
