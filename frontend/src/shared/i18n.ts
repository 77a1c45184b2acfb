import { ref } from "vue";
import { local } from "../api/local";
import { session } from "../api/session";

export type Language = "en" | "zh";

const KEPT = "inventory-language";
let words: Record<string, string> = {};

export const language = ref<Language>("en");

/** The same function as in the desk: English is the key, Chinese is looked up in its context first. */
export function __(text: string, parts?: readonly (string | number)[] | null, context?: string): string {
	const found = language.value === "zh" ? (context && words[`${text}:${context}`]) || words[text] : "";
	return (found || text).replace(/\{(\d+)\}/g, (whole, i: string) => {
		const part = parts && parts[Number(i)];
		return part === undefined || part === null ? whole : String(part);
	});
}

/** A sentence of the server: its template is translated, then filled. */
export function sentence(reason: { template: string; values: Record<string, unknown>; sentence: string } | null | undefined): string {
	if (!reason) return "";
	return __(reason.template).replace(/\{(\w+)\}/g, (whole, name: string) => (name in reason.values ? String(reason.values[name]) : whole));
}

/** What the address says, then what was chosen here before, then the user's own, then the browser's. */
export function wishedLanguage(search: string, kept: string | null, users: string, browsers: string): Language {
	const wished = new URLSearchParams(search).get("lang") || kept || users || browsers;
	return wished.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export async function speak(wished: Language, keep = false): Promise<void> {
	if (wished === "zh") words = (await import("virtual:zh")).default;
	language.value = wished;
	session.accept = wished === "zh" ? "zh-CN" : "en";
	document.documentElement.lang = wished === "zh" ? "zh-CN" : "en";
	document.title = __("Warehouse Work");
	if (keep) local.set(KEPT, wished);
}

export function startLanguage(users: string): Promise<void> {
	return speak(wishedLanguage(location.search, local.get(KEPT), users, navigator.language || ""));
}
