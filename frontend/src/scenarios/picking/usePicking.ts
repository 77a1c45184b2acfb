import { computed, onUnmounted, reactive, ref, watch, type Ref } from "vue";
import { ApiError } from "../../api/errors";
import { outbox, type About } from "../../api/outbox";
import type { Lookup, Reason } from "../../api/types";
import type { Scan } from "../../scan/code";
import { sameCode } from "../../scan/code";
import { feel } from "../../scan/feedback";
import { lookUp } from "../../scan/lookup";
import { matchOf } from "../../scan/match";
import { onScan } from "../../scan/scanner";
import { useCamera } from "../../scan/useCamera";
import { amount, difference, number, tidy } from "../../shared/format";
import { __, sentence } from "../../shared/i18n";
import type { Pack } from "../../shared/Keypad.vue";
import { binLabel } from "../../shared/labels";
import { jobOf, type Picked, type Subject } from "./job";
import { judge, judgeFound, nextStop, walkOf, type Stop, type Take, type Verdict } from "./walk";

/** A scan that changed nothing: what it was, and what to do now. */
export interface Stray {
	kind: "wrong" | "attention";
	say: string;
	sub: string;
	verdict: Verdict | null;
	place: string;
}
interface Result {
	text: string;
	kind: "right" | "wrong" | "wait";
	at: number;
	undo: Picked | null;
}
type Panel = "" | "keypad" | "short" | "problem";

