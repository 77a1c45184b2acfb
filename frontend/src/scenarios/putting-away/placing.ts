import type { Reason } from "../../api/types";
import { tidy } from "../../shared/format";
import type { Bins, PartLine, Proposal, Share } from "./job";

/** What of one item and batch is still to be put away. */
export interface Part {
	key: string;
	line: PartLine;
	batch_no: string;
	expiry_date: string | null;
	qty: number;
	serials: string[];
	shares: Share[];
	stops: Stop[];
}
/** A bin and how much of a part goes there; "" where no bin is proposed. */
export interface Stop {
	key: string;
	part: string;
	bin: string;
	code: string;
	zone: string;
	sequence: number;
	qty: number;
	why: Reason | null;
}

/** The parts with the bins proposed for them; instead of bins that somebody saw full, those that were asked for (by part). */
export function partsOf(proposals: readonly Proposal[], full: readonly string[] = [], instead: Readonly<Record<string, Bins>> = {}): Part[] {
	return proposals.map((proposal) => {
		const { key, line, batch_no, expiry_date, qty, serials, shares } = proposal;
		return { key, line, batch_no, expiry_date, qty, serials, shares, stops: stopsOf(proposal, full, instead[key] || []) };
	});
}

function stopsOf(proposal: Proposal, full: readonly string[], instead: Bins): Stop[] {
	const part = proposal.key;
	const stops: Stop[] = [];
	let rest = proposal.qty;
	for (const one of [...proposal.bins, ...instead]) {
		const qty = Math.min(one.qty, rest);
		if (qty <= 0 || full.indexOf(one.bin) >= 0 || stops.some((stop) => stop.bin === one.bin)) continue;
		stops.push({ key: `${part}/${one.bin}`, part, bin: one.bin, code: one.bin_code, zone: one.zone, sequence: one.sequence, qty, why: one.reason });
		rest = tidy(rest - qty);
	}
	const why = proposal.bins.every((one) => full.indexOf(one.bin) < 0) ? proposal.why_rest : null;
	return rest > 0 ? [...stops, { key: `${part}/`, part, bin: "", code: "", zone: "", sequence: 0, qty: rest, why }] : stops;
}

/** All stops, part by part; of a mixed trolley in walking order, what has no bin last. */
export function stopsOfAll(parts: readonly Part[], mixed: boolean): Stop[] {
	const all = parts.reduce<Stop[]>((list, part) => list.concat(part.stops), []);
	if (!mixed) return all;
	const place = new Map(all.map((stop, i) => [stop.key, i]));
	return all.sort(
		(a, b) => Number(!a.bin) - Number(!b.bin) || a.sequence - b.sequence || (a.code < b.code ? -1 : a.code > b.code ? 1 : (place.get(a.key) || 0) - (place.get(b.key) || 0))
	);
}

/** Where to go now: the stop that was chosen, else the next of the part in hand, else the first of all. */
export function current(all: readonly Stop[], chosen: string, inHand: string): Stop | null {
	return all.filter((stop) => stop.key === chosen)[0] || all.filter((stop) => stop.part === inHand)[0] || all[0] || null;
}

/** The serial numbers that go into a bin: those that were scanned, else all where all of the part go there; null where they must be scanned. */
export function serialsFor(part: Part, scanned: readonly string[], qty: number): string[] | null {
	if (!part.line.has_serial_no) return [];
	if (scanned.length) return part.serials.filter((one) => scanned.indexOf(one) >= 0);
	return qty === part.serials.length ? part.serials : null;
}
