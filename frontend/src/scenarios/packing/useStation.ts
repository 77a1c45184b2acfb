import { computed, onMounted, onUnmounted, reactive, ref, watch } from "vue";
import { read } from "../../api/client";
import { ApiError } from "../../api/errors";
import { outbox } from "../../api/outbox";
import type { Packing } from "../../api/types";
import { productOf, type Scan } from "../../scan/code";
import { feel } from "../../scan/feedback";
import { lookUp } from "../../scan/lookup";
import { onScan } from "../../scan/scanner";
import { useCamera } from "../../scan/useCamera";
import { amount } from "../../shared/format";
import { __ } from "../../shared/i18n";
import { takeIntent } from "../../shared/router";
import { leftOfItem } from "./station";

/** A scan that was counted nowhere. */
interface Stray {
	kind: "wrong" | "attention";
	say: string;
	sub: string;
	name: string;
	place: string;
}
/** Where a packer stands: at a wave, or at one order. */
export interface Scope {
	wave: string;
	name: string;
	warehouse: string;
}

/** The pack station: each scan is sent, and the server says into which cell the piece goes. */
export function useStation(scope: Scope, answered: (now: Packing | null) => void) {
	const about = scope.wave || scope.name;
	const KEPT = `inventory-pack:${about}`;
	const camera = useCamera();
	const shown = ref<Packing | null>(null);
	/** What was scanned last, as it was sent; what is taken back is the same. */
	const code = ref("");
	const stray = ref<Stray | null>(null);
	const panel = ref<"" | "count" | "problem">("");
	const asking = ref(false);
	const wished = ref(0);
	const result = ref({ text: takeIntent(), kind: "right" as "right" | "wait", at: Date.now() });

	const offline = computed(() => outbox.state.offline && outbox.state.entries.length > 0);
	const line = computed(() => (shown.value && shown.value.lines.filter((one) => one.item_code === (shown.value as Packing).item_code)[0]) || null);
	const left = computed(() => (shown.value ? leftOfItem(shown.value) : 0));

	watch(
		() => outbox.state.offline,
		(now, before) => {
			if (now !== before) feel(now ? "lost" : "right");
		}
	);
	function show(packing: Packing | null): void {
		shown.value = packing;
		stray.value = null;
		panel.value = "";
		if (packing) sessionStorage.setItem(KEPT, JSON.stringify({ packing, code: code.value }));
		else sessionStorage.removeItem(KEPT);
	}
	/** Where the piece went, in a line: "cell 5 +1 bag". */
	function put(packing: Packing): string {
		const of = packing.lines.filter((one) => one.item_code === packing.item_code)[0];
		if (!of || !packing.qty) return "";
		return `${packing.cell ? __("cell {0}", [packing.cell]) : packing.name} +${amount(packing.qty, of.stock_uom)}`;
	}
	/** What the screen said before a reload, if it is still so. */
	async function restore(): Promise<void> {
		const text = sessionStorage.getItem(KEPT);
		if (!text) return;
		const { packing: kept, code: scanned } = JSON.parse(text) as { packing: Packing; code: string };
		shown.value = kept;
		code.value = scanned;
		if (!result.value.text) result.value = { text: put(kept), kind: "right", at: Date.now() };
		try {
			const now = await read("pack.get", { name: kept.name });
			if (sessionStorage.getItem(KEPT) !== text) return; // a scan came first
			const packed = now.complete && now.lines.every((one) => one.unpacked_qty <= 0);
			show(packed || now.state === "Shipped" ? null : { ...now, item_code: kept.item_code, qty: kept.qty });
		} catch {
			// it stays as it was said
		}
	}

	async function handle(scan: Scan): Promise<void> {
		if (offline.value) {
			feel("attention");
			result.value = { text: __("Not counted: scan again when the network is back"), kind: "wait", at: Date.now() };
			return;
		}
		const gs1 = scan.gs1 && (scan.gs1.gtin || scan.gs1.item) ? scan.gs1 : null;
		const product = productOf(scan);
		try {
			await send((gs1 && gs1.serial) || product);
		} catch (error) {
			if (!(gs1 && gs1.serial && error instanceof ApiError && error.code === "unknown_code")) return refuse(error, scan);
			await send(product).catch((again) => refuse(again, scan));
		}
	}
	/** Count what was scanned; with a quantity, so many of it in the order that is shown. */
	async function send(scanned: string, qty = 0, order = ""): Promise<void> {
		asking.value = true;
		try {
			const body = { code: scanned, wave: order ? "" : scope.wave, name: order || scope.name, warehouse: scope.warehouse, ...(qty ? { qty } : {}) };
			const answer = await outbox.write("pack.scan", body, { text: __("Scan {0}", [scanned]), order: about });
			code.value = scanned;
			heard(answer.data);
		} finally {
			asking.value = false;
		}
	}
	function heard(packing: Packing): void {
		show(packing);
		answered(packing);
		camera.close();
		result.value = { text: put(packing), kind: "right", at: Date.now() };
		feel(packing.complete ? "done" : "right");
	}
	async function refuse(error: unknown, scan: Scan | null): Promise<void> {
		const of = error instanceof ApiError ? error : new ApiError(0, "", "");
		const found: Stray = { kind: "wrong", say: of.message || __("The server could not do it. Try again, or ask your supervisor."), sub: __("Not counted"), name: "", place: "" };
		if (of.code === "not_to_pack") {
			Object.assign(found, { say: __("Nobody here needs it"), sub: __("Not counted. Set it aside") });
			const behind = scan ? await lookUp(scan, scope.warehouse).catch(() => null) : null;
			found.name = (behind && behind.item && behind.item.item_name) || (scan ? scan.code : "");
			const stored = behind && behind.where.filter((one) => one.qty > 0)[0];
			found.place = stored ? stored.bin_code : "";
		} else if (of.code === "unknown_code") Object.assign(found, { say: __("Unknown code: {0}", [scan ? scan.code : ""]), sub: __("Not counted. Set it aside") });
		else if (of.code === "more_than_to_pack" || of.code === "serials_needed") Object.assign(found, { kind: "attention" });
		panel.value = "";
		stray.value = found;
		feel(found.kind);
		answered(null);
	}
	async function countMore(): Promise<void> {
		if (shown.value && wished.value > 0) await send(code.value || shown.value.item_code, wished.value, shown.value.name).catch((error) => refuse(error, null));
	}
	/** Take back what was scanned last: a gun read it twice. */
	async function undo(): Promise<void> {
		const last = shown.value;
		if (!last || !last.qty) return;
		asking.value = true;
		try {
			const answer = await outbox.write("pack.unscan", { name: last.name, code: code.value || last.item_code, qty: last.qty }, { text: __("Undo"), order: about });
			answered(answer.data);
			result.value = { text: __("Undone: {0}", [result.value.text]), kind: "wait", at: Date.now() };
			show(null);
			feel("attention");
		} catch (error) {
			await refuse(error, null);
		} finally {
			asking.value = false;
		}
	}
	function openCount(): void {
		wished.value = left.value;
		panel.value = "count";
	}

	onScan(handle);
	// What was sent before a reload is answered now: the piece is still in somebody's hand.
	function late(answer: unknown): void {
		if (answer) heard((answer as { data: Packing }).data);
		else stray.value = { kind: "wrong", say: __("The last scan was not accepted"), sub: __("Not counted"), name: "", place: "" };
	}
	onMounted(() => {
		const answers = outbox.takeLate("pack.scan", about);
		if (answers.length) answers.forEach(late);
		else void restore();
	});
	onUnmounted(
		outbox.onDone((entry, answer) => {
			if (entry.operation !== "pack.scan" || entry.order !== about) return false;
			late(answer);
			return true;
		})
	);
	return reactive({ camera, shown, stray, panel, asking, wished, result, offline, line, left, show, countMore, openCount, undo });
}
export type Station = ReturnType<typeof useStation>;
