import { reactive } from "vue";
import { read } from "../api/client";
import { outbox } from "../api/outbox";
import { may, me } from "./me";

const EVERY = 60_000; // milliseconds between two looks

/** How many approvals wait for this user; where policies are switched off the page has no tab for them. */
export const approvals = reactive({
	on: false,
	count: 0,
	/** The names of those that wait, in the order of the list, for "the next one". */
	queue: [] as string[],
	/** What was just decided, shown on the next screen. */
	said: "",
});

export async function countApprovals(): Promise<void> {
	if (!me.user || !may("approval.count")) return;
	try {
		const found = await read("approval.count", {} as never);
		approvals.count = found.to_decide;
		approvals.on = found.is_on;
	} catch {
		// asked again in a minute
	}
}

/** The one after this in the queue, which leaves it; "" where it was the last. */
export function leaveQueue(name: string): string {
	const at = approvals.queue.indexOf(name);
	approvals.queue = approvals.queue.filter((one) => one !== name);
	return approvals.queue[Math.min(Math.max(at, 0), approvals.queue.length - 1)] || "";
}

/** What the screen before this one said, once. */
export function takeSaid(): string {
	const said = approvals.said;
	approvals.said = "";
	return said;
}

let watching = false;

/** Look now, and again by and by. */
export function watchApprovals(): void {
	void countApprovals();
	if (watching) return;
	watching = true;
	window.setInterval(() => void countApprovals(), EVERY);
	outbox.onDone(() => void countApprovals());
}
