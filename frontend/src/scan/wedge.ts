/** What one burst of keys was: the text, and how it came. */
export interface Burst {
	text: string;
	/** "Enter", "Tab", or "" where the text ended by a pause. */
	suffix: string;
	/** Milliseconds from the first key to the last. */
	duration: number;
	/** The keys came through an input method and were rebuilt from where they are on the keyboard. */
	rebuilt: boolean;
	keys: string[];
}

interface Key {
	key: string;
	code: string;
	keyCode: number;
	shiftKey: boolean;
	ctrlKey: boolean;
	altKey: boolean;
	metaKey: boolean;
	isComposing: boolean;
	caps: boolean;
}

export type Taken = "swallow" | "pass";

const SHIFTED: Record<string, string> = { "1": "!", "2": "@", "3": "#", "4": "$", "5": "%", "6": "^", "7": "&", "8": "*", "9": "(", "0": ")" };
const SIGNS: Record<string, [string, string]> = {
	Minus: ["-", "_"],
	Equal: ["=", "+"],
	BracketLeft: ["[", "{"],
	BracketRight: ["]", "}"],
	Backslash: ["\\", "|"],
	Semicolon: [";", ":"],
	Quote: ["'", '"'],
	Backquote: ["`", "~"],
	Comma: [",", "<"],
	Period: [".", ">"],
	Slash: ["/", "?"],
	Space: [" ", " "],
	NumpadAdd: ["+", "+"],
	NumpadSubtract: ["-", "-"],
	NumpadMultiply: ["*", "*"],
	NumpadDivide: ["/", "/"],
	NumpadDecimal: [".", "."],
};
const GS = "\x1d";
const MOMENT = 20; // milliseconds

/** The character of a place on a US keyboard, which is what guns play; "" where it writes none. */
export function characterAt(code: string, shift: boolean, caps: boolean): string {
	const letter = /^Key([A-Z])$/.exec(code);
	if (letter) return shift !== caps ? (letter[1] as string) : (letter[1] as string).toLowerCase();
	const digit = /^(Digit|Numpad)(\d)$/.exec(code);
	if (digit) return digit[1] === "Digit" && shift ? (SHIFTED[digit[2] as string] as string) : (digit[2] as string);
	const sign = SIGNS[code];
	return sign ? sign[shift ? 1 : 0] : "";
}

/**
 * Gathers what a scanner plays as keys. Three ways in, since no browser offers one that always works: the key itself;
 * the place of the key where an input method has eaten it (keyCode 229 or "Process"); the text that arrives in the
 * field where Android says of every key only that it is "Unidentified". A burst ends at Enter, Tab, or a pause.
 */
export class Wedge {
	private text = "";
	private keys: string[] = [];
	private first = 0;
	private last = 0;
	private rebuilt = false;
	private fromKeys = false;
	private alt = "";
	private timer: unknown = null;
	private ended = -Infinity;

	constructor(
		private readonly done: (burst: Burst) => void,
		private readonly clock: { now(): number; later(run: () => void, ms: number): unknown; cancel(timer: unknown): void },
		/** Milliseconds of silence that end a burst without a suffix. */
		public idle = 120,
		/** Shorter text without a suffix is a person's finger on a key. */
		private readonly least = 3
	) {}

	keydown(event: Key): Taken {
		const eaten = event.keyCode === 229 || event.key === "Process" || event.isComposing;
		const place = event.code;
		if (this.isEnd(event, eaten)) {
			const suffix = /Enter/.test(event.key + place) ? "Enter" : "Tab";
			// A second Enter right behind (CR, LF) is swallowed too; Tab with nothing gathered is a person's.
			const mine = this.text !== "" || suffix === "Enter" || this.clock.now() - this.ended < 300;
			if (this.text) this.end(suffix);
			return mine ? "swallow" : "pass";
		}
		if (event.altKey && /^Numpad\d$/.test(place)) {
			this.alt += place.slice(-1); // Alt+029 is the separator on Windows
			if (this.alt === "029") {
				this.alt = "";
				this.add(GS, "Alt+029", true);
			}
			return "swallow";
		}
		this.alt = "";
		if (event.ctrlKey && (place === "BracketRight" || event.key === "]")) {
			this.add(GS, "Ctrl+]", true);
			return "swallow";
		}
		if (event.ctrlKey || event.metaKey || event.altKey) return "pass";
		if (eaten && place) {
			const character = characterAt(place, event.shiftKey, event.caps);
			if (!character) return "pass";
			this.rebuilt = true;
			this.add(character, place, true);
			return "swallow";
		}
		if (!eaten && Array.from(event.key).length === 1) {
			this.add(event.key, event.key, true);
			return "swallow";
		}
		return "pass"; // Shift, CapsLock, "Unidentified": the text of the last comes by the field
	}

	/** Text that reached the field; ignored where the same keys were already taken one by one. */
	field(data: string): void {
		if (this.fromKeys) return;
		for (const character of data) {
			if (character === "\n" || character === "\r" || character === "\t") {
				if (this.text) this.end(character === "\t" ? "Tab" : "Enter");
			} else this.add(character, character, false);
		}
	}

	private isEnd(event: Key, eaten: boolean): boolean {
		if (event.shiftKey && event.key === "Tab") return false;
		if (event.key === "Enter" || event.key === "Tab") return true;
		return eaten && ["Enter", "NumpadEnter", "Tab"].indexOf(event.code) >= 0;
	}

	private add(character: string, key: string, fromKeys: boolean): void {
		const now = this.clock.now();
		if (!this.text) this.first = now;
		this.fromKeys = this.fromKeys || fromKeys;
		this.last = now;
		this.text += character;
		this.keys.push(key);
		this.clock.cancel(this.timer);
		this.timer = this.clock.later(() => this.pause(), this.idle);
	}

	/** A busy phone hears its timers before the keys that came meanwhile: they get one more moment to be heard. */
	private pause(): void {
		this.timer = this.clock.later(() => this.silence(), MOMENT);
	}

	private silence(): void {
		if (this.text.length >= this.least) this.end("");
		else this.reset();
	}

	private end(suffix: string): void {
		const burst = { text: this.text, suffix, duration: this.last - this.first, rebuilt: this.rebuilt, keys: this.keys };
		this.ended = this.clock.now();
		this.reset();
		this.done(burst);
	}

	private reset(): void {
		this.clock.cancel(this.timer);
		this.text = "";
		this.keys = [];
		this.rebuilt = false;
		this.fromKeys = false;
		this.alt = "";
	}
}
