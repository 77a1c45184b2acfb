import { expect, test } from "vitest";
import type { Inbound, InboundLine, InboundScan, Lookup } from "../../api/types";
import { scanOf } from "../../scan/code";
import { judge, judgeFound, lacks, newDraft, partsOf, serialList, serialRange, typedDay, withoutLast, withQty, withScan, withSerials } from "./receiving";

const line = (name: string, more: Partial<InboundLine> = {}): InboundLine =>
	({
		line: name,
		item_code: `ITEM-${name}`,
		item_name: `Item ${name}`,
		stock_uom: "Bag",
		barcodes: [],
		uoms: [{ uom: "Bag", factor: 1 }],
		supplier_part_nos: [],
		has_batch_no: false,
		has_serial_no: false,
		has_expiry_date: false,
		expected_qty: 600,
		received_qty: 0,
		...more,
	}) as InboundLine;
const A = line("a", {
	has_batch_no: true,
	has_expiry_date: true,
	barcodes: [
		{ barcode: "9521234500018", uom: "Bag", factor: 1 },
		{ barcode: "19521234500015", uom: "Box", factor: 12 },
	],
	supplier_part_nos: ["S-77"],
});
const B = line("b", { has_serial_no: true });
const C = line("c");
const order = { lines: [A, B, C] } as unknown as Inbound;
const found = (kind: string, more: Partial<Lookup> = {}): Lookup =>
	({ kind, code: "X", title: "X", item: null, batch: null, serial_no: "", bin: null, order: null, totals: null, where: [], for_whom: [], ...more }) as Lookup;
const item = (code: string, factor = 1) => ({ item_code: code, item_name: `Name ${code}`, stock_uom: "Bag", image: "", uom: "Bag", factor });

test("twenty boxes in one code: batch, expiry and quantity", () => {
	const scan = scanOf("(02)19521234500015(17)271101(10)B261102(37)20");
	const verdict = judge(scan, order, null);
	if (verdict.kind !== "add") throw new Error(verdict.kind);
	const draft = withScan(newDraft(A), A, verdict.match, scan);
	expect(draft).toMatchObject({ line: "a", qty: 240, batch: "B261102", expiry: "2027-11-01", code: "(02)19521234500015(17)271101(10)B261102(37)20", trouble: "" });
	expect(lacks(draft, A)).toBe("");
	const more = withScan(draft, A, verdict.match, scan);
	expect(more.qty).toBe(480);
	expect(withoutLast(more)?.qty).toBe(240);
	expect(withoutLast(draft)).toBeNull();
});

test.each(["9521234500018", "09521234500018", "item-a", "s-77"])("%s is the line's item", (code) => {
	expect(judge(scanOf(code), order, null)).toMatchObject({ kind: "add", line: { line: "a" }, match: { qty: 1 } });
});

test("a doubt that was settled by hand does not come back with the next scan", () => {
	const match = { qty: 1, uom: "Bag", batch: "", serial: "" };
	const noDay = scanOf("]C10109521234500018" + "17271399" + "10B1");
	const draft = withScan(newDraft(A), A, { ...match, batch: "B1" }, noDay);
	expect(draft).toMatchObject({ trouble: "date", doubtful: "271399", expiry: "" });
	expect(withScan({ ...draft, expiry: "2027-11-01", trouble: "" }, A, { ...match, batch: "B1" }, noDay)).toMatchObject({ qty: 2, trouble: "" });
	const runsOn = scanOf("]C1010952123450001810" + "X".repeat(24));
	const doubt = withScan(newDraft(A), A, match, runsOn);
	expect([doubt.trouble, doubt.batch]).toEqual(["separator", ""]);
	expect(withScan({ ...doubt, batch: "B9", trouble: "" }, A, match, runsOn)).toMatchObject({ qty: 2, trouble: "", batch: "B9" });
});

test("another line, or another batch, waits until what is in hand is received", () => {
	const draft = { ...newDraft(A), qty: 1, batch: "B1" };
	expect(judge(scanOf("ITEM-c"), order, draft).kind).toBe("finish_first");
	expect(judge(scanOf("]C10109521234500018" + "10B2"), order, draft).kind).toBe("finish_first");
	expect(judge(scanOf("]C10109521234500018" + "10b1"), order, draft).kind).toBe("add");
});

test("a code that nobody knows is the batch or the serial number that is waited for", () => {
	const batch = { ...newDraft(A), qty: 1 };
	expect(judge(scanOf("NEW-1"), order, batch).kind).toBe("ask");
	expect(judgeFound(found("unknown"), scanOf("NEW-1"), order, batch)).toEqual({ kind: "batch", batch: "NEW-1", expiry: null, isKnown: false });
	const known = found("batch", { item: item("ITEM-a"), batch: { batch_no: "B7", expiry_date: "2027-01-01", disabled: false } });
	expect(judgeFound(known, scanOf("B7"), order, batch)).toMatchObject({ kind: "batch", batch: "B7", isKnown: true });
	expect(judgeFound(found("unknown"), scanOf("SN-1"), order, newDraft(B))).toEqual({ kind: "serial", serial: "SN-1" });
	expect(judgeFound(found("unknown", { code: "SN-1" }), scanOf("SN-1"), order, null)).toEqual({ kind: "unknown", code: "SN-1" });
});

