import type { Approval, ApprovalDecision, LineNumbers, Reason } from "../../api/types";
import { dueAt, number, unit } from "../../shared/format";
import { __, language, sentence } from "../../shared/i18n";
import type { IconName } from "../../shared/icons";

/** What a person is called; the server sends the names of everybody who appears. */
export function nameOf(request: { names: Record<string, string> }, user: string): string {
	return request.names[user] || user;
}

/** Working time as people say it: 7 h 40 min. */
export function workingTime(hours: number): string {
	const minutes = Math.max(0, Math.round(Math.abs(hours) * 60));
	const whole = Math.floor(minutes / 60);
	if (!whole) return __("{0} min of working time", [minutes]);
	return minutes % 60 ? __("{0} h {1} min of working time", [whole, minutes % 60]) : __("{0} h of working time", [whole]);
}

/** A moment of the server's: the time alone today, with its weekday within a week, else its date. */
export function moment(value: string | null | undefined, now = new Date()): string {
	const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)[T ](\d+:\d+)/.exec(value || "") || [];
	if (!year || !time) return value || "";
	const date = new Date(Number(year), Number(month) - 1, Number(day));
	const days = Math.round((date.getTime() - new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()) / 86_400_000);
	if (days === 0) return time;
	if (Math.abs(days) < 7 && days > 0) return `${new Intl.DateTimeFormat(language.value, { weekday: "short" }).format(date)} ${time}`;
	return `${month}-${day} ${time}`;
}

export function dayOf(value: string): string {
	const [, year, month, day] = /^(\d+)-(\d+)-(\d+)/.exec(value) || [];
	if (!year) return value;
	const weekday = new Intl.DateTimeFormat(language.value, { weekday: "short" }).format(new Date(Number(year), Number(month) - 1, Number(day)));
	return `${weekday} ${month}-${day}`;
}

/** When a step is due, in a list; late once it is over. */
export function dueOf(due: string | null, now = new Date()): { text: string; late: boolean } | null {
	if (!due) return null;
	const late = (dueAt(due) || 0) < now.getTime();
	return { text: late ? __("The time limit is over") : __("by {0}", [moment(due, now)]), late };
}

/** How long is left of the step that waits, and when the clock goes on; "" without a time limit. */
export function timeLeft(request: Pick<Approval, "hours_left" | "resumes_at">): { text: string; late: boolean } | null {
	const { hours_left, resumes_at } = request;
	if (hours_left === null || hours_left === undefined) return null;
	if (hours_left <= 0) return { text: __("The time limit is over"), late: true };
	const left = __("{0} left", [workingTime(hours_left)]);
	return { text: resumes_at ? __("{0}, goes on {1}", [left, moment(resumes_at)]) : left, late: false };
}

export function percent(value: number): string {
	return `${new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 }).format(value)}%`;
}

/** What an item's stock says about the line: enough until it arrives, or how many days are missing. */
export function coverOf(line: Pick<LineNumbers, "days_now" | "lead_days">): { text: string; short: boolean } | null {
	if (!line.lead_days) return null;
	const missing = line.days_now === null ? 0 : Math.ceil(line.lead_days - line.days_now);
	if (missing > 0) return { text: __("Arrives in {0} days, {1} days short", [line.lead_days, missing]), short: true };
	return { text: __("Arrives in {0} days", [line.lead_days]), short: false };
}

export function days(value: number | null): string {
	if (value === null) return "–";
	return value > 999 ? "999+" : number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
}

/** The last rates and this one, oldest first, as points of a line 100 wide and 24 high. */
export function sparkline(rates: number[]): { points: string; x: number; y: number } | null {
	if (rates.length < 2) return null;
	const low = Math.min(...rates);
	const span = Math.max(...rates) - low || 1;
	const at = (rate: number, i: number): [number, number] => [4 + (92 * i) / (rates.length - 1), 20 - (16 * (rate - low)) / span];
	const all = rates.map(at);
	const [x, y] = all[all.length - 1] as [number, number];
	return { points: all.map((one) => one.map((n) => n.toFixed(1)).join(",")).join(" "), x, y };
}

export function quantity(line: Pick<LineNumbers, "qty" | "uom">): string {
	return `${number(line.qty)}\u00a0${unit(line.uom)}`;
}

/** Who approved in this round, in the order in which they did. */
export function approvedBy(decisions: ApprovalDecision[]): string[] {
	return decisions.filter((one) => one.decision === "Approved" && !one.is_void).map((one) => one.user).filter((user, i, all) => all.indexOf(user) === i);
}

/** Who handed the request on to this user. */
export function delegatedBy(decisions: ApprovalDecision[], user: string): string {
	const found = decisions.filter((one) => one.decision === "Delegated" && one.other_user === user && !one.is_void);
	return found.length ? (found[found.length - 1] as ApprovalDecision).user : "";
}

export const STATES: Record<string, { icon: IconName; tag: string }> = {
	Open: { icon: "clock", tag: "blue" },
	Returned: { icon: "undo", tag: "wait" },
	Approved: { icon: "check", tag: "right" },
	Rejected: { icon: "close", tag: "bad" },
	Withdrawn: { icon: "undo", tag: "" },
};

export function requestState(state: string): string {
	const labels: Record<string, string> = {
		Open: __("Open", null, "Approval Request"),
		Returned: __("Returned", null, "Approval Request"),
		Approved: __("Approved", null, "Approval Request"),
		Rejected: __("Rejected", null, "Approval Request"),
		Withdrawn: __("Withdrawn", null, "Approval Request"),
	};
	return labels[state] || state;
}