/** One walk as a storekeeper goes it: where they stand, what a scan does, and what the server answered. */
export function usePicking(subject: Ref<Subject>, changed: (now: Subject, message: string) => void) {
	const job = computed(() => jobOf(subject.value));
	const camera = useCamera();
	const KEPT = `inventory-at:${subject.value.name}`;
	const at = ref<string | null>(sessionStorage.getItem(KEPT));
	const later = ref<string[]>([]);
	const stray = ref<Stray | null>(null);
	const focus = ref("");
	const panel = ref<Panel>("");
	const asking = ref(false);
	const result = ref<Result>({ text: "", kind: "right", at: 0, undo: null });
	const wished = ref(0);
	const said = ref("");

	const unsentBins = computed(() => outbox.state.entries.filter((one) => one.order === job.value.name && one.bin).map((one) => one.bin));
	const offline = computed(() => outbox.state.offline && outbox.state.entries.length > 0);
	const stops = computed(() => walkOf(job.value, later.value));
	const current = computed(() => {
		const here = stops.value.filter((stop) => stop.bin === at.value && !stop.done)[0];
		return offline.value ? nextStop(stops.value, unsentBins.value) : here || nextStop(stops.value);
	});
	const here = computed(() => current.value !== null && current.value.bin === at.value && !offline.value);
	const take = computed<Take | null>(() => {
		if (!current.value) return null;
		const open = current.value.takes.filter((one) => one.left > 0);
		return open.filter((one) => one.line === focus.value)[0] || open[0] || null;
	});
	const line = computed(() => lineOf(take.value));
	const uom = computed(() => (line.value ? line.value.stock_uom : ""));
	const pack = computed<Pack | null>(() => (line.value && line.value.barcodes.filter((one) => one.factor > 1)[0]) || null);
	const place = computed(() => (current.value ? stops.value.indexOf(current.value) + 1 : stops.value.length));
	const unplaced = computed(() => current.value !== null && current.value.code === "UNPLACED");
	const forced = computed(() => Boolean(line.value && line.value.has_serial_no));

	watch(at, (bin) => {
		if (bin) sessionStorage.setItem(KEPT, bin);
		else sessionStorage.removeItem(KEPT);
		camera.close();
	});
	watch(
		() => outbox.state.offline,
		(now, before) => {
			if (now !== before) feel(now ? "lost" : "right");
		}
	);

	function lineOf(one: Take | null) {
		return (one && job.value.lines.filter((each) => each.line === one.line)[0]) || null;
	}
	/** So many of the stock unit in whole packs and what is over; "" where it is less than a pack. */
	function inPacks(qty: number): string {
		if (!pack.value || qty < pack.value.factor) return "";
		const whole = Math.floor(tidy(qty / pack.value.factor));
		const rest = tidy(qty - whole * pack.value.factor);
		return amount(whole, pack.value.uom) + (rest ? ` + ${number(rest)}` : "");
	}
	function say(text: string, kind: Result["kind"] = "right", undo: Picked | null = null): void {
		result.value = { text, kind, at: Date.now(), undo };
	}
	function setStray(kind: Stray["kind"], title: string, verdict: Verdict | null = null, stands = ""): void {
		const counted = take.value && here.value ? __("Not counted, still {0}", [`${number(take.value.done)} / ${amount(take.value.total, uom.value)}`]) : "";
		stray.value = { kind, say: title, sub: counted, verdict, place: stands };
		feel(kind);
	}

	function matches(scan: Scan, one: Take): boolean {
		const of = lineOf(one);
		return sameCode(scan.code, one.batch_no) || (of !== null && matchOf(scan, of) !== null);
	}
	async function handle(scan: Scan): Promise<void> {
		if (offline.value) {
			feel("attention");
			say(__("Not counted: scan again when the network is back"), "wait");
			return;
		}
		if (panel.value === "problem") panel.value = "";
		// Where nothing was put away there is no label to scan: the item itself says that one is there.
		if (unplaced.value && at.value === null && current.value && current.value.takes.some((one) => matches(scan, one))) at.value = current.value.bin;
		let verdict = judge(scan, job.value, stops.value, at.value);
		if (verdict.kind === "ask") {
			asking.value = true;
			try {
				const found: Lookup = await lookUp(scan, job.value.warehouse);
				verdict = judgeFound(found, job.value, stops.value, at.value);
			} catch (error) {
				fail(error);
				return;
			} finally {
				asking.value = false;
			}
		}
		await act(verdict);
	}

	async function act(verdict: Verdict): Promise<void> {
		switch (verdict.kind) {
			case "arrive":
				return arrive(verdict.stop);
			case "same_bin":
				return; // the bin once more: nothing to say
			case "count":
				return pick(verdict.take, verdict.match.qty, { batch: verdict.match.batch, serial: verdict.match.serial });
			case "enough":
				return setStray("attention", __("Enough, already {0} / {1}", [number(verdict.take.done), number(verdict.take.total)]), verdict);
			case "too_many":
				return setStray("attention", __("{0} are too many", [amount(verdict.match.qty, uom.value)]), verdict);
			case "other_batch":
				return setStray("attention", __("Another batch"), verdict);
			case "wrong_bin":
				return setStray("wrong", __("Wrong bin: {0}", [verdict.code]), verdict);
			case "bin_not_item":
				return setStray("wrong", __("This is a bin; scan the item"), verdict);
			case "item_not_bin":
				return setStray("wrong", __("This is an item; scan the bin"), verdict);
			case "wrong_item": {
				const apart = line.value && difference(verdict.name, line.value.item_name);
				const where = (verdict.found && verdict.found.where.filter((one) => one.qty > 0)[0]) || null;
				return setStray("wrong", apart && apart.figures ? __("Wrong item: size") : __("Wrong item"), verdict, where ? where.bin_code : "");
			}
			case "unknown":
				return setStray("wrong", __("Unknown code: {0}", [verdict.code]), verdict);
		}
	}
	/** At a bin: what is scanned there counts from now on. */
	async function arrive(stop: Stop | null = current.value): Promise<void> {
		if (!stop) return;
		const about = { text: __("Accept", null, "Outbound Order"), order: job.value.name };
		if (job.value.toAccept && !(await step(job.value.accept(about)))) return;
		panel.value = "";
		stray.value = null;
		at.value = stop.bin;
		feel("right");
	}

	/** Take so many of a line from where one stands; what counts is the server's answer. */
	async function pick(chosen: Take, qty: number, more: { batch?: string; serial?: string; reason?: string } = {}): Promise<void> {
		if (!at.value) return;
		const picked: Picked = {
			line: chosen.line,
			item_code: chosen.item_code,
			bin: at.value,
			qty,
			batch_no: more.batch || chosen.batch_no,
			serial_nos: more.serial ? [more.serial] : [],
			reason: more.reason || "",
		};
		const of = lineOf(chosen);
		const what = of ? amount(qty, of.stock_uom) : number(qty);
		const text = `${current.value ? binLabel(current.value.code) : ""} ${of ? of.item_name : chosen.item_code}`;
		focus.value = chosen.line;
		const about: About = { text: `${text} ${what}`, order: job.value.name, bin: picked.bin };
		const answer = await step(job.value.pick(picked, about));
		if (!answer) return;
		const now = jobOf(answer);
		const after = walkOf(now, later.value);
		const stop = after.filter((one) => one.bin === picked.bin)[0];
		say(`${text} +${what}`, "right", now.unpick ? picked : null);
		if (!stop || stop.done) {
			at.value = null;
			feel("done");
			if (!nextStop(after) && !now.open) await finish();
		} else feel("right");
	}

	/** Wait for a step; the order or wave as it is then, or null where it was refused. */
	async function step(sent: Promise<{ message: Reason; data: Subject }>): Promise<Subject | null> {
		asking.value = true;
		try {
			const answer = await sent;
			stray.value = null;
			panel.value = "";
			said.value = sentence(answer.message);
			changed(answer.data, said.value);
			return answer.data;
		} catch (error) {
			fail(error);
			return null;
		} finally {
			asking.value = false;
		}
	}
	function reload(): void {
		job.value
			.reload()
			.then((now) => changed(now, ""))
			.catch(() => undefined);
	}
	function fail(error: unknown): void {
		if (error instanceof ApiError && error.status === 0) return setStray("attention", __("No network: scan again when it is back"));
		setStray("wrong", error instanceof ApiError && error.message ? error.message : __("The server could not do it. Try again, or ask your supervisor."));
		reload(); // somebody else may have been here: what is shown next is what the server has now
	}

	async function finish(): Promise<void> {
		await step(job.value.finish({ text: __("Finish Picking"), order: job.value.name }));
	}
	async function undo(): Promise<void> {
		const last = result.value.undo;
		if (!last || !job.value.unpick) return;
		if (!(await step(job.value.unpick(last, { text: __("Undo"), order: job.value.name, bin: last.bin })))) return;
		at.value = last.bin;
		say(__("Undone: {0}", [result.value.text]), "wait");
		feel("attention");
	}
	async function reportShort(reason: string, qty: number): Promise<void> {
		const [chosen, stop] = [take.value, current.value];
		if (!chosen || !stop) return;
		const text = __("{0} {1} short", [stop.code, amount(qty, uom.value)]);
		const short: Picked = { line: chosen.line, item_code: chosen.item_code, bin: stop.bin, qty, batch_no: chosen.batch_no, serial_nos: [], reason };
		if (!(await step(job.value.reportShort(short, { text, order: job.value.name, bin: stop.bin })))) return;
		at.value = null;
		say(said.value || text, "wait");
		feel("attention");
	}
	function putOff(): void {
		if (!current.value) return;
		const bin = current.value.bin;
		later.value = [...later.value.filter((one) => one !== bin), bin];
		at.value = null;
		stray.value = null;
		panel.value = "";
	}
	function openKeypad(): void {
		wished.value = take.value ? take.value.done : 0;
		panel.value = "keypad";
	}
	async function confirmKeypad(): Promise<void> {
		const more = take.value ? tidy(wished.value - take.value.done) : 0;
		if (take.value && more > 0) await pick(take.value, more);
	}
	async function takeOther(verdict: Verdict & { kind: "other_batch" }, reason: string): Promise<void> {
		const { take: of, match } = verdict;
		await pick(of, Math.min(match.qty, of.left || match.qty), { batch: match.batch, serial: match.serial, reason });
	}

	onScan(handle);
	onUnmounted(outbox.onDone(reload));

	return reactive({
		job, camera, at, stray, panel, asking, result, wished, unsentBins, offline, stops, current, here, take, line, uom, pack, place, unplaced, forced,
		inPacks, arrive, pick, finish, undo, reportShort, putOff, openKeypad, confirmKeypad, takeOther,
	});
}
export type Picking = ReturnType<typeof usePicking>;
