/** Application identifiers that warehouses meet: how long the value is, and whether a separator must end it. */
const FIXED: Record<string, number> = { "00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "17": 6, "20": 2 };
const VARIABLE: Record<string, number> = { "10": 20, "21": 20, "22": 20, "30": 8, "37": 8, "240": 30, "241": 30, "400": 30, "410": 13 };
export const GS = "\x1d";

export interface Element {
	ai: string;
	value: string;
	/** The value is of free length and the next identifier follows without a separator between them. */
	ended: boolean;
}

export interface Gs1 {
	elements: Element[];
	gtin: string;
	/** The company's own code of an item that has no product code. */
	item: string;
	batch: string;
	serial: string;
	expiry: string;
	quantity: number | null;
	/** What cannot be true of it: "date" is one of no calendar, "separator" a batch or serial number that runs on. */
	trouble: "" | "date" | "separator";
	/** The part that is in doubt. */
	doubtful: string;
	/** How a batch that runs on may be meant. */
	maybe: { batch: string; expiry: string } | null;
}

function identifier(text: string): { ai: string; fixed: number; most: number } | null {
	for (const length of [2, 3, 4]) {
		const ai = text.slice(0, length);
		if (FIXED[ai]) return { ai, fixed: FIXED[ai] as number, most: FIXED[ai] as number };
		if (VARIABLE[ai]) return { ai, fixed: 0, most: VARIABLE[ai] as number };
		if (length === 4 && /^3[1-6]\d\d$/.test(ai)) return { ai, fixed: 6, most: 6 };
	}
	return null;
}

/** A GS1 message, or null where the text is none. `marked`: the gun's own mark (]C1, ]d2, ]Q3) or a separator was seen. */
export function parseGs1(text: string, marked: boolean): Gs1 | null {
	const bracketed = /^\(\d{2,4}\)/.test(text);
	const plain = bracketed ? text.replace(/\((\d{2,4})\)/g, (_, ai: string, at: number) => (at ? GS : "") + ai) : text;
	if (!bracketed && !marked && !/^0[12]\d{14}(1[0157]|21|3)/.test(plain)) return null;
	const elements: Element[] = [];
	let rest = plain;
	while (rest) {
		if (rest[0] === GS) {
			rest = rest.slice(1);
			continue;
		}
		const found = identifier(rest);
		if (!found) return null;
		const body = rest.slice(found.ai.length);
		const end = body.indexOf(GS);
		const value = found.fixed ? body.slice(0, found.fixed) : body.slice(0, end < 0 ? undefined : end);
		const runsOver = !found.fixed && value.length > found.most && end < 0; // the separators were lost
		if (!value || (value.length > found.most && !(runsOver && elements.length)) || (found.fixed && value.length < found.fixed)) return null;
		elements.push({ ai: found.ai, value, ended: found.fixed > 0 || end >= 0 || value.length === body.length });
		rest = body.slice(value.length);
	}
	if (!elements.length) return null;
	const of = (ai: string) => {
		const element = elements.filter((one) => one.ai === ai)[0];
		return element ? element.value : "";
	};
	const gtin = of("01") || of("02");
	if (gtin && !hasCheckDigit(gtin)) return null;
	const count = of("30") || of("37");
	const doubt = bracketed ? null : runOn(elements, plain);
	const date = elements.filter((one) => DATES.indexOf(one.ai) >= 0 && !isDay(day(one.value)))[0];
	return {
		elements,
		gtin,
		item: of("240"),
		batch: doubt ? "" : of("10"),
		serial: doubt ? "" : of("21"),
		expiry: date ? "" : day(of("17")),
		quantity: /^\d{1,8}$/.test(count) ? Number(count) : null,
		trouble: doubt ? "separator" : date ? "date" : "",
		doubtful: doubt ? doubt.whole : date ? date.value : "",
		maybe: doubt && doubt.before ? { batch: doubt.before, expiry: doubt.expiry } : null,
	};
}

const DATES = ["11", "13", "15", "17"];

/** A batch or serial number at the end that holds what looks like a date and its identifier, where no separator was seen. */
function runOn(elements: readonly Element[], message: string): { whole: string; before: string; expiry: string } | null {
	const last = elements[elements.length - 1];
	if (!last || message.indexOf(GS) >= 0) return null;
	if (VARIABLE[last.ai] && last.value.length > (VARIABLE[last.ai] as number)) return { whole: last.value, before: "", expiry: "" };
	if (last.ai !== "10" && last.ai !== "21") return null;
	const [, before, ai, date] = /^(.+?)(1[1357])(\d{6})(?:$|10|21|30|37)/.exec(last.value) || [];
	const on = date ? day(date) : "";
	if (before && isDay(on) && Math.abs(Number(on.slice(0, 4)) - new Date().getFullYear() - 5) < 11)
		return { whole: last.value, before: last.ai === "10" ? before : "", expiry: ai === "17" ? on : "" };
	return null;
}

/** Whether the calendar has the day YYYY-MM-DD. */
export function isDay(text: string): boolean {
	const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) || [];
	if (!year) return false;
	const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date)));
	return at.getUTCMonth() === Number(month) - 1 && at.getUTCDate() === Number(date);
}

/** YYMMDD as a date; day 00 is the month's last, years from 50 on are of the last century. */
export function day(text: string): string {
	if (!/^\d{6}$/.test(text)) return "";
	const year = Number(text.slice(0, 2));
	const full = year + (year >= 50 ? 1900 : 2000);
	const month = Number(text.slice(2, 4));
	const date = Number(text.slice(4)) || new Date(Date.UTC(full, month, 0)).getUTCDate();
	return `${full}-${text.slice(2, 4)}-${String(date).padStart(2, "0")}`;
}

export function hasCheckDigit(code: string): boolean {
	if (!/^\d{8,18}$/.test(code)) return false;
	const sum = code
		.split("")
		.reverse()
		.reduce((total, digit, i) => total + Number(digit) * (i % 2 ? 3 : 1), 0);
	return sum % 10 === 0;
}

/** Two product codes are one where they agree as fourteen digits: EAN-8, UPC, EAN-13 and GTIN-14 are padded alike. */
export function sameProductCode(one: string, other: string): boolean {
	if (one.toUpperCase() === other.toUpperCase()) return true;
	return hasCheckDigit(one) && hasCheckDigit(other) && one.padStart(14, "0") === other.padStart(14, "0");
}
