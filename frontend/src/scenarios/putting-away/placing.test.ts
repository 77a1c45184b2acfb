import { expect, test } from "vitest";
import type { Inbound, LineToPutAway } from "../../api/types";
import { jobOfOrder, jobOfWalk, walkOf } from "./job";
import { current, partsOf, serialsFor, stopsOfAll } from "./placing";

const bin = (code: string, qty: number, sequence = 0) => ({ bin: `${code} - W`, bin_code: code, zone: "A", sequence, qty, reason: null });
const order = {
	lines: [{ line: "a" }, { line: "s", has_serial_no: true }],
	next_steps: [],
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
const { proposals } = jobOfOrder(order);

test("parts and the bins proposed for them", () => {
	const parts = partsOf(proposals);
	expect(parts.map((part) => [part.key, part.qty, part.serials, part.stops.map((stop) => [stop.code, stop.qty])])).toEqual([
		["a/B1", 190, [], [["A0315", 120], ["A0401", 70]]],
		["s/", 2, ["S2", "S3"], [["", 2]]],
	]);
	expect(parts[1]?.stops[0]?.why).toMatchObject({ template: "No bin." });
	const stops = stopsOfAll(parts, false);
	expect(current(stops, "", "")?.code).toBe("A0315");
	expect(current(stops, "a/B1/A0401 - W", "")?.code).toBe("A0401");
	expect(current(stops, "gone", "s/")?.part).toBe("s/");
	expect(current([], "", "")).toBeNull();
});
test("a bin that somebody saw full is proposed no more", () => {
	expect(partsOf(proposals, ["A0315 - W"])[0]?.stops.map((stop) => [stop.code, stop.qty])).toEqual([["A0401", 70], ["", 120]]);
	const instead = { "a/B1": [bin("A0401", 70), bin("B0104", 500)] };
	expect(partsOf(proposals, ["A0315 - W"], instead as never)[0]?.stops.map((stop) => [stop.code, stop.qty])).toEqual([["A0401", 70], ["B0104", 120]]);
});
test("pieces: all go into one bin, or those that were scanned", () => {
	const [plain, part] = partsOf(proposals);
	expect(serialsFor(plain!, [], 5)).toEqual([]);
	expect(serialsFor(part!, [], 2)).toEqual(["S2", "S3"]);
	expect(serialsFor(part!, [], 1)).toBeNull();
	expect(serialsFor(part!, ["S3"], 1)).toEqual(["S3"]);
});
test("the same item and batch of several orders is one thing, and bins come in walking order", () => {
	const line = (inbound_order: string, item_code: string, batch_no: string, qty: number, bins: unknown[], serial_nos: string[] = []) =>
		({ inbound_order, source_name: `PO of ${inbound_order}`, line: `${inbound_order}-${item_code}`, item_code, batch_no, qty, bins, rest: 0, why_rest: null, serial_nos }) as unknown as LineToPutAway;
	const job = jobOfWalk(
		walkOf({
			warehouse: "W",
			has_more: false,
			lines: [
				line("I1", "tea", "", 5, [bin("A1", 2, 1), bin("C1", 3, 3)]),
				line("I2", "rice", "B1", 4, [bin("B1", 4, 2)]),
				line("I2", "tea", "", 8, [bin("C1", 1, 3), bin("D1", 7, 4)]),
				line("I3", "rice", "B2", 1, [bin("B1", 1, 2)], ["S1"]),
			],
		})
	);
	expect(job.proposals.map((one) => [one.key, one.qty, one.shares.map((share) => [share.order, share.qty])])).toEqual([
		["tea/", 13, [["I1", 5], ["I2", 8]]],
		["rice/B1", 4, [["I2", 4]]],
		["rice/B2", 1, [["I3", 1]]],
	]);
	const stops = stopsOfAll(partsOf(job.proposals), job.mixed);
	expect(stops.map((stop) => [stop.code, stop.part, stop.qty])).toEqual([
		["A1", "tea/", 2],
		["B1", "rice/B1", 4],
		["B1", "rice/B2", 1],
		["C1", "tea/", 4],
		["D1", "tea/", 7],
	]);
	expect(stopsOfAll(partsOf(job.proposals, ["A1 - W"]), true).map((stop) => stop.code)).toEqual(["B1", "B1", "C1", "D1", ""]);
});
