import { expect, test } from "vitest";
import { productOf, sameCode, scanOf } from "./code";
import { day, hasCheckDigit, parseGs1, sameProductCode } from "./gs1";
import { matchOf } from "./match";

test("full-width letters and digits of an input method are plain ones", () => {
	expect(scanOf(" Ａ０３１２ ").code).toBe("A0312");
	expect(sameCode("Ａ０３１２", "a0312")).toBe(true);
	expect(sameCode("A0312", "A0313")).toBe(false);
	expect(sameCode("", "")).toBe(false);
});

test("the gun's mark is not a part of the code", () => {
	expect(scanOf("]E06901234500018")).toMatchObject({ code: "6901234500018", mark: "]E0", gs1: null });
});

test("a GS1 message with separator", () => {
	const { gs1 } = scanOf("]C1010952123450001817270317\x1d10B260318\x1d2100042");
	expect(gs1).toMatchObject({ gtin: "09521234500018", batch: "B260318", serial: "00042", expiry: "2027-03-17" });
});

test("a leading separator, and stand-ins for it", () => {
	expect(scanOf("\x1d010952123450001810B1\x1d21S1").gs1).toMatchObject({ batch: "B1", serial: "S1" });
	expect(scanOf("]C1010952123450001810B1|21S1").gs1).toMatchObject({ batch: "B1", serial: "S1" });
	expect(scanOf("]C1010952123450001810B#1").gs1?.batch, "# occurs in batches").toBe("B#1");
});

test("a date of no calendar is said, and the rest is read", () => {
	for (const date of ["271301", "270230", "279900"]) expect(scanOf(`]C10109521234500018` + `17${date}10B1`).gs1).toMatchObject({ batch: "B1", expiry: "", trouble: "date", doubtful: date });
	expect(scanOf("]C1010952123450001817280229" + "10B1").gs1).toMatchObject({ expiry: "2028-02-29", trouble: "" });
});
test("a batch that runs on without a separator is in doubt, not guessed", () => {
	const year = String(new Date().getFullYear() + 1).slice(2);
	expect(scanOf(`]C1010952123450001810LOT1` + `17${year}0131`).gs1).toMatchObject({ batch: "", trouble: "separator", doubtful: `LOT117${year}0131`, maybe: { batch: "LOT1", expiry: `20${year}-01-31` } });
	expect(scanOf(`010952123450001810LOT1` + `17${year}013121S1`).gs1).toMatchObject({ trouble: "separator", maybe: { batch: "LOT1" } });
	expect(scanOf("]C1010952123450001810" + "X".repeat(24)).gs1).toMatchObject({ batch: "", trouble: "separator", maybe: null });
	expect(scanOf(`]C10209521234500018372017${year}013110B1`).gs1, "the count runs on").toMatchObject({ batch: "", quantity: null, trouble: "separator" });
	expect(scanOf(`(01)09521234500018(10)LOT117${year}0131`).gs1, "brackets leave no doubt").toMatchObject({ batch: `LOT117${year}0131`, trouble: "" });
	expect(scanOf(`]C1010952123450001810LOT117${year}0131\x1d21S1`).gs1, "its gun sends separators").toMatchObject({ batch: `LOT117${year}0131`, trouble: "" });
	for (const batch of ["B260318", "20261102", "B17-1"]) expect(scanOf(`]C1010952123450001810${batch}`).gs1).toMatchObject({ batch, trouble: "" });
});
test("how many pieces, and of what a case holds", () => {
	expect(scanOf("(02)09521234500018(37)20").gs1).toMatchObject({ gtin: "09521234500018", quantity: 20 });
	expect(scanOf("]C10109521234500018" + "308\x1d10B1").gs1).toMatchObject({ quantity: 8, batch: "B1" });
});
test("brackets are read as people write them", () => {
	expect(scanOf("(01)09521234500018(10)B1(17)271130").gs1).toMatchObject({ gtin: "09521234500018", batch: "B1", expiry: "2027-11-30" });
});

test("our own labels, the texts of tests/domain/test_gs1.py", () => {
	expect(scanOf("(01)09521234500018(10)B1(17)271130").gs1).toMatchObject({ gtin: "09521234500018", batch: "B1", expiry: "2027-11-30", trouble: "" });
	expect(scanOf("(01)09521234500018(21)SN-0042").gs1).toMatchObject({ gtin: "09521234500018", batch: "", serial: "SN-0042" });
	const own = scanOf("(240)SCL-500-1(10)LOT 17271130(17)271130(21)00042");
	expect(own.gs1).toMatchObject({ gtin: "", item: "SCL-500-1", batch: "LOT 17271130", serial: "00042", expiry: "2027-11-30", trouble: "" });
	expect(productOf(own)).toBe("SCL-500-1");
	expect(productOf(scanOf("(01)09521234500018(10)B1"))).toBe("9521234500018");
	expect(matchOf(own, { item_code: "scl-500-1", stock_uom: "Bag", barcodes: [] })).toMatchObject({ qty: 1, batch: "LOT 17271130", serial: "00042" });
	expect(matchOf(own, { item_code: "SCL-500-2", stock_uom: "Bag", barcodes: [] })).toBeNull();
});

test("what is no GS1 message stays a code", () => {
	for (const text of ["A0312", "6901234500018", "SO-0231", "96385074", "0112345"]) expect(scanOf(text).gs1).toBeNull();
	expect(parseGs1("010952123450001910B1", true), "a wrong check digit").toBeNull();
	expect(parseGs1("99XX", true)).toBeNull();
});

test.each([
	["270317", "2027-03-17"],
	["270200", "2027-02-28"],
	["280200", "2028-02-29"],
	["990101", "1999-01-01"],
	["2703", ""],
])("the date %s is %s", (text, date) => expect(day(text)).toBe(date));

test("product codes of eight to fourteen digits agree as fourteen", () => {
	expect(hasCheckDigit("9521234500018")).toBe(true);
	expect(sameProductCode("09521234500018", "9521234500018")).toBe(true);
	expect(sameProductCode("9521234500018", "9521234500025")).toBe(false);
	expect(sameProductCode("0312", "312"), "no product codes").toBe(false);
});

test("a line's barcodes tell how many", () => {
	const line = {
		item_code: "SCL-500-1",
		stock_uom: "Bag",
		barcodes: [
			{ barcode: "9521234500018", uom: "Bag", factor: 1 },
			{ barcode: "19521234500015", uom: "Box", factor: 12 },
		],
	};
	expect(matchOf(scanOf("scl-500-1"), line)).toMatchObject({ qty: 1 });
	expect(matchOf(scanOf("19521234500015"), line)).toMatchObject({ qty: 12, uom: "Box" });
	expect(matchOf(scanOf("]C1019521234500015" + "10B7"), line)).toBeNull();
	expect(matchOf(scanOf("]C10109521234500018" + "10B7\x1d3704"), line)).toMatchObject({ qty: 4, batch: "B7" });
	expect(matchOf(scanOf("A0312"), line)).toBeNull();
});
