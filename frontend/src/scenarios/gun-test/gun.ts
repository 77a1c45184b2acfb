import { GS, parseGs1 } from "../../scan/gs1";
import { scanOf } from "../../scan/code";
import type { Burst } from "../../scan/wedge";

/** What the code on the page holds: letters of both cases, digits, and the signs that keyboard layouts mix up. */
export const SAMPLE = "A0312-az09#|~";

export type Part = { text: string; kind: "mark" | "ai" | "value" | "lost" | "sign" | "plain" };
export type Finding = "gs_lost" | "input_method" | "no_suffix" | "slow" | "case" | "signs";

/** The text cut into what it means, so that people see what the gun really sends. */
export function partsOf(burst: Burst): Part[] {
	const scan = scanOf(burst.text);
	const parts: Part[] = [];
	if (scan.mark) parts.push({ text: scan.mark, kind: "mark" });
	if (scan.gs1) {
		for (const element of scan.gs1.elements) {
			parts.push({ text: element.ai, kind: "ai" }, { text: element.value, kind: "value" });
			if (burst.text.indexOf(element.value + GS) >= 0) parts.push({ text: "GS", kind: "sign" });
		}
	} else {
		burst.text
			.slice(scan.mark.length)
			.split(GS)
			.forEach((piece, i) => {
				if (i) parts.push({ text: "GS", kind: "sign" });
				if (piece) parts.push({ text: piece, kind: "plain" });
			});
	}
	if (burst.suffix) parts.push({ text: burst.suffix === "Tab" ? "⇥" : "↵", kind: "mark" });
	return parts;
}

/** A batch or serial number that ends like the next element: the separator between them was lost. */
export function lostSeparator(text: string): boolean {
	const scan = scanOf(text);
	if (text.indexOf(GS) >= 0 || !scan.gs1) return false;
	return scan.gs1.elements.some(
		(element) => (element.ai === "10" || element.ai === "21") && /.(17\d{6}|21.+|10.+)$/.test(element.value) && parseGs1(element.value.replace(/^.+?(?=(17\d{6}|21.+|10.+)$)/, ""), true) !== null
	);
}

export function findingsOf(burst: Burst): Finding[] {
	const found: Finding[] = [];
	if (lostSeparator(burst.text)) found.push("gs_lost");
	if (burst.rebuilt) found.push("input_method");
	if (!burst.suffix) found.push("no_suffix");
	if (burst.text.length > 1 && burst.duration / (burst.text.length - 1) > 60) found.push("slow");
	const text = scanOf(burst.text).code;
	if (text.toUpperCase() === SAMPLE.toUpperCase() && text !== SAMPLE) found.push("case");
	else if (/^A0312.?AZ09/i.test(text) && text !== SAMPLE) found.push("signs");
	return found;
}
