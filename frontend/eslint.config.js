import compat from "eslint-plugin-compat";
import vue from "eslint-plugin-vue";
import typescript from "typescript-eslint";

/* Which way imports may point: scenarios → scan → shared → api; layouts gather all, and scenarios never meet. */
const SCENARIOS = ["tasks", "picking", "checking", "shipping", "put-back", "move", "lookup", "gun-test", "more", "waves", "packing", "receiving", "inspecting", "putting-away"];
const wall = (files, patterns, message) => ({
	files,
	rules: { "no-restricted-imports": ["error", { patterns: [{ group: patterns, message }] }] },
});

export default typescript.config(
	{ ignores: ["node_modules", "src/api/schema.d.ts", "public", "build/worker.js"] },
	...typescript.configs.recommended,
	...vue.configs["flat/essential"],
	compat.configs["flat/recommended"],
	{
		files: ["**/*.vue"],
		languageOptions: { parserOptions: { parser: typescript.parser } },
	},
	{
		languageOptions: {
			globals: Object.fromEntries(
				["window", "document", "navigator", "localStorage", "sessionStorage", "location", "history", "console", "fetch", "crypto"].map((name) => [name, "readonly"])
			),
		},
		settings: {
			// looked for before they are used, or behind a button that is not shown without them
			polyfills: ["AudioContext", "navigator.serviceWorker", "navigator.wakeLock", "navigator.clipboard", "navigator.mediaDevices", "WebAssembly"],
		},
		rules: {
			"vue/multi-word-component-names": "off",
			"no-control-regex": "off", // GS1's separator is one
			"@typescript-eslint/no-explicit-any": "off",
		},
	},
	wall(["src/api/**"], ["**/shared/**", "**/scan/**", "**/scenarios/**", "**/designers/**", "**/layouts/**"], "api is the ground floor"),
	wall(["src/shared/**"], ["**/scan/**", "**/scenarios/**", "**/designers/**", "**/layouts/**"], "shared knows api alone"),
	wall(["src/scan/**"], ["**/scenarios/**", "**/designers/**", "**/layouts/**"], "scan knows shared and api"),
	wall(["src/designers/**"], ["**/scenarios/**", "**/layouts/**"], "designers know scan, shared and api"),
	...SCENARIOS.map((name) =>
		wall(
			[`src/scenarios/${name}/**`],
			["**/layouts/**", "**/designers/**", ...SCENARIOS.filter((other) => other !== name).map((other) => `**/${other}/*`)],
			"scenarios never import each other"
		)
	)
);
