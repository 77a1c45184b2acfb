// Keeps the page's own files, so that it opens without a network. Never keeps what the server says, nor the page as a
// site sends it: that holds a token. Offline, the page opens from a copy without one, and fetches a token when it can.
const VERSION = __VERSION__;
const FILES = __FILES__;
const CACHE = "inventory-work-" + VERSION;
/** A site says where the files are; else they are beside this worker. */
const WORK = self.__WORK__ || { assets: "./", page: "./", worker: "./worker.js", boot: {} };
const BASE = new URL(WORK.assets, self.location.href).href;
const PAGE = new URL(WORK.page, self.location.href).pathname;
const SHELL = BASE + "index.html";

/** The built page with full addresses, and without anybody's token. */
function shell() {
	return fetch(SHELL, { cache: "no-cache" }).then((answer) =>
		answer.text().then((text) => {
			const boot = '<script type="application/json" id="boot">' + JSON.stringify(WORK.boot) + "</" + "script>";
			const page = text
				.replace(/(href|src)="\.\//g, '$1="' + BASE)
				.replace("<!-- boot -->", boot)
				.replace("<html ", '<html data-worker="' + WORK.worker + '" ');
			return new Response(page, { headers: answer.headers });
		})
	);
}

self.addEventListener("install", (event) => {
	event.waitUntil(
		caches
			.open(CACHE)
			.then((cache) =>
				Promise.all([shell().then((page) => cache.put(SHELL, page)), cache.addAll(FILES.map((file) => BASE + file))])
			)
			.then(() => self.skipWaiting())
	);
});

self.addEventListener("activate", (event) => {
	event.waitUntil(
		caches
			.keys()
			.then((names) =>
				Promise.all(
					names.filter((name) => name.startsWith("inventory-work-") && name !== CACHE).map((name) => caches.delete(name))
				)
			)
			.then(() => self.clients.claim())
	);
});

self.addEventListener("fetch", (event) => {
	const request = event.request;
	if (request.method !== "GET") return;
	if (request.mode === "navigate") {
		if (new URL(request.url).pathname === PAGE) event.respondWith(fetch(request).catch(() => caches.match(SHELL)));
	} else if (request.url.startsWith(BASE + "assets/")) {
		event.respondWith(
			caches.match(request).then(
				(kept) =>
					kept ||
					fetch(request).then((answer) => {
						if (!answer.ok) return answer;
						const copy = answer.clone();
						return caches
							.open(CACHE)
							.then((cache) => cache.put(request, copy))
							.then(() => answer);
					})
			)
		);
	}
});
