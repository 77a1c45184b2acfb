import { reactive } from "vue";
import { local } from "./local";
import { post, type WriteAnswer, type WriteBody, type Writes } from "./client";
import { ApiError } from "./errors";

/** A change that was not confirmed yet. Its key was made with it, so however often it is sent, it counts once. */
export interface Unsent {
	key: string;
	user: string;
	operation: string;
	body: unknown;
	/** What it says on the screen: "A0312 dried scallop 24 bags". */
	text: string;
	/** The order and bin it is about, for the walk. */
	order: string;
	bin: string;
	at: number;
	tries: number;
}

interface Parts {
	send(operation: string, body: unknown, key: string): Promise<unknown>;
	store: Pick<typeof local, "get" | "set" | "remove" | "keys">;
	now(): number;
	later(run: () => void, milliseconds: number): unknown;
	cancel(timer: unknown): void;
	key(): string;
}

interface Waiter {
	resolve(answer: unknown): void;
	reject(error: unknown): void;
}
/** Hears of a change that no screen waited for: what it was, and the server's answer, null where it was refused. Says
 * true where nobody else needs to hear of it. */
export type Listener = (entry: Unsent, answer: unknown) => boolean | void;

const PREFIX = "inventory-unsent:";
const PAUSES = [1, 2, 5, 5, 10, 10, 30]; // seconds between tries

export interface About {
	text: string;
	order?: string;
	bin?: string;
}

/** Sends changes one after the other, in the order they were made, and keeps each until the server has answered it. */
export class Outbox {
	readonly state = reactive({
		entries: [] as Unsent[],
		/** The last try did not reach the server. */
		offline: false,
		/** When the next try is due, in milliseconds since 1970; 0 when none is. */
		next: 0,
		/** Sentences of kept changes that the server refused after a reload, when no screen waited for them. */
		refused: [] as { text: string; message: string }[],
		/** A change could not be written down on this phone. */
		full: false,
	});
	private user = "";
	private sending = false;
	private timer: unknown = null;
	private waiting = new Map<string, Waiter>();
	private listeners: Listener[] = [];
	private late: { entry: Unsent; answer: unknown }[] = [];

	constructor(private readonly parts: Parts) {}

	/** Whose changes are sent from now on; what somebody else left on this phone stays until they are back. */
	start(user: string): Promise<void> {
		this.user = user;
		const kept = this.parts.store
			.keys(PREFIX)
			.map((name) => this.read(name))
			.filter((entry): entry is Unsent => entry !== null && entry.user === user);
		const known = new Set(this.state.entries.filter((entry) => entry.user === user).map((entry) => entry.key));
		this.state.entries = [...this.state.entries.filter((entry) => entry.user === user), ...kept.filter((e) => !known.has(e.key))];
		this.state.entries.sort((a, b) => a.at - b.at);
		return this.flush();
	}

	/** Called whenever a change from before a reload was done, so that screens ask the server again; with its answer. */
	onDone(listener: Listener): () => void {
		this.listeners.push(listener);
		return () => {
			this.listeners = this.listeners.filter((one) => one !== listener);
		};
	}

	/** Answers that came before the screen was there which they are for; each is handed out once. */
	takeLate(operation: string, order: string): unknown[] {
		const mine = this.late.filter((one) => one.entry.operation === operation && one.entry.order === order);
		this.late = this.late.filter((one) => mine.indexOf(one) < 0);
		return mine.map((one) => one.answer);
	}

	/** Send a change; its answer comes when the server has given one, be it after hours. */
	write<Name extends keyof Writes & string>(operation: Name, body: WriteBody<Name>, about: About): Promise<WriteAnswer<Name>> {
		const last = this.state.entries[this.state.entries.length - 1];
		const entry: Unsent = {
			key: this.parts.key(),
			user: this.user,
			operation,
			body,
			text: about.text,
			order: about.order || "",
			bin: about.bin || "",
			at: Math.max(this.parts.now(), last ? last.at + 1 : 0),
			tries: 0,
		};
		this.state.full = !this.keep(entry);
		this.state.entries.push(entry);
		return new Promise((resolve, reject) => {
			this.waiting.set(entry.key, { resolve: resolve as (answer: unknown) => void, reject });
			void this.flush();
		});
	}

	/** Try what is unsent, now. */
	async flush(): Promise<void> {
		if (this.sending) return;
		this.sending = true;
		this.parts.cancel(this.timer);
		this.state.next = 0;
		try {
			let entry: Unsent | undefined;
			while ((entry = this.state.entries[0])) {
				entry.tries += 1;
				this.keep(entry);
				let answer: unknown;
				try {
					answer = await this.parts.send(entry.operation, entry.body, entry.key);
				} catch (error) {
					const refusal = error instanceof ApiError ? error : new ApiError(0, "offline", String(error));
					if (refusal.login) return; // kept; it goes on when the same person is logged in again
					if (refusal.again) return this.wait(entry);
					this.state.offline = false;
					this.drop(entry, (one) => one.reject(refusal), refusal);
					continue;
				}
				this.state.offline = false;
				this.drop(entry, (one) => one.resolve(answer), null, answer);
			}
		} finally {
			this.sending = false;
		}
	}

	private wait(entry: Unsent): void {
		this.state.offline = true;
		const pause = (PAUSES[Math.min(entry.tries, PAUSES.length) - 1] || 30) * 1000;
		this.state.next = this.parts.now() + pause;
		this.timer = this.parts.later(() => void this.flush(), pause);
	}

	private drop(entry: Unsent, settle: (waiter: Waiter) => void, refusal: ApiError | null, answer: unknown = null): void {
		this.state.entries = this.state.entries.filter((one) => one.key !== entry.key);
		this.parts.store.remove(PREFIX + entry.key);
		const waiter = this.waiting.get(entry.key);
		this.waiting.delete(entry.key);
		if (waiter) settle(waiter);
		else {
			if (refusal) this.state.refused.push({ text: entry.text, message: refusal.message });
			const taken = this.listeners.map((listener) => listener(entry, answer)).some((one) => one === true);
			if (!taken) this.late.push({ entry, answer });
		}
	}

	private keep(entry: Unsent): boolean {
		return this.parts.store.set(PREFIX + entry.key, JSON.stringify(entry));
	}

	private read(name: string): Unsent | null {
		try {
			return JSON.parse(this.parts.store.get(name) || "null") as Unsent | null;
		} catch {
			return null;
		}
	}
}

/** 128 random bits: crypto.randomUUID is not there on http nor in Chromium 77. */
export function newKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const outbox = new Outbox({
	send: post,
	store: local,
	now: () => Date.now(),
	later: (run, milliseconds) => window.setTimeout(run, milliseconds),
	cancel: (timer) => window.clearTimeout(timer as number),
	key: newKey,
});

window.addEventListener("online", () => void outbox.flush());
