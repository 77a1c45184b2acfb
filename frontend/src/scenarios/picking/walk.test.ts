import { expect, test } from "vitest";
import type { Line, Lookup, Order, Pick, Wave } from "../../api/types";
import { scanOf } from "../../scan/code";
import { jobOfOrder, jobOfWave, type Work } from "./job";
import { judge, judgeFound, nextStop, walkOf } from "./walk";

const line = (name: string, more: Partial<Line> = {}): Line => ({
	line: name,
	item_code: `ITEM-${name}`,
	item_name: `Item ${name}`,
	stock_uom: "Nos",
	image: "",
	has_batch_no: false,
	has_serial_no: false,
	barcodes: [],
	qty: 24,
	picked_qty: 0,
	to_pick_qty: 24,
	short_qty: 0,
	checked_qty: 0,
	...more,
});
const pick = (of: string, bin: string, sequence: number, qty: number, done = false, more: Partial<Pick> = {}): Pick => ({
	line: of,
	item_code: `ITEM-${of}`,
	bin: `${bin} - W`,
	bin_code: bin,
	zone: "A",
	sequence,
	batch_no: "",
	expiry_date: null,
	qty,
	done,
	...more,
});
const order = (lines: Line[], picks: Pick[]): Work => jobOfOrder({ lines, picks, next_steps: [] } as unknown as Order);
const found = (kind: string, more: Partial<Lookup> = {}): Lookup =>
	({ kind, code: "X", title: "X", item: null, batch: null, serial_no: "", bin: null, order: null, totals: null, where: [], for_whom: [], ...more }) as Lookup;
const item = (code: string, factor = 1) => ({ item_code: code, item_name: `Name ${code}`, stock_uom: "Nos", image: "", uom: "Nos", factor });

const A = [line("a", { barcodes: [{ barcode: "9521234500018", uom: "Nos", factor: 1 }, { barcode: "19521234500015", uom: "Box", factor: 12 }] }), line("b")];
const partly = order(A, [pick("a", "A0312", 3, 12), pick("a", "A0312", 3, 12, true), pick("b", "A0107", 1, 5, true), pick("b", "B0104", 6, 5)]);
const stops = walkOf(partly);
const at = "A0312 - W";

test("what is done is behind, what is partly done is not", () => {
	expect(stops.map((stop) => [stop.code, stop.done])).toEqual([["A0107", true], ["A0312", false], ["B0104", false]]);
	expect(stops[1]?.takes).toMatchObject([{ total: 24, done: 12, left: 12 }]);
	expect(nextStop(stops)?.code).toBe("A0312");
});

test("a bin that was put off comes last, one with an unsent step is passed", () => {
	expect(nextStop(walkOf(partly, ["A0312 - W"]))?.code).toBe("B0104");
	expect(nextStop(stops, ["A0312 - W"])?.code).toBe("B0104");
});

test.each([
	["A0312", null, "arrive"],
	["a0312", null, "arrive"],
	["B0104", at, "arrive"],
	["A0312", at, "same_bin"],
	["A0107", null, "wrong_bin"],
	["9521234500018", null, "ask"],
	["9521234500018", at, "count"],
	["09521234500018", at, "count"],
	["19521234500015", at, "count"],
	["ITEM-a", at, "count"],
	["ITEM-b", at, "ask"],
	["whatever", at, "ask"],
])("%s at %s is %s", (code, place, kind) => expect(judge(scanOf(code), partly, stops, place).kind).toBe(kind));

test("a carton's code counts what is in it, and not more than is to be picked", () => {
	expect(judge(scanOf("19521234500015"), partly, stops, at)).toMatchObject({ kind: "count", match: { qty: 12 } });
	const few = order(A, [pick("a", "A0312", 3, 11), pick("a", "A0312", 3, 13, true)]);
	expect(judge(scanOf("19521234500015"), few, walkOf(few), at).kind).toBe("too_many");
	const full = order(A, [pick("a", "A0312", 3, 24, true), pick("b", "A0312", 3, 5)]);
	expect(judge(scanOf("9521234500018"), full, walkOf(full), at).kind).toBe("enough");
});