test("what was not ordered, and what is a bin", () => {
	expect(judgeFound(found("item", { item: item("OTHER") }), scanOf("1"), order, null)).toMatchObject({ kind: "not_ordered", name: "Name OTHER" });
	expect(judgeFound(found("item", { item: item("OTHER") }), scanOf("1"), order, newDraft(B)).kind).toBe("not_ordered");
	expect(judgeFound(found("bin", { bin: { bin: "A1 - W", bin_code: "A1", zone: "", warehouse: "W" } }), scanOf("A1"), order, null).kind).toBe("is_bin");
	expect(judgeFound(found("item", { item: item("ITEM-c", 12) }), scanOf("1"), order, null)).toMatchObject({ kind: "add", match: { qty: 12 } });
});

test("what another order of the same truck brings", () => {
	const other = { name: "IN-2", source_name: "PO-2", supplier: "S", item_codes: ["OTHER", "ITEM-c"] };
	const beside = { ...order, same_truck: [other] } as Inbound;
	const of = (code: string) => judgeFound(found("item", { item: item(code) }), scanOf("1"), beside, null);
	expect(of("OTHER")).toEqual({ kind: "other_order", name: "Name OTHER", code: "OTHER", order: other });
	expect(of("ITEM-c").kind, "this order has it too").toBe("add");
	expect(of("NOBODY'S").kind).toBe("not_ordered");
});

test("of two lines of one item the one that misses something takes the scan", () => {
	const two = { lines: [line("x", { item_code: "SAME", received_qty: 600 }), line("y", { item_code: "SAME" })] } as unknown as Inbound;
	expect(judge(scanOf("SAME"), two, null)).toMatchObject({ kind: "add", line: { line: "y" } });
});

test("serial numbers: one by one, none twice, the last taken back", () => {
	const draft = withSerials(withSerials(newDraft(B), ["S1"]), ["S2", "s1", "S2"]);
	expect([draft.serials, draft.qty]).toEqual([["S1", "S2"], 2]);
	expect(withSerials(draft, ["s2"])).toBe(draft);
	expect(withoutLast(draft)?.serials).toEqual(["S1"]);
	expect(lacks(newDraft(B), B)).toBe("serials");
});

test.each([
	["SN0098", "SN0101", ["SN0098", "SN0099", "SN0100", "SN0101"]],
	["6901234567890123456", "6901234567890123457", ["6901234567890123456", "6901234567890123457"]],
	["SN9", "SN10", null],
	["SN0101", "SN0098", null],
	["A1", "B2", null],
	["SN0001", "SN9999", null],
	["X", "Y", null],
])("from %s to %s", (first, last, all) => expect(serialRange(first, last)).toEqual(all));

test("a list as it is typed or pasted", () => {
	expect(serialList("S1, S2\nS3，S1；S4 S5")).toEqual(["S1", "S2", "S3", "S4", "S5"]);
	expect(serialList(" \n")).toEqual([]);
});

test.each([
	["271101", "2027-11-01"],
	["20271101", "2027-11-01"],
	["2027-11-1", "2027-11-01"],
	["2027/11/1", "2027-11-01"],
	["2027-13-01", ""],
	["20270230", ""],
	["soon", ""],
])("the day %s is %s", (text, day) => expect(typedDay(text)).toBe(day));

test("a count that was typed replaces what was scanned", () => {
	expect(withQty({ ...newDraft(C), qty: 3, added: [1, 1, 1] }, 40)).toMatchObject({ qty: 40, added: [40] });
	expect(lacks(newDraft(C), C)).toBe("qty");
	expect(lacks({ ...newDraft(A), qty: 1 }, A)).toBe("batch");
});

test("what was received of a line, by batch and by piece", () => {
	const row = (of: string, qty: number, more: Partial<InboundScan> = {}) => ({ line: of, qty, batch_no: "", serial_no: "", expiry_date: null, ...more }) as InboundScan;
	const rows = [row("a", 2, { batch_no: "B1" }), row("a", 3, { batch_no: "B2" }), row("a", 4, { batch_no: "B1" }), row("b", 1, { serial_no: "S1" }), row("b", 1, { serial_no: "S2" })];
	expect(partsOf(rows, "a").map((part) => [part.batch_no, part.qty])).toEqual([["B1", 6], ["B2", 3]]);
	expect(partsOf(rows, "b")).toHaveLength(2);
});
