"""How long transactions wait for rows that others have locked, by the minute, as MariaDB counts it."""

import time
from collections.abc import Callable

COUNTED = ("Innodb_row_lock_waits", "Innodb_row_lock_time", "Innodb_deadlocks")
"""Waits, milliseconds of them, deadlocks: since the server started."""


class LockWaits:
	"""Looks at the server's counters each minute, or each tenth of a shorter time."""

	def __init__(self, read: Callable[[], dict[str, int]], every: float = 60):
		self._read, self.every = read, every
		self.looks: list[tuple[float, dict[str, int]]] = []

	def begin(self) -> None:
		self._note()

	def stop(self) -> None:
		"""Note the counters a last time."""
		if time.monotonic() > self.looks[-1][0] + self.every / 10 or len(self.looks) == 1:
			self._note()

	def _note(self) -> None:
		found = self._read()
		self.looks.append((time.monotonic(), {name: found.get(name, 0) for name in COUNTED}))

	def look(self) -> None:
		"""Note the counters if it is time."""
		if time.monotonic() >= self.looks[-1][0] + self.every:
			self._note()

	def by_minute(self) -> list[dict[str, float]]:
		"""Return what each interval added, for a minute of it."""
		return [
			{name: (now[name] - before[name]) * 60 / max(later - sooner, 0.001) for name in COUNTED}
			for (sooner, before), (later, now) in zip(self.looks, self.looks[1:], strict=False)
		]
