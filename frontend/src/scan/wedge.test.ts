import { beforeEach, expect, test } from "vitest";
import { characterAt, Wedge, type Burst } from "./wedge";

let bursts: Burst[];
let now: number;
let timers: Map<number, { at: number; run: () => void }>;
let wedge: Wedge;

const clock = {
	now: () => now,
	later: (run: () => void, ms: number) => {
		const id = timers.size + 1 + Math.random();
		timers.set(id, { at: now + ms, run });
		return id;
	},
	cancel: (id: unknown) => void timers.delete(id as number),
};
function pass(ms: number): void {
	now += ms;
	for (const [id, timer] of [...timers]) {
		if (timer.at <= now && timers.delete(id)) timer.run();
	}
}
function press(key: Partial<Parameters<Wedge["keydown"]>[0]>) {
	now += 5;
	return wedge.keydown({ key: "", code: "", keyCode: 0, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, isComposing: false, caps: false, ...key });
}
const type = (text: string) => [...text].forEach((key) => press({ key, keyCode: key.charCodeAt(0) }));

beforeEach(() => {
	bursts = [];
	now = 1000;
	timers = new Map();
	wedge = new Wedge((burst) => bursts.push(burst), clock);
});

test("a code ends at Enter, which presses nothing", () => {
	type("A0312");
	expect(press({ key: "Enter" })).toBe("swallow");
	expect(bursts).toMatchObject([{ text: "A0312", suffix: "Enter", rebuilt: false }]);
});

test("Tab ends a code too; with nothing gathered it is a person's", () => {
	type("A0312");
	expect(press({ key: "Tab" })).toBe("swallow");
	expect(bursts[0]?.suffix).toBe("Tab");
	pass(1000);
	expect(press({ key: "Tab" })).toBe("pass");
	expect(press({ key: "Enter" })).toBe("swallow");
	expect(bursts).toHaveLength(1);
});

test("without a suffix a pause ends it", () => {
	type("A0312");
	pass(121);
	pass(21);
	expect(bursts).toMatchObject([{ text: "A0312", suffix: "" }]);
});

test("keys that a busy phone hears after its timer still belong to the code", () => {
	type("A0");
	pass(400); // the timer was heard first
	type("312");
	press({ key: "Enter" });
	expect(bursts.map((one) => one.text)).toEqual(["A0312"]);
});

test("one finger on a key is no scan", () => {
	type("A");
	pass(500);
	pass(21);
	expect(bursts).toEqual([]);
	type("B0104");
	press({ key: "Enter" });
	expect(bursts.map((one) => one.text)).toEqual(["B0104"]);
});

test("a Chinese input method on a desktop: keys are rebuilt from where they are", () => {
	for (const [code, shift] of [["KeyD", false], ["KeyA", false], ["KeyT", false], ["KeyA", true], ["Digit1", false], ["Minus", false], ["Digit2", true]] as const)
		press({ key: "Process", code, keyCode: 229, shiftKey: shift });
	wedge.field("大他1"); // what the input method made of it is ignored
	press({ key: "Process", code: "Enter", keyCode: 229 });
	expect(bursts).toMatchObject([{ text: "datA1-@", suffix: "Enter", rebuilt: true }]);
});

test("Android says Unidentified: the text comes by the field, once", () => {
	[..."B260318"].forEach((character) => {
		expect(press({ key: "Unidentified", keyCode: 229 })).toBe("pass");
		wedge.field(character);
	});
	press({ key: "Enter", keyCode: 13 });
	expect(bursts).toMatchObject([{ text: "B260318", suffix: "Enter", rebuilt: false }]);
});

test("text that comes whole, with its line end", () => {
	wedge.field("6901234500018\n");
	expect(bursts).toMatchObject([{ text: "6901234500018", suffix: "Enter" }]);
});

test("the separator by Ctrl+], by Alt+029 and as itself", () => {
	type("10B1");
	expect(press({ key: "]", code: "BracketRight", ctrlKey: true })).toBe("swallow");
	type("21");
	["Numpad0", "Numpad2", "Numpad9"].forEach((code) => press({ key: code.slice(-1), code, altKey: true }));
	type("X");
	press({ key: "\x1d" });
	press({ key: "Enter" });
	expect(bursts[0]?.text).toBe("10B1\x1d21\x1dX\x1d");
});

test("Caps Lock and Shift are not characters", () => {
	press({ key: "CapsLock", code: "CapsLock" });
	press({ key: "Shift", code: "ShiftLeft", shiftKey: true });
	type("A1");
	press({ key: "CapsLock", code: "CapsLock" });
	press({ key: "Enter" });
	expect(bursts[0]?.text).toBe("A1");
});

test("shortcuts are left to the browser", () => {
	expect(press({ key: "r", code: "KeyR", ctrlKey: true })).toBe("pass");
	expect(press({ key: "c", code: "KeyC", metaKey: true })).toBe("pass");
});

test("ten quick scans are ten", () => {
	for (let i = 0; i < 10; i++) {
		type(`69012345${i}`);
		press({ key: "Enter" });
	}
	expect(bursts).toHaveLength(10);
});

test.each([
	["KeyA", false, false, "a"],
	["KeyA", true, false, "A"],
	["KeyA", false, true, "A"],
	["KeyA", true, true, "a"],
	["Digit3", true, false, "#"],
	["Numpad7", true, false, "7"],
	["Backslash", true, false, "|"],
	["Backquote", true, false, "~"],
	["F5", false, false, ""],
])("the place %s with shift %s and caps %s is %s", (code, shift, caps, character) => {
	expect(characterAt(code, shift, caps)).toBe(character);
});
