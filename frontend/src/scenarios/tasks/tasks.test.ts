import { expect, test } from "vitest";
import type { InboundTask, Task, WaveTask } from "../../api/types";
import { dueAt } from "../../shared/format";
import { groupsOf, isUrgent, jobOfInbound, jobOfWave, toContinue, truckNumber, walksOf, warehousesOf, type Job } from "./tasks";

const NOW = new Date(2026, 10, 28, 15, 32).getTime();
const task = (name: string, more: Partial<Task> = {}): Task =>
	({ name, next_step: "pick", priority: 0, due: null, waiting_minutes: 0, assignee: "", ready: true, lines_picked: 0, lines: 1, ...more }) as Task;

test("urgent is what has a priority or is due within the hour", () => {
	expect(isUrgent(task("a", { priority: 1 }), NOW)).toBe(true);
	expect(isUrgent(task("a", { due: "2026-11-28 16:00:00" }), NOW)).toBe(true);
	expect(isUrgent(task("a", { due: "2026-11-28" }), NOW), "today's end").toBe(false);
	expect(isUrgent(task("a", { due: "2026-11-27" }), NOW), "late").toBe(true);
	expect(dueAt("soon")).toBeNull();
});

test("groups come in the order of the day, tasks by due date and waiting", () => {
	const groups = groupsOf(
		[task("new", { next_step: "accept" }), task("ship", { next_step: "ship" }), task("young", { waiting_minutes: 5 }), task("old", { waiting_minutes: 50 }), task("hot", { priority: 2 })],
		NOW
	);
	expect(groups.map((group) => [group.kind, group.tasks.map((one) => one.name)])).toEqual([
		["urgent", ["hot"]],
		["pick", ["old", "young"]],
		["ship", ["ship"]],
		["accept", ["new"]],
	]);
});

test("what goes on with one tap is what one has begun, else the first that is ready", () => {
	const groups = groupsOf([task("waits", { priority: 9, ready: false }), task("ready"), task("mine", { assignee: "anna" })], NOW);
	expect(toContinue(groups, "anna")?.name).toBe("mine");
	expect(toContinue(groups, "ben")?.name).toBe("ready");
	expect(toContinue([], "ben")).toBeNull();
});

test("a wave stands among the tasks, by what is to be done with it", () => {
	const wave = (name: string, state: string) => jobOfWave({ name, state, due: null, priority: 0, assignee: "", lines: 4, lines_picked: 0, waiting_minutes: 1, orders: 3, orders_packed: 0 } as unknown as WaveTask);
	const groups = groupsOf([task("order"), wave("W1", "To Release"), wave("W2", "To Pack")], NOW);
	expect(groups.map((group) => [group.kind, group.tasks.map((one) => one.name)])).toEqual([
		["pick", ["W1", "order"]],
		["pack", ["W2"]],
	]);
});

test("what comes in stands among the tasks, late or not", () => {
	const inbound = (name: string, state: string, more: Partial<InboundTask> = {}, inspector = false) =>
		jobOfInbound({ name, state, due: "2026-11-01", supplier: "S", assignee: "", lines: 2, waiting_minutes: 1, expected_qty: 10, received_qty: 0, accepted_qty: 0, rejected_qty: 0, put_away_qty: 0, ...more } as unknown as InboundTask, inspector);
	const half = { received_qty: 10, accepted_qty: 4, put_away_qty: 1 };
	const jobs = [inbound("I1", "Expected"), inbound("I2", "To Receive", { received_qty: 3 }), inbound("I3", "To Inspect", half), inbound("I4", "To Inspect", half, true), inbound("I5", "To Inspect"), task("order")];
	expect(groupsOf(jobs, NOW).map((group) => [group.kind, group.tasks.map((one) => [one.name, one.inbound])])).toEqual([
		["pick", [["order", undefined]]],
		["receive", [["I2", [3, 10]]]],
		["inspect", [["I4", [4, 10]], ["I5", [0, 0]]]],
		["put_away", [["I3", [1, 4]]]],
		["expected", [["I1", [0, 0]]]],
	]);
	expect(toContinue(groupsOf([jobs[0]!, jobs[4]!], NOW), "ben"), "nothing to do before it is there, or inspected").toBeNull();
});

test("a truck is one however its number is typed, and arrives in each of its warehouses once", () => {
	expect(truckNumber(" 沪a 12345 ")).toBe("沪A12345");
	const job = (warehouse: string, state: string) => ({ warehouse, state }) as Job;
	expect(warehousesOf([job("A", "Expected"), job("B", "To Receive"), job("A", "Expected"), job("C", "Expected")])).toEqual(["A", "C"]);
});

test("several orders to be put away in a warehouse are one walk", () => {
	const put = (warehouse: string, state = "To Put Away") => ({ warehouse, state }) as unknown as InboundTask;
	expect(walksOf([put("A"), put("B"), put("A"), put("C", "To Inspect"), put("C")])).toEqual([{ warehouse: "A", orders: 2 }]);
});

test("what nobody sent says what kind of document brings it", () => {
	const customer = (more: Partial<InboundTask>) => jobOfInbound({ name: "IN-1", state: "Expected", supplier: "", reason: "", source_type: "", ...more } as unknown as InboundTask, false).customer;
	expect(customer({ source_type: "Work Order" })).toBe("Work Order");
	expect(customer({ source_type: "Stock Entry" })).toBe("Transfer");
	expect(customer({ source_type: "Delivery Note", reason: "Too big" })).toBe("Too big");
	expect(customer({ source_type: "Purchase Order", supplier: "S" })).toBe("S");
	expect(customer({})).toBe("");
});
