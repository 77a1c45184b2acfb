/* The one model of the canvas and the rows: a policy as a graph. Every command returns a new graph and leaves the old
 * one as it is, so that undo is a list of graphs. */
import type { ApproverKind, Comparison, Content, Counting, Kind, Match, OnTimeOut, WhenApproved, Whole } from "./types";

export const START = "start";
export const END = "end";
/** A branch whose next step is not drawn yet. */
export const NOWHERE = "";

export interface Approver {
	approver: ApproverKind;
	user: string;
	role: string;
	user_field: string;
}
export interface Condition {
	field: string;
	comparison: Comparison;
	value: string;
}
export interface Branch {
	id: string;
	title: string;
	is_otherwise: boolean;
	match: Match;
	conditions: Condition[];
	next: string;
}
export interface Step {
	id: string;
	kind: Kind;
	title: string;
	counting: Counting;
	/** Percent of the approvers, where a share counts. */
	share: number;
	/** Working hours; 0 is none. */
	time_limit: number;
	remind_before: number;
	on_time_out: OnTimeOut;
	escalate_to: string;
	approvers: Approver[];
	branches: Branch[];
	next: string;
	/** Where it was dragged to; both 0 = laid out by itself. */
	x: number;
	y: number;
}
export interface Settings {
	title: string;
	priority: number;
	document_type: string;
	match: Match;
	starter_role: string;
	ask_once: boolean;
	allow_own: boolean;
	allow_redirecting: boolean;
	if_nobody: string;
	when_approved: WhenApproved;
	workflow_action: string;
	holiday_list: string;
	day_begins: string;
	day_ends: string;
}
export interface Graph {
	settings: Settings;
	/** Conditions of the whole policy. */
	conditions: Condition[];
	first: string;
	steps: Step[];
}
/** A line: out of the start, a step, or one branch of a condition. */
export interface Line {
	source: string;
	branch: string;
	target: string;
}

let made = 0;
function newId(): string {
	made += 1;
	return `n${made}`;
}
function copy(graph: Graph): Graph {
	return JSON.parse(JSON.stringify(graph)) as Graph;
}
export function stepOf(graph: Graph, id: string): Step | undefined {
	return graph.steps.filter((one) => one.id === id)[0];
}
function branchOf(step: Step | undefined, id: string): Branch | undefined {
	return step && step.branches.filter((one) => one.id === id)[0];
}

export function emptyApprover(approver: ApproverKind = "Role"): Approver {
	return { approver, user: "", role: "", user_field: "" };
}
export function newStep(kind: Kind, next: string): Step {
	const step: Step = {
		id: newId(),
		kind,
		title: "",
		counting: "Any",
		share: 50,
		time_limit: 0,
		remind_before: 0,
		on_time_out: "Remind Only",
		escalate_to: "",
		approvers: [],
		branches: [],
		next: kind === "Condition" ? NOWHERE : next || END,
		x: 0,
		y: 0,
	};
	if (kind === "Condition") step.branches = [newBranch(next), { ...newBranch(NOWHERE), is_otherwise: true }];
	return step;
}
function newBranch(next: string): Branch {
	return { id: newId(), title: "", is_otherwise: false, match: "All", conditions: [], next };
}

/** A condition always has an otherwise to draw, be it one that leads nowhere. */
function withOtherwise(row: { step: number; kind: Kind }, branches: Branch[]): Branch[] {
	if (row.kind !== "Condition" || branches.some((one) => one.is_otherwise)) return branches;
	return [...branches, { ...newBranch(NOWHERE), id: `s${row.step}otherwise`, is_otherwise: true }];
}

/* Content JSON and back. */

