import { inject, provide, reactive, type InjectionKey } from "vue";
import { policies } from "./api";
import type { Replayed, TrialDocument, Tried, TriedStep } from "./types";
import { troubleOf, type Designer } from "./usePolicy";

/** A trial of what is drawn with a document; nobody is notified. */
function trial(d: Designer) {
	const state = reactive({
		on: false,
		busy: false,
		trouble: "",
		documents: null as TrialDocument[] | null,
		document: "",
		values: {} as Record<string, string>,
		tried: null as Tried | null,
		replayed: null as Replayed | null,
	});
	let asked = 0;
	let timer = 0;

	async function open(): Promise<void> {
		Object.assign(state, { on: true, trouble: "", tried: null, replayed: null, documents: null, values: {}, document: "" });
		d.state.selected = "";
		try {
			await d.save();
			const doctype = d.graph ? d.graph.settings.document_type : "";
			state.documents = await policies.documents(doctype);
			const first = state.documents[0];
			if (first) await choose(first.name);
		} catch (error) {
			state.trouble = troubleOf(error);
			state.documents = state.documents || [];
		}
		try {
			state.replayed = await policies.replay(d.name);
		} catch {
			state.replayed = null; // it says more, but the trial goes without
		}
	}
	function close(): void {
		state.on = false;
	}
	async function choose(name: string): Promise<void> {
		state.document = name;
		state.values = {};
		await run();
	}
	function change(field: string, value: string): void {
		const values = { ...state.values };
		if (value.trim()) values[field] = value.trim();
		else delete values[field];
		state.values = values;
		window.clearTimeout(timer);
		timer = window.setTimeout(() => void run(), 300);
	}
	async function run(): Promise<void> {
		if (!state.document) return;
		asked += 1;
		const mine = asked;
		state.busy = true;
		try {
			const found = await policies.attempt(d.name, state.document, state.values);
			if (mine !== asked) return;
			state.tried = found;
			state.trouble = "";
		} catch (error) {
			if (mine === asked) state.trouble = troubleOf(error);
		} finally {
			if (mine === asked) state.busy = false;
		}
	}
	/** What the trial says of a step of the canvas. */
	function of(id: string): TriedStep | null {
		if (!state.on || !state.tried) return null;
		const number = d.order.map((one) => one.id).indexOf(id) + 1;
		return state.tried.steps.filter((one) => one.step === number)[0] || null;
	}
	const taken = (): TriedStep[] => (state.tried && state.tried.applies ? state.tried.steps.filter((one) => one.applies) : []);
	/** The place of a step on the way, from 2 on; 1 is the start; 0 is beside the way. */
	function place(id: string): number {
		const step = of(id);
		const at = step ? taken().map((one) => one.step).indexOf(step.step) : -1;
		return at < 0 ? 0 : at + 2;
	}
	return reactive({ state, open, close, choose, change, run, of, taken, place });
}

export type Trial = ReturnType<typeof trial>;
const KEY: InjectionKey<Trial> = Symbol("trial");
export function provideTrial(d: Designer): Trial {
	const made = trial(d);
	provide(KEY, made);
	return made;
}
export function useTrial(): Trial {
	return inject(KEY) as Trial;
}
