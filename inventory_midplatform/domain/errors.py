"""Errors a caller can act on: a code, a sentence, details and one HTTP status.

The sentence is an English template. An adapter translates the template and then fills it in, so that one row in a
translation file is enough.
"""

from collections.abc import Callable, Mapping
from typing import Any

TERMS = {
	"action": "",
	"demand_type": "",
	"doctype": "",
	"known": "Storage Policy",
	"status": "",
	"stock_status": "Bin Stock",
	"strategy": "Storage Policy",
}
"""Details that are terms, or a list of terms, and are translated → the context of the translation, if the word alone
has another meaning."""

ARGUMENTS = ("argument", "field")
"""Details that name an argument. People read the label of its field instead."""


class Mixed(str):
	"""A detail made of pieces. The first, third, fifth … are terms and are translated; the others are not."""

	pieces: tuple[str, ...]

	def __new__(cls, *pieces: str) -> "Mixed":
		made = super().__new__(cls, "".join(pieces))
		made.pieces = pieces
		return made

	def translated(self, translate: Callable[[str], str]) -> str:
		return "".join(
			translate(piece) if n % 2 == 0 and piece else piece for n, piece in enumerate(self.pieces)
		)


class InventoryError(Exception):
	"""Base of all domain errors. Frappe reads ``http_status_code`` from an exception."""

	http_status_code = 400
	code = "bad_request"

	def __init__(self, message: str, code: str | None = None, **details: Any):
		self.template = message
		self.details: Mapping[str, Any] = details
		if code:
			self.code = code
		super().__init__(self.message())

	def message(
		self, translate: Callable[..., str] | None = None, label: Callable[[str], str] | None = None
	) -> str:
		"""Return the sentence, in English or translated.

		``translate(text, context=…)`` translates the template and the terms in its details. ``label(argument)`` returns the
		label of an argument; without it the argument's name is used, as programs need it.
		"""
		if not translate:
			return self.template.format(**self.details)
		shown = {name: self._shown(name, value, translate, label) for name, value in self.details.items()}
		return str(translate(self.template)).format(**shown)

	@staticmethod
	def _shown(
		name: str, value: Any, translate: Callable[..., str], label: Callable[[str], str] | None
	) -> Any:
		if isinstance(value, Mixed):
			return value.translated(translate)
		if not value or not isinstance(value, str):
			return value
		if name in ARGUMENTS and label:
			return translate(label(value))
		if name not in TERMS:
			return value
		context = {"context": TERMS[name]} if TERMS[name] else {}
		return ", ".join(str(translate(term, **context)) for term in value.split(", "))


class InvalidInput(InventoryError):
	"""The input is not valid (400)."""

	code = "invalid_input"


class NotAuthenticated(InventoryError):
	"""No user, or a wrong key (401)."""

	http_status_code = 401
	code = "not_authenticated"


class NotPermitted(InventoryError):
	"""The user may not do this (403)."""

	http_status_code = 403
	code = "not_permitted"


class NotFound(InventoryError):
	"""A named record does not exist (404)."""

	http_status_code = 404
	code = "not_found"


class MethodNotAllowed(InventoryError):
	"""An operation that changes something was called by GET (405)."""

	http_status_code = 405
	code = "method_not_allowed"


class Conflict(InventoryError):
	"""The input is valid, but the present state does not allow it (409)."""

	http_status_code = 409
	code = "conflict"


class InsufficientStock(Conflict):
	"""Less is available than requested; the details have the quantity that is."""

	code = "insufficient_stock"


class Busy(Conflict):
	"""Another transaction has locked the rows; the same call may succeed in a moment."""

	http_status_code = 409
	code = "busy"


class Unavailable(InventoryError):
	"""The database is not available (503). The call may or may not have been done; repeated with the same name or
	idempotency key, it is done once."""

	http_status_code = 503
	code = "unavailable"


class KeyReused(InventoryError):
	"""The idempotency key or name was used with another payload (422)."""

	http_status_code = 422
	code = "key_reused"


class InternalError(InventoryError):
	"""An unexpected error (500). It is logged, and nothing was changed."""

	http_status_code = 500
	code = "internal_error"