export interface Happened {
	icon: IconName;
	kind: "right" | "wrong" | "now" | "plain";
	/** Who, then what. */
	who: string;
	text: string;
	note: string;
	attachment: string;
	time: string;
	is_void: boolean;
}
export interface Day {
	title: string;
	rows: Happened[];
}

/** The history, a heading for each day and round. */
export function historyOf(request: Approval): Day[] {
	const found: Day[] = [];
	let before = "";
	for (const one of request.decisions.filter((row) => row.happened.length)) {
		const key = `${one.at.slice(0, 10)} ${one.round}`;
		if (key !== before) found.push({ title: [dayOf(one.at), one.round > 1 || request.round > 1 ? __("round {0}", [one.round || 1]) : ""].filter(Boolean).join(" · "), rows: [] });
		before = key;
		(found[found.length - 1] as Day).rows.push(happened(request, one));
	}
	return found;
}

const SIGNS: Record<string, [IconName, Happened["kind"]]> = {
	Requested: ["up", "plain"],
	Waiting: ["clock", "now"],
	Approved: ["check", "right"],
	Rejected: ["close", "wrong"],
	Returned: ["undo", "wrong"],
	Delegated: ["later", "plain"],
	Added: ["addUser", "plain"],
	Escalated: ["up", "plain"],
	"Approved Before": ["equal", "right"],
	"Not Needed": ["minus", "plain"],
	Copied: ["order", "plain"],
	Reminded: ["bell", "plain"],
	"Timed Out": ["clock", "plain"],
	Commented: ["comment", "plain"],
	Withdrawn: ["undo", "plain"],
};

function happened(request: Approval, one: ApprovalDecision): Happened {
	const [icon, kind] = SIGNS[one.decision] || ["info", "plain"];
	const step = one.decision === "Waiting" || one.decision === "Approved" ? one.title : "";
	const text = [...one.happened.map((part) => reasonText(part, request)), step].filter(Boolean).join(" · ");
	return { icon, kind, who: one.user ? nameOf(request, one.user) : __("System"), text, note: one.reason, attachment: one.attachment, time: one.at.slice(11, 16), is_void: Boolean(one.is_void) };
}

/** What it is about: the kinds that documents have are words of the page, a name is shown as it is. */
export function subject(title: string): string {
	const kinds: Record<string, string> = {
		Purchase: __("Purchase"),
		Issue: __("Issue", null, "Inventory Request"),
		Sample: __("Sample", null, "Inventory Request"),
		"Write-off": __("Write-off", null, "Inventory Request"),
		"Material Issue": __("Material Issue"),
		"Material Receipt": __("Material Receipt"),
		"Material Transfer": __("Material Transfer"),
		Manufacture: __("Manufacture"),
	};
	return kinds[title] || title;
}

/** Why it came to this user, in one line. */
export function whyOf(request: Pick<Approval, "reasons" | "names">): string {
	return request.reasons.map((one) => reasonText(one, request)).join(language.value === "zh" ? "；" : "; ");
}

const figures = (value: string) => (/^-?\d+(\.\d+)?$/.test(value) ? new Intl.NumberFormat(language.value, { maximumFractionDigits: 9 }).format(Number(value)) : value);

/** A condition as people say it, with the field's name; who is named, by their full name. */
function reasonText(reason: Reason, request: { names: Record<string, string> }): string {
	const values = reason.values as Record<string, string>;
	if (values.comparison && values.name !== undefined) {
		const about = [fieldLabel(values.name), figures(String(values.found)), comparison(values.comparison), figures(String(values.value))];
		return reason.template.indexOf("not meet") < 0 ? __("{0} is {1}, {2} {3}", about) : __("{0} is {1}, not {2} {3}", about);
	}
	return sentence({ ...reason, values: { ...values, ...(values.user ? { user: nameOf(request, values.user) } : {}) } });
}
function comparison(sign: string): string {
	const words: Record<string, string> = {
		"=": __("equal to", null, "Approval Condition"),
		"!=": __("other than", null, "Approval Condition"),
		">": __("more than", null, "Approval Condition"),
		">=": __("at least", null, "Approval Condition"),
		"<": __("less than", null, "Approval Condition"),
		"<=": __("at most", null, "Approval Condition"),
		"One Of": __("one of", null, "Approval Condition"),
		Set: __("filled in", null, "Approval Condition"),
		"Not Set": __("empty", null, "Approval Condition"),
	};
	return words[sign] || sign;
}
/** The fields that most conditions read; another one is named as it is stored. */
function fieldLabel(name: string): string {
	const labels: Record<string, string> = {
		amount: __("Amount", null, "Approval Request"),
		base_grand_total: __("Amount", null, "Approval Request"),
		base_total: __("Amount", null, "Approval Request"),
		grand_total: __("Amount", null, "Approval Request"),
		total_amount: __("Amount", null, "Approval Request"),
		difference_amount: __("Difference", null, "Approval Condition"),
		supplier: __("Supplier"),
		customer: __("Customer"),
		warehouse: __("Warehouse"),
		set_warehouse: __("Warehouse"),
		company: __("Company"),
		request_type: __("Kind", null, "Approval Condition"),
		material_request_type: __("Kind", null, "Approval Condition"),
		stock_entry_type: __("Kind", null, "Approval Condition"),
		purpose: __("Purpose"),
	};
	return labels[name] || labels[name.split(".").pop() || ""] || name;
}
