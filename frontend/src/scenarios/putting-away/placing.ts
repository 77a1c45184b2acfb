import type { Inbound, InboundLine, Reason, ToPutAway } from "../../api/types";
import { tidy } from "../../shared/format";

/** What of one line and batch is still to be put away. */
export interface Part {
	key: string;
	line: InboundLine;
	batch_no: string;
	expiry_date: string | null;
	qty: number;
	serials: string[];
	stops: Stop[];
}
/** A bin and how much of a part goes there; "" where no bin is proposed. */
export interface Stop {
	key: string;
	part: string;
	bin: string;
	code: string;
	zone: string;
	qty: number;
	why: Reason | null;
}

const keyOf = (one: { line: string; batch_no: string }) => `${one.line}/${one.batch_no}`;

/** The parts with the bins proposed for them; instead of bins that somebody saw full, those that were asked for (by part). */
export function partsOf(order: Inbound, full: readonly string[] = [], instead: Readonly<Record<string, ToPutAway["bins"]>> = {}): Part[] {
	return order.to_put_away.map((proposal) => {
		const rows = order.received.filter((row) => keyOf(row) === keyOf(proposal));
		const line = order.lines.filter((one) => one.line === proposal.line)[0] as InboundLine;
		return {
			key: keyOf(proposal),
			line,
			batch_no: proposal.batch_no,
			expiry_date: rows[0] ? rows[0].expiry_date : null,
			qty: proposal.qty,
			serials: rows.filter((row) => row.serial_no && tidy(row.accepted_qty - row.put_away_qty) > 0).map((row) => row.serial_no),
			stops: stopsOf(proposal, full, instead[keyOf(proposal)] || []),
		};
	});
}

function stopsOf(proposal: ToPutAway, full: readonly string[], instead: ToPutAway["bins"]): Stop[] {
	const part = keyOf(proposal);
	const stops: Stop[] = [];
	let rest = proposal.qty;
	for (const one of [...proposal.bins, ...instead]) {
		const qty = Math.min(one.qty, rest);
		if (qty <= 0 || full.indexOf(one.bin) >= 0 || stops.some((stop) => stop.bin === one.bin)) continue;
		stops.push({ key: `${part}/${one.bin}`, part, bin: one.bin, code: one.bin_code, zone: one.zone, qty, why: one.reason });
		rest = tidy(rest - qty);
	}
	const why = proposal.bins.every((one) => full.indexOf(one.bin) < 0) ? proposal.why_rest : null;
	return rest > 0 ? [...stops, { key: `${part}/`, part, bin: "", code: "", zone: "", qty: rest, why }] : stops;
}

/** Where to go now: the stop that was chosen, else the next of the part in hand, else the first of all. */
export function current(parts: readonly Part[], chosen: string, inHand: string): Stop | null {
	const all = parts.reduce<Stop[]>((list, part) => list.concat(part.stops), []);
	return all.filter((stop) => stop.key === chosen)[0] || all.filter((stop) => stop.part === inHand)[0] || all[0] || null;
}

/** The serial numbers that go into a bin: those that were scanned, else all where all of the part go there; null where they must be scanned. */
export function serialsFor(part: Part, scanned: readonly string[], qty: number): string[] | null {
	if (!part.line.has_serial_no) return [];
	if (scanned.length) return part.serials.filter((one) => scanned.indexOf(one) >= 0);
	return qty === part.serials.length ? part.serials : null;
}
