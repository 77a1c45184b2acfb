import { expect, test } from "vitest";
import type { Inbound, InboundLine, InboundScan } from "../../api/types";
import { accepted, newFinding, partsOf, toggled, toSend } from "./inspecting";

const line = (name: string, to_inspect: boolean) => ({ line: name, item_code: name, to_inspect }) as InboundLine;
const row = (of: string, qty: number, more: Partial<InboundScan> = {}) => ({ line: of, qty, accepted_qty: 0, rejected_qty: 0, batch_no: "", serial_no: "", expiry_date: null, ...more }) as InboundScan;
const order = {
	lines: [line("a", true), line("b", false), line("s", true)],
	received: [
		row("a", 24, { batch_no: "B1", accepted_qty: 4, rejected_qty: 1 }),
		row("a", 12, { batch_no: "B1" }),
		row("a", 5, { batch_no: "B2" }),
		row("b", 9),
		row("s", 1, { serial_no: "S1" }),
		row("s", 1, { serial_no: "S2", accepted_qty: 1 }),
		row("s", 1, { serial_no: "S3" }),
	],
} as unknown as Inbound;

test("what is to be inspected, by line and batch", () => {
	expect(partsOf(order).map((part) => [part.line.line, part.batch_no, part.qty, part.serials])).toEqual([
		["a", "B1", 31, []],
		["a", "B2", 5, []],
		["s", "", 2, ["S1", "S3"]],
	]);
});
test("what is not rejected is accepted", () => {
	const [part] = partsOf(order);
	const finding = { ...newFinding(part!), rejected: 3, reason: "Wet" };
	expect(accepted(finding)).toBe(28);
	expect(toSend(part!, finding, true)).toMatchObject({ line: "a", batch_no: "B1", accepted: 28, rejected: 3, reason: "Wet", rejected_as: "Blocked" });
	expect(toSend(part!, { ...newFinding(part!), reason: "typed, then nothing rejected" }, true).reason).toBe("");
});
test("pieces are rejected by their number, and accepted again", () => {
	const part = partsOf(order)[2]!;
	const one = toggled(newFinding(part), "s3");
	expect(toSend(part, { ...one, reason: "Broken" }, false)).toMatchObject({ accepted: 1, rejected: 1, accepted_serial_nos: ["S1"], rejected_serial_nos: ["S3"] });
	expect(toggled(one, "S3")).toMatchObject({ rejected: 0, serials: [] });
});
test("what is destroyed, with a photo, where the server knows it; else it is damaged", () => {
	const part = partsOf(order)[2]!;
	const finding = { ...toggled(newFinding(part), "S1"), as: "Damaged" as const, reason: "Broken", photo: "data:image/jpeg;base64,x" };
	expect(toSend(part, finding, true)).toMatchObject({ accepted: 1, rejected: 0, destroyed: 1, destroyed_serial_nos: ["S1"], rejected_serial_nos: [], photo: "data:image/jpeg;base64,x" });
	const sent = toSend(part, finding, false);
	expect(sent).toMatchObject({ rejected: 1, rejected_serial_nos: ["S1"], rejected_as: "Damaged" });
	expect(["destroyed", "photo", "by_sample"].filter((key) => key in sent)).toEqual([]);
});
test("a sample stands for all of a line", () => {
	const sampled = { ...order, lines: [{ ...line("b", true), sample_qty: 3, accepted_qty: 0, rejected_qty: 0 }] } as unknown as Inbound;
	const [part] = partsOf(sampled);
	expect([part!.qty, part!.sample, newFinding(part!).qty]).toEqual([9, 3, 3]);
	expect(toSend(part!, newFinding(part!), true)).toMatchObject({ accepted: 3, by_sample: true });
	expect("by_sample" in toSend(part!, { ...newFinding(part!), qty: 9 }, true)).toBe(false);
});
