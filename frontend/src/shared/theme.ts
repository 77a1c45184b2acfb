import { ref } from "vue";
import { local } from "../api/local";

export type Theme = "system" | "light" | "dark";

const KEPT = "inventory-theme";
const dark = window.matchMedia ? window.matchMedia("(prefers-color-scheme: dark)") : null;

export const theme = ref<Theme>((local.get(KEPT) as Theme) || "system");

function show(): void {
	const is = theme.value === "dark" || (theme.value === "system" && dark && dark.matches);
	document.documentElement.dataset.theme = is ? "dark" : "light";
}

export function chooseTheme(wished: Theme): void {
	theme.value = wished;
	local.set(KEPT, wished);
	show();
}

export function startTheme(): void {
	show();
	if (dark) dark.addListener(show); // Chromium 77 has no addEventListener here in every WebView
}
