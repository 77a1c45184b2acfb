"""Texts that people and programs send: plain, for the desk's lists and forms, its reports and mails show them as they
are, and other people look at them."""

import re

from inventory_midplatform.domain.errors import InvalidInput

MARKUP = re.compile(r"<[a-zA-Z/!?]")
"""What a browser takes for the beginning of a tag."""


def require_plain(text: str, argument: str) -> str:
	"""Raises InvalidInput (``markup``)."""
	if MARKUP.search(text):
		raise InvalidInput("{argument} has HTML in it. Write it without.", code="markup", argument=argument)
	return text
