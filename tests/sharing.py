"""Share the tests of one command among several runs of it: a class, or else a file, is run by whoever claims it first."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from inventory_midplatform.tests.shared_work import SharedWork

FOLDER = "INVENTORY_MIDPLATFORM_SHARED_TESTS"
"""The environment variable that names the folder which the runs share."""
COLLECTED = "collected.txt"


def pytest_runtestloop(session: pytest.Session) -> bool | None:
	"""Run what no other run has claimed, and note how many tests there are: one of the runs must have run each."""
	folder = os.environ.get(FOLDER)
	if not folder or session.testsfailed or session.config.option.collectonly:
		return None
	work = SharedWork(Path(folder))
	(work.folder / COLLECTED).write_text(str(len(session.items)), encoding="utf-8")
	for part, items in parts(session.items).items():
		if work.claim(part):
			_run(session, items)
	return True


def parts(items: Sequence[pytest.Item]) -> dict[str, list[pytest.Item]]:
	found: dict[str, list[pytest.Item]] = {}
	for item in items:
		found.setdefault(item.nodeid.partition("[")[0].rpartition("::")[0], []).append(item)
	return found


def _run(session: pytest.Session, items: list[pytest.Item]) -> None:
	# after the last one all is torn down but what lasts as long as the session: what comes next is not known yet
	following = [*items[1:], session]
	for item, after in zip(items, following, strict=True):
		item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
		if session.shouldfail or session.shouldstop:
			raise session.Interrupted(session.shouldfail or session.shouldstop)


def collected(folder: Path) -> int:
	"""Return how many tests the runs on a folder shared; 0 where none got so far."""
	note = folder / COLLECTED
	return int(note.read_text(encoding="utf-8")) if note.is_file() else 0
