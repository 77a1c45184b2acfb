import { ref } from "vue";
import { local } from "../api/local";

const KEPT = "inventory-sound";
type Note = { hertz: number; ms: number; wave?: OscillatorType; pause?: number };

const SOUNDS = {
	right: { notes: [{ hertz: 2000, ms: 80 }], buzz: [30] },
	wrong: { notes: [{ hertz: 600, ms: 160, wave: "square", pause: 80 }, { hertz: 600, ms: 160, wave: "square" }], buzz: [200, 80, 200] },
	attention: { notes: [{ hertz: 900, ms: 250 }], buzz: [120] },
	done: { notes: [{ hertz: 1000, ms: 90 }, { hertz: 1500, ms: 90 }, { hertz: 2000, ms: 120 }], buzz: [60, 40, 60] },
	lost: { notes: [{ hertz: 400, ms: 300 }], buzz: [] },
} as const satisfies Record<string, { notes: readonly Note[]; buzz: readonly number[] }>;

export type Sound = keyof typeof SOUNDS;

export const sound = ref(local.get(KEPT) !== "off");

let context: AudioContext | null = null;

export function toggleSound(): void {
	sound.value = !sound.value;
	local.set(KEPT, sound.value ? "on" : "off");
	if (sound.value) feel("right");
}

/** The first tap unlocks sound: no phone plays any before. */
export function unlock(): void {
	if (!context) {
		const Context = window.AudioContext || (window as unknown as { webkitAudioContext?: typeof AudioContext }).webkitAudioContext;
		if (Context) context = new Context();
	}
	if (context && context.state === "suspended") void context.resume();
}

export function feel(name: Sound): void {
	document.documentElement.dataset.felt = name; // what was felt last, for tests
	const { notes, buzz } = SOUNDS[name];
	if (buzz.length && typeof navigator.vibrate === "function") navigator.vibrate(buzz as unknown as number[]);
	if (!sound.value || !context || context.state !== "running") return;
	let at = context.currentTime;
	for (const note of notes as readonly Note[]) {
		const oscillator = context.createOscillator();
		const volume = context.createGain();
		oscillator.type = note.wave || "sine";
		oscillator.frequency.value = note.hertz;
		volume.gain.setValueAtTime(0.3, at);
		volume.gain.setTargetAtTime(0, at + note.ms / 1000 - 0.01, 0.005);
		oscillator.connect(volume);
		volume.connect(context.destination);
		oscillator.start(at);
		oscillator.stop(at + note.ms / 1000 + 0.02);
		at += (note.ms + (note.pause || 10)) / 1000;
	}
}