export function read(sent: Content): Graph {
	const content = { ...sent, steps: sent.steps || [], approvers: sent.approvers || [], branches: sent.branches || [], conditions: sent.conditions || [] } as Partial<Whole> & Pick<Whole, "steps" | "approvers" | "branches" | "conditions">;
	const numbers = content.steps.map((row) => row.step).sort((a, b) => a - b);
	const known = (number: number) => (numbers.indexOf(number) >= 0 ? `s${number}` : END);
	const following = (number: number) => {
		const next = numbers.filter((one) => one > number)[0];
		return next === undefined ? END : known(next);
	};
	const named = (text: string | undefined, otherwise: string) => {
		const wished = String(text || "").trim();
		if (!wished) return otherwise;
		return wished === "End" ? END : known(Number(wished));
	};
	const conditionsOf = (step: number, branch: number): Condition[] =>
		content.conditions
			.filter((row) => (row.step || 0) === step && (row.branch || 0) === branch)
			.map((row) => ({ field: row.field, comparison: row.comparison, value: row.value || "" }));
	const steps = content.steps
		.slice()
		.sort((a, b) => a.step - b.step)
		.map((row): Step => ({
			id: `s${row.step}`,
			kind: row.kind,
			title: row.title || "",
			counting: row.counting || "Any",
			share: row.share || 50,
			time_limit: Number(row.time_limit) || 0,
			remind_before: Number(row.remind_before) || 0,
			on_time_out: row.on_time_out || "Remind Only",
			escalate_to: row.escalate_to || "",
			approvers: content.approvers
				.filter((one) => one.step === row.step)
				.map((one) => ({ approver: one.approver, user: one.user || "", role: one.role || "", user_field: one.user_field || "" })),
			branches: withOtherwise(row, content.branches
				.filter((one) => one.step === row.step)
				.sort((a, b) => (a.is_otherwise || 0) - (b.is_otherwise || 0) || a.branch - b.branch)
				.map((one) => ({
					id: `s${row.step}b${one.branch}`,
					title: one.title || "",
					is_otherwise: Boolean(one.is_otherwise),
					match: (one.match as Match) || "All",
					conditions: conditionsOf(row.step, one.branch),
					next: named(one.next_step, NOWHERE),
				}))),
			next: row.kind === "Condition" ? NOWHERE : named(row.next_step, following(row.step)),
			x: row.x || 0,
			y: row.y || 0,
		}));
	return {
		settings: {
			title: content.title || sent.name || "",
			priority: content.priority || 0,
			document_type: content.document_type || "",
			match: (content.match as Match) || "All",
			starter_role: content.starter_role || "",
			ask_once: content.ask_once === undefined ? true : Boolean(content.ask_once),
			allow_own: Boolean(content.allow_own),
			allow_redirecting: content.allow_redirecting === undefined ? true : Boolean(content.allow_redirecting),
			if_nobody: content.if_nobody || "",
			when_approved: content.when_approved || "Nothing",
			workflow_action: content.workflow_action || "",
			holiday_list: content.holiday_list || "",
			day_begins: content.day_begins || "09:00:00",
			day_ends: content.day_ends || "18:00:00",
		},
		conditions: conditionsOf(0, 0),
		first: steps[0] ? steps[0].id : END,
		steps,
	};
}

/** The content with its steps numbered in flow order, and the number that each step and branch got. */
export function write(graph: Graph): { content: Whole; numbers: Record<string, number> } {
	const steps = inOrder(graph);
	const numbers: Record<string, number> = {};
	steps.forEach((step, i) => (numbers[step.id] = i + 1));
	const named = (id: string) => (id === END ? "End" : id in numbers ? String(numbers[id]) : "");
	const { settings } = graph;
	const flag = (on: boolean) => (on ? 1 : 0);
	const content: Whole = {
		...settings,
		ask_once: flag(settings.ask_once),
		allow_own: flag(settings.allow_own),
		allow_redirecting: flag(settings.allow_redirecting),
		steps: [],
		approvers: [],
		branches: [],
		conditions: graph.conditions.map((one) => ({ step: 0, branch: 0, ...one })),
	};
	steps.forEach((step, i) => {
		const number = i + 1;
		const following = steps[i + 1] ? (steps[i + 1] as Step).id : END;
		const approval = step.kind === "Approval";
		content.steps.push({
			step: number,
			kind: step.kind,
			title: step.title,
			counting: step.counting,
			share: approval && step.counting === "Share" ? step.share : 0,
			time_limit: approval ? step.time_limit : 0,
			remind_before: approval && step.time_limit ? step.remind_before : 0,
			on_time_out: step.on_time_out,
			escalate_to: approval && step.on_time_out === "Escalate" ? step.escalate_to : "",
			next_step: step.kind === "Condition" || step.next === following ? "" : named(step.next),
			x: Math.round(step.x),
			y: Math.round(step.y),
		});
		if (step.kind !== "Condition") step.approvers.forEach((one) => content.approvers.push({ step: number, ...one }));
		else
			step.branches.forEach((branch, j) => {
				numbers[branch.id] = j + 1;
				content.branches.push({
					step: number,
					branch: j + 1,
					title: branch.title,
					is_otherwise: flag(branch.is_otherwise),
					match: branch.match,
					next_step: named(branch.next),
				});
				if (!branch.is_otherwise) branch.conditions.forEach((one) => content.conditions.push({ step: number, branch: j + 1, ...one }));
			});
	});
	return { content, numbers };
}

