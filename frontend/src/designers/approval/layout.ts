/* Where everything stands: layered from the top down, branches side by side, meeting again below. */
import { END, inOrder, linesOf, mergeOf, NOWHERE, START, stepOf, successors, type Graph, type Line, type Step } from "./model";

export interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}
export interface Point {
	x: number;
	y: number;
}
export interface Drawn extends Line {
	id: string;
	points: Point[];
	/** The column that a branch runs down in. */
	via: number | null;
	/** How far below its condition a branch turns. */
	turn: number;
	label: Point | null;
	plus: Point | null;
}
/** What stands where a condition has no otherwise, with its fix. */
export interface Ghost extends Box {
	source: string;
	branch: string;
}
export interface Layout {
	boxes: Record<string, Box>;
	lines: Drawn[];
	ghosts: Ghost[];
}

export const WIDTH = 276;
export const SHOWN = 3; // approvers on a card
const GHOST = { width: 284, height: 106 };
const GAP = 38;
const MERGE_GAP = 60;
const COLUMN_GAP = 36;
const EMPTY = 150; // width of a branch without steps
const TURN = 26; // from a condition to where the line of one of two branches turns, and stands its label
const PLUS = 31; // from the label to the + below it
const STAIR = { first: 16, step: 9, label: 20 }; // of more branches: each turns at a height of its own, the outer ones higher
const ARRIVE = 22;

/** `said` are the steps on whose cards a problem is written. */
export function sizeOf(step: Step, said: readonly string[] = []): { width: number; height: number } {
	const more = said.indexOf(step.id) >= 0 ? 24 : 0;
	if (step.kind === "Condition") return { width: WIDTH, height: 64 + more };
	if (step.kind === "Copy To") return { width: WIDTH, height: 66 + more };
	const rows = Math.max(1, Math.min(step.approvers.length, SHOWN));
	const foot = step.time_limit || step.approvers.length > SHOWN ? 25 : 0;
	return { width: WIDTH, height: 46 + rows * 31 + foot + more };
}
/** How far from the left edge a branch leaves its condition. */
export function leaving(count: number, place: number): number {
	const share = count === 2 ? (place ? 0.72 : 0.28) : (place + 1) / (count + 1);
	return Math.round(WIDTH * share);
}

function labelAt(count: number): number {
	return count > 2 ? STAIR.first + STAIR.step * (count - 2) + STAIR.label : TURN;
}
function branchGap(count: number): number {
	return labelAt(count) + PLUS + 23;
}

interface Block {
	width: number;
	/** Put it with its middle at x and its top at y; returns where it ends. */
	place(x: number, y: number): number;
}

