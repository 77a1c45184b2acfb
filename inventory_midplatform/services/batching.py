"""Long lists of keys and names, cut into parts that one statement takes."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

BATCH_SIZE = 200
"""SQLite bounds the parameters of a statement and the depth of its expressions; a key has two parameters."""


def batches(values: Sequence[T], size: int = BATCH_SIZE) -> Iterator[Sequence[T]]:
	"""Yield ``values`` in order, at most ``size`` at a time."""
	for start in range(0, len(values), size):
		yield values[start : start + size]
