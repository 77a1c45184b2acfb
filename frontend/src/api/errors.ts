/** What the server refused (status ≥ 400), or status 0 where it could not be asked at all. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		readonly details: Record<string, unknown> = {}
	) {
		super(message);
	}

	/** Whether the same call may succeed when sent again: nothing says that it was not done either. */
	get again(): boolean {
		return this.status === 0 || this.status === 429 || this.status >= 500;
	}

	/** Whether who is calling is the matter: nobody is logged in, or the page's token is old. */
	get login(): boolean {
		return this.status === 401 || ["csrf_token", "not_authenticated", "session_expired"].indexOf(this.code) >= 0;
	}
}

/** The error in a body of ours, or of Frappe's own where a request never came to us. */
export function errorOf(status: number, body: unknown, guest: boolean): ApiError {
	const sent = (body || {}) as { exc_type?: string; error?: { code?: string; message?: string; details?: Record<string, unknown> } };
	const code = (sent.error && sent.error.code) || sent.exc_type || "";
	if (code === "CSRFTokenError" || code === "csrf_token") return new ApiError(status, "csrf_token", (sent.error && sent.error.message) || "");
	if (status === 403 && guest) return new ApiError(401, "session_expired", "");
	if (sent.error) return new ApiError(status, sent.error.code || "", sent.error.message || "", sent.error.details || {});
	return new ApiError(status, code, "");
}
