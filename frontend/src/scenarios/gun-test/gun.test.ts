import { expect, test } from "vitest";
import { findingsOf, lostSeparator, partsOf, SAMPLE } from "./gun";

const burst = (text: string, more = {}) => ({ text, suffix: "Enter", duration: text.length * 5, rebuilt: false, keys: [], ...more });

test("a good gun", () => {
	expect(findingsOf(burst(SAMPLE))).toEqual([]);
	expect(findingsOf(burst("]C1010952123450001810B1\x1d21S1"))).toEqual([]);
});

test("what is wrong with a gun", () => {
	expect(findingsOf(burst(SAMPLE, { suffix: "" }))).toEqual(["no_suffix"]);
	expect(findingsOf(burst(SAMPLE, { rebuilt: true }))).toEqual(["input_method"]);
	expect(findingsOf(burst(SAMPLE, { duration: 2000 }))).toEqual(["slow"]);
	expect(findingsOf(burst("a0312-AZ09#|~"))).toEqual(["case"]);
	expect(findingsOf(burst("A0312/az09§|~"))).toEqual(["signs"]);
	expect(findingsOf(burst("]C10109521234500018" + "10B26031821000421727"))).toContain("gs_lost");
});

test("a lost separator is seen where the next element follows", () => {
	expect(lostSeparator("]C1010952123450001810LOT117260131")).toBe(true);
	expect(lostSeparator("]C1010952123450001810LOT1")).toBe(false);
	expect(lostSeparator("]C1010952123450001810LOT1\x1d17260131")).toBe(false);
});

test("the parts are shown as what they mean", () => {
	expect(partsOf(burst("]C1010952123450001810B1\x1d21S1")).map((part) => part.text)).toEqual(["]C1", "01", "09521234500018", "10", "B1", "GS", "21", "S1", "↵"]);
	expect(partsOf(burst("A\x1dB", { suffix: "Tab" })).map((part) => part.text)).toEqual(["A", "GS", "B", "⇥"]);
});
