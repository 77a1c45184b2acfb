"""The API on a site: one whitelisted function for each operation, and one shape for every error below our path.

``api/v1`` never imports Frappe, so nothing in it can be whitelisted. hooks.py maps each operation's path to the function
that is created for it here.
"""

import json
from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.translate import get_user_lang

from inventory_midplatform.adapters.site.context import SiteUnitOfWork
from inventory_midplatform.adapters.site.errors import DocumentRefused
from inventory_midplatform.adapters.site.store import is_lost
from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import (
	OPERATIONS,
	PATH,
	Operation,
	error_body,
	exact_number,
	operation_named,
	perform,
)
from inventory_midplatform.domain.errors import (
	InternalError,
	InvalidInput,
	InventoryError,
	MethodNotAllowed,
	NotAuthenticated,
	NotFound,
	NotPermitted,
	Unavailable,
)
from inventory_midplatform.domain.labels import label_of

__all__ = ["after_request", "v1"]

APP_PREFIX = f"{__name__.split('.')[0]}."
"""The start of the path of each of our functions, below ``/api/method/``."""

MALFORMED = "The body is not a JSON object."

FRAPPES_OWN = frozenset({"cmd", "csrf_token", "_"})
"""Keys that Frappe's own clients send beside the arguments."""


def _whitelisted(operation: Operation) -> Callable[..., Any]:
	def call(**arguments: Any) -> Any:
		return _call(operation, arguments)

	call.__name__ = call.__qualname__ = function_name(operation.name)
	call.__module__ = __name__
	call.__doc__ = operation.function.__doc__
	return frappe.whitelist(methods=["POST"] if operation.writes else ["GET", "POST"])(call)  # type: ignore[no-any-return]


def function_name(operation: str) -> str:
	return operation.replace(".", "_")


globals().update({function_name(op.name): _whitelisted(op) for op in OPERATIONS.values()})


def _call(operation: Operation, arguments: dict[str, Any]) -> Any:
	"""Return the operation's result. After an error roll everything back and respond with the error's body and status."""
	key = (frappe.get_request_header("Idempotency-Key") or "").strip()
	try:
		arguments = {**{k: v for k, v in arguments.items() if k not in FRAPPES_OWN}, **_exact_body()}
		return perform(SiteUnitOfWork(), operation, arguments, key)
	except InventoryError as error:
		_respond(error)
	except DocumentRefused as refused:
		_respond(refused.error)
	except Exception as error:
		_forget_if_lost(error)
		_respond(_unavailable())
	return None


def before_request() -> None:
	"""Respond with 503 below our path while the database is away: Frappe's own response would need the database."""
	if frappe.local.request.path.startswith(f"/api/method/{PATH}") and not frappe.db._conn:
		try:
			frappe.db.connect()
		except Exception as error:
			_forget_if_lost(error)
			raise _unavailable() from error


def _forget_if_lost(error: Exception) -> None:
	"""Take the lost connection from Frappe, so that it neither commits nor rolls back nor logs on it."""
	if not is_lost(error):
		raise error
	frappe.local.db = None


def _unavailable() -> Unavailable:
	return Unavailable("The database cannot be reached; try again in a moment.")


def _respond(error: InventoryError) -> None:
	frappe.local.message_log = []
	label = None
	if frappe.local.is_ajax:  # the desk, where a person reads it
		label = label_of
		sentence = frappe.utils.escape_html(error.message(_translated, label))
		frappe.msgprint(sentence, title=_translated("Stock"), indicator="red")
	frappe.local.response.update(error_body(error, _translated, label))
	frappe.local.response["http_status_code"] = error.http_status_code


def _translated(template: str, context: str | None = None) -> str:
	"""Translate into the request's language, else the user's: Frappe chooses one before it has read the key."""
	if frappe.get_request_header("Accept-Language") or not frappe.db:
		return str(_(template, context=context))
	return str(_(template, lang=get_user_lang(frappe.session.user), context=context))


def _exact_body() -> dict[str, Any]:
	"""Return the JSON body with every digit of its numbers: Frappe has made floats of them."""
	request = frappe.local.request
	if not request.is_json:
		return {}
	body = json.loads(request.get_data(as_text=True) or "{}", parse_float=exact_number)
	if not isinstance(body, dict):
		raise InvalidInput(MALFORMED, code="malformed_json")
	return body


def after_request(response: Any = None, request: Any = None) -> None:
	"""Give our shape to an error that Frappe raised for one of our endpoints before the operation ran."""
	prefix = f"/api/method/{APP_PREFIX}"
	if (
		response is None
		or request is None
		or not request.path.startswith(prefix)
		or response.status_code < 400
	):
		return
	body = _json(response)
	if body is not None and "error" in body:
		return
	error = _refusal(request, response.status_code, body or {})
	response.status_code = error.http_status_code
	response.data = json.dumps(error_body(error, _translated), ensure_ascii=False)
	response.content_type = "application/json"


def _refusal(request: Any, status: int, body: dict[str, Any]) -> InventoryError:
	"""Return the domain's error for one of Frappe's."""
	if body.get("exc_type") == Unavailable.__name__:
		return _unavailable()
	guest = frappe.session.user == "Guest"
	if status == 401 or body.get("exc_type") == "AuthenticationError" or (status == 403 and guest):
		return NotAuthenticated("Log in or send a valid key.")
	writes = False
	if PATH in request.path:
		try:
			writes = operation_named(request.path.rsplit(PATH, 1)[1].strip("/")).writes
		except NotFound as unknown:
			return unknown
	if request.is_json and not _is_json_object(request):
		return InvalidInput(MALFORMED, code="malformed_json")
	if writes and request.method != "POST":
		return MethodNotAllowed("This operation changes something; call it with POST.")
	if body.get("exc_type") == "CSRFTokenError":
		return NotPermitted("The page is too old; load it again.", code="csrf_token")
	if status == 403:
		return NotPermitted("You may not do this.")
	if 400 <= status < 500 and status != 417:
		error = InventoryError("The request was not understood.")
		error.http_status_code = status
		return error
	return InternalError("Something went wrong on the server; it was logged and nothing was changed.")


def _is_json_object(request: Any) -> bool:
	try:
		return isinstance(json.loads(request.get_data(as_text=True) or "{}"), dict)
	except ValueError:
		return False


def _json(response: Any) -> dict[str, Any] | None:
	try:
		body = json.loads(response.get_data(as_text=True))
	except ValueError:
		return None
	return body if isinstance(body, dict) else None
