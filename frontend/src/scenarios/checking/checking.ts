import type { Line, Lookup, Order } from "../../api/types";
import type { Scan } from "../../scan/code";
import { matchFound, matchOf } from "../../scan/match";
import { tidy } from "../../shared/format";

export type Counted = Record<string, number>;
export type Verdict = { kind: "count"; line: Line; qty: number } | { kind: "wrong"; name: string } | { kind: "unknown"; code: string } | { kind: "ask" };

/** The line that a scan counts on. Two lines of one item are told apart by nobody: the first takes it. */
export function judge(scan: Scan, order: Order): Verdict {
	for (const line of order.lines) {
		const match = matchOf(scan, line);
		if (match) return { kind: "count", line, qty: match.qty };
	}
	return { kind: "ask" };
}

export function judgeFound(found: Lookup, order: Order): Verdict {
	for (const line of order.lines) {
		const match = matchFound(found, line);
		if (match) return { kind: "count", line, qty: match.qty };
	}
	if (found.kind === "unknown") return { kind: "unknown", code: found.code };
	return { kind: "wrong", name: (found.item && found.item.item_name) || found.title };
}

export function added(counted: Counted, line: string, qty: number): Counted {
	return { ...counted, [line]: tidy((counted[line] || 0) + qty) };
}

/** Every line is sent, one that nobody scanned as zero. */
export function toSend(order: Order, counted: Counted): { line: string; qty: number }[] {
	return order.lines.map((line) => ({ line: line.line, qty: counted[line.line] || 0 }));
}
