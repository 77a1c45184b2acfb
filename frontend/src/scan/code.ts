import { GS, parseGs1, type Gs1 } from "./gs1";

/** What was scanned, read as far as that needs no server. */
export interface Scan {
	/** As it came, for the page that shows what a gun sends. */
	raw: string;
	/** Without the gun's marks, full-width digits made plain. Compared without case. */
	code: string;
	gs1: Gs1 | null;
	/** The symbology mark that the gun put in front: ]C1, ]E0, … */
	mark: string;
}

const STAND_INS = /[|~]|\u00f1/g; // what guns are set to send where a separator cannot be typed

export function scanOf(raw: string): Scan {
	const text = raw.normalize("NFKC").replace(/^[\s\u200b]+|[\s\u200b]+$/g, "");
	const mark = (/^\][A-Za-z][0-9A-Za-z]/.exec(text) || [""])[0];
	let body = text.slice(mark.length);
	while (body[0] === GS) body = body.slice(1);
	while (body[body.length - 1] === GS) body = body.slice(0, -1);
	const says = ["]C1", "]d2", "]Q3", "]e0"].indexOf(mark) >= 0;
	const separated = body.indexOf(GS) >= 0;
	let gs1 = parseGs1(body, says || separated);
	if (!separated && STAND_INS.test(body)) gs1 = parseGs1(body.replace(STAND_INS, GS), true) || gs1;
	return { raw, code: body.split(GS).join("").trim(), gs1, mark };
}

/** What a scan names: the product or the item of a GS1 message, else the code itself. Shops and ERPNext store thirteen digits. */
export function productOf(scan: Scan): string {
	return (scan.gs1 && (scan.gs1.gtin.replace(/^0(?=\d{13}$)/, "") || scan.gs1.item)) || scan.code;
}

export function sameCode(one: string | null | undefined, other: string | null | undefined): boolean {
	if (!one || !other) return false;
	return one.normalize("NFKC").trim().toUpperCase() === other.normalize("NFKC").trim().toUpperCase();
}
