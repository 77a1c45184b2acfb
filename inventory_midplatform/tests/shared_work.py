"""What runs of the site suite share: which parts of it each has claimed, and how long each test took.

Standard library only: ``tests/site_suite.py`` uses it outside the bench, ``site_runner.py`` inside.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

TIMES = "times.tsv"


class SharedWork:
	"""A folder that two runs of the suite, each on a site of its own, may share."""

	def __init__(self, folder: Path):
		self.folder = folder
		self.seconds_noted = 0.0

	def claim(self, part: str) -> bool:
		"""Return whether this part is ours to do: True for the first who claims it, False for everybody after."""
		name = re.sub(r"\W+", "-", part)
		try:
			os.close(os.open(self.folder / f"{name}.claimed", os.O_CREAT | os.O_EXCL))
		except FileExistsError:
			return False
		return True

	def note_time(self, seconds: float, test: str) -> None:
		with (self.folder / TIMES).open("a", encoding="utf-8") as file:
			file.write(f"{seconds:.2f}\t{test}\n")
		self.seconds_noted += seconds

	def times(self) -> list[tuple[float, str]]:
		path = self.folder / TIMES
		if not path.is_file():
			return []
		lines = [line.partition("\t") for line in path.read_text(encoding="utf-8").splitlines()]
		return [(float(seconds), test) for seconds, _, test in lines]


def slowest(times: Iterable[tuple[float, str]], number: int = 10) -> str:
	"""Return the slowest tests as text, a line each."""
	found = sorted(times, reverse=True)[:number]
	return "\n".join(f"  {seconds:7.1f} s  {test}" for seconds, test in found)