export function layout(graph: Graph, said: readonly string[] = []): Layout {
	const boxes: Record<string, Box> = {};
	const ghosts: Ghost[] = [];
	const columns: Record<string, number> = {};
	const placed = new Set<string>();

	const chain = (id: string, stops: string[]): Block => {
		const parts: Block[] = [];
		let at = id;
		while (at !== END && at !== NOWHERE && stops.indexOf(at) < 0 && !placed.has(at)) {
			const step = stepOf(graph, at);
			if (!step) break;
			placed.add(at);
			parts.push(card(step));
			if (step.kind === "Condition") {
				const merge = mergeOf(graph, at);
				parts.push(branches(step, [...stops, merge]));
				at = merge;
			} else at = step.next;
		}
		const width = parts.reduce((most, part) => Math.max(most, part.width), 0);
		return {
			width,
			place: (x, y) => {
				let bottom = y;
				parts.forEach((part, i) => {
					if (i) bottom += (parts[i - 1] as Block & { gap?: number }).gap || GAP;
					bottom = part.place(x, bottom);
				});
				return bottom;
			},
		};
	};
	const card = (step: Step): Block & { gap?: number } => {
		const { width, height } = sizeOf(step, said);
		return {
			width,
			gap: step.kind === "Condition" ? branchGap(step.branches.length) : GAP,
			place: (x, y) => {
				boxes[step.id] = { x: x - width / 2, y, width, height };
				return y + height;
			},
		};
	};
	const branches = (step: Step, stops: string[]): Block & { gap?: number } => {
		const found = step.branches.map((branch) => {
			const block = branch.next === NOWHERE ? ghost(step, branch.id) : chain(branch.next, stops);
			return { branch: branch.id, block, width: Math.max(block.width, EMPTY) };
		});
		if (!step.branches.some((one) => one.is_otherwise)) {
			const block = ghost(step, "");
			found.push({ branch: "", block, width: block.width });
		}
		const width = found.reduce((sum, one) => sum + one.width, 0) + COLUMN_GAP * (found.length - 1);
		return {
			width,
			gap: MERGE_GAP,
			place: (x, y) => {
				let left = x - width / 2;
				let bottom = y;
				for (const one of found) {
					const middle = left + one.width / 2;
					columns[`${step.id}:${one.branch}`] = middle;
					bottom = Math.max(bottom, one.block.place(middle, y));
					left += one.width + COLUMN_GAP;
				}
				return bottom;
			},
		};
	};
	const ghost = (step: Step, branch: string): Block => ({
		width: GHOST.width,
		place: (x, y) => {
			ghosts.push({ source: step.id, branch, x: x - GHOST.width / 2, y, ...GHOST });
			return y + GHOST.height;
		},
	});

	boxes[START] = { x: -128, y: 0, width: 256, height: 48 };
	const flow = chain(graph.first, []);
	const bottom = graph.first === END ? 48 + GAP : flow.place(0, 48 + GAP);
	const meets = inOrder(graph).some((step) => step.kind === "Condition" && placed.has(step.id) && mergeOf(graph, step.id) === END);
	boxes[END] = { x: -62, y: bottom + (meets ? MERGE_GAP : GAP), width: 124, height: 42 };

	// what nothing leads to stands to the right
	let side = flow.width / 2 + WIDTH / 2 + COLUMN_GAP * 2;
	for (const step of inOrder(graph)) {
		if (placed.has(step.id)) continue;
		const loose = chain(step.id, []);
		loose.place(side + loose.width / 2 - WIDTH / 2, 48 + GAP);
		side += loose.width + COLUMN_GAP;
	}
	for (const step of graph.steps) {
		const box = boxes[step.id];
		if (!box || (!step.x && !step.y)) continue;
		const moved = ghosts.filter((one) => one.source === step.id);
		for (const one of moved) {
			one.x += step.x - box.x;
			one.y += step.y - box.y;
		}
		for (const branch of step.branches) columns[`${step.id}:${branch.id}`] = (columns[`${step.id}:${branch.id}`] || 0) + step.x - box.x;
		Object.assign(box, { x: step.x, y: step.y });
	}
	const lowest = graph.steps.reduce((most, step) => {
		const box = boxes[step.id];
		return box && placed.has(step.id) && (step.x || step.y) ? Math.max(most, box.y + box.height + GAP) : most;
	}, 0);
	(boxes[END] as Box).y = Math.max((boxes[END] as Box).y, lowest);
	return { boxes, ghosts, lines: drawn(graph, boxes, ghosts, columns) };
}

