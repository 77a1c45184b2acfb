import type { Inbound, InboundLine, InboundScan, Lookup } from "../../api/types";
import { sameCode, type Scan } from "../../scan/code";
import { day, isDay } from "../../scan/gs1";
import { matchFound, matchOf, type Match } from "../../scan/match";
import { tidy } from "../../shared/format";

/** What was read of one line and is not received yet: looked at, changed, then received with one tap. */
export interface Draft {
	line: string;
	/** In stock UOM; of an item with serial numbers as many as are named. */
	qty: number;
	batch: string;
	/** The day that was scanned or typed; "" leaves it to the batch. */
	expiry: string;
	/** Whether the batch is there already, and when it expires; null while nobody knows. */
	known: { expiry: string | null } | false | null;
	serials: string[];
	/** What each scan added, the last one at the end: a scan can be undone. */
	added: number[];
	/** The code as people write it, "(01)…(10)…", where it was a long one. */
	code: string;
	/** What cannot be true of the code that was scanned. */
	trouble: "" | "date" | "separator";
	doubtful: string;
	maybe: { batch: string; expiry: string } | null;
}

export type Verdict =
	| { kind: "add"; line: InboundLine; match: Match }
	| { kind: "serial"; serial: string }
	| { kind: "batch"; batch: string; expiry: string | null; isKnown: boolean }
	| { kind: "finish_first" }
	| { kind: "not_ordered"; name: string; code: string }
	| { kind: "other_order"; name: string; code: string; order: Inbound["same_truck"][0] }
	| { kind: "is_bin"; code: string }
	| { kind: "unknown"; code: string }
	| { kind: "ask" };

export const MOST_SERIALS = 1000;

export const missing = (line: InboundLine) => Math.max(0, tidy(line.expected_qty - line.received_qty));

/** The line a code counts on: the one in hand, then one that still misses something. */
function lineFor(found: readonly { line: InboundLine; match: Match }[], draft: Draft | null) {
	return found.filter((one) => draft && one.line.line === draft.line)[0] || found.filter((one) => missing(one.line) > 0)[0] || found[0];
}
function verdictFor(found: readonly { line: InboundLine; match: Match }[], draft: Draft | null): Verdict | null {
	const chosen = lineFor(found, draft);
	if (!chosen) return null;
	if (draft && (chosen.line.line !== draft.line || otherBatch(draft, chosen.match))) return { kind: "finish_first" };
	return { kind: "add", ...chosen };
}
const otherBatch = (draft: Draft, match: Match) => Boolean(match.batch && draft.batch && !sameCode(match.batch, draft.batch));

/** What a scan means by what the order itself says; "ask" where only the server knows the code. */
export function judge(scan: Scan, order: Inbound, draft: Draft | null): Verdict {
	const found: { line: InboundLine; match: Match }[] = [];
	for (const line of order.lines) {
		const match = matchOf(scan, line);
		if (match) found.push({ line, match });
	}
	return verdictFor(found, draft) || { kind: "ask" };
}

/** The same of what the server found behind the code: one that nobody knows is a new batch or serial number, where one is waited for. */
export function judgeFound(found: Lookup, scan: Scan, order: Inbound, draft: Draft | null): Verdict {
	const line = draft && order.lines.filter((one) => one.line === draft.line)[0];
	if (found.kind === "bin" && found.bin) return { kind: "is_bin", code: found.bin.bin_code };
	if (found.kind === "unknown" || found.kind === "order") {
		if (line && line.has_batch_no && draft && !draft.batch) return { kind: "batch", batch: (scan.gs1 && scan.gs1.batch) || scan.code, expiry: (scan.gs1 && scan.gs1.expiry) || null, isKnown: false };
		if (line && line.has_serial_no) return { kind: "serial", serial: (scan.gs1 && scan.gs1.serial) || scan.code };
		return { kind: "unknown", code: found.code };
	}
	if (found.kind === "batch" && found.batch && line && draft && found.item && found.item.item_code === line.item_code && !draft.batch)
		return { kind: "batch", batch: found.batch.batch_no, expiry: found.batch.expiry_date, isKnown: true };
	const matches: { line: InboundLine; match: Match }[] = [];
	for (const one of order.lines) {
		const match = matchFound(found, one);
		if (match) matches.push({ line: one, match });
	}
	const here = verdictFor(matches, draft);
	if (here) return here;
	const [name, code] = [(found.item && found.item.item_name) || found.title, (found.item && found.item.item_code) || found.code];
	const trucks = order.same_truck || []; // an order kept on the phone may be of an older version
	const beside = trucks.filter((one) => found.item && one.item_codes.indexOf(found.item.item_code) >= 0)[0];
	return beside ? { kind: "other_order", name, code, order: beside } : { kind: "not_ordered", name, code };
}

export function newDraft(line: InboundLine): Draft {
	return { line: line.line, qty: 0, batch: "", expiry: "", known: null, serials: [], added: [], code: "", trouble: "", doubtful: "", maybe: null };
}

