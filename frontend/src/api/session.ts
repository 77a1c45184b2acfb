import { reactive } from "vue";

interface Boot {
	/** On a site Frappe's cookie says who calls; standalone a key does. */
	site?: boolean;
	csrf_token?: string;
	user?: string;
	language?: string;
}

const KEY = "inventory-midplatform-key";

function bootIn(page: Document): Boot {
	const node = page.getElementById("boot");
	try {
		return node ? (JSON.parse(node.textContent || "{}") as Boot) : {};
	} catch {
		return {};
	}
}

function takenKey(): string {
	const sent = new URLSearchParams(location.hash.slice(1)).get("token");
	if (sent) {
		// Out of the address at once: an address is easily passed on.
		sessionStorage.setItem(KEY, sent);
		history.replaceState(null, "", location.pathname + location.search);
	}
	return sessionStorage.getItem(KEY) || "";
}

const boot = bootIn(document);

export const session = reactive({
	site: Boolean(boot.site),
	csrf: boot.csrf_token || "",
	language: boot.language || "",
	/** The language that sentences of the server are wished in. */
	accept: "en",
	key: boot.site ? "" : takenKey(),
	/** Nobody is logged in, or no longer. */
	expired: false,
});

export function useKey(key: string): void {
	session.key = key;
	sessionStorage.setItem(KEY, key);
}

export function headers(): Record<string, string> {
	const sent: Record<string, string> = { "Accept-Language": session.accept };
	if (session.site) sent["X-Frappe-CSRF-Token"] = session.csrf;
	else if (session.key) sent.Authorization = `token ${session.key}`;
	return sent;
}

/** Ask the site for the page once more and take the token out of it; whether there was a new one. */
export async function newToken(): Promise<boolean> {
	if (!session.site) return false;
	const answer = await fetch(location.pathname, { credentials: "same-origin", cache: "no-store" });
	const fresh = bootIn(new DOMParser().parseFromString(await answer.text(), "text/html"));
	if (!fresh.csrf_token || fresh.csrf_token === session.csrf) return false;
	session.csrf = fresh.csrf_token;
	return true;
}
