"""Rules for texts that people and programs send: short enough to store, and plain, because lists, forms, reports and
mails of the desk show some of them as HTML.
"""

import re

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.identifiers import NAME_LIMIT

TEXT_LIMIT = 2000
"""The most characters of a reason or purpose. Names and other short texts: NAME_LIMIT."""

MARKUP = re.compile(r"<[a-zA-Z/!?]")
"""The start of an HTML tag, as browsers read it."""


def require_plain(text: str, argument: str) -> str:
	"""Return the text. Raises InvalidInput (``markup``) if it has HTML in it."""
	if MARKUP.search(text):
		raise InvalidInput("{argument} has HTML in it. Write it without.", code="markup", argument=argument)
	return text


def require_short(text: str, argument: str, limit: int = NAME_LIMIT) -> str:
	"""Return the text. Raises InvalidInput (``too_long``) if it has more than ``limit`` characters."""
	if len(text) > limit:
		raise too_long(argument, limit)
	return text


def too_long(argument: str, limit: int) -> InvalidInput:
	"""Return the error for a text that is longer than ``limit`` characters."""
	return InvalidInput(
		"{argument} is longer than {limit} characters.",
		code="too_long",
		argument=argument,
		limit=max(limit, 0),
	)
