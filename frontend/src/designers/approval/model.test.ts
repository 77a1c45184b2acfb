import { expect, test } from "vitest";
import { distance, layout, neighbour, path } from "./layout";
import * as model from "./model";
import { END, History, START, type Graph, type Step } from "./model";
import type { Content } from "./types";

const EMPTY: Content = { title: "Purchases", document_type: "Inbound Order", steps: [], approvers: [], branches: [], conditions: [] };

function titled(graph: Graph, id: string, title: string): Graph {
	return model.change(graph, id, { title });
}
/** Countersign, then above an amount the director, then copy to. */
function purchase(): { graph: Graph; both: string; amount: string; director: string; copies: string } {
	let graph = model.read(EMPTY);
	const add = (source: string, branch: string, kind: Step["kind"], title: string) => {
		const done = model.insertOn(graph, source, branch, kind);
		graph = titled(done.graph, done.id, title);
		return done.id;
	};
	const both = add(START, "", "Approval", "Both");
	const copies = add(both, "", "Copy To", "Copies");
	const amount = add(both, "", "Condition", "Amount");
	const yes = (model.stepOf(graph, amount) as Step).branches[0] as model.Branch;
	const director = add(amount, yes.id, "Approval", "Director");
	return { graph, both, amount, director, copies };
}
const titles = (graph: Graph) => model.inOrder(graph).map((one) => one.title);
function boxesApart(graph: Graph): void {
	const { boxes, ghosts } = layout(graph);
	const all = [...Object.values(boxes), ...ghosts];
	all.forEach((a, i) =>
		all.slice(i + 1).forEach((b) => {
			const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
			expect(apart, JSON.stringify([a, b])).toBe(true);
		})
	);
}

test("steps are numbered in flow order, whatever order they were drawn in", () => {
	const { graph, copies } = purchase();
	expect(titles(graph)).toEqual(["Both", "Amount", "Director", "Copies"]);
	const { content, numbers } = model.write(graph);
	expect(content.steps.map((one) => [one.step, one.kind, one.next_step])).toEqual([
		[1, "Approval", ""],
		[2, "Condition", ""],
		[3, "Approval", ""],
		[4, "Copy To", ""],
	]);
	expect(content.branches.map((one) => [one.branch, one.is_otherwise, one.next_step])).toEqual([
		[1, 0, "3"],
		[2, 1, ""],
	]);
	expect(numbers[copies]).toBe(4);
});

test("what is written is read as the same graph", () => {
	const { graph, amount, both } = purchase();
	let full = model.fixOtherwise(graph, amount);
	full = model.change(full, both, { approvers: [{ approver: "Role", user: "", role: "Buyer", user_field: "" }], time_limit: 8, x: 40, y: 60 });
	full = model.changeConditions(full, [{ field: "company", comparison: "=", value: "A" }]);
	full = model.changeSettings(full, { ask_once: false, holiday_list: "2026" });
	const yes = (model.stepOf(full, amount) as Step).branches[0] as model.Branch;
	full = model.changeBranch(full, amount, yes.id, { conditions: [{ field: "total", comparison: ">", value: "10000" }] });
	const { content } = model.write(full);
	expect(model.write(model.read(content)).content).toEqual(content);
	expect(content.ask_once).toBe(0);
	expect(content.conditions).toEqual([
		{ step: 0, branch: 0, field: "company", comparison: "=", value: "A" },
		{ step: 2, branch: 1, field: "total", comparison: ">", value: "10000" },
	]);
});

test("a missing otherwise is fixed to where the branch's approvals are skipped", () => {
	const { graph, amount, copies, director } = purchase();
	expect(layout(graph).ghosts).toHaveLength(1);
	expect(model.mergeOf(graph, amount)).toBe(copies);
	const fixed = model.fixOtherwise(graph, amount);
	const step = model.stepOf(fixed, amount) as Step;
	expect(step.branches.map((one) => one.next)).toEqual([director, copies]);
	expect(layout(fixed).ghosts).toHaveLength(0);
	expect((model.stepOf(graph, amount) as Step).branches[1]?.next).toBe("");
});

test("an otherwise that was removed is made again", () => {
	const { graph, amount, copies } = purchase();
	const without = model.removeBranch(graph, amount, ((model.stepOf(graph, amount) as Step).branches[1] as model.Branch).id);
	const fixed = model.stepOf(model.fixOtherwise(without, amount), amount) as Step;
	expect(fixed.branches.map((one) => [one.is_otherwise, one.next === copies])).toEqual([
		[false, false],
		[true, true],
	]);
});

test("a line that would make a loop is refused, and changes nothing", () => {
	const { graph, both, director, copies } = purchase();
	expect(model.connect(graph, copies, "", both)).toBeNull();
	expect(model.connect(graph, director, "", director)).toBeNull();
	expect(model.connect(graph, copies, "", START)).toBeNull();
	expect(model.connect(graph, START, "", END)).toBeNull();
	const skipping = model.connect(graph, both, "", copies) as Graph;
	expect(titles(skipping).slice(0, 2)).toEqual(["Both", "Copies"]);
	expect(titles(skipping)).toHaveLength(4); // the condition and the director are loose, not lost
});

test("removing a step closes the gap", () => {
	const { graph, both, amount, director } = purchase();
	const without = model.remove(graph, director);
	expect(titles(without)).toEqual(["Both", "Amount", "Copies"]);
	const plain = model.remove(graph, amount);
	expect(titles(plain)).toEqual(["Both", "Director", "Copies"]);
	expect(titles(model.remove(graph, both))).toEqual(["Amount", "Director", "Copies"]);
});

