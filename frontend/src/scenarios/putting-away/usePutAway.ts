import { computed, nextTick, onUnmounted, reactive, ref, watch, type Ref } from "vue";
import { read } from "../../api/client";
import { outbox } from "../../api/outbox";
import type { Reason } from "../../api/types";
import { sameCode, type Scan } from "../../scan/code";
import { feel } from "../../scan/feedback";
import { lookUp } from "../../scan/lookup";
import { matchFound, matchOf } from "../../scan/match";
import { onScan } from "../../scan/scanner";
import { useCamera } from "../../scan/useCamera";
import { amount, tidy } from "../../shared/format";
import { __, sentence } from "../../shared/i18n";
import { binLabel } from "../../shared/labels";
import { useSteps } from "../../shared/useSteps";
import { jobOf, type Bins, type Subject } from "./job";
import { current, partsOf, serialsFor, stopsOfAll, type Part } from "./placing";

/** A bin that was scanned and is not the proposed one. */
export interface OtherBin {
	bin: string;
	code: string;
	objections: Reason[];
}
export type Panel = "" | "keypad" | "full" | "other";

/** Putting away as a storekeeper walks: the scan of the bin is what puts it there. */
export function usePutAway(subject: Ref<Subject>, changed: (now: Subject, message: string) => void) {
	const job = computed(() => jobOf(subject.value));
	const reload = () => job.value.reload();
	const steps = useSteps<Subject>(feel, changed, reload);
	const camera = useCamera();
	const panel = ref<Panel>("");
	const full = ref<string[]>([]);
	const instead = ref<Record<string, Bins>>({});
	const chosen = ref("");
	const inHand = ref("");
	const other = ref<OtherBin | null>(null);
	const typed = ref<number | null>(null);
	const wished = ref(0);
	const serials = ref<string[]>([]);
	const behind = ref<{ bin: string; code: string; done: boolean }[]>([]);

	const parts = computed(() => partsOf(job.value.proposals, full.value, instead.value));
	const stops = computed(() => stopsOfAll(parts.value, job.value.mixed));
	const stop = computed(() => current(stops.value, chosen.value, inHand.value));
	const part = computed<Part | null>(() => parts.value.filter((one) => stop.value && one.key === stop.value.part)[0] || null);
	/** On a mixed trolley nothing is put into a bin before its item was scanned, or chosen by a tap. */
	const toFind = computed(() => job.value.mixed && part.value !== null && inHand.value !== part.value.key);
	const uom = computed(() => (part.value ? part.value.line.stock_uom : ""));
	const qty = computed(() => (serials.value.length ? serials.value.length : typed.value !== null ? typed.value : stop.value ? stop.value.qty : 0));
	const strip = computed(() => {
		const ahead = stops.value.filter((one) => one.bin).map((one) => ({ bin: one.bin, code: one.code, done: false }));
		const seen = new Set<string>();
		return [...behind.value, ...ahead.filter((one) => !seen.has(one.bin) && seen.add(one.bin))];
	});
	const total = computed(() => behind.value.length + stops.value.length);
	const elsewhere = computed(() => (part.value && stop.value ? part.value.stops.filter((one) => one.key !== (stop.value && stop.value.key) && one.bin) : []));
	const pack = computed(() => {
		if (!part.value) return null;
		const fits = part.value.line.uoms.concat(part.value.line.barcodes).filter((one) => one.factor > 1 && qty.value >= one.factor && Number.isInteger(tidy(qty.value / one.factor)));
		return fits.sort((a, b) => b.factor - a.factor)[0] || null;
	});

	watch(() => (stop.value ? stop.value.key : ""), () => {
		typed.value = null;
		other.value = null;
	});
	watch(() => (part.value ? part.value.key : ""), () => (serials.value = []));

	async function handle(scan: Scan): Promise<void> {
		const [at, of] = [stop.value, part.value];
		if (steps.offline || !at || !of) {
			feel("attention");
			if (steps.offline) steps.say(__("Not counted: scan again when the network is back"), "wait");
			return;
		}
		if (panel.value !== "other") panel.value = "";
		const isAt = (one: { bin: string; code: string }) => Boolean(one.bin) && (sameCode(scan.code, one.bin) || sameCode(scan.code, one.code));
		if (other.value && isAt(other.value)) return place(other.value);
		if (isAt(at) && !other.value) return toFind.value ? steps.complain("attention", __("Scan the item first")) : place(at);
		const code = (scan.gs1 && scan.gs1.serial) || scan.code;
		const piece = of.serials.filter((one) => sameCode(one, code))[0];
		if (piece) {
			inHand.value = of.key;
			serials.value = serials.value.indexOf(piece) >= 0 ? serials.value.filter((one) => one !== piece) : [...serials.value, piece];
			steps.complaint = null;
			return feel("right");
		}
		const next = toFind.value ? undefined : of.stops.filter(isAt)[0];
		if (next) return choose(next.key);
		const mine = parts.value.filter((one) => sameCode(scan.code, one.batch_no) || goes(one, scan));
		if (mine.length) return take(mine, of);
		const found = await steps.ask(lookUp(scan, job.value.warehouse, job.value.supplier));
		if (!found) return;
		if (found.kind === "bin" && found.bin) return toFind.value ? steps.complain("attention", __("Scan the item first")) : judgeBin(found.bin.bin, found.bin.bin_code);
		const hits = parts.value.filter((one) => matchFound(found, one.line) && (!found.batch || sameCode(found.batch.batch_no, one.batch_no)));
		if (hits.length) {
			take(hits, of);
			const serial = hits[0] && found.kind === "serial" && hits[0].serials.filter((one) => sameCode(one, found.serial_no || found.code))[0];
			if (serial) await nextTick(() => (serials.value = [serial])); // after what was scanned for the part before is forgotten
			return;
		}
		if (found.kind === "unknown") steps.complain("wrong", __("Unknown code: {0}", [scan.code]));
		else steps.complain("wrong", __("Not to be put away here: {0}", [found.title]), __("Now scan the bin"));
	}
	function goes(one: Part, scan: Scan): boolean {
		const match = matchOf(scan, one.line);
		return match !== null && (!match.batch || sameCode(match.batch, one.batch_no));
	}
	/** What was scanned is taken into the hand; of several batches on a trolley one must be named. */
	function take(mine: readonly Part[], of: Part): void {
		const one = mine.indexOf(of) >= 0 ? of : mine[0];
		if (job.value.mixed && mine.length > 1) return steps.complain("attention", __("Several batches: scan the batch"));
		const to = one === of && job.value.mixed ? stop.value : one && one.stops[0];
		if (to) choose(to.key);
	}
	function choose(key: string): void {
		chosen.value = key;
		const to = stop.value;
		inHand.value = to ? to.part : "";
		other.value = null;
		panel.value = "";
		steps.complaint = null;
		feel("right");
	}
	/** Another bin than the proposed one: what speaks against it is said before anything is put there. */
	async function judgeBin(bin: string, code: string): Promise<void> {
		const of = part.value;
		if (!of) return;
		if (code === "UNPLACED" || code === "STAGING") return steps.complain("wrong", __("Nothing is stored in {0}", [binLabel(code)]));
		const about = { item_code: of.line.item_code, warehouse: job.value.warehouse, qty: qty.value, batch_no: of.batch_no, bin };
		const asked = await steps.ask(read("stock.suggest_put_away", about));
		if (!asked) return;
		steps.complaint = null;
		panel.value = "";
		other.value = { bin, code, objections: asked.objections };
		feel("attention");
	}

	async function place(to: { bin: string; code: string }): Promise<void> {
		const [of, at] = [part.value, stop.value];
		if (!of || !at || !to.bin) return;
		const named = serialsFor(of, serials.value, qty.value);
		if (named === null) return steps.complain("attention", __("Scan the serial numbers that go here"));
		const text = `${of.line.item_name} ${amount(qty.value, uom.value)} → ${binLabel(to.code)}`;
		const isFull = panel.value === "full" || (typed.value !== null && fullAt.value === to.bin && typed.value < at.qty);
		const { line, item_code } = of.line;
		const placed = { line, item_code, bin: to.bin, qty: qty.value, batch_no: of.batch_no, serial_nos: named };
		const answer = await steps.step(job.value.place(placed, { text, order: job.value.name, bin: to.bin }));
		if (!answer) return;
		if (isFull) void setFull(to.bin, of, answer.data);
		behind.value = [...behind.value, { bin: `${to.bin}#${behind.value.length}`, code: to.code, done: true }];
		inHand.value = job.value.mixed ? "" : of.key;
		chosen.value = "";
		serials.value = [];
		typed.value = null;
		other.value = null;
		panel.value = "";
		camera.close();
		const warned = answer.warnings.map(sentence).join(" ");
		steps.say([text, warned].filter(Boolean).join(" · "), warned ? "wait" : "right");
		feel(warned ? "attention" : jobOf(answer.data).proposals.length ? "right" : "done");
	}

	/** A bin that has no room though it should have: where the rest of the part goes instead. */
	async function setFull(bin: string, of: Part, now: Subject = subject.value): Promise<void> {
		full.value = [...full.value, bin];
		const left = jobOf(now).proposals.filter((one) => one.key === of.key)[0];
		if (!left) return;
		const about = { item_code: of.line.item_code, warehouse: job.value.warehouse, qty: left.qty, batch_no: of.batch_no, full_bin: bin };
		const asked = await read("stock.suggest_put_away", about).catch(() => null);
		if (asked) instead.value = { ...instead.value, [of.key]: asked.bins };
	}
	/** How many fit here: the rest goes elsewhere. */
	const fullAt = ref("");
	function openKeypad(which: "keypad" | "full"): void {
		wished.value = qty.value;
		panel.value = which;
	}
	function confirmKeypad(): void {
		if (panel.value === "full" && stop.value) {
			fullAt.value = stop.value.bin;
			if (wished.value === 0) {
				if (part.value) void setFull(stop.value.bin, part.value);
				panel.value = "";
				return feel("attention");
			}
		}
		typed.value = wished.value;
		serials.value = [];
		panel.value = "";
		feel("right");
	}
	async function finish(): Promise<void> {
		panel.value = "";
		const { finish: say, name } = job.value;
		if (say && (await steps.step(say({ text: __("Finish Putting Away", null, "Inbound Order"), order: name })))) feel("done");
	}

	onScan(handle);
	onUnmounted(outbox.onDone(() => void reload().then((now) => changed(now, "")).catch(() => undefined)));

	return reactive({
		job, steps, camera, panel, parts, stops, stop, part, toFind, uom, qty, strip, total, elsewhere, pack, other, serials, wished, behind,
		choose, place, openKeypad, confirmKeypad, finish,
	});
}
export type PuttingAway = ReturnType<typeof usePutAway>;
