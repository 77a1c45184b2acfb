import type { InboundTask, RefillTask, Task, WaveTask } from "../../api/types";
import { dueAt, slotOf } from "../../shared/format";
import type { IconName } from "../../shared/icons";
import { fromWhom } from "../../shared/labels";

/** What may be worked on: one order, or a wave of `orders` of them. */
export interface Job extends Pick<Task, "name" | "state" | "next_step" | "customer" | "source_name" | "due" | "priority" | "assignee" | "on_hold_reason" | "lines" | "lines_picked" | "ready" | "waiting_minutes"> {
	orders?: number;
	orders_packed?: number;
	/** Goods that come in: how much of how much is received, inspected or put away. */
	inbound?: [done: number, of: number];
	/** What comes with a truck: its plate or waybill number, where it is unloaded, and when. */
	truck?: string;
	warehouse?: string;
	slot?: string;
	/** A pick face to refill. */
	refill?: RefillTask;
}
export interface Group {
	kind: "urgent" | "accept" | "pick" | "pack" | "check" | "ship" | "refill" | "receive" | "inspect" | "put_away" | "expected" | "other";
	icon: IconName;
	tasks: Job[];
}

const OF_STEP: Record<string, Group["kind"]> = {
	accept: "accept",
	pick: "pick",
	release: "pick",
	pack: "pack",
	finish_picking: "pick",
	unpick: "other",
	check: "check",
	ship: "ship",
	refill: "refill",
	receive: "receive",
	inspect: "inspect",
	put_away: "put_away",
	arrive: "expected",
};
const ICON: Record<Group["kind"], IconName> = {
	urgent: "urgent",
	accept: "order",
	pick: "box",
	pack: "packed",
	check: "checklist",
	ship: "truck",
	refill: "move",
	receive: "receive",
	inspect: "inspect",
	put_away: "put",
	expected: "expected",
	other: "undo",
};
const ORDER: Group["kind"][] = ["urgent", "pick", "pack", "check", "ship", "refill", "receive", "inspect", "put_away", "accept", "expected", "other"];
const SOON = 60 * 60_000; // milliseconds: what is due within an hour is urgent

const STEP_OF_WAVE: Record<string, string> = { "To Release": "release", "To Pick": "pick", "To Pack": "pack" };

/** A wave in the list of tasks: one walk, one stand at the pack station. */
export function jobOfWave(wave: WaveTask): Job {
	const { name, state, due, priority, assignee, lines, lines_picked, waiting_minutes, orders, orders_packed } = wave;
	const next_step = STEP_OF_WAVE[state] || "";
	return { name, state, next_step, customer: "", source_name: "", due, priority, assignee, on_hold_reason: "", lines, lines_picked, ready: true, waiting_minutes, orders, orders_packed };
}

const STEP_OF_INBOUND: Record<string, string> = { Expected: "arrive", "To Receive": "receive", "To Inspect": "inspect", "To Put Away": "put_away" };

/** Goods that come in. What is to be inspected is put away, as far as it is accepted, by who may not inspect. */
export function jobOfInbound(task: InboundTask, mayInspect: boolean): Job {
	const { name, state, due, assignee, lines, waiting_minutes, truck, warehouse } = task;
	const source_name = task.source_name || name; // one made by hand is for no document
	const accepted = task.accepted_qty > task.put_away_qty;
	const next_step = state === "To Inspect" && !mayInspect && accepted ? "put_away" : STEP_OF_INBOUND[state] || "";
	const done: Record<string, [number, number]> = {
		receive: [task.received_qty, task.expected_qty],
		inspect: [task.accepted_qty + task.rejected_qty, task.received_qty],
		put_away: [task.put_away_qty, task.accepted_qty],
	};
	const ready = state === "To Inspect" ? mayInspect || accepted : state !== "Expected";
	return { name, state, next_step, customer: fromWhom(task), source_name, due, priority: 0, assignee, on_hold_reason: "", lines, lines_picked: 0, ready, waiting_minutes, inbound: done[next_step] || [0, 0], truck, warehouse, slot: slotOf(task) };
}

/** A plate or waybill number as the server stores it. */
export const truckNumber = (text: string) => text.normalize("NFKC").replace(/\s+/g, "").toUpperCase();

/** The warehouses in which a truck brings something that has not arrived. */
export function warehousesOf(jobs: readonly Job[]): string[] {
	const all = jobs.filter((one) => one.state === "Expected").map((one) => one.warehouse || "");
	return all.filter((one, i) => all.indexOf(one) === i);
}

/** Warehouses in which several orders are to be put away: one walk does for all of them. */
export function walksOf(tasks: readonly InboundTask[]): { warehouse: string; orders: number }[] {
	const orders = new Map<string, number>();
	for (const task of tasks) if (task.state === "To Put Away") orders.set(task.warehouse, (orders.get(task.warehouse) || 0) + 1);
	return Array.from(orders, ([warehouse, n]) => ({ warehouse, orders: n })).filter((one) => one.orders > 1);
}

/** A pick face to refill; its name is what the address of its screen says. */
export function jobOfRefill(refill: RefillTask): Job {
	const name = `${refill.bin}|${refill.item_code}`;
	return { name, state: "", next_step: "refill", customer: refill.item_name, source_name: refill.bin_code, due: null, priority: 0, assignee: "", on_hold_reason: "", lines: 1, lines_picked: 0, ready: true, waiting_minutes: 0, refill };
}

export function isUrgent(task: Job, now: number): boolean {
	if (task.inbound) return false; // who is late is the supplier
	const due = dueAt(task.due);
	return task.priority > 0 || (due !== null && due - now < SOON);
}

/** What may be worked on, urgent first, then by step; within a group what is due first, then what waits longest. */
export function groupsOf(tasks: readonly Job[], now: number): Group[] {
	const groups = new Map<Group["kind"], Job[]>();
	for (const task of tasks) {
		const kind = isUrgent(task, now) ? "urgent" : OF_STEP[task.next_step] || "other";
		groups.set(kind, [...(groups.get(kind) || []), task]);
	}
	const rank = (task: Job) => [-task.priority, dueAt(task.due) || Infinity, -task.waiting_minutes] as const;
	const compare = (a: Job, b: Job) => {
		const [x, y] = [rank(a), rank(b)];
		for (let i = 0; i < x.length; i++) {
			const [left, right] = [x[i] as number, y[i] as number];
			if (left !== right) return left < right ? -1 : 1;
		}
		return 0;
	};
	return ORDER.filter((kind) => groups.has(kind)).map((kind) => ({ kind, icon: ICON[kind], tasks: (groups.get(kind) as Job[]).sort(compare) }));
}

/** The task that goes on with one tap: what this user has begun, else the first that can be worked on. */
export function toContinue(groups: readonly Group[], user: string): Job | null {
	const all = groups.reduce<Job[]>((list, group) => list.concat(group.tasks), []);
	return all.filter((task) => task.assignee === user && task.next_step)[0] || all.filter((task) => task.next_step && task.ready)[0] || null;
}