function drawn(graph: Graph, boxes: Record<string, Box>, ghosts: Ghost[], columns: Record<string, number>): Drawn[] {
	return linesOf(graph).map((line): Drawn => {
		const from = boxes[line.source] as Box;
		const ghost = ghosts.filter((one) => one.source === line.source && one.branch === line.branch)[0];
		const to = line.target === NOWHERE ? (ghost as Box) : (boxes[line.target] as Box);
		const step = line.branch ? stepOf(graph, line.source) : undefined;
		const end = { x: to.x + to.width / 2, y: to.y };
		const bottom = from.y + from.height;
		if (!step) {
			const points = path({ x: from.x + from.width / 2, y: bottom }, end, null);
			const plus = { x: from.x + from.width / 2, y: points.length === 2 ? (bottom + to.y) / 2 : bottom + 21 };
			return { ...line, id: idOf(line), points, via: null, turn: 0, label: null, plus };
		}
		const count = step.branches.length;
		const place = step.branches.map((one) => one.id).indexOf(line.branch);
		const x = from.x + leaving(count, place);
		const column = columns[`${line.source}:${line.branch}`];
		const own = line.target !== END && line.target !== mergeOf(graph, line.source);
		const via = own || column === undefined ? end.x : column;
		const turn = count > 2 ? STAIR.first + STAIR.step * Math.min(via < x ? place : count - 1 - place, count - 2) : TURN;
		const label = { x: via, y: bottom + labelAt(count) };
		const plus = line.target === NOWHERE ? null : { x: via, y: label.y + PLUS };
		return { ...line, id: idOf(line), points: path({ x, y: bottom }, end, via, turn), via, turn, label, plus };
	});
}
export function idOf(line: { source: string; branch: string }): string {
	return `${line.source}>${line.branch}`;
}
/** The corners of a line; `via` is the column in which a branch runs down. */
export function path(from: Point, to: Point, via: number | null, turn = TURN): Point[] {
	const points: Point[] = [from];
	if (via !== null && Math.abs(via - from.x) > 0.5) points.push({ x: from.x, y: from.y + turn }, { x: via, y: from.y + turn });
	const x = (points[points.length - 1] as Point).x;
	if (Math.abs(x - to.x) > 0.5) {
		const y = Math.max(to.y - ARRIVE, Math.min(from.y + ARRIVE, to.y - 4));
		points.push({ x, y }, { x: to.x, y });
	}
	return [...points, to];
}
/** The same line with rounded corners, as an SVG path. */
export function svgOf(points: Point[], radius = 6): string {
	let text = `M${(points[0] as Point).x} ${(points[0] as Point).y}`;
	for (let i = 1; i < points.length; i++) {
		const [before, at, after] = [points[i - 1] as Point, points[i] as Point, points[i + 1]];
		if (!after) text += `L${at.x} ${at.y}`;
		else {
			const start = toward(at, before, radius);
			const end = toward(at, after, radius);
			text += `L${start.x} ${start.y}Q${at.x} ${at.y} ${end.x} ${end.y}`;
		}
	}
	return text;
}
function toward(from: Point, to: Point, most: number): Point {
	const length = Math.hypot(to.x - from.x, to.y - from.y);
	const part = length ? Math.min(most, length / 2) / length : 0;
	return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}
/** How far a place is from a line. */
export function distance(at: Point, points: Point[]): number {
	let least = Infinity;
	for (let i = 1; i < points.length; i++) {
		const [a, b] = [points[i - 1] as Point, points[i] as Point];
		const length = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
		const t = length ? Math.max(0, Math.min(1, ((at.x - a.x) * (b.x - a.x) + (at.y - a.y) * (b.y - a.y)) / length)) : 0;
		least = Math.min(least, Math.hypot(at.x - a.x - t * (b.x - a.x), at.y - a.y - t * (b.y - a.y)));
	}
	return least;
}
/** The neighbour that an arrow key means: along the lines up and down, what stands beside it left and right. */
export function neighbour(graph: Graph, boxes: Record<string, Box>, id: string, key: string): string {
	if (key === "ArrowDown") return successors(graph, id)[0] || id;
	if (key === "ArrowUp") return [START, ...inOrder(graph).map((one) => one.id)].filter((one) => successors(graph, one).indexOf(id) >= 0)[0] || id;
	const mine = boxes[id] as Box;
	const sign = key === "ArrowLeft" ? -1 : 1;
	const beside = Object.keys(boxes)
		.map((one) => ({ one, box: boxes[one] as Box }))
		.map(({ one, box }) => ({ one, dx: (box.x + box.width / 2 - mine.x - mine.width / 2) * sign, dy: Math.abs(box.y + box.height / 2 - mine.y - mine.height / 2) }))
		.filter(({ dx }) => dx > 40)
		.sort((a, b) => a.dx + a.dy * 2 - b.dx - b.dy * 2);
	return beside[0] ? beside[0].one : id;
}
