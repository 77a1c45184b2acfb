"""Two people at once, over HTTP: what the races of every flow share."""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar

from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.platform import Platform
from inventory_midplatform.tests.rounds import rounds

if TYPE_CHECKING:
	import unittest

	Base = unittest.TestCase
else:
	Base = object

FULL = 50
TRIES = 10

Call = tuple[str, Row]
"""Operation and arguments."""


def _code(text: str) -> str:
	try:
		return str(json.loads(text)["error"]["code"])
	except (ValueError, KeyError, TypeError):
		return "no answer of ours:"


class Races(Base):
	"""Each test prepares something of a new item, and sends calls for it at the same moment, again and again."""

	platform: Platform
	where: str
	"""The kind of platform, as the rounds are noted."""
	few: int
	settings: ClassVar[dict[str, Any]]
	"""What is switched on besides the ledger and reservations."""
	soak = True

	def post(self, operation: str, payload: Row, key: str) -> tuple[int, str]:
		"""Send a call over HTTP under a key; return status and text. Called from several threads."""
		raise NotImplementedError

	def together(self, calls: Sequence[Call]) -> list[str]:
		"""Send calls at the same moment; return "ok" or the code and status of each error.

		As a client is told to, each sends its call again under the same key while the server is busy or has no answer of
		ours: then it is not known whether the call was done.
		"""
		barrier = threading.Barrier(len(calls))

		def send(call: Call) -> str:
			key, result = new_id(), ""
			barrier.wait(60)
			for _ in range(TRIES):
				status, text = self.post(*call, key)
				result = "ok" if status == 200 else f"{_code(text)} {status}"
				if status < 500 and result != "busy 409":
					return result
				print(f"{call[0]} is sent again: {status} {text[:500]}", file=sys.stderr)
				time.sleep(0.2)
			return result

		with ThreadPoolExecutor(len(calls)) as pool:
			return list(pool.map(send, calls))

	def raced(self, prepare: Callable[[str, str], Sequence[Call]]) -> Counter[tuple[str, ...]]:
		"""In each round, prepare something of a new item and send the calls for it at once; count how rounds ended."""
		self.platform.settings(ledger=True, reservation=True, **self.settings)
		warehouse, items = self.platform.make_warehouse(), []
		ended: Counter[tuple[str, ...]] = Counter()
		number = rounds(f"Two storekeepers at once {self.where}", self.few, FULL)
		for _ in range(number):
			items.append(self.platform.make_item())
			ended[tuple(sorted(self.together(prepare(items[-1], warehouse))))] += 1
		self.assertEqual(self.platform.verify(items), [])
		self.assertEqual(sum(ended.values()), number)
		return ended
