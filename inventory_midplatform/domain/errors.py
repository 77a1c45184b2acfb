"""Errors a caller can act on: a code, a sentence, details and one HTTP status.

The sentence is a template in English; an adapter translates the template first and fills it in then, so one
entry in a translation file serves every occurrence.
"""

from collections.abc import Mapping
from typing import Any


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

	def message(self, translate: Any = None) -> str:
		"""The sentence, in English or through ``translate(template) -> template``."""
		template = translate(self.template) if translate else self.template
		return str(template).format(**self.details)


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
