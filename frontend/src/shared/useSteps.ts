import { computed, reactive, ref, watch } from "vue";
import { ApiError } from "../api/errors";
import { outbox } from "../api/outbox";
import type { Reason } from "../api/types";
import { __, sentence } from "./i18n";

/** What was wrong with the last scan or step, until the next one is right. */
export interface Complaint {
	kind: "wrong" | "attention";
	say: string;
	sub: string;
}
export interface Result {
	text: string;
	kind: "right" | "wrong" | "wait";
	at: number;
}

/** Steps of one order: sent through the outbox one at a time, and what the server said of the last one. */
export function useSteps<Of>(feel: (name: "right" | "wrong" | "attention" | "lost") => void, changed: (now: Of, message: string) => void, reload: () => Promise<Of>) {
	const asking = ref(false);
	const complaint = ref<Complaint | null>(null);
	const result = ref<Result>({ text: "", kind: "right", at: 0 });
	const offline = computed(() => outbox.state.offline && outbox.state.entries.length > 0);
	watch(
		() => outbox.state.offline,
		(now, before) => {
			if (now !== before) feel(now ? "lost" : "right");
		}
	);

	function complain(kind: Complaint["kind"], say: string, sub = ""): void {
		complaint.value = { kind, say, sub };
		feel(kind);
	}
	function say(text: string, kind: Result["kind"] = "right"): void {
		result.value = { text, kind, at: Date.now() };
	}
	/** Wait for a step; its answer, or null where it was refused: then what is shown is what the server has now. */
	async function step<Answer extends { message: Reason; data: unknown }>(sent: Promise<Answer>): Promise<Answer | null> {
		asking.value = true;
		try {
			const answer = await sent;
			complaint.value = null;
			changed(answer.data as Of, sentence(answer.message));
			return answer;
		} catch (error) {
			failed(error);
			reload()
				.then((now) => changed(now, ""))
				.catch(() => undefined);
			return null;
		} finally {
			asking.value = false;
		}
	}
	/** Ask the server; null where it could not be asked. */
	async function ask<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
		asking.value = true;
		try {
			return await asked;
		} catch (error) {
			failed(error);
			return null;
		} finally {
			asking.value = false;
		}
	}
	function failed(error: unknown): void {
		if (error instanceof ApiError && error.status === 0) complain("attention", __("No network: scan again when it is back"));
		else complain("wrong", error instanceof ApiError && error.message ? error.message : __("The server could not do it. Try again, or ask your supervisor."));
	}
	return reactive({ asking, complaint, result, offline, complain, say, step, ask });
}
