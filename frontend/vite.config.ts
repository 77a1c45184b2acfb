import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import vue from "@vitejs/plugin-vue";
import { parse } from "acorn";
import { full } from "acorn-walk";
import { defineConfig, type Plugin } from "vite";

import { chineseOf, tableOf } from "./build/words.mjs";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const OUT = here("../inventory_midplatform/public/frontend");
const CSV = here("../inventory_midplatform/translations/zh.csv");
/** Where the server says sentences that a page translates: Reason("…"). */
const SENTENCES = ["services", "domain", "reporting"].map((one) => here(`../inventory_midplatform/${one}`));
const MOST_KB = 150;

/** Texts marked {{zh:…}} in a file that is not script. */
function inChinese(text: string): string {
	const rows = tableOf(CSV);
	return text.replace(/\{\{zh:([^}]*)\}\}/g, (_, english: string) => rows.get(english) ?? english);
}

/** `virtual:zh` is the page's dictionary, taken from translations/zh.csv while building. */
function dictionary(): Plugin {
	const name = "virtual:zh";
	return {
		name: "dictionary",
		resolveId: (id) => (id === name ? `\0${name}` : null),
		load(id) {
			if (id !== `\0${name}`) return null;
			this.addWatchFile(CSV);
			const { words, missing } = chineseOf(here("src"), CSV, SENTENCES);
			if (missing.length) this.warn(`not in translations/zh.csv: ${missing.map((m) => JSON.stringify(m)).join(", ")}`);
			return `export default ${JSON.stringify(words)}`;
		},
		transformIndexHtml: (html) => inChinese(html),
		generateBundle() {
			const source = inChinese(readFileSync(here("build/app.webmanifest"), "utf8"));
			this.emitFile({ type: "asset", fileName: "app.webmanifest", source });
		},
	};
}

/** The service worker, with the list of what it keeps and a version that changes with it. */
function serviceWorker(): Plugin {
	return {
		name: "service-worker",
		apply: "build",
		generateBundle: {
			order: "post",
			handler(_options, bundle) {
				// what the desk designs with is no phone's: it is kept when somebody opens it
				const files = Object.keys(bundle).filter((file) => !/\.(wasm|map)$|index\.html$|manifest\.json$|(PolicyDesigner|PolicyList|useDesk)-/.test(file));
				const version = createHash("sha256").update(files.join()).digest("hex").slice(0, 12);
				const source = readFileSync(here("build/worker.js"), "utf8")
					.replace("__VERSION__", JSON.stringify(version))
					.replace("__FILES__", JSON.stringify(files));
				this.emitFile({ type: "asset", fileName: "worker.js", source });
			},
		},
	};
}

/** What Chromium 77 cannot read fails the build; so does a first screen with too much script. */
function oldBrowsers(): Plugin {
	return {
		name: "old-browsers",
		apply: "build",
		generateBundle: {
			order: "post",
			handler(_options, bundle) {
				const sizes = new Map<string, number>();
				for (const [file, chunk] of Object.entries(bundle)) {
					if (chunk.type !== "chunk") continue;
					const tree = parse(chunk.code, { ecmaVersion: 2020, sourceType: "module" });
					full(tree, (node) => {
						const operator = "operator" in node ? node.operator : "";
						if (node.type === "ChainExpression" || operator === "??") this.error(`${file}: syntax newer than Chromium 77`);
					});
					sizes.set(file, gzipSync(chunk.code).length);
				}
				const first = new Set<string>();
				const add = (file: string) => {
					const chunk = bundle[file];
					if (chunk?.type !== "chunk" || first.has(file)) return;
					first.add(file);
					chunk.imports.forEach(add);
				};
				for (const [file, chunk] of Object.entries(bundle))
					if (chunk.type === "chunk" && (chunk.isEntry || /virtual_zh/.test(file))) add(file);
				const sum = [...first].reduce((total, file) => total + (sizes.get(file) ?? 0), 0) / 1024;
				console.log(`\nFirst screen, in Chinese: ${sum.toFixed(1)} kB of compressed script in ${first.size} files (at most ${MOST_KB}).`);
				if (sum > MOST_KB) this.error(`the first screen's script is ${sum.toFixed(1)} kB compressed, at most ${MOST_KB} kB`);
			},
		},
	};
}

export default defineConfig(({ command }) => {
	if (command === "build") rmSync(OUT, { recursive: true, force: true });
	return {
		base: "./",
		plugins: [vue(), dictionary(), serviceWorker(), oldBrowsers()],
		build: {
			outDir: OUT,
			emptyOutDir: true,
			target: "chrome77",
			cssTarget: "chrome77",
			assetsInlineLimit: 0,
			manifest: "manifest.json",
			modulePreload: { polyfill: false },
			reportCompressedSize: true,
		},
		server: { proxy: { "/api": process.env.PLATFORM ?? "http://127.0.0.1:8765" } },
		test: { environment: "happy-dom", include: ["src/**/*.test.ts", "build/**/*.test.ts"] },
	} as import("vite").UserConfig;
});
