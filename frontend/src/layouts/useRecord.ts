import { onMounted, onUnmounted, ref, type Ref } from "vue";
import { ApiError } from "../api/errors";
import { local } from "../api/local";
import { outbox } from "../api/outbox";
import { feel } from "../scan/feedback";
import { __ } from "../shared/i18n";

/** An order or a wave as the server said it last: a reload without a network still shows where to walk. */
export function useRecord<Of extends { name: string; state: string }>(kind: string, name: string, fetch: () => Promise<Of>) {
	const KEPT = `inventory-${kind}`;
	const record = ref(null) as Ref<Of | null>;
	const trouble = ref("");
	const message = ref("");

	function show(now: Of, sentence = ""): void {
		record.value = now;
		message.value = sentence;
		local.set(KEPT, JSON.stringify(now));
	}
	async function load(): Promise<void> {
		trouble.value = "";
		try {
			show(await fetch());
		} catch (error) {
			const copy = error instanceof ApiError && error.again ? (JSON.parse(local.get(KEPT) || "null") as Of | null) : null;
			if (copy && copy.name === name && !record.value) {
				record.value = copy;
				return;
			}
			trouble.value = error instanceof ApiError && error.message ? error.message : __("The server cannot be reached.");
			feel("attention");
		}
	}
	onMounted(load);
	onUnmounted(outbox.onDone(() => void load()));
	return { record, trouble, message, show, load };
}
