import type { Lookup } from "../../api/types";
import { sameCode, type Scan } from "../../scan/code";
import { matchFound, matchOf, type Match } from "../../scan/match";
import { tidy } from "../../shared/format";
import type { JobPick, Work } from "./job";

/** What is to be taken of one line from one bin, in stock UOM. */
export interface Take {
	line: string;
	item_code: string;
	batch_no: string;
	expiry_date: string | null;
	total: number;
	done: number;
	left: number;
	/** How many orders of a wave it is for; 0 where it is for one. */
	orders: number;
}

/** A bin on the walk with what is to be taken there. */
export interface Stop {
	bin: string;
	code: string;
	zone: string;
	takes: Take[];
	done: boolean;
}

/** The walk: the bins in walking order, those that were put off at the end. */
export function walkOf(work: Work, later: readonly string[] = []): Stop[] {
	const stops = new Map<string, Stop>();
	const sequence = (pick: JobPick) => (later.indexOf(pick.bin) >= 0 && !pick.done ? 1e9 + later.indexOf(pick.bin) : pick.sequence);
	const places = new Map<string, number>();
	for (const pick of work.picks) {
		const place = places.get(pick.bin);
		places.set(pick.bin, place === undefined ? sequence(pick) : Math.max(place, sequence(pick)));
		let stop = stops.get(pick.bin);
		if (!stop) stops.set(pick.bin, (stop = { bin: pick.bin, code: pick.bin_code, zone: pick.zone, takes: [], done: true }));
		let take = stop.takes.filter((one) => one.line === pick.line && one.batch_no === pick.batch_no)[0];
		if (!take) {
			take = { line: pick.line, item_code: pick.item_code, batch_no: pick.batch_no, expiry_date: pick.expiry_date, total: 0, done: 0, left: 0, orders: 0 };
			stop.takes.push(take);
		}
		take.total = tidy(take.total + pick.qty);
		take.orders = Math.max(take.orders, pick.orders);
		if (pick.done) take.done = tidy(take.done + pick.qty);
		else {
			take.left = tidy(take.left + pick.qty);
			stop.done = false;
		}
	}
	// what is done comes first: the walk shows what is behind, then what is ahead
	return Array.from(stops.values()).sort(
		(a, b) => Number(b.done) - Number(a.done) || (places.get(a.bin) || 0) - (places.get(b.bin) || 0)
	);
}

export function nextStop(stops: readonly Stop[], unsent: readonly string[] = []): Stop | null {
	return stops.filter((stop) => !stop.done && unsent.indexOf(stop.bin) < 0)[0] || null;
}

/** What a scan means on the walk. Only "count" and "arrive" change anything, and only the server's word makes it so. */
export type Verdict =
	| { kind: "arrive"; stop: Stop }
	| { kind: "same_bin" }
	| { kind: "count"; take: Take; match: Match }
	| { kind: "enough"; take: Take }
	| { kind: "too_many"; take: Take; match: Match }
	| { kind: "other_batch"; take: Take; match: Match; expiry: string | null }
	| { kind: "wrong_bin"; code: string }
	| { kind: "bin_not_item"; code: string }
	| { kind: "item_not_bin"; name: string }
	| { kind: "wrong_item"; take: Take; name: string; image: string | null; code: string; found: Lookup | null }
	| { kind: "unknown"; code: string }
	| { kind: "ask" };

function itemVerdict(take: Take, match: Match, expiry: string | null): Verdict {
	if (match.batch && take.batch_no && !sameCode(match.batch, take.batch_no)) return { kind: "other_batch", take, match, expiry };
	if (take.left <= 0) return { kind: "enough", take };
	if (match.qty > take.left) return { kind: "too_many", take, match };
	return { kind: "count", take, match };
}

/** Of several takes of one item at one bin the one that a scan fits best: its batch, then one not yet full. */
function best(takes: readonly { take: Take; match: Match }[]): { take: Take; match: Match } | undefined {
	const fits = takes.filter(({ take, match }) => !match.batch || sameCode(match.batch, take.batch_no));
	return fits.filter(({ take }) => take.left > 0)[0] || fits[0] || takes[0];
}

/** What a scan means by what the order or wave itself says; "ask" where only the server knows the code. */
export function judge(scan: Scan, work: Work, stops: readonly Stop[], at: string | null): Verdict {
	const stop = stops.filter((one) => sameCode(scan.code, one.code) || sameCode(scan.code, one.bin))[0];
	if (stop) {
		if (stop.bin === at) return { kind: "same_bin" };
		return stop.done ? { kind: "wrong_bin", code: stop.code } : { kind: "arrive", stop };
	}
	const here = at === null ? undefined : stops.filter((one) => one.bin === at)[0];
	if (!here) return { kind: "ask" };
	const matches: { take: Take; match: Match }[] = [];
	for (const take of here.takes) {
		const line = work.lines.filter((one) => one.line === take.line)[0];
		if (!line) continue;
		const byBatch: Match | null = sameCode(scan.code, take.batch_no) ? { qty: 1, uom: line.stock_uom, batch: take.batch_no, serial: "" } : null;
		const match = byBatch || matchOf(scan, line);
		if (!match) continue;
		if (line.has_serial_no && !match.serial) return { kind: "ask" };
		matches.push({ take, match });
	}
	const chosen = best(matches);
	return chosen ? itemVerdict(chosen.take, chosen.match, scan.gs1 ? scan.gs1.expiry || null : null) : { kind: "ask" };
}

/** The same of what the server found behind the code. */
export function judgeFound(found: Lookup, work: Work, stops: readonly Stop[], at: string | null): Verdict {
	if (found.kind === "unknown") return { kind: "unknown", code: found.code };
	if (found.kind === "order") return { kind: "unknown", code: found.title || found.code };
	if (found.kind === "bin" && found.bin) {
		const bin = found.bin;
		const stop = stops.filter((one) => one.bin === bin.bin)[0];
		if (stop && stop.bin === at) return { kind: "same_bin" };
		if (stop && !stop.done) return { kind: "arrive", stop };
		return at === null ? { kind: "wrong_bin", code: bin.bin_code } : { kind: "bin_not_item", code: bin.bin_code };
	}
	const name = (found.item && (found.item.item_name || found.item.item_code)) || found.title;
	const here = at === null ? undefined : stops.filter((one) => one.bin === at)[0];
	if (!here) return { kind: "item_not_bin", name };
	const matches: { take: Take; match: Match }[] = [];
	for (const take of here.takes) {
		const line = work.lines.filter((one) => one.line === take.line)[0];
		const match = line && matchFound(found, line);
		if (match) matches.push({ take, match });
	}
	const chosen = best(matches);
	if (chosen) return itemVerdict(chosen.take, chosen.match, (found.batch && found.batch.expiry_date) || null);
	const take = here.takes.filter((one) => one.left > 0)[0] || (here.takes[0] as Take);
	return { kind: "wrong_item", take, name, image: (found.item && found.item.image) || null, code: (found.item && found.item.item_code) || found.code, found };
}
