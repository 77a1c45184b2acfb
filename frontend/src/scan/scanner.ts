import { onMounted, onUnmounted, reactive } from "vue";
import { local } from "../api/local";
import { scanOf, type Scan } from "./code";
import { feel, unlock } from "./feedback";
import { Wedge, type Burst } from "./wedge";

/** Whether a scan would be heard now, and what is in its way. */
export const scanner = reactive({
	ready: false,
	/** A field for typing has the keyboard. */
	typing: false,
	/** A scan is being looked at. */
	busy: false,
	camera: false,
	/** A screen of the desk is open: no gun is there, and the keys are the screen's. */
	resting: false,
	last: null as (Burst & { by: "gun" | "camera" | "typed" }) | null,
});

type Handler = (scan: Scan) => void | Promise<void>;

const handlers: Handler[] = [];
const queue: Scan[] = [];
let field: HTMLInputElement | null = null;

/** The screen in front gets the scans, one after the other: ten quick ones are ten. */
export function onScan(handler: Handler): void {
	onMounted(() => handlers.push(handler));
	onUnmounted(() => {
		const at = handlers.indexOf(handler);
		if (at >= 0) handlers.splice(at, 1);
	});
}

export function feed(text: string, by: "gun" | "camera" | "typed", burst?: Burst): void {
	scanner.last = { ...(burst || { text, suffix: "", duration: 0, rebuilt: false, keys: [] }), by };
	const scan = scanOf(text);
	if (!scan.code) return;
	queue.push(scan);
	void work();
}

async function work(): Promise<void> {
	if (scanner.busy) return;
	scanner.busy = true;
	try {
		let scan: Scan | undefined;
		while ((scan = queue.shift())) {
			const handler = handlers[handlers.length - 1];
			if (!handler) continue;
			try {
				await handler(scan);
			} catch (error) {
				feel("wrong");
				console.error(error);
			}
		}
	} finally {
		scanner.busy = false;
	}
}

const SUFFIX = "inventory-suffix";
const PATIENT = 1000; // milliseconds

/* A gun that has ended a scan with Enter or Tab will do so again: a pause within a code, as Bluetooth makes, cuts none. */
function ended(burst: Burst): void {
	if (burst.suffix && wedge.idle !== PATIENT) {
		wedge.idle = PATIENT;
		local.set(SUFFIX, burst.suffix);
	}
	feed(burst.text, "gun", burst);
}

const wedge: Wedge = new Wedge(ended, {
	now: () => performance.now(),
	later: (run, milliseconds) => window.setTimeout(run, milliseconds),
	cancel: (timer) => window.clearTimeout(timer as number),
});
if (local.get(SUFFIX)) wedge.idle = PATIENT;

function isText(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement) || target === field) return false;
	return target.tagName === "TEXTAREA" || target.tagName === "SELECT" || (target.tagName === "INPUT" && !/checkbox|radio|button/.test((target as HTMLInputElement).type));
}

function look(): void {
	const active = document.activeElement;
	scanner.typing = isText(active);
	scanner.ready = document.hasFocus() && document.visibilityState === "visible" && !scanner.typing && active === field;
}

/** Give the keys back to the scanner. */
export function listen(): void {
	if (scanner.resting) return;
	if (field && !isText(document.activeElement)) field.focus({ preventScroll: true });
	look();
}

let watched = 0;

/** No browser says that the field one types in was taken away with its screen: then the keys go back to the scanner. */
function watch(event: FocusEvent): void {
	window.clearInterval(watched);
	const typed = event.target;
	if (!isText(typed)) return;
	watched = window.setInterval(() => {
		if ((typed as HTMLElement).isConnected) return;
		window.clearInterval(watched);
		listen();
	}, 200);
}

let awake: { release(): Promise<void> } | null = null;

async function stayAwake(): Promise<void> {
	const lock = (navigator as { wakeLock?: { request(kind: "screen"): Promise<{ release(): Promise<void> }> } }).wakeLock;
	if (!lock || awake) return;
	try {
		awake = await lock.request("screen");
	} catch {
		awake = null; // low battery, or not allowed here
	}
}

/** Listen to the gun on this page; `input` is a field without a keyboard, for text that comes by no key. */
export function start(input: HTMLInputElement): void {
	field = input;
	window.addEventListener(
		"keydown",
		(event) => {
			if (scanner.resting || isText(event.target)) return;
			const taken = wedge.keydown({
				key: event.key,
				code: event.code,
				keyCode: event.keyCode,
				shiftKey: event.shiftKey,
				ctrlKey: event.ctrlKey,
				altKey: event.altKey,
				metaKey: event.metaKey,
				isComposing: event.isComposing,
				caps: event.getModifierState ? event.getModifierState("CapsLock") : false,
			});
			if (taken === "swallow") {
				event.preventDefault();
				event.stopPropagation();
			}
		},
		true
	);
	// Space and Enter press a focused button when they come up again: nothing a gun plays may press one.
	window.addEventListener("keyup", (event) => {
		if (!scanner.resting && !isText(event.target) && /^( |Enter)$/.test(event.key)) event.preventDefault();
	}, true);
	let composing = false;
	input.addEventListener("compositionstart", () => (composing = true));
	input.addEventListener("compositionend", (event) => {
		composing = false;
		wedge.field(event.data || "");
		input.value = "";
	});
	input.addEventListener("input", () => {
		if (composing) return;
		const text = input.value;
		input.value = "";
		wedge.field(text);
	});
	// A tap on a button leaves the keys with the scanner.
	document.addEventListener("mousedown", (event) => {
		if (!scanner.resting && event.target instanceof Element && event.target.closest("button")) event.preventDefault();
	});
	document.addEventListener("pointerdown", () => {
		if (scanner.resting) return;
		unlock();
		void stayAwake();
	});
	document.addEventListener("click", (event) => {
		if (!isText(event.target)) window.setTimeout(listen, 0);
	});
	document.addEventListener("focusin", look);
	document.addEventListener("focusin", watch);
	document.addEventListener("focusout", () => window.setTimeout(look, 0));
	window.addEventListener("focus", listen);
	window.addEventListener("blur", () => window.setTimeout(look, 0));
	document.addEventListener("visibilitychange", () => {
		awake = null;
		if (document.visibilityState === "visible") {
			listen();
			if (!scanner.resting) void stayAwake();
		} else look();
	});
	listen();
}

export function hasCamera(): boolean {
	return Boolean(navigator.mediaDevices && typeof navigator.mediaDevices.getUserMedia === "function" && typeof WebAssembly === "object");
}
