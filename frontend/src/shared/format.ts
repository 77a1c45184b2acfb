import { __, language } from "./i18n";

const NO_BREAK = "\u00a0";

/** Short names of units in Chinese; a unit that is not here is shown as it is stored. */
function unitNames(): Record<string, string> {
	return {
		Bag: __("Bag", null, "UOM"),
		Bottle: __("Bottle", null, "UOM"),
		Box: __("Box", null, "UOM"),
		Carton: __("Carton", null, "UOM"),
		Gram: __("Gram", null, "UOM"),
		Kg: __("Kg", null, "UOM"),
		Litre: __("Litre", null, "UOM"),
		Meter: __("Meter", null, "UOM"),
		Nos: __("Nos", null, "UOM"),
		Pack: __("Pack", null, "UOM"),
		Pair: __("Pair", null, "UOM"),
		Set: __("Set", null, "UOM"),
		Unit: __("Unit", null, "UOM"),
	};
}

export function unit(uom: string): string {
	return unitNames()[uom] || uom;
}

export function number(value: number | null | undefined): string {
	return new Intl.NumberFormat(language.value, { maximumFractionDigits: 9, useGrouping: false }).format(value || 0);
}

/** A number and its unit, never broken apart. */
export function amount(value: number | null | undefined, uom: string): string {
	return number(value) + NO_BREAK + unit(uom);
}

/** An amount of money as people write it: no cents where there are none. */
export function money(value: number | string | null | undefined, currency: string): string {
	const sum = Number(value || 0);
	const digits = Math.round(sum * 100) % 100 ? 2 : 0;
	const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
	if (!currency) return new Intl.NumberFormat(language.value, options).format(sum);
	try {
		return new Intl.NumberFormat(language.value, { ...options, style: "currency", currency, currencyDisplay: "narrowSymbol" as "symbol" }).format(sum);
	} catch {
		return `${currency}\u00a0${new Intl.NumberFormat(language.value, options).format(sum)}`;
	}
}

/** Sums and differences of quantities, without the dust that binary fractions leave: nine digits, as stored. */
export function tidy(value: number): number {
	return Math.round(value * 1e9) / 1e9;
}

/** A bin code cut where the eye rests: A0312 is read "A 03 12". Others stay whole. */
export function binParts(code: string): string[] {
	const match = /^([A-Z]{1,2})(\d{2})(\d{2})(\d{2})?$/.exec(code);
	return match ? match.slice(1).filter(Boolean) : [code];
}

export function binSize(code: string): "s" | "m" | "l" | "xl" {
	if (code.length <= 5) return "xl";
	if (code.length <= 7) return "l";
	return code.length <= 10 ? "m" : "s";
}

export function daysLeft(date: string | null | undefined, today = new Date()): number | null {
	if (!date) return null;
	const [year, month, day] = date.slice(0, 10).split("-").map(Number);
	const midnight = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
	return Math.round((Date.UTC(year || 0, (month || 1) - 1, day || 1) - midnight) / 86_400_000);
}

export function left(date: string | null | undefined): string {
	const days = daysLeft(date);
	if (days === null) return "";
	return days < 0 ? __("{0} days over", [-days]) : __("{0} days left", [days]);
}

/** How long someone has waited, in the largest unit that says it: 46 min, 2 h, 3 d. */
export function waited(minutes: number): { value: number; unit: string } {
	if (minutes < 60) return { value: Math.max(0, Math.round(minutes)), unit: __("min") };
	if (minutes < 48 * 60) return { value: Math.round(minutes / 60), unit: __("h", null, "Hours") };
	return { value: Math.round(minutes / 1440), unit: __("d", null, "Days") };
}

/** The day and time until which a task must be done; a date alone means its end. */
export function dueAt(due: string | null): number | null {
	if (!due) return null;
	const [, year, month, day, hour, minute] = /^(\d+)-(\d+)-(\d+)(?:[T ](\d+):(\d+))?/.exec(due) || [];
	if (!year) return null;
	const date = new Date(Number(year), Number(month) - 1, Number(day), hour ? Number(hour) : 23, hour ? Number(minute) : 59);
	return date.getTime();
}

/** When and where a truck is expected, as "11-29 14:00 D2"; "" without a slot. */
export function slotOf({ slot_start, dock }: { slot_start: string | null; dock: string }): string {
	return slot_start ? `${slot_start.slice(5, 16).replace("T", " ")} ${dock}` : "";
}

export function clock(time: number): string {
	const at = new Date(time);
	return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}

/** Where two names differ: the one token that is not the same, with the letters that follow a figure. */
export function difference(one: string, other: string): { one: string; other: string; same: string; figures: boolean } | null {
	const a = one.split(/\s+/);
	const b = other.split(/\s+/);
	if (a.length !== b.length) return null;
	const differing = a.map((_, i) => i).filter((i) => a[i] !== b[i]);
	if (differing.length !== 1) return null;
	const at = differing[0] as number;
	const next = a[at + 1];
	const end = next && next.length <= 3 && /^[a-zA-Z]+$/.test(next) ? at + 2 : at + 1;
	const cut = (tokens: string[]) => tokens.slice(at, end).join(NO_BREAK).replace(/,$/, "");
	const same = [...a.slice(0, at), ...a.slice(end)].join(" ").replace(/,$/, "");
	return { one: cut(a), other: cut(b), same, figures: /\d/.test(cut(a)) && /\d/.test(cut(b)) };
}
