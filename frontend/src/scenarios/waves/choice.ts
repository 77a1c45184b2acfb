import type { Task } from "../../api/types";
import { dueAt } from "../../shared/format";

/** Which of the orders that are ready go into a wave. */
export type Choice = "all" | "today" | "single";

export function today(now: Date): string {
	return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** The orders that a choice would take, as far as the list of tasks tells; the server takes the most urgent of them. */
export function chosenBy(choice: Choice, tasks: readonly Task[], now: Date): Task[] {
	const ready = tasks.filter((task) => task.ready && task.state === "To Accept");
	const end = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 23, 59).getTime();
	if (choice === "today") return ready.filter((task) => (dueAt(task.due) || Infinity) <= end);
	return choice === "single" ? ready.filter((task) => task.lines === 1) : ready;
}
