import { computed, onUnmounted, reactive, ref, watch, type Ref } from "vue";
import { read } from "../../api/client";
import { local } from "../../api/local";
import { outbox } from "../../api/outbox";
import type { Inbound, InboundLine } from "../../api/types";
import type { Scan } from "../../scan/code";
import { feel } from "../../scan/feedback";
import { lookUp } from "../../scan/lookup";
import { onScan } from "../../scan/scanner";
import { useCamera } from "../../scan/useCamera";
import { amount, tidy } from "../../shared/format";
import { __ } from "../../shared/i18n";
import { useSteps } from "../../shared/useSteps";
import { judge, judgeFound, lacks, missing, newDraft, withoutLast, withQty, withScan, withSerials, type Draft, type Part, type Verdict } from "./receiving";

export type Panel = "" | "keypad" | "batch" | "serials" | "line" | "finish";

/** Receiving as a storekeeper does it: read a code, look at what it says, receive it; then the next line. */
export function useReceiving(order: Ref<Inbound>, changed: (now: Inbound, message: string) => void) {
	const name = order.value.name;
	const reload = () => read("inbound.get", { name });
	const steps = useSteps<Inbound>(feel, changed, reload);
	const camera = useCamera();
	/* What was read and not received yet is kept on the phone: a reload goes on. What was sent is the outbox's. */
	const KEPT = `inventory-receiving:${name}`;
	const draft = ref<Draft | null>(JSON.parse(local.get(KEPT) || "null") as Draft | null);
	const panel = ref<Panel>("");
	const opened = ref("");
	const wished = ref(0);
	/** The order of the same truck that the last scan is of. */
	const elsewhere = ref<Inbound["same_truck"][0] | null>(null);
	const undoable = ref<(Part & { line: string; text: string }) | null>(null);

	let sending = false;
	let serialsOfLast: string[] = [];

	watch(draft, (now) => (now ? local.set(KEPT, JSON.stringify(now)) : local.remove(KEPT)), { flush: "sync" });
	const line = computed(() => lineNamed(draft.value ? draft.value.line : ""));
	if (draft.value && !line.value) draft.value = null; // the order changed meanwhile
	const shown = computed(() => lineNamed(opened.value));
	const uom = computed(() => (line.value ? line.value.stock_uom : ""));
	const lack = computed(() => (draft.value && line.value ? lacks(draft.value, line.value) : ""));
	const complete = computed(() => order.value.lines.filter((one) => missing(one) === 0).length);
	const short = computed(() => order.value.lines.filter((one) => missing(one) > 0));
	const counted = computed(() => order.value.lines.some((one) => one.received_qty > 0));
	/** The largest pack in which the quantity in hand is whole. */
	const pack = computed(() => {
		if (!draft.value || !line.value) return null;
		const qty = draft.value.qty;
		const fits = line.value.uoms.concat(line.value.barcodes).filter((one) => one.factor > 1 && qty >= one.factor && Number.isInteger(tidy(qty / one.factor)));
		return fits.sort((a, b) => b.factor - a.factor)[0] || null;
	});
	const total = computed(() => (draft.value && line.value ? tidy(line.value.received_qty + draft.value.qty) : 0));
	const over = computed(() => (line.value ? Math.max(0, tidy(total.value - line.value.expected_qty)) : 0));

	function lineNamed(wanted: string): InboundLine | null {
		return order.value.lines.filter((one) => one.line === wanted)[0] || null;
	}

	async function handle(scan: Scan): Promise<void> {
		// what was sent may come back refused: it is in hand again then, before the next scan counts
		while (sending && !steps.offline) await new Promise((resolve) => window.setTimeout(resolve, 30));
		if (steps.offline) {
			feel("attention");
			steps.say(__("Not counted: scan again when the network is back"), "wait");
			return;
		}
		if (panel.value !== "keypad") panel.value = "";
		elsewhere.value = null;
		let verdict = judge(scan, order.value, draft.value);
		if (verdict.kind === "ask") {
			const found = await steps.ask(lookUp(scan, order.value.warehouse, order.value.supplier));
			if (!found) return;
			verdict = judgeFound(found, scan, order.value, draft.value);
		}
		act(verdict, scan);
	}

	function act(verdict: Verdict, scan: Scan): void {
		switch (verdict.kind) {
			case "add":
				return add(verdict, scan);
			case "serial":
				return addSerials([verdict.serial]);
			case "batch":
				if (!draft.value) return;
				steps.complaint = null;
				draft.value = {
					...draft.value,
					batch: verdict.batch,
					expiry: draft.value.expiry || (verdict.isKnown ? "" : verdict.expiry || ""),
					known: verdict.isKnown ? { expiry: verdict.expiry } : false,
				};
				return feel("right");
			case "finish_first":
				return steps.complain("attention", __("First receive what is in hand"), inHand());
			case "other_order":
				elsewhere.value = verdict.order;
				return steps.complain("wrong", __("Of another order: {0}", [verdict.order.source_name || verdict.order.name]), __("{0} {1}: not counted here", [verdict.name, verdict.code]));
			case "not_ordered":
				return steps.complain("wrong", __("Not ordered here: {0}", [verdict.name]), __("Set it aside, and tell your supervisor"));
			case "is_bin":
				return steps.complain("wrong", __("This is a bin; scan the item"));
			case "unknown":
				return steps.complain("wrong", __("Unknown code: {0}", [verdict.code]), __("Not counted. Tap the line of this item to enter it by hand"));
		}
	}
	function inHand(): string {
		return draft.value && line.value ? `${line.value.item_name} ${amount(draft.value.qty, line.value.stock_uom)}` : "";
	}
	function add({ line: of, match }: Verdict & { kind: "add" }, scan: Scan): void {
		const before = draft.value && draft.value.line === of.line ? draft.value : newDraft(of);
		const now = withScan(before, of, match, scan);
		if (of.has_serial_no && match.serial && now.serials.length === before.serials.length)
			return steps.complain("attention", __("{0} is scanned already", [match.serial]));
		steps.complaint = null;
		draft.value = now;
		if (now.trouble) feel("attention");
		else feel("right");
		if (now.batch && now.known === null) void meetBatch();
	}
	function addSerials(serials: readonly string[]): void {
		if (!draft.value) return;
		const now = withSerials(draft.value, serials);
		if (now === draft.value) return steps.complain("attention", __("{0} is scanned already", [serials[0] || ""]));
		steps.complaint = null;
		draft.value = now;
		panel.value = "";
		feel("right");
	}
	/** Whether the batch is a new one, and when a known one expires. */
	async function meetBatch(): Promise<void> {
		const batch = draft.value ? draft.value.batch : "";
		const found = await read("scan.look_up", { code: batch }).catch(() => null);
		if (!found || !draft.value || draft.value.batch !== batch || !line.value) return;
		const same = found.kind === "batch" && found.batch && found.item && found.item.item_code === line.value.item_code;
		draft.value = { ...draft.value, known: same && found.batch ? { expiry: found.batch.expiry_date } : false };
	}
	function setBatch(batch: string, expiry: string): void {
		if (!draft.value) return;
		const isOther = batch !== draft.value.batch;
		draft.value = { ...draft.value, batch, expiry, trouble: "", doubtful: "", maybe: null, known: isOther ? null : draft.value.known };
		panel.value = "";
		steps.complaint = null;
		feel("right");
		if (batch && isOther) void meetBatch();
	}
	/** Start a line without a scan, for goods without a code. */
	function byHand(of: InboundLine): void {
		if (draft.value && draft.value.line !== of.line && draft.value.qty > 0) return steps.complain("attention", __("First receive what is in hand"), inHand());
		draft.value = draft.value && draft.value.line === of.line ? draft.value : newDraft(of);
		steps.complaint = null;
		if (of.has_serial_no) panel.value = "serials";
		else openKeypad();
	}
	function openKeypad(): void {
		wished.value = draft.value ? draft.value.qty : 0;
		panel.value = "keypad";
	}
	function confirmKeypad(): void {
		if (draft.value && wished.value > 0) draft.value = withQty(draft.value, wished.value);
		panel.value = "";
		feel("right");
	}
	/** Take back the last scan of what is in hand, else what was received last. */
	function undo(): void {
		if (draft.value) {
			draft.value = withoutLast(draft.value);
			steps.complaint = null;
			return feel("attention");
		}
		if (undoable.value) void takeBack(undoable.value.line, undoable.value);
	}
	function drop(): void {
		draft.value = null;
		steps.complaint = null;
		panel.value = "";
	}

	async function receive(): Promise<void> {
		const [sent, of] = [draft.value, line.value];
		if (!sent || !of || lack.value) return;
		const text = [of.item_name, sent.batch, amount(sent.qty, of.stock_uom)].filter(Boolean).join(" ");
		draft.value = null; // the outbox has it now
		panel.value = "";
		const body = { name, line: of.line, qty: sent.qty, batch_no: sent.batch, expiry_date: sent.expiry || null, serial_nos: sent.serials };
		sending = true;
		const answer = await steps.step(outbox.write("inbound.receive", body, { text, order: name }));
		sending = false;
		if (!answer) {
			draft.value = draft.value || sent; // refused: it is in hand still
			return;
		}
		undoable.value = { line: of.line, batch_no: sent.batch, expiry_date: null, serial_no: "", qty: sent.qty, text };
		serialsOfLast = sent.serials;
		steps.say(text);
		const now = answer.data.lines.filter((one) => one.line === of.line)[0];
		feel(now && missing(now) === 0 ? "done" : "right");
	}

	async function takeBack(of: string, part: Part): Promise<void> {
		const item = lineNamed(of);
		if (!item) return;
		const text = [item.item_name, part.serial_no || part.batch_no, amount(part.qty, item.stock_uom)].filter(Boolean).join(" ");
		const serial_nos = part.serial_no ? [part.serial_no] : item.has_serial_no ? serialsOfLast : [];
		const body = { name, line: of, qty: part.qty, batch_no: part.batch_no, serial_nos };
		if (!(await steps.step(outbox.write("inbound.undo_receive", body, { text: `${__("Undo")} ${text}`, order: name })))) return;
		undoable.value = null;
		steps.say(__("Undone: {0}", [text]), "wait");
		feel("attention");
	}
	async function finish(): Promise<void> {
		if (await steps.step(outbox.write("inbound.finish_receiving", { name }, { text: __("Finish Receiving", null, "Inbound Order"), order: name }))) feel("done");
	}
	function open(of: InboundLine): void {
		opened.value = of.line;
		panel.value = "line";
	}

	onScan(handle);
	onUnmounted(outbox.onDone(() => void reload().then((now) => changed(now, "")).catch(() => undefined)));
	watch(draft, () => camera.on && draft.value && lack.value === "" && camera.close());

	return reactive({
		order, steps, camera, draft, line, shown, panel, wished, uom, lack, complete, short, counted, pack, total, over, undoable, elsewhere,
		receive, takeBack, undo, drop, finish, open, byHand, openKeypad, confirmKeypad, setBatch, addSerials,
	});
}
export type Receiving = ReturnType<typeof useReceiving>;
