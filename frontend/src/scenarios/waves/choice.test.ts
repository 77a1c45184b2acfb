import { expect, test } from "vitest";
import type { Task } from "../../api/types";
import { chosenBy, today } from "./choice";

const NOW = new Date(2026, 10, 8, 9, 30);
const task = (name: string, more: Partial<Task> = {}): Task => ({ name, state: "To Accept", ready: true, due: "2026-11-08", lines: 1, ...more }) as Task;

test("a wave is made of what is ready: all, what is due by tonight, or one-line orders", () => {
	const tasks = [task("now"), task("late", { due: "2026-11-01", lines: 3 }), task("later", { due: "2026-11-09" }), task("waits", { ready: false }), task("begun", { state: "To Pick" }), task("no date", { due: null })];
	const names = (choice: "all" | "today" | "single") => chosenBy(choice, tasks, NOW).map((one) => one.name);
	expect(names("all")).toEqual(["now", "late", "later", "no date"]);
	expect(names("today")).toEqual(["now", "late"]);
	expect(names("single")).toEqual(["now", "later", "no date"]);
	expect(today(NOW)).toBe("2026-11-08");
});
