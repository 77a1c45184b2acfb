import { reactive } from "vue";

let intent = "";

/** What the tap that led here already said ("accept"), so that the next screen need not ask again; said once. */
export function takeIntent(): string {
	const said = intent;
	intent = "";
	return said;
}

/** The address after #: `#/order/OB-1` is the screen "order" with the argument "OB-1". */
export const route = reactive({ screen: "tasks", argument: "" });

function read(): void {
	const [screen, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
	route.screen = screen || "tasks";
	route.argument = decodeURIComponent(rest.join("/"));
}

export function go(screen: string, argument = "", says = ""): void {
	intent = says;
	const hash = screen === "tasks" ? "#/" : `#/${screen}${argument ? `/${encodeURIComponent(argument)}` : ""}`;
	// Screens do not pile up: the phone's back button leads to the tasks, then out of the page.
	if (route.screen === "tasks" || screen === "tasks") location.hash = hash;
	else location.replace(hash);
	read();
}

window.addEventListener("hashchange", read);
read();
