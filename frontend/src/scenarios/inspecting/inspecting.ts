import type { Inbound, InboundLine } from "../../api/types";
import { sameCode } from "../../scan/code";
import { tidy } from "../../shared/format";

/** What is to be inspected at once: of one line and batch. */
export interface Part {
	line: InboundLine;
	batch_no: string;
	expiry_date: string | null;
	qty: number;
	serials: string[];
	/** How much of it is looked at where a plan says that not all is; 0 where all is. */
	sample: number;
}

/** What a server says that knows Inspection Plans, photos and stock that is destroyed. */
interface Planned {
	sample_qty?: number;
}
export const knowsPlans = (order: Inbound) => "inspections" in order;

export function partsOf(order: Inbound): Part[] {
	const parts: Part[] = [];
	for (const row of order.received) {
		const line = order.lines.filter((one) => one.line === row.line && one.to_inspect)[0];
		const left = tidy(row.qty - row.accepted_qty - row.rejected_qty);
		if (!line || left <= 0) continue;
		let part = parts.filter((one) => one.line === line && one.batch_no === row.batch_no)[0];
		if (!part) parts.push((part = { line, batch_no: row.batch_no, expiry_date: row.expiry_date, qty: 0, serials: [], sample: 0 }));
		part.qty = tidy(part.qty + left);
		if (row.serial_no) part.serials.push(row.serial_no);
	}
	for (const part of parts) {
		const { sample_qty, accepted_qty, rejected_qty } = part.line as InboundLine & Planned;
		const sample = tidy((sample_qty || 0) - accepted_qty);
		const alone = parts.every((one) => one === part || one.line !== part.line);
		if (alone && !rejected_qty && !part.serials.length && sample > 0 && sample < part.qty) part.sample = sample;
	}
	return parts;
}

/** What an inspector says of a part; what is neither rejected nor left for later is accepted. */
export interface Finding {
	/** How much is inspected now. */
	qty: number;
	rejected: number;
	serials: string[];
	reason: string;
	as: "Blocked" | "Damaged";
	photo: string;
}
export function newFinding(part: Part): Finding {
	return { qty: part.sample || part.qty, rejected: 0, serials: [], reason: "", as: "Blocked", photo: "" };
}
export const accepted = (finding: Finding) => tidy(finding.qty - finding.rejected);

/** What is said is said of the sample: good, it stands for all. */
export const bySample = (part: Part, finding: Finding) => part.sample > 0 && finding.qty === part.sample;

/** A piece is rejected, or not after all. */
export function toggled(finding: Finding, serial: string): Finding {
	const serials = finding.serials.some((one) => sameCode(one, serial)) ? finding.serials.filter((one) => !sameCode(one, serial)) : [...finding.serials, serial];
	return { ...finding, serials, rejected: serials.length };
}

export function toSend(part: Part, finding: Finding, plans: boolean) {
	const bad = part.serials.filter((one) => finding.serials.some((other) => sameCode(one, other)));
	const isDestroyed = plans && finding.as === "Damaged";
	const more = {
		...(isDestroyed ? { destroyed: finding.rejected, destroyed_serial_nos: bad } : {}),
		...(bySample(part, finding) ? { by_sample: true } : {}),
		...(plans && finding.photo ? { photo: finding.photo } : {}),
	};
	return {
		line: part.line.line,
		accepted: accepted(finding),
		rejected: isDestroyed ? 0 : finding.rejected,
		batch_no: part.batch_no,
		accepted_serial_nos: part.serials.filter((one) => bad.indexOf(one) < 0),
		rejected_serial_nos: isDestroyed ? [] : bad,
		reason: finding.rejected ? finding.reason : "",
		rejected_as: finding.as,
		...more,
	};
}