test("the proposed batch counts, another asks why", () => {
	const one = order([line("a", { has_batch_no: true })], [pick("a", "A0312", 3, 12, false, { batch_no: "B1" })]);
	expect(judge(scanOf("b1"), one, walkOf(one), at)).toMatchObject({ kind: "count", match: { qty: 1, batch: "B1" } });
	const other = found("batch", { item: item("ITEM-a"), batch: { batch_no: "B2", expiry_date: "2027-07-03", disabled: false } });
	expect(judgeFound(other, one, walkOf(one), at)).toMatchObject({ kind: "other_batch", match: { batch: "B2" }, expiry: "2027-07-03" });
});

test("of two batches in one bin each scan counts on its own", () => {
	const two = order([line("a", { has_batch_no: true })], [pick("a", "A0312", 3, 5, false, { batch_no: "B1" }), pick("a", "A0312", 3, 7, false, { batch_no: "B2" })]);
	expect(judge(scanOf("B2"), two, walkOf(two), at)).toMatchObject({ kind: "count", take: { batch_no: "B2", left: 7 } });
});

test("pieces with serial numbers are told apart by the server", () => {
	const one = order([line("a", { has_serial_no: true })], [pick("a", "A0312", 3, 2)]);
	expect(judge(scanOf("ITEM-a"), one, walkOf(one), at).kind).toBe("ask");
	expect(judgeFound(found("serial", { serial_no: "S1", item: item("ITEM-a") }), one, walkOf(one), at)).toMatchObject({ kind: "count", match: { qty: 1, serial: "S1" } });
});

test("what the server found, and what it means where one stands", () => {
	const bin = { bin: "C0101 - W", bin_code: "C0101", zone: "", warehouse: "W" };
	expect(judgeFound(found("unknown"), partly, stops, at)).toMatchObject({ kind: "unknown", code: "X" });
	expect(judgeFound(found("bin", { bin }), partly, stops, null)).toMatchObject({ kind: "wrong_bin", code: "C0101" });
	expect(judgeFound(found("bin", { bin }), partly, stops, at)).toMatchObject({ kind: "bin_not_item", code: "C0101" });
	expect(judgeFound(found("item", { item: item("OTHER") }), partly, stops, null)).toMatchObject({ kind: "item_not_bin", name: "Name OTHER" });
	expect(judgeFound(found("item", { item: item("OTHER") }), partly, stops, at)).toMatchObject({ kind: "wrong_item", name: "Name OTHER", take: { line: "a" } });
	expect(judgeFound(found("item", { item: item("ITEM-a", 12) }), partly, stops, at)).toMatchObject({ kind: "count", match: { qty: 12 } });
});

test("a wave is one walk: an item is taken once for all orders", () => {
	const facts = { ...line("a"), ...pick("a", "A0107", 1, 9), orders: 3 };
	const orders = [{ state: "To Pick", qty: 12, picked_qty: 9 }, { state: "To Pick", qty: 2, picked_qty: 2 }];
	const wave = { name: "W1", next_steps: [], orders, picks: [facts, { ...facts, qty: 3, done: true, orders: 1 }] } as unknown as Wave;
	const job = jobOfWave(wave);
	const [stop] = walkOf(job);
	expect(stop?.takes).toMatchObject([{ line: "ITEM-a", total: 12, done: 3, left: 9, orders: 3 }]);
	expect(job.open, "orders that are not picked in full").toBe(1);
	expect(judge(scanOf("A0107"), job, [stop!], null).kind).toBe("arrive");
	expect(judge(scanOf("ITEM-a"), job, [stop!], stop!.bin).kind).toBe("count");
});
