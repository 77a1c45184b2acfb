"""Errors a caller can act on: a code, a sentence, details and one HTTP status.

The sentence is a template in English; an adapter translates the template first and fills it in then, so one
entry in a translation file serves every occurrence.
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
"""Details that are terms of ours or of Frappe's, or a list of them, and read otherwise in another language; and the
context they are translated in, where the word alone means something else."""

ARGUMENTS = ("argument", "field")
"""Details that name an argument. People know it by the label of its field."""


class Mixed(str):
	"""A detail of pieces, of which every other one, from the first, is such a term."""

	pieces: tuple[str, ...]

	def __new__(cls, *pieces: str) -> "Mixed":
		made = super().__new__(cls, "".join(pieces))
		made.pieces = pieces
		return made

	def told(self, translate: Callable[[str], str]) -> str:
		return "".join(
			translate(piece) if n % 2 == 0 and piece else piece for n, piece in enumerate(self.pieces)
		)


class InventoryError(Exception):
	"""Base of all domain errors. ``http_status_code`` is the name Frappe looks for on an exception."""

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
		"""The sentence, in English or through ``translate(template) -> template``, which gets the terms in it too,
		and their ``context``.

		``label(argument)`` is what its reader calls an argument; a program knows it by its name.
		"""
		if not translate:
			return self.template.format(**self.details)
		told = {name: self._told(name, value, translate, label) for name, value in self.details.items()}
		return str(translate(self.template)).format(**told)

	@staticmethod
	def _told(
		name: str, value: Any, translate: Callable[..., str], label: Callable[[str], str] | None
	) -> Any:
		if isinstance(value, Mixed):
			return value.told(translate)
		if not value or not isinstance(value, str):
			return value
		if name in ARGUMENTS and label:
			return translate(label(value))
		if name not in TERMS:
			return value
		context = {"context": TERMS[name]} if TERMS[name] else {}
		return ", ".join(str(translate(term, **context)) for term in value.split(", "))


class InvalidInput(InventoryError):
	"""What was sent is not of the form the operation takes (400)."""

	code = "invalid_input"


class NotAuthenticated(InventoryError):
	"""Nobody, or a wrong key (401)."""

	http_status_code = 401
	code = "not_authenticated"


class NotPermitted(InventoryError):
	"""Somebody who may not do this (403)."""

	http_status_code = 403
	code = "not_permitted"


class NotFound(InventoryError):
	"""What was named does not exist (404)."""

	http_status_code = 404
	code = "not_found"


class MethodNotAllowed(InventoryError):
	"""An operation that changes something was called by GET (405)."""

	http_status_code = 405
	code = "method_not_allowed"


class Conflict(InventoryError):
	"""It was understood, but the state of things does not allow it (409)."""

	http_status_code = 409
	code = "conflict"


class InsufficientStock(Conflict):
	"""Less is available than asked for; details tell what is left."""

	code = "insufficient_stock"


class Busy(Conflict):
	"""Somebody else holds the rows; the same call may succeed in a moment."""

	http_status_code = 409
	code = "busy"


class Unavailable(InventoryError):
	"""The database was lost or is not there (503). What was sent may or may not have been done: sent again with the
	same name or idempotency key it is done once."""

	http_status_code = 503
	code = "unavailable"


class KeyReused(InventoryError):
	"""The same idempotency key or id with another payload (422)."""

	http_status_code = 422
	code = "key_reused"


class InternalError(InventoryError):
	"""A fault of ours: logged, and nothing was changed (500)."""

	http_status_code = 500
	code = "internal_error"