/* Reading the graph. */

/** Where a step leads: the targets of its lines, in the order of its branches, without those not drawn. */
export function successors(graph: Graph, id: string): string[] {
	if (id === START) return [graph.first];
	const step = stepOf(graph, id);
	if (!step) return [];
	const all = step.kind === "Condition" ? step.branches.map((one) => one.next) : [step.next];
	return all.filter((one) => one !== NOWHERE);
}
export function predecessors(graph: Graph, id: string): string[] {
	return [START, ...inOrder(graph).map((one) => one.id)].filter((one) => successors(graph, one).indexOf(id) >= 0);
}
/** All that can come after a step, itself included. */
export function reachable(graph: Graph, from: string): Set<string> {
	const seen = new Set<string>();
	const visit = (id: string) => {
		if (id === NOWHERE || seen.has(id)) return;
		seen.add(id);
		successors(graph, id).forEach(visit);
	};
	visit(from);
	return seen;
}
/** Steps in flow order: a branch before the next one, what branches lead to after all of them, the unreachable last. */
export function inOrder(graph: Graph): Step[] {
	const seen = new Set<string>();
	const behind: Step[] = [];
	const visit = (id: string) => {
		const step = stepOf(graph, id);
		if (!step || seen.has(id)) return;
		seen.add(id);
		successors(graph, id).reverse().forEach(visit);
		behind.push(step);
	};
	visit(graph.first);
	const flow = behind.splice(0).reverse();
	// loose ones: those that nothing leads to begin
	const led = new Set<string>();
	graph.steps.forEach((one) => successors(graph, one.id).forEach((target) => led.add(target)));
	graph.steps.slice().sort((a, b) => Number(!led.has(a.id)) - Number(!led.has(b.id))).forEach((one) => visit(one.id));
	return [...flow, ...behind.reverse()];
}
export function linesOf(graph: Graph): Line[] {
	const lines: Line[] = [{ source: START, branch: "", target: graph.first }];
	for (const step of inOrder(graph)) {
		if (step.kind === "Condition") step.branches.forEach((one) => lines.push({ source: step.id, branch: one.id, target: one.next }));
		else lines.push({ source: step.id, branch: "", target: step.next });
	}
	return lines;
}
/** What all paths from a step come to, itself first, in flow order, the end last. */
function through(graph: Graph, id: string, seen: string[] = []): string[] {
	if (id === END) return [END];
	if (seen.indexOf(id) >= 0) return [];
	const ways = successors(graph, id).map((one) => through(graph, one, [...seen, id]));
	const common = ways.length ? (ways[0] as string[]).filter((one) => ways.every((way) => way.indexOf(one) >= 0)) : [];
	return [id, ...common];
}
/** Where the branches of a condition meet again; with one branch drawn, what comes behind the approvals it adds. */
export function mergeOf(graph: Graph, id: string): string {
	const targets = successors(graph, id);
	if (!targets.length) return END;
	const ways = targets.map((one) => through(graph, one));
	const step = stepOf(graph, id);
	const drawn = step ? step.branches.filter((one) => one.next !== NOWHERE).length : 0;
	const common = (ways[0] as string[]).filter((one) => ways.every((way) => way.indexOf(one) >= 0));
	if (drawn > 1) return common[0] || END;
	return common.filter((one) => one === END || (stepOf(graph, one) as Step).kind !== "Approval")[0] || END;
}

