"""Names for the rows the ledger writes in bulk."""

import os
import time
from hashlib import blake2b

NAME_LIMIT = 140
"""The most characters of a name, and of every other column of one line."""


def new_id() -> str:
	"""Return a unique, time-ordered name of 20 hexadecimal digits: microseconds since 1970, then randomness.

	Rows written one after another are then neighbours in the primary index; random names would scatter them.
	"""
	return f"{time.time_ns() // 1000:014x}"[-14:] + os.urandom(3).hex()


def digest(*parts: object) -> str:
	"""Return a short fixed-length key for a tuple of parts, for unique indexes over long composite keys."""
	return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()