/** A draft with one more scan of its item in it; the same draft where the scan is a serial number that is in it already. */
export function withScan(draft: Draft, line: InboundLine, match: Match, scan: Scan): Draft {
	const now = { ...draft };
	const gs1 = scan.gs1;
	if (line.has_batch_no && match.batch && !now.batch) now.batch = match.batch;
	if (gs1) {
		if (line.has_batch_no && gs1.expiry && !now.expiry) now.expiry = gs1.expiry;
		if (gs1.elements.length > 1) now.code = gs1.elements.map((one) => `(${one.ai})${one.value}`).join("");
		// what somebody has typed or chosen since is in doubt no more
		const settled = gs1.trouble !== "" && (gs1.trouble === "date" ? now.expiry : now.batch) !== "";
		if (line.has_batch_no && !settled) Object.assign(now, { trouble: gs1.trouble, doubtful: gs1.doubtful, maybe: gs1.maybe });
	}
	if (line.has_serial_no) return match.serial ? withSerials(now, [match.serial]) : now;
	return { ...now, qty: tidy(now.qty + match.qty), added: [...now.added, match.qty] };
}

export function withSerials(draft: Draft, more: readonly string[]): Draft {
	const known = new Set(draft.serials.map((one) => one.toUpperCase()));
	const fresh = more.filter((one) => one && !known.has(one.toUpperCase()) && known.add(one.toUpperCase()));
	if (!fresh.length) return draft;
	const serials = [...draft.serials, ...fresh];
	return { ...draft, serials, qty: serials.length, added: [...draft.added, fresh.length] };
}

/** The draft before its last scan; null where that was the first. */
export function withoutLast(draft: Draft): Draft | null {
	const last = draft.added[draft.added.length - 1];
	if (last === undefined || draft.added.length < 2) return null;
	const serials = draft.serials.length ? draft.serials.slice(0, -last) : [];
	return { ...draft, serials, qty: tidy(draft.qty - last), added: draft.added.slice(0, -1) };
}

export function withQty(draft: Draft, qty: number): Draft {
	return { ...draft, qty: tidy(qty), added: [tidy(qty)] };
}

/** What is still to be scanned or typed before a draft can be received. */
export function lacks(draft: Draft, line: InboundLine): "" | "batch" | "serials" | "qty" {
	if (line.has_batch_no && !draft.batch) return "batch";
	if (line.has_serial_no && !draft.serials.length) return "serials";
	return draft.qty > 0 ? "" : "qty";
}

/** All numbers from the first to the last, such as SN0098 to SN0103; null where they are no range. */
export function serialRange(first: string, last: string): string[] | null {
	const [a, b] = [/^(.*?)(\d+)$/.exec(first.trim()), /^(.*?)(\d+)$/.exec(last.trim())];
	if (!a || !b || (a[1] as string).toUpperCase() !== (b[1] as string).toUpperCase() || (a[2] as string).length !== (b[2] as string).length) return null;
	const digits = (a[2] as string).length;
	// longer than a number holds exactly: only the end counts
	const cut = Math.max(0, digits - 12);
	if ((a[2] as string).slice(0, cut) !== (b[2] as string).slice(0, cut)) return null;
	const [from, to] = [Number((a[2] as string).slice(cut)), Number((b[2] as string).slice(cut))];
	if (to < from || to - from >= MOST_SERIALS) return null;
	const head = (a[1] as string) + (a[2] as string).slice(0, cut);
	return Array.from({ length: to - from + 1 }, (_, i) => head + String(from + i).padStart(digits - cut, "0"));
}

/** Numbers typed or pasted: one a line, or with commas or blanks between them. */
export function serialList(text: string): string[] {
	const all = text.normalize("NFKC").split(/[\s,;、]+/).filter(Boolean);
	return all.filter((one, i) => all.indexOf(one) === i);
}

/** A day as people type it: 271101, 20271101 or 2027-11-1; "" where the calendar has none such. */
export function typedDay(text: string): string {
	const [, year, month, date] = /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$/.exec(text.trim()) || [];
	const digits = text.trim();
	let found = "";
	if (year) found = `${year}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
	else if (/^\d{8}$/.test(digits)) found = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
	else if (/^\d{6}$/.test(digits)) found = day(digits);
	return isDay(found) ? found : "";
}

/** What was received of a line, by batch; single pieces by serial number: each can be taken back. */
export interface Part {
	batch_no: string;
	expiry_date: string | null;
	serial_no: string;
	qty: number;
}
export function partsOf(received: readonly InboundScan[], line: string): Part[] {
	const parts: Part[] = [];
	for (const one of received) {
		if (one.line !== line) continue;
		const same = one.serial_no ? undefined : parts.filter((part) => part.batch_no === one.batch_no && !part.serial_no)[0];
		if (same) same.qty = tidy(same.qty + one.qty);
		else parts.push({ batch_no: one.batch_no, expiry_date: one.expiry_date, serial_no: one.serial_no, qty: one.qty });
	}
	return parts;
}