/* Commands. */

function point(graph: Graph, source: string, branch: string, target: string): void {
	if (source === START) graph.first = target;
	const step = stepOf(graph, source);
	const one = branchOf(step, branch);
	if (one) one.next = target;
	else if (step) step.next = target;
}
export function targetOf(graph: Graph, source: string, branch: string): string {
	if (source === START) return graph.first;
	const step = stepOf(graph, source);
	const one = branchOf(step, branch);
	return one ? one.next : step ? step.next : NOWHERE;
}

/** Put a new step on a line. */
export function insertOn(before: Graph, source: string, branch: string, kind: Kind): { graph: Graph; id: string } {
	const graph = copy(before);
	const target = targetOf(graph, source, branch) || mergeOf(graph, source);
	const step = newStep(kind, target);
	graph.steps.push(step);
	point(graph, source, branch, step.id);
	return { graph, id: step.id };
}
/** Put a new step after another: for a condition on its first branch, before the end on all lines that lead there. */
export function addAfter(graph: Graph, id: string, kind: Kind): { graph: Graph; id: string } {
	if (id === END) {
		const added = newStep(kind, END);
		const all = copy(graph);
		const reached = reachable(graph, START);
		all.steps.push(added);
		for (const line of linesOf(graph)) if (line.target === END && reached.has(line.source)) point(all, line.source, line.branch, added.id);
		return { graph: all, id: added.id };
	}
	const step = stepOf(graph, id);
	const branch = step && step.branches[0];
	return insertOn(graph, step ? id : START, branch ? branch.id : "", kind);
}
/** Leave a new step at a place of the canvas, led to by nothing; the first one of all is begun with. */
export function dropAt(before: Graph, kind: Kind, x: number, y: number): { graph: Graph; id: string } {
	if (before.first === END) return insertOn(before, START, "", kind);
	const graph = copy(before);
	const step = newStep(kind, END);
	step.x = Math.round(x) || 1;
	step.y = Math.round(y) || 1;
	graph.steps.push(step);
	return { graph, id: step.id };
}
export function wouldLoop(graph: Graph, source: string, target: string): boolean {
	return source !== START && target !== END && reachable(graph, target).has(source);
}
/** Draw a line; null where it would make a loop. */
export function connect(before: Graph, source: string, branch: string, target: string): Graph | null {
	if (source === END || target === START || wouldLoop(before, source, target)) return null;
	if (source === START && target === END && before.steps.length) return null; // the first step is always begun with
	const graph = copy(before);
	point(graph, source, branch, target);
	return graph;
}
/** Take a step away; what led to it leads to what came behind it. */
export function remove(before: Graph, id: string): Graph {
	const graph = copy(before);
	const step = stepOf(graph, id);
	if (!step) return before;
	const behind = step.kind === "Condition" ? successors(graph, id)[0] || END : step.next;
	for (const line of linesOf(graph)) if (line.target === id) point(graph, line.source, line.branch, behind);
	graph.steps = graph.steps.filter((one) => one.id !== id);
	if (graph.first === END && graph.steps.length) graph.first = (inOrder(graph)[0] as Step).id;
	return graph;
}
/** Take a branch's line away, or a step's: a branch then leads nowhere, a step to the end. */
export function unlink(before: Graph, source: string, branch: string): Graph {
	if (source === START) return before;
	const graph = copy(before);
	point(graph, source, branch, branch ? NOWHERE : END);
	return graph;
}
export function change(before: Graph, id: string, values: Partial<Step>): Graph {
	const graph = copy(before);
	const step = stepOf(graph, id);
	if (step) Object.assign(step, JSON.parse(JSON.stringify(values)));
	return graph;
}
export function changeBranch(before: Graph, id: string, branch: string, values: Partial<Branch>): Graph {
	const graph = copy(before);
	const one = branchOf(stepOf(graph, id), branch);
	if (one) Object.assign(one, JSON.parse(JSON.stringify(values)));
	return graph;
}
export function changeSettings(before: Graph, values: Partial<Settings>): Graph {
	return { ...copy(before), settings: { ...before.settings, ...values } };
}
export function changeConditions(before: Graph, conditions: Condition[]): Graph {
	return { ...copy(before), conditions: JSON.parse(JSON.stringify(conditions)) };
}
/** One more branch, before the otherwise; it goes where the branches meet. */
export function addBranch(before: Graph, id: string, otherwise = false): Graph {
	const graph = copy(before);
	const step = stepOf(graph, id);
	if (!step) return before;
	const branch = { ...newBranch(otherwise ? NOWHERE : mergeOf(graph, id)), is_otherwise: otherwise };
	const at = step.branches.filter((one) => !one.is_otherwise).length;
	step.branches.splice(otherwise ? step.branches.length : at, 0, branch);
	return graph;
}
export function removeBranch(before: Graph, id: string, branch: string): Graph {
	const graph = copy(before);
	const step = stepOf(graph, id);
	if (step) step.branches = step.branches.filter((one) => one.id !== branch);
	return graph;
}
/** Exchange a branch with the one before or behind it; the otherwise stays last. */
export function moveBranch(before: Graph, id: string, branch: string, by: number): Graph {
	const graph = copy(before);
	const step = stepOf(graph, id);
	if (!step) return before;
	const from = step.branches.map((one) => one.id).indexOf(branch);
	const other = step.branches[from + by];
	const mine = step.branches[from];
	if (!mine || !other || mine.is_otherwise || other.is_otherwise) return before;
	step.branches[from] = other;
	step.branches[from + by] = mine;
	return graph;
}
/** Lead what is not met by any branch on: to where the branches meet. */
export function fixOtherwise(before: Graph, id: string): Graph {
	const step = stepOf(before, id);
	if (!step) return before;
	const graph = step.branches.some((one) => one.is_otherwise) ? copy(before) : addBranch(before, id, true);
	const fixed = stepOf(graph, id) as Step;
	const otherwise = fixed.branches.filter((one) => one.is_otherwise)[0] as Branch;
	otherwise.next = mergeOf(before, id);
	return graph;
}
export function move(graph: Graph, id: string, x: number, y: number): Graph {
	return change(graph, id, { x: Math.round(x) || 1, y: Math.round(y) || 1 });
}
/** Lay everything out anew. */
export function tidy(before: Graph): Graph {
	const graph = copy(before);
	graph.steps.forEach((one) => (one.x = one.y = 0));
	return graph;
}

/* Undo. */

const MOST = 200;

/** One list of what was, for the canvas and the rows. */
export class History {
	private past: Graph[] = [];
	private future: Graph[] = [];
	private lastKey = "";
	private lastAt = 0;

	constructor(public present: Graph) {}

	/** Changes with the same key within a second and a half are one: a word typed is undone at once. */
	commit(graph: Graph, key = "", now = Date.now()): void {
		if (graph === this.present) return;
		const same = key !== "" && key === this.lastKey && now - this.lastAt < 1500 && this.past.length > 0;
		if (!same) this.past = [...this.past, this.present].slice(-MOST);
		this.future = [];
		this.present = graph;
		this.lastKey = key;
		this.lastAt = now;
	}
	get canUndo(): boolean {
		return this.past.length > 0;
	}
	get canRedo(): boolean {
		return this.future.length > 0;
	}
	undo(): void {
		const before = this.past.pop();
		if (!before) return;
		this.future.push(this.present);
		this.present = before;
		this.lastKey = "";
	}
	redo(): void {
		const after = this.future.pop();
		if (!after) return;
		this.past.push(this.present);
		this.present = after;
		this.lastKey = "";
	}
}
