import { computed, inject, onUnmounted, provide, reactive, ref, shallowRef, type InjectionKey } from "vue";
import { ApiError } from "../../api/errors";
import { newKey } from "../../api/outbox";
import { clock } from "../../shared/format";
import { __ } from "../../shared/i18n";
import { may } from "../../shared/me";
import { policies } from "./api";
import { layout } from "./layout";
import * as model from "./model";
import { END, History, START, stepOf, type Graph, type Step } from "./model";
import type { Content, Field, Kind, People, PolicyRecord, Problem } from "./types";
import { fieldLabel, kindLabel, titleOf, told, userLabel, type Known } from "./words";

/** A problem at the step and branch that it is about; "" is the whole policy. */
export interface Found {
	code: string;
	step: string;
	branch: string;
	warning: boolean;
	text: string;
}

const CHECK = 250; // milliseconds after the last change
const SAVE = 900;
const WIDE = 1024; // pixels

/** The server's sentences name steps by number, which a change moves: they are put at the step they were about. */
export function placed(problems: Problem[], numbers: Record<string, number>, graph: Graph, known: Known): Found[] {
	return problems.map((one) => {
		const step = graph.steps.filter((other) => numbers[other.id] === one.step)[0];
		const branch = step && one.branch ? step.branches.filter((other) => numbers[other.id] === one.branch)[0] : undefined;
		return { code: one.code, step: step ? step.id : "", branch: branch ? branch.id : "", warning: one.is_warning, text: told(one.reason, known) };
	});
}
/** How many people the server lists at once. */
const LISTED = 500;

export function troubleOf(error: unknown): string {
	if (!(error instanceof ApiError)) return String(error);
	if (error.message) return error.message;
	return error.again ? __("The server cannot be reached.") : error.code;
}

