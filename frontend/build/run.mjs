// What `bench build` calls by the root's package.json: install what the lock names, where that is not there yet, and build.
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const stamp = `${folder}node_modules/.installed`;
const lock = createHash("sha256").update(readFileSync(`${folder}package-lock.json`)).digest("hex");
// npm and vite by the Node that runs this, which may be on no path
const npm = process.env.npm_execpath?.endsWith("npm-cli.js") ? [process.execPath, [process.env.npm_execpath]] : ["npm", []];
const run = (command, args) => execFileSync(command, args, { cwd: folder, stdio: "inherit", env: { ...process.env, NODE_ENV: "" } });

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	console.error(`The storekeeper's page needs Node 20.19 or newer to be built; this is ${process.versions.node}.`);
	process.exit(1);
}
const installed = existsSync(stamp) ? JSON.parse(readFileSync(stamp, "utf8")).lock : "";
if (installed !== lock) {
	run(npm[0], [...npm[1], "ci", "--omit=dev", "--no-audit", "--no-fund"]);
	writeFileSync(stamp, JSON.stringify({ lock, check: false }));
}
run(process.execPath, [`${folder}node_modules/vite/bin/vite.js`, "build"]);