test("removing what is begun with leaves a loose step to begin with", () => {
	const one = model.insertOn(model.read(EMPTY), START, "", "Approval");
	const loose = model.dropAt(one.graph, "Copy To", 500, 300);
	expect(model.remove(loose.graph, one.id).first).toBe(loose.id);
});

test("the first step dropped anywhere is begun with, the next one stays where it was dropped", () => {
	const first = model.dropAt(model.read(EMPTY), "Approval", 10, 10);
	expect(first.graph.first).toBe(first.id);
	const second = model.dropAt(first.graph, "Approval", 500, 300);
	expect(model.predecessors(second.graph, second.id)).toEqual([]);
	expect(layout(second.graph).boxes[second.id]).toMatchObject({ x: 500, y: 300 });
});

test("a step that is added at the end is come to on all ways", () => {
	const { graph, amount, director, copies } = purchase();
	const without = model.fixOtherwise(model.remove(graph, copies), amount);
	const loose = model.dropAt(without, "Approval", 900, 90);
	const added = model.addAfter(loose.graph, END, "Copy To");
	expect(model.predecessors(added.graph, added.id)).toEqual([amount, director]);
	expect(model.targetOf(added.graph, added.id, "")).toBe(END);
	expect(model.targetOf(added.graph, loose.id, "")).toBe(END);
});

test("branches keep the otherwise last, and are exchanged among themselves", () => {
	const { graph, amount } = purchase();
	const three = model.addBranch(graph, amount);
	const ids = (model.stepOf(three, amount) as Step).branches.map((one) => one.id);
	const moved = model.moveBranch(three, amount, ids[1] as string, -1);
	expect((model.stepOf(moved, amount) as Step).branches.map((one) => one.id)).toEqual([ids[1], ids[0], ids[2]]);
	expect(model.moveBranch(three, amount, ids[2] as string, -1)).toBe(three);
});

test("undo and redo run over all changes; a word typed is one", () => {
	const { graph, both } = purchase();
	const history = new History(graph);
	history.commit(titled(graph, both, "A"), "title", 1000);
	history.commit(titled(graph, both, "AB"), "title", 1200);
	history.commit(model.move(history.present, both, 5, 5), "", 1300);
	history.undo();
	expect(titles(history.present)[0]).toBe("AB");
	history.undo();
	expect(history.present).toBe(graph);
	expect(history.canUndo).toBe(false);
	history.redo();
	expect(titles(history.present)[0]).toBe("AB");
	history.commit(graph);
	expect(history.canRedo).toBe(false);
});

test("branches stand side by side and nothing overlaps", () => {
	const { graph, amount, director, copies } = purchase();
	boxesApart(graph);
	const { boxes, lines } = layout(model.fixOtherwise(graph, amount));
	const box = (id: string) => boxes[id] as NonNullable<(typeof boxes)[string]>;
	expect(box(director).x).toBeLessThan(box(amount).x);
	expect(box(copies).x).toBe(box(amount).x);
	expect(box(copies).y).toBeGreaterThan(box(director).y + box(director).height);
	const otherwise = lines.filter((one) => one.source === amount)[1] as (typeof lines)[number];
	// it runs down beside the director, not through
	expect(otherwise.via).toBeGreaterThan(box(director).x + box(director).width);
});

test("conditions in branches, and three branches, do not overlap either", () => {
	const { graph, amount, director } = purchase();
	let big = model.addBranch(model.fixOtherwise(graph, amount), amount);
	const branches = () => (model.stepOf(big, amount) as Step).branches;
	big = model.insertOn(big, amount, (branches()[1] as model.Branch).id, "Approval").graph;
	const inner = model.addAfter(big, director, "Condition");
	big = inner.graph;
	boxesApart(big);
	const deep = (model.stepOf(big, inner.id) as Step).branches[0] as model.Branch;
	big = model.insertOn(model.fixOtherwise(big, inner.id), inner.id, deep.id, "Approval").graph;
	for (let i = 0; i < 12; i++) big = model.addAfter(big, END, "Approval").graph;
	boxesApart(big);
	expect(big.steps.length).toBeGreaterThan(18);
});

test("arrow keys go along the lines, and to what stands beside", () => {
	const { graph, both, amount, director } = purchase();
	const three = model.addBranch(graph, amount);
	const second = ((model.stepOf(three, amount) as Step).branches[1] as model.Branch).id;
	const beside = model.insertOn(three, amount, second, "Approval");
	const { boxes } = layout(beside.graph);
	expect(neighbour(beside.graph, boxes, both, "ArrowDown")).toBe(amount);
	expect(neighbour(beside.graph, boxes, amount, "ArrowUp")).toBe(both);
	expect(neighbour(beside.graph, boxes, director, "ArrowRight")).toBe(beside.id);
	expect(neighbour(beside.graph, boxes, beside.id, "ArrowLeft")).toBe(director);
});

test("a loop from elsewhere is shown, not followed for ever", () => {
	const content: Content = {
		...EMPTY,
		steps: [
			{ step: 1, kind: "Approval", next_step: "2" },
			{ step: 2, kind: "Approval", next_step: "1" },
		],
	};
	const graph = model.read(content);
	expect(model.inOrder(graph)).toHaveLength(2);
	expect(Object.keys(layout(graph).boxes)).toHaveLength(4);
	expect(model.write(graph).content.steps.map((one) => one.next_step)).toEqual(["", "1"]);
});

test("how far a place is from a line with corners", () => {
	const corners = path({ x: 0, y: 0 }, { x: 100, y: 100 }, null);
	expect(distance({ x: 50, y: 78 }, corners)).toBe(0);
	expect(distance({ x: 0, y: 40 }, corners)).toBe(0);
	expect(distance({ x: 100, y: 0 }, corners)).toBeGreaterThan(70);
});
