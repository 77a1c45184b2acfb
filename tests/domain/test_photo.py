from base64 import b64encode

import pytest

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.photo import MOST_BYTES, parse_photo

SIZE = b"\xff\xc0\x00\x11\x08\x04\xb0\x06\x40\x03" + bytes(9)
"""JPEG's segment of a picture of 1600 × 1200."""
BEFORE = b"\xff\xe0\x00\x10JFIF\x00" + bytes(9)
ENORMOUS = b"\xff\xc2\x00\x11\x08\xff\xff\xff\xff\x03" + bytes(9)


def url(content: bytes) -> str:
	return f"data:image/jpeg;base64,{b64encode(content).decode()}"


@pytest.mark.parametrize("segments", [SIZE, BEFORE + SIZE, BEFORE + b"\xff" + SIZE])
def test_a_jpeg_of_any_segments(segments: bytes) -> None:
	content = b"\xff\xd8" + segments
	photo = parse_photo(url(content))
	assert photo
	assert (photo.content, photo.ending) == (content, "jpg")


def test_none() -> None:
	assert parse_photo("") is None


@pytest.mark.parametrize(
	("content", "code"),
	[
		(b"\xff\xd8\xff", "not_a_photo"),
		(b"\xff\xd8" + BEFORE, "not_a_photo"),
		(b"\xff\xd8" + BEFORE + b"text" * 9, "not_a_photo"),
		(b"\xff\xd8" + SIZE.replace(b"\x04\xb0", b"\x00\x00"), "not_a_photo"),
		(b"\xff\xd8" + ENORMOUS, "photo_too_large"),
		(b"\xff\xd8" + SIZE + bytes(MOST_BYTES), "photo_too_large"),
	],
)
def test_what_is_refused(content: bytes, code: str) -> None:
	with pytest.raises(InvalidInput) as refused:
		parse_photo(url(content))
	assert refused.value.code == code
