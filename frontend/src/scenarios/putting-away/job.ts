import { read } from "../../api/client";
import { outbox, type About } from "../../api/outbox";
import type { Inbound, InboundLine, LineToPutAway, Reason, ToPutAway, ToPutAwayPage } from "../../api/types";
import { tidy } from "../../shared/format";
import { __ } from "../../shared/i18n";
import { fromWhom } from "../../shared/labels";

/* One walk, whether it is for one order or for all orders of a warehouse: what goes where, and how each step is said. */

/** All that is to be put away in a warehouse; `name` is the warehouse. */
export type Walk = ToPutAwayPage & { name: string; state: string };
export type Subject = Inbound | Walk;
export type PartLine = Pick<InboundLine, "line" | "item_code" | "item_name" | "stock_uom" | "image" | "has_serial_no" | "barcodes" | "uoms"> & { supplier_part_nos?: string[] };
export type Bins = ToPutAway["bins"];
/** Whose goods they are, in a walk for several orders. */
export interface Share {
	order: string;
	title: string;
	qty: number;
}
/** What of an item and batch is to be put away, and the bins proposed for it. */
export interface Proposal {
	key: string;
	line: PartLine;
	batch_no: string;
	expiry_date: string | null;
	qty: number;
	serials: string[];
	bins: Bins;
	why_rest: Reason | null;
	shares: Share[];
}
export interface Placed {
	/** The order's line; of a walk any line of the item. */
	line: string;
	item_code: string;
	batch_no: string;
	bin: string;
	qty: number;
	serial_nos: string[];
}
interface Answer<Of extends Subject> {
	message: Reason;
	warnings: Reason[];
	data: Of;
}
export interface Job<Of extends Subject = Subject> {
	name: string;
	title: string;
	sub: string;
	warehouse: string;
	supplier: string;
	proposals: Proposal[];
	/** The item is scanned before its bin, and bins come in walking order: goods of several orders are on one trolley. */
	mixed: boolean;
	more: boolean;
	mayFinish: boolean;
	place(placed: Placed, about: About): Promise<Answer<Of>>;
	/** Null where nothing is finished by hand: each order is done with the last of it. */
	finish: ((about: About) => Promise<{ message: Reason; data: Of }>) | null;
	reload(): Promise<Of>;
}

export function isWalk(subject: Subject): subject is Walk {
	return "has_more" in subject;
}

export function jobOf(subject: Subject): Job {
	return isWalk(subject) ? jobOfWalk(subject) : jobOfOrder(subject);
}

const keyOf = (one: { line: string; batch_no: string }) => `${one.line}/${one.batch_no}`;

function ofOrder(order: Inbound): Proposal[] {
	return order.to_put_away.map((proposal) => {
		const rows = order.received.filter((row) => keyOf(row) === keyOf(proposal));
		return {
			...proposal,
			key: keyOf(proposal),
			line: order.lines.filter((one) => one.line === proposal.line)[0] as InboundLine,
			expiry_date: rows[0] ? rows[0].expiry_date : null,
			serials: rows.filter((row) => row.serial_no && tidy(row.accepted_qty - row.put_away_qty) > 0).map((row) => row.serial_no),
			shares: [],
		};
	});
}

export function jobOfOrder(order: Inbound): Job<Inbound> {
	const { name } = order;
	return {
		name,
		title: __("Put Away", null, "Inbound Order"),
		sub: [order.source_name || name, fromWhom(order)].filter(Boolean).join(" · "),
		warehouse: order.warehouse,
		supplier: order.supplier,
		proposals: ofOrder(order),
		mixed: false,
		more: false,
		mayFinish: order.next_steps.some((one) => one.step === "finish_putting_away"),
		place: ({ line, bin, qty, batch_no, serial_nos }, about) => outbox.write("inbound.put_away", { name, line, bin, qty, batch_no, serial_nos }, about),
		finish: (about) => outbox.write("inbound.finish_putting_away", { name }, about),
		reload: () => read("inbound.get", { name }),
	};
}

/** The bins of several lines as one list: in each what goes there of all of them. */
function together(bins: Bins, more: Bins): Bins {
	const all = bins.map((one) => ({ ...one }));
	for (const one of more) {
		const same = all.filter((other) => other.bin === one.bin)[0];
		if (same) same.qty = tidy(same.qty + one.qty);
		else all.push({ ...one });
	}
	return all;
}

/** The same item and batch of several orders is one thing in the hand; whose it is, is shown. */
function ofWalk(lines: readonly LineToPutAway[]): Proposal[] {
	const found = new Map<string, Proposal>();
	for (const line of lines) {
		const key = `${line.item_code}/${line.batch_no}`;
		const share = { order: line.inbound_order, title: line.source_name || line.inbound_order, qty: line.qty };
		const known = found.get(key);
		if (!known) {
			found.set(key, { ...line, key, line, serials: line.serial_nos, shares: [share] });
			continue;
		}
		known.qty = tidy(known.qty + line.qty);
		known.serials = known.serials.concat(line.serial_nos);
		known.bins = together(known.bins, line.bins);
		known.why_rest = known.why_rest || line.why_rest;
		known.shares.push(share);
	}
	return Array.from(found.values());
}

export const walkOf = (page: ToPutAwayPage): Walk => ({ ...page, name: page.warehouse, state: page.lines.length ? "To Put Away" : "Done" });
export const readWalk = (warehouse: string): Promise<Walk> => read("inbound.list_to_put_away", { warehouse }).then(walkOf);

export function jobOfWalk(walk: Walk): Job<Walk> {
	const { warehouse } = walk;
	const orders = new Set(walk.lines.map((line) => line.inbound_order)).size;
	return {
		name: warehouse,
		title: __("Put Away All"),
		sub: [warehouse, orders ? __("Orders: {0}", [orders]) : ""].filter(Boolean).join(" · "),
		warehouse,
		supplier: "",
		proposals: ofWalk(walk.lines),
		mixed: true,
		more: walk.has_more,
		mayFinish: false,
		place: async ({ item_code, bin, qty, batch_no, serial_nos }, about) => {
			const answer = await outbox.write("inbound.put_away_walk", { warehouse, item_code, bin, qty, batch_no, serial_nos }, about);
			return { ...answer, data: walkOf(answer.data) };
		},
		finish: null,
		reload: () => readWalk(warehouse),
	};
}
