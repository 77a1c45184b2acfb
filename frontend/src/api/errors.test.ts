import { expect, test } from "vitest";
import { errorOf } from "./errors";

test("our own error", () => {
	const error = errorOf(409, { exc_type: "X", error: { code: "other_batch", message: "Other.", details: { proposed: "B1" } } }, false);
	expect(error).toMatchObject({ status: 409, code: "other_batch", message: "Other.", details: { proposed: "B1" }, again: false, login: false });
});

test.each([
	[400, { exc_type: "CSRFTokenError" }],
	[403, { exc_type: "NotPermitted", error: { code: "csrf_token", message: "The page is too old; load it again.", details: {} } }],
])("an old token (%i) is a matter of the login, not of the step", (status, body) => {
	expect(errorOf(status, body, false)).toMatchObject({ code: "csrf_token", login: true, again: false });
});

test("a session that ran out is nobody's; a refusal is not", () => {
	const refused = { exc_type: "NotPermitted", error: { code: "not_permitted", message: "No.", details: {} } };
	expect(errorOf(403, refused, true).login).toBe(true);
	expect(errorOf(403, refused, false).login).toBe(false);
	expect(errorOf(401, { exc_type: "NotAuthenticated", error: { code: "not_authenticated", message: "", details: {} } }, false).login).toBe(true);
});

test("what says nothing may be sent again when the server itself failed", () => {
	expect(errorOf(502, "<html>Bad gateway</html>", false)).toMatchObject({ status: 502, again: true, login: false });
	expect(errorOf(404, null, false).again).toBe(false);
});
