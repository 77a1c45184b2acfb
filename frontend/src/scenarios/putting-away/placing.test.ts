import { expect, test } from "vitest";
import type { Inbound } from "../../api/types";
import { current, partsOf, serialsFor } from "./placing";

const bin = (code: string, qty: number) => ({ bin: `${code} - W`, bin_code: code, zone: "A", qty, reason: null });
const order = {
	lines: [{ line: "a" }, { line: "s", has_serial_no: true }],
	received: [
		{ line: "a", batch_no: "B1", serial_no: "", expiry_date: "2027-11-01", accepted_qty: 190, put_away_qty: 0 },
		{ line: "s", batch_no: "", serial_no: "S1", expiry_date: null, accepted_qty: 1, put_away_qty: 1 },
		{ line: "s", batch_no: "", serial_no: "S2", expiry_date: null, accepted_qty: 1, put_away_qty: 0 },
		{ line: "s", batch_no: "", serial_no: "S3", expiry_date: null, accepted_qty: 1, put_away_qty: 0 },
		{ line: "s", batch_no: "", serial_no: "S4", expiry_date: null, accepted_qty: 0, put_away_qty: 0 },
	],
	to_put_away: [
		{ line: "a", batch_no: "B1", qty: 190, bins: [bin("A0315", 120), bin("A0401", 70)], rest: 0, why_rest: null },
		{ line: "s", batch_no: "", qty: 2, bins: [], rest: 2, why_rest: { template: "No bin.", values: {}, sentence: "No bin." } },
	],
} as unknown as Inbound;

test("parts and the bins proposed for them", () => {
	const parts = partsOf(order);
	expect(parts.map((part) => [part.key, part.qty, part.serials, part.stops.map((stop) => [stop.code, stop.qty])])).toEqual([
		["a/B1", 190, [], [["A0315", 120], ["A0401", 70]]],
		["s/", 2, ["S2", "S3"], [["", 2]]],
	]);
	expect(parts[1]?.stops[0]?.why).toMatchObject({ template: "No bin." });
	expect(current(parts, "", "")?.code).toBe("A0315");
	expect(current(parts, "a/B1/A0401 - W", "")?.code).toBe("A0401");
	expect(current(parts, "gone", "s/")?.part).toBe("s/");
	expect(current([], "", "")).toBeNull();
});
test("a bin that somebody saw full is proposed no more", () => {
	expect(partsOf(order, ["A0315 - W"])[0]?.stops.map((stop) => [stop.code, stop.qty])).toEqual([["A0401", 70], ["", 120]]);
	const instead = { "a/B1": [bin("A0401", 70), bin("B0104", 500)] };
	expect(partsOf(order, ["A0315 - W"], instead as never)[0]?.stops.map((stop) => [stop.code, stop.qty])).toEqual([["A0401", 70], ["B0104", 120]]);
});
test("pieces: all go into one bin, or those that were scanned", () => {
	const [plain, part] = partsOf(order);
	expect(serialsFor(plain!, [], 5)).toEqual([]);
	expect(serialsFor(part!, [], 2)).toEqual(["S2", "S3"]);
	expect(serialsFor(part!, [], 1)).toBeNull();
	expect(serialsFor(part!, ["S3"], 1)).toEqual(["S3"]);
});
