import createClient from "openapi-fetch";
import { ApiError, errorOf } from "./errors";
import type { paths } from "./schema";
import { headers, newToken, session } from "./session";

type Prefix = "/api/method/inventory_midplatform.api.v1.";
type NameOf<Path> = Path extends `${Prefix}${infer Name}` ? Name : never;
type Get<Path extends keyof paths> = paths[Path] extends { get: infer Operation } ? Operation : never;
type Post<Path extends keyof paths> = paths[Path] extends { post: infer Operation } ? Operation : never;
type Result<Operation> = Operation extends { responses: { 200: { content: { "application/json": { message: infer Message } } } } }
	? Message
	: never;
type Body<Operation> = Operation extends { requestBody: { content: { "application/json": infer Sent } } } ? Sent : never;
type Query<Operation> = Operation extends { parameters: { query?: infer Asked } } ? Asked : never;

export type Reads = { [Path in keyof paths as [Get<Path>] extends [never] ? never : NameOf<Path>]: Get<Path> };
export type Writes = { [Path in keyof paths as [Post<Path>] extends [never] ? never : NameOf<Path>]: Post<Path> };
export type ReadAnswer<Name extends keyof Reads> = Result<Reads[Name]>;
export type WriteAnswer<Name extends keyof Writes> = Result<Writes[Name]>;
export type WriteBody<Name extends keyof Writes> = Body<Writes[Name]>;

const PREFIX = "/api/method/inventory_midplatform.api.v1.";
const PATIENCE = 15_000; // milliseconds

const client = createClient<paths>({
	baseUrl: "",
	fetch: (request) => {
		const stop = new AbortController();
		const timer = window.setTimeout(() => stop.abort(), PATIENCE);
		return fetch(request, { signal: stop.signal, credentials: "same-origin" }).finally(() => window.clearTimeout(timer));
	},
});

// The names are checked where read() and write() are called; inside, any path will do.
const open = client as any;

async function call(method: "GET" | "POST", operation: string, options: Record<string, unknown>): Promise<unknown> {
	let outcome: { data?: { message?: unknown }; error?: unknown; response: Response };
	try {
		outcome = await open[method](PREFIX + operation, options);
	} catch {
		throw new ApiError(0, "offline", "");
	}
	const { data, error, response } = outcome;
	if (response.ok && data && "message" in data) return data.message;
	if (response.ok) throw new ApiError(0, "not_ours", ""); // a login page of the network, an empty answer
	throw errorOf(response.status, error, session.site && !document.cookie.match(/(^|; )user_id=(?!Guest)/));
}

async function withToken(method: "GET" | "POST", operation: string, options: () => Record<string, unknown>): Promise<unknown> {
	try {
		return await call(method, operation, options());
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		if (error.code === "csrf_token" && (await newToken().catch(() => false))) return call(method, operation, options());
		if (error.login) session.expired = true;
		throw error;
	}
}

/** Ask; nothing is changed by it, so it is not kept and not sent again. */
export async function read<Name extends keyof Reads & string>(
	operation: Name,
	query: Query<Reads[Name]>
): Promise<ReadAnswer<Name>> {
	const options = () => ({ params: { query }, headers: headers() });
	return (await withToken("GET", operation, options)) as ReadAnswer<Name>;
}

/** Ask with more than an address holds, as a whole policy: by POST, without a key. */
export async function ask<Name extends keyof Reads & string>(operation: Name, body: Query<Reads[Name]>): Promise<ReadAnswer<Name>> {
	return (await withToken("POST", operation, () => ({ body, headers: headers() }))) as ReadAnswer<Name>;
}

/** Change something once, from a screen of the desk: it shows at once what failed, and nothing is kept for later. */
export async function change<Name extends keyof Writes & string>(operation: Name, body: WriteBody<Name>, key: string): Promise<WriteAnswer<Name>> {
	return (await post(operation, body, key)) as WriteAnswer<Name>;
}

/** Send one change under its key. The storekeeper's go through the outbox, which keeps what it sends. */
export function post(operation: string, body: unknown, key: string): Promise<unknown> {
	return withToken("POST", operation, () => ({ body, headers: { ...headers(), "Idempotency-Key": key } }));
}
