"""Names for the rows the ledger writes in bulk."""

import os
import time
from hashlib import blake2b

NAME_LIMIT = 140
"""What a name column holds."""


def new_id() -> str:
	"""A unique, time-ordered name of 20 hexadecimal digits: microseconds since 1970, then randomness.

	Rows written one after another lie beside each other in the primary index, which a random name would scatter.
	"""
	return f"{time.time_ns() // 1000:014x}"[-14:] + os.urandom(3).hex()


def digest(*parts: object) -> str:
	"""A short fixed-length key for a tuple of parts, for unique indexes over long composite keys."""
	return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()
