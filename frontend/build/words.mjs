// The Chinese of every text the page shows, out of the app's own translations/zh.csv.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const STRING = String.raw`(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')`;
const CALL = new RegExp(String.raw`\b__\(\s*${STRING}(?:,\s*null,\s*${STRING}|,\s*\[[^\]]*\],\s*${STRING})?`, "g");

/** Rows of a CSV file: fields may be quoted, a quote inside is doubled. */
export function rowsOf(text) {
	const rows = [];
	let row = [];
	let field = "";
	let quoted = false;
	for (let i = 0; i < text.length; i++) {
		const c = text[i];
		if (quoted) {
			if (c !== '"') field += c;
			else if (text[i + 1] === '"') field += text[++i];
			else quoted = false;
		} else if (c === '"') quoted = true;
		else if (c === ",") {
			row.push(field);
			field = "";
		} else if (c === "\n") {
			row.push(field.replace(/\r$/, ""));
			rows.push(row);
			row = [];
			field = "";
		} else field += c;
	}
	if (field || row.length) rows.push([...row, field]);
	return rows;
}

/** Texts and contexts of the calls of __() in a source file. */
export function textsOf(source) {
	const unescaped = (text) => text.replace(/\\(.)/g, "$1");
	return [...source.matchAll(CALL)].map(([, a, b, c, d, e, f]) => [unescaped(a ?? b), c ?? d ?? e ?? f ?? ""]);
}

function* sources(folder, named = /\.(ts|vue)$/) {
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) yield* sources(path, named);
		else if (named.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name)) yield path;
	}
}

/** All rows: Chinese by `text`, or by `text:context`. */
export function tableOf(csv) {
	const table = new Map();
	for (const [text, chinese, context] of rowsOf(readFileSync(csv, "utf8")))
		table.set(context ? `${text}:${context}` : text, chinese);
	return table;
}

/** `{words, missing}`, the sentences of the Python folders `services` among the words: Chinese by `text` or `text:context`, and the texts that have none. */
export function chineseOf(folder, csv, services = []) {
	const table = tableOf(csv);
	const words = {};
	const missing = new Set();
	for (const path of sources(folder)) {
		for (const [text, context] of textsOf(readFileSync(path, "utf8"))) {
			const key = context ? `${text}:${context}` : text;
			const chinese = table.get(key) ?? table.get(text);
			if (chinese) words[table.has(key) ? key : text] = chinese;
			else missing.add(key);
		}
	}
	for (const path of services.flatMap((one) => [...sources(one, /\.py$/)])) {
		for (const [, text] of readFileSync(path, "utf8").matchAll(/\bReason\(\s*"((?:[^"\\]|\\.)*)"/g)) {
			const chinese = table.get(text);
			if (chinese) words[text] = chinese;
		}
	}
	return { words, missing: [...missing].sort() };
}
