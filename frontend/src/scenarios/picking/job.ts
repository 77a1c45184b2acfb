import { read, type WriteBody } from "../../api/client";
import { outbox, type About } from "../../api/outbox";
import type { Line, Order, Reason, Wave } from "../../api/types";
import { tidy } from "../../shared/format";
import { __ } from "../../shared/i18n";

/* One walk, whether it is for one order or for all orders of a wave: what is to be taken, and how each step is said. */

export type Subject = Order | Wave;
export type JobLine = Pick<Line, "line" | "item_code" | "item_name" | "stock_uom" | "image" | "has_serial_no" | "barcodes"> & { picked: number; short: number };
export interface JobPick {
	line: string;
	item_code: string;
	bin: string;
	bin_code: string;
	zone: string;
	sequence: number;
	batch_no: string;
	expiry_date: string | null;
	qty: number;
	done: boolean;
	orders: number;
}
/** What the walk is made of. */
export interface Work {
	lines: JobLine[];
	picks: JobPick[];
}
export interface Picked {
	line: string;
	item_code: string;
	bin: string;
	qty: number;
	batch_no: string;
	serial_nos: string[];
	reason: string;
}
type Answer<Of extends Subject = Subject> = Promise<{ message: Reason; data: Of }>;

export interface Job<Of extends Subject = Subject> extends Work {
	name: string;
	sub: string;
	warehouse: string;
	toAccept: boolean;
	/** How many lines, of a wave how many orders, are not picked in full. */
	open: number;
	accept(about: About): Answer<Of>;
	pick(picked: Picked, about: About): Answer<Of>;
	/** Null where a pick cannot be undone: a wave's was divided among its orders. */
	unpick: ((picked: Picked, about: About) => Answer<Of>) | null;
	reportShort(picked: Picked, about: About): Answer<Of>;
	finish(about: About): Answer<Of>;
	reload(): Promise<Of>;
}
type ShortReason = WriteBody<"outbound.report_short">["reason"];

const can = (subject: Subject, step: string) => subject.next_steps.some((one) => one.step === step);

export function isWave(subject: Subject): subject is Wave {
	return "orders" in subject;
}

export function jobOf(subject: Subject): Job {
	return isWave(subject) ? jobOfWave(subject) : jobOfOrder(subject);
}

export function jobOfOrder(order: Order): Job<Order> {
	const { name } = order;
	const lines = order.lines.map((line) => ({ ...line, picked: line.picked_qty || 0, short: tidy((line.qty || 0) - (line.picked_qty || 0)) }));
	return {
		name,
		sub: [name, order.customer].filter(Boolean).join(" · "),
		warehouse: order.warehouse,
		toAccept: can(order, "accept"),
		lines,
		picks: order.picks.map((pick) => ({ ...pick, orders: 0 })),
		open: lines.filter((line) => line.short > 0).length,
		accept: (about) => outbox.write("outbound.accept", { name }, about),
		pick: ({ line, bin, qty, batch_no, serial_nos, reason }, about) => outbox.write("outbound.pick", { name, line, bin, qty, batch_no, serial_nos, reason }, about),
		unpick: ({ line, bin, qty, batch_no, serial_nos }, about) => outbox.write("outbound.unpick", { name, line, qty, batch_no, serial_nos, to_bin: bin }, about),
		reportShort: ({ line, bin, qty, batch_no, reason }, about) => outbox.write("outbound.report_short", { name, line, bin, qty, reason: reason as ShortReason, batch_no }, about),
		finish: (about) => outbox.write("outbound.finish_picking", { name }, about),
		reload: () => read("outbound.get", { name }),
	};
}

/** Of a wave a line of the walk is an item: who gets which piece is said at the pack station. */
export function jobOfWave(wave: Wave): Job<Wave> {
	const { name } = wave;
	const lines = new Map<string, JobLine>();
	for (const pick of wave.picks) {
		const { item_code, item_name, stock_uom, image, has_serial_no, barcodes } = pick;
		const line = lines.get(item_code) || { line: item_code, item_code, item_name, stock_uom, image, has_serial_no, barcodes, picked: 0, short: 0 };
		if (pick.done) line.picked = tidy(line.picked + pick.qty);
		lines.set(item_code, line);
	}
	return {
		name,
		sub: [name, __("Orders: {0}", [wave.orders.length]), wave.carrier].filter(Boolean).join(" · "),
		warehouse: wave.warehouse,
		toAccept: false,
		lines: Array.from(lines.values()),
		picks: wave.picks.map((pick) => ({ ...pick, line: pick.item_code })),
		open: wave.orders.filter((order) => order.state === "To Pick" && order.picked_qty < order.qty).length,
		accept: (about) => outbox.write("wave.release", { name }, about),
		pick: async ({ item_code, bin, qty, batch_no, serial_nos, reason }, about) => {
			const answer = await outbox.write("wave.pick", { name, item_code, bin, qty, batch_no, serial_nos, reason, brief: true }, about);
			return { ...answer, data: await whole(wave, answer.data, item_code) };
		},
		unpick: null,
		reportShort: ({ item_code, bin, qty, batch_no, reason }, about) => outbox.write("wave.report_short", { name, item_code, bin, qty, reason: reason as ShortReason, batch_no }, about),
		finish: (about) => outbox.write("wave.finish_picking", { name }, about),
		reload: () => read("wave.get", { name }),
	};
}

/** A wave in which the picks of one item are what a brief answer says; where nothing is left to pick, the server's whole word. */
async function whole(wave: Wave, brief: Wave, item_code: string): Promise<Wave> {
	const now = { ...brief, orders: wave.orders, picks: [...wave.picks.filter((pick) => pick.item_code !== item_code), ...brief.picks] };
	if (now.picks.some((pick) => !pick.done)) return now;
	return read("wave.get", { name: wave.name }).catch(() => now);
}
