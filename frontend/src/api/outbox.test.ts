import { beforeEach, expect, test } from "vitest";
import { ApiError } from "./errors";
import { Outbox } from "./outbox";

interface Sent {
	operation: string;
	key: string;
}

let store: Map<string, string>;
let sent: Sent[];
let timers: (() => void)[];
let answer: (call: Sent) => unknown;
let clock: number;
let keys: number;

function outbox(): Outbox {
	return new Outbox({
		send: async (operation, _body, key) => {
			sent.push({ operation, key });
			return answer({ operation, key });
		},
		store: {
			get: (key) => store.get(key) ?? null,
			set: (key, value) => Boolean(store.set(key, value)),
			remove: (key) => void store.delete(key),
			keys: (prefix) => [...store.keys()].filter((key) => key.startsWith(prefix)),
		},
		now: () => clock,
		later: (run) => timers.push(run),
		cancel: () => undefined,
		key: () => `key-${++keys}`,
	});
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const offline = () => {
	throw new ApiError(0, "offline", "");
};
const pick = (box: Outbox, text = "a step") => box.write("outbound.pick" as never, { qty: 1 } as never, { text, bin: "A0312" });

beforeEach(() => {
	store = new Map();
	sent = [];
	timers = [];
	clock = 1000;
	keys = 0;
	answer = () => "done";
});

test("a step is kept before it is sent and forgotten when it is answered", async () => {
	const box = outbox();
	await box.start("anna");
	let kept = 0;
	answer = () => {
		kept = store.size;
		return "done";
	};
	expect(await pick(box)).toBe("done");
	expect(kept).toBe(1);
	expect(store.size).toBe(0);
	expect(box.state.entries).toEqual([]);
});

test("without a network the step waits, and goes out again under the same key", async () => {
	const box = outbox();
	await box.start("anna");
	answer = offline;
	const waiting = pick(box);
	await settle();
	expect(box.state.offline).toBe(true);
	expect(box.state.entries.map((entry) => [entry.text, entry.bin, entry.tries])).toEqual([["a step", "A0312", 1]]);
	answer = () => "late";
	timers.forEach((run) => run());
	expect(await waiting).toBe("late");
	expect(sent.map((call) => call.key)).toEqual(["key-1", "key-1"]);
	expect(box.state.offline).toBe(false);
});

test("steps go out one after the other, in the order they were made", async () => {
	const box = outbox();
	await box.start("anna");
	answer = offline;
	void pick(box, "one");
	void pick(box, "two");
	await settle();
	expect(sent.map((call) => call.key)).toEqual(["key-1"]);
	answer = () => "done";
	await box.flush();
	expect(sent.map((call) => call.key)).toEqual(["key-1", "key-1", "key-2"]);
});

test("after a reload the same key is sent again, and screens hear of it", async () => {
	const before = outbox();
	await before.start("anna");
	answer = offline;
	void pick(before);
	await settle();
	const after = outbox();
	let heard = 0;
	after.onDone(() => {
		heard++;
	});
	answer = () => "done";
	await after.start("anna");
	expect(sent.map((call) => call.key)).toEqual(["key-1", "key-1"]);
	expect(heard).toBe(1);
	expect(store.size).toBe(0);
	expect(after.takeLate("outbound.pick", "OB-2")).toEqual([]);
	expect(after.takeLate("outbound.pick", "")).toEqual(["done"]);
	expect(after.takeLate("outbound.pick", "")).toEqual([]);
});

test("what one person left unsent is not sent by another", async () => {
	const before = outbox();
	await before.start("anna");
	answer = offline;
	void pick(before);
	await settle();
	sent = [];
	answer = () => "done";
	const other = outbox();
	await other.start("ben");
	expect(sent).toEqual([]);
	expect(store.size).toBe(1);
	await outbox().start("anna");
	expect(sent.map((call) => call.key)).toEqual(["key-1"]);
});

test("a refusal is final: it is told to who waits and not sent again", async () => {
	const box = outbox();
	await box.start("anna");
	answer = () => {
		throw new ApiError(409, "more_than_to_pick", "Too many.");
	};
	await expect(pick(box)).rejects.toMatchObject({ code: "more_than_to_pick" });
	expect(store.size).toBe(0);
});

test("a refusal of a step from before a reload is kept to be read", async () => {
	const before = outbox();
	await before.start("anna");
	answer = offline;
	void pick(before, "A0312 24 bags");
	await settle();
	answer = () => {
		throw new ApiError(409, "wrong_state", "It was cancelled.");
	};
	const after = outbox();
	await after.start("anna");
	expect(after.state.refused).toEqual([{ text: "A0312 24 bags", message: "It was cancelled." }]);
});

test.each([500, 502, 503, 429])("status %i is no answer: it is sent again", async (status) => {
	const box = outbox();
	await box.start("anna");
	answer = () => {
		throw new ApiError(status, "busy", "Busy.");
	};
	void pick(box);
	await settle();
	expect(box.state.entries).toHaveLength(1);
	expect(timers).toHaveLength(1);
});

test("an expired login keeps the step until the same person is back", async () => {
	const box = outbox();
	await box.start("anna");
	answer = () => {
		throw new ApiError(401, "not_authenticated", "Log in.");
	};
	const waiting = pick(box);
	await settle();
	expect(box.state.entries).toHaveLength(1);
	expect(timers).toHaveLength(0);
	answer = () => "done";
	await box.start("anna");
	expect(await waiting).toBe("done");
	expect(new Set(sent.map((call) => call.key)).size).toBe(1);
});