function designer(name: string) {
	const record = shallowRef<PolicyRecord | null>(null);
	const graph = shallowRef<Graph | null>(null);
	const fields = shallowRef<Field[]>([]);
	const people = shallowRef<People>({ users: [], roles: [], holiday_lists: [] });
	const problems = shallowRef<Found[]>([]);
	const state = reactive({
		loading: true,
		trouble: "",
		forbidden: false,
		/** Somebody else changed the policy meanwhile. */
		conflict: false,
		saving: false,
		unsaved: false,
		savedAt: "",
		saveTrouble: "",
		checking: false,
		switching: false,
		canUndo: false,
		canRedo: false,
		selected: "",
		/** The line whose + is open. */
		menu: "",
		announcement: "",
		/** The step that gets the keyboard as soon as it is there. */
		wish: "",
		/** What was refused last, shown for a while. */
		refusal: "",
	});
	let history: History | null = null;
	let revision = 0;
	let checkTimer = 0;
	let saveTimer = 0;
	let unanswered: { content: Content; modified: string; key: string } | null = null;
	let refusalTimer = 0;
	let searchTimer = 0;
	let running: Promise<void> = Promise.resolve();

	const known = computed((): Known => ({ fields: fields.value, people: people.value }));
	/* What a card or what hangs beside it shows already is not written on it once more. */
	const written = computed(() => problems.value.filter((one) => !one.warning && one.step && ["no_otherwise", "no_next", "no_approver"].indexOf(one.code) < 0));
	const drawn = computed(() => (graph.value ? layout(graph.value, written.value.map((one) => one.step)) : null));
	const order = computed(() => (graph.value ? model.inOrder(graph.value) : []));
	const editable = computed(() => may("approval.save_policy"));
	const errors = computed(() => problems.value.filter((one) => !one.warning));
	const warnings = computed(() => problems.value.filter((one) => one.warning));
	const selectedStep = computed(() => (graph.value && stepOf(graph.value, state.selected)) || null);

	function show(found: PolicyRecord): void {
		record.value = found;
		graph.value = model.read(found.content);
		history = new History(graph.value);
		revision += 1;
		if (!stepOf(graph.value, state.selected)) state.selected = window.innerWidth >= WIDE ? START : "";
		const { numbers } = model.write(graph.value);
		problems.value = placed(found.problems, numbers, graph.value, known.value);
		Object.assign(state, { canUndo: false, canRedo: false, unsaved: false, conflict: false, saveTrouble: "" });
	}
	async function load(): Promise<void> {
		state.loading = true;
		state.trouble = "";
		try {
			// who may only look is not told whom and what could be chosen
			const none = <Of>(value: Of) => (error: unknown) => (editable.value ? Promise.reject(error) : value);
			const [found, everybody] = await Promise.all([policies.get(name), policies.people().catch(none(people.value))]);
			people.value = everybody;
			fields.value = await policies.fields(found.document_type).catch(none([]));
			show(found);
		} catch (error) {
			state.forbidden = error instanceof ApiError && error.status === 403;
			state.trouble = troubleOf(error);
		} finally {
			state.loading = false;
		}
	}
	/** Ask for people by name where there are more than are listed at once. */
	function findPeople(text: string): void {
		window.clearTimeout(searchTimer);
		if (!text || people.value.users.length < LISTED) return;
		searchTimer = window.setTimeout(async () => {
			const found = await policies.people(text).catch(() => ({ users: [] }));
			const listed = people.value.users.map((one) => one.name);
			const users = [...people.value.users, ...found.users.filter((one) => listed.indexOf(one.name) < 0)];
			people.value = { ...people.value, users };
		}, 250);
	}
	async function loadFields(doctype: string): Promise<void> {
		try {
			fields.value = await policies.fields(doctype);
		} catch (error) {
			fields.value = [];
			refuse(troubleOf(error));
		}
	}

	function changed(): void {
		if (!history) return;
		graph.value = history.present;
		state.canUndo = history.canUndo;
		state.canRedo = history.canRedo;
		state.unsaved = true;
		revision += 1;
		if (state.selected && state.selected !== START && !stepOf(history.present, state.selected)) state.selected = "";
		window.clearTimeout(checkTimer);
		window.clearTimeout(saveTimer);
		checkTimer = window.setTimeout(() => void check(), CHECK);
		saveTimer = window.setTimeout(() => void save(), SAVE);
	}
	function commit(next: Graph, key = ""): void {
		if (!history || !editable.value) return;
		history.commit(next, key);
		changed();
	}
	async function check(): Promise<void> {
		const now = graph.value;
		if (!now) return;
		const mine = revision;
		const { content, numbers } = model.write(now);
		state.checking = true;
		try {
			const found = await policies.check(content);
			if (mine === revision) tell(placed(found, numbers, now, known.value));
		} catch (error) {
			if (mine === revision && error instanceof ApiError && !error.again) refuse(troubleOf(error));
		} finally {
			state.checking = false;
		}
	}
	function tell(found: Found[]): void {
		const before = problems.value.map((one) => one.text);
		problems.value = found;
		const fresh = found.filter((one) => before.indexOf(one.text) < 0);
		if (fresh[0]) announce(fresh[0].text);
		else if (before.length && !found.length) announce(__("No problems"));
	}

	/** Save what is drawn; one after the other, the last state always. */
	function save(): Promise<void> {
		window.clearTimeout(saveTimer);
		running = running.then(saveNow, saveNow);
		return running;
	}
	/** Send what is drawn. What was sent before and had no answer goes first, under its key: its answer says what it became. */
	async function send(content: Content, name: string): Promise<PolicyRecord> {
		if (unanswered) record.value = await policies.save(unanswered.content, name, unanswered.modified, unanswered.key);
		const modified = record.value ? record.value.modified : "";
		unanswered = { content, modified, key: newKey() };
		const found = await policies.save(content, name, modified, unanswered.key);
		unanswered = null;
		return found;
	}
	async function saveNow(): Promise<void> {
		const [now, was] = [graph.value, record.value];
		if (!now || !was || !state.unsaved || state.conflict) return;
		const mine = revision;
		const { content, numbers } = model.write(now);
		state.saving = true;
		try {
			const found = await send(content, was.name);
			record.value = found;
			state.savedAt = clock(Date.now());
			state.saveTrouble = "";
			if (mine === revision) {
				state.unsaved = false;
				tell(placed(found.problems, numbers, now, known.value));
			}
		} catch (error) {
			if (!(error instanceof ApiError && error.again)) unanswered = null;
			state.conflict = error instanceof ApiError && error.code === "changed_meanwhile";
			state.saveTrouble = state.conflict ? "" : troubleOf(error);
			if (error instanceof ApiError && error.again) saveTimer = window.setTimeout(() => void save(), 5000);
		} finally {
			state.saving = false;
		}
	}
	/** Somebody else saved first: keep mine over theirs, or take theirs. */
	async function settle(keepMine: boolean): Promise<void> {
		try {
			const found = await policies.get(name);
			if (!keepMine) return show(found);
			record.value = found;
			state.conflict = false;
			await save();
		} catch (error) {
			refuse(troubleOf(error));
		}
	}
	async function switchTo(on: boolean): Promise<boolean> {
		const was = record.value;
		if (!was) return false;
		state.switching = true;
		try {
			await save();
			if (state.unsaved) return false;
			record.value = on ? await policies.switchOn(was.name) : await policies.switchOff(was.name);
			announce(on ? __("Switched on, version {0}", [record.value.version]) : __("Switched off"));
			return true;
		} catch (error) {
			refuse(troubleOf(error));
			void check();
			return false;
		} finally {
			state.switching = false;
		}
	}

	function announce(text: string): void {
		state.announcement = text;
	}
	function refuse(text: string): void {
		state.refusal = text;
		announce(text);
		window.clearTimeout(refusalTimer);
		refusalTimer = window.setTimeout(() => (state.refusal = ""), 8000);
	}
	/** Choose a step, and give it the keyboard. */
	function go(id: string): void {
		state.selected = state.wish = id;
		state.menu = "";
	}
	const title = (id: string) => {
		if (id === END) return __("End");
		if (id === START) return __("Start");
		const step = graph.value && stepOf(graph.value, id);
		return step ? titleOf(step, known.value) : "";
	};

	function added({ graph: next, id }: { graph: Graph; id: string }, kind: Kind): void {
		commit(next);
		state.menu = "";
		state.selected = state.wish = id;
		announce(__("Added: {0}", [kindLabel(kind)]));
	}
	const act = {
		insert: (source: string, branch: string, kind: Kind) => graph.value && added(model.insertOn(graph.value, source, branch, kind), kind),
		addAfter: (id: string, kind: Kind) => graph.value && added(model.addAfter(graph.value, id || END, kind), kind),
		drop: (kind: Kind, x: number, y: number) => graph.value && added(model.dropAt(graph.value, kind, x, y), kind),
		connect(source: string, branch: string, target: string): void {
			if (!graph.value || model.targetOf(graph.value, source, branch) === target) return;
			const next = model.connect(graph.value, source, branch, target);
			if (next) {
				commit(next);
				announce(__("“{0}” now leads to “{1}”", [title(source), title(target)]));
			} else if (source === START) refuse(__("The start leads to the first step."));
			else refuse(__("Not connected: from “{0}” back to “{1}” documents would go round and never end.", [title(source), title(target)]));
		},
		remove(id: string): void {
			if (!graph.value || !stepOf(graph.value, id)) return;
			const before = model.predecessors(graph.value, id)[0];
			const text = __("Deleted: {0}. Ctrl+Z brings it back.", [title(id)]);
			commit(model.remove(graph.value, id));
			state.selected = state.wish = before || START;
			announce(text);
		},
		unlink: (source: string, branch: string) => graph.value && commit(model.unlink(graph.value, source, branch)),
		change: (id: string, values: Partial<Step>, key = "") => graph.value && commit(model.change(graph.value, id, values), key && `${id} ${key}`),
		changeBranch: (id: string, branch: string, values: Partial<model.Branch>, key = "") => graph.value && commit(model.changeBranch(graph.value, id, branch, values), key && `${branch} ${key}`),
		changeSettings(values: Partial<model.Settings>, key = ""): void {
			if (!graph.value) return;
			commit(model.changeSettings(graph.value, values), key && `settings ${key}`);
			if (values.document_type) void loadFields(values.document_type);
		},
		changeConditions: (conditions: model.Condition[], key = "") => graph.value && commit(model.changeConditions(graph.value, conditions), key && `conditions ${key}`),
		addBranch: (id: string, otherwise = false) => graph.value && commit(model.addBranch(graph.value, id, otherwise)),
		removeBranch: (id: string, branch: string) => graph.value && commit(model.removeBranch(graph.value, id, branch)),
		moveBranch: (id: string, branch: string, by: number) => graph.value && commit(model.moveBranch(graph.value, id, branch, by)),
		fix(id: string): void {
			if (!graph.value) return;
			commit(model.fixOtherwise(graph.value, id));
			announce(__("Otherwise now leads to “{0}”", [title(model.mergeOf(graph.value, id))]));
		},
		move: (id: string, x: number, y: number) => graph.value && commit(model.move(graph.value, id, x, y)),
		replace: (next: Graph) => {
			commit(next);
			go(START);
		},
		tidy: () => graph.value && commit(model.tidy(graph.value)),
		undo(): void {
			if (!history || !history.canUndo || !editable.value) return;
			history.undo();
			changed();
			announce(__("Undone"));
		},
		redo(): void {
			if (!history || !history.canRedo || !editable.value) return;
			history.redo();
			changed();
			announce(__("Done again"));
		},
	};
	const problemsOf = (id: string) => problems.value.filter((one) => one.step === id);

	function leaving(event: BeforeUnloadEvent): void {
		if (!state.unsaved) return;
		void save();
		event.preventDefault();
		event.returnValue = "";
	}
	window.addEventListener("beforeunload", leaving);
	onUnmounted(() => {
		window.removeEventListener("beforeunload", leaving);
		window.clearTimeout(checkTimer);
		void save();
	});

	return reactive({
		name,
		record,
		graph,
		known,
		drawn,
		order,
		problems,
		written,
		errors,
		warnings,
		editable,
		selectedStep,
		state,
		act,
		load,
		findPeople,
		save,
		settle,
		switchTo,
		problemsOf,
		title,
		announce,
		refuse,
		go,
		userName: (user: string) => userLabel(user, people.value),
		fieldName: (field: string) => fieldLabel(field, fields.value),
	});
}

export type Designer = ReturnType<typeof designer>;
const KEY: InjectionKey<Designer> = Symbol("designer");

export function provideDesigner(name: string): Designer {
	const made = designer(name);
	provide(KEY, made);
	return made;
}
export function useDesigner(): Designer {
	return inject(KEY) as Designer;
}
/** Whether the window is wide enough to draw in. */
export function useWide() {
	const wide = ref(window.innerWidth >= WIDE);
	const look = () => (wide.value = window.innerWidth >= WIDE);
	window.addEventListener("resize", look);
	onUnmounted(() => window.removeEventListener("resize", look));
	return wide;
}
