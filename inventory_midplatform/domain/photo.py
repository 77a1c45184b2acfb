"""A photo as a browser sends it: a data URL of a JPEG or PNG, small enough to store with a record."""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass

from inventory_midplatform.domain.errors import InvalidInput

MOST_BYTES = 500_000
MOST_PIXELS = 16_000_000
"""A file of few bytes can be a picture that nobody's memory holds."""
LONGEST_URL = MOST_BYTES * 4 // 3 + 100
"""The most characters of the data URL of a photo that is not too large."""

HEAD = re.compile(r"data:image/(jpeg|png);base64,")

PNG_STARTS = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
JPEG_STARTS = b"\xff\xd8\xff"
SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's segments in which the size of the picture is."""


@dataclass(frozen=True)
class Photo:
	content: bytes
	ending: str
	"""Of a file's name."""


def parse_photo(data_url: str) -> Photo | None:
	"""Return the photo, or None of an empty text. Raises InvalidInput ``not_a_photo`` or ``photo_too_large``."""
	if not data_url:
		return None
	head = HEAD.match(data_url)
	if not head:
		raise not_a_photo()
	if len(data_url) > LONGEST_URL:
		raise _too_large()
	try:
		content = b64decode(data_url[head.end() :], validate=True)
	except ValueError:
		raise not_a_photo() from None
	if len(content) > MOST_BYTES:
		raise _too_large()
	ending, size_of = KINDS[head.group(1)]
	size = size_of(content)
	if not size or not size[0] or not size[1]:
		raise not_a_photo()
	if size[0] * size[1] > MOST_PIXELS:
		raise _too_large()
	return Photo(content, ending)


def _size_of_png(content: bytes) -> tuple[int, int] | None:
	if not content.startswith(PNG_STARTS) or len(content) < 24:
		return None
	return _number(content[16:20]), _number(content[20:24])


def _size_of_jpeg(content: bytes) -> tuple[int, int] | None:
	"""Walk the segments to the one with the size; None where the file is no JPEG."""
	if not content.startswith(JPEG_STARTS):
		return None
	at = 2
	while at + 9 <= len(content) and content[at] == 0xFF:
		if content[at + 1] == 0xFF:  # a byte that only fills up
			at += 1
		elif content[at + 1] in SIZE_MARKERS:
			return _number(content[at + 7 : at + 9]), _number(content[at + 5 : at + 7])
		else:
			at += 2 + _number(content[at + 2 : at + 4])
	return None


def _number(content: bytes) -> int:
	return int.from_bytes(content, "big")


KINDS: dict[str, tuple[str, Callable[[bytes], tuple[int, int] | None]]] = {
	"jpeg": ("jpg", _size_of_jpeg),
	"png": ("png", _size_of_png),
}
"""By the kind that a data URL names: the ending of a file's name, and what reads the size of such a picture."""


def not_a_photo() -> InvalidInput:
	"""Return the error for what is no picture."""
	return InvalidInput("A photo is a JPEG or PNG, sent as a data URL.", code="not_a_photo")


def _too_large() -> InvalidInput:
	return InvalidInput(
		"The photo is too large: at most {limit} kB and {megapixels} megapixels.",
		code="photo_too_large",
		limit=MOST_BYTES // 1000,
		megapixels=MOST_PIXELS // 10**6,
	)
