import { expect, test } from "vitest";
import { binParts, binSize, daysLeft, difference, number, tidy } from "./format";
import { __, sentence, wishedLanguage } from "./i18n";

test.each([
	["A0312", ["A", "03", "12"]],
	["AB031205", ["AB", "03", "12", "05"]],
	["F-01", ["F-01"]],
	["UNPLACED", ["UNPLACED"]],
])("the bin %s is read as %j", (code, parts) => expect(binParts(code)).toEqual(parts));

test("a longer bin is smaller", () => expect(["A0312", "A031205", "RACK-0312", "RECEIVING-DOCK"].map(binSize)).toEqual(["xl", "l", "m", "s"]));

test("days are those of the calendar", () => {
	expect(daysLeft("2027-03-17", new Date(2026, 10, 28, 23, 59))).toBe(109);
	expect(daysLeft("2026-11-28", new Date(2026, 10, 28, 0, 1))).toBe(0);
	expect(daysLeft("2026-11-27", new Date(2026, 10, 28))).toBe(-1);
	expect(daysLeft(null)).toBeNull();
});

test("the one difference of two names", () => {
	expect(difference("干瑶柱 一级 250 g", "干瑶柱 一级 500 g")).toMatchObject({ one: "250\u00a0g", other: "500\u00a0g", same: "干瑶柱 一级", figures: true });
	expect(difference("HL Road Frame - Red, 58", "HL Road Frame - Red, 62")).toMatchObject({ one: "58", other: "62" });
	expect(difference("HL Road Frame - Red, 58", "HL Road Frame - Black, 58")).toMatchObject({ one: "Red", other: "Black", figures: false });
	expect(difference("Chain", "Saddle 2")).toBeNull();
	expect(difference("Chain", "Chain")).toBeNull();
});

test("quantities have no dust", () => {
	expect(tidy(0.1 + 0.2)).toBe(0.3);
	expect(number(1234.5)).toBe("1234.5");
});

test("the language: address, choice, user, browser", () => {
	expect(wishedLanguage("?lang=en", "zh", "zh", "zh-CN")).toBe("en");
	expect(wishedLanguage("", "zh", "en", "en-GB")).toBe("zh");
	expect(wishedLanguage("", null, "zh", "en-GB")).toBe("zh");
	expect(wishedLanguage("", null, "", "zh-TW")).toBe("zh");
	expect(wishedLanguage("", null, "", "de")).toBe("en");
});

test("placeholders are filled, those without a value stay", () => {
	expect(__("Scan bin {0}", ["A0312"])).toBe("Scan bin A0312");
	expect(__("{0} / {1}", [0])).toBe("0 / {1}");
	expect(sentence({ template: "{qty} of {item_code} picked.", values: { qty: "2", item_code: "{qty}" }, sentence: "" })).toBe("2 of {qty} picked.");
});
