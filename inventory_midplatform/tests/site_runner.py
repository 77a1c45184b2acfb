"""Run the tests of the site suite on one site, class by class, as one of several runs that share them.

	cd sites && ../env/bin/python -m inventory_midplatform.tests.site_runner SITE FOLDER [MODULE ...]

FOLDER is a ``SharedWork``: a class is run by whoever claims it first. MODULE is the end of a module's name, such as
``test_races``; all are run where none is named. ``bench run-tests`` runs the same tests, all of them on one site.
"""

import functools
import importlib
import sys
import time
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frappe
import sqlparse
from frappe.utils.scheduler import disable_scheduler

from inventory_midplatform.tests.rounds import SOAK
from inventory_midplatform.tests.shared_work import SharedWork

FIRST = ("test_mixed_load", "test_faults", "test_posting_paths", "test_upgrade", "test_behaviour")
"""The modules with the longest classes: started last, one of them would be waited for."""


class SharedSuite(unittest.TestSuite):
	"""The classes that this run can still claim, one after another."""

	_cleanup = False

	def __init__(self, work: SharedWork, classes: list[type[unittest.TestCase]]):
		super().__init__()
		self.work, self.classes = work, classes

	def __iter__(self) -> Iterator[Any]:
		for test_class in self.classes:
			if self.work.claim(f"{test_class.__module__}.{test_class.__qualname__}"):
				print(
					f"\n{test_class.__module__.rpartition('.')[2]} {test_class.__qualname__} ",
					end="",
					flush=True,
				)
				began, in_tests = time.monotonic(), self.work.seconds_noted
				yield unittest.defaultTestLoader.loadTestsFromTestCase(test_class)
				beside = time.monotonic() - began - (self.work.seconds_noted - in_tests)
				self.work.note_time(
					beside, f"set-up of {test_class.__qualname__}, and the end of the class before"
				)


class TimedResult(unittest.TextTestResult):
	"""Notes how long each test took, counts the subtests, and prints what fails at once, not only at the end."""

	work: SharedWork
	subtests = 0

	def startTest(self, test: Any) -> None:
		self.started = time.monotonic()
		super().startTest(test)

	def stopTest(self, test: Any) -> None:
		self.work.note_time(time.monotonic() - self.started, test.id())
		super().stopTest(test)

	def addError(self, test: Any, err: Any) -> None:
		self._print("ERROR", test, err)
		super().addError(test, err)

	def addFailure(self, test: Any, err: Any) -> None:
		self._print("FAIL", test, err)
		super().addFailure(test, err)

	def _print(self, kind: str, test: Any, err: Any) -> None:
		self.stream.writeln(f"\n{kind}: {test.id()}: {str(err[1])[:300]}")
		self.stream.flush()

	def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
		self.subtests += 1
		if err:
			self._print("FAIL", subtest, err)
		super().addSubTest(test, subtest, err)


def classes(modules: list[str]) -> list[type[unittest.TestCase]]:
	"""Return the test classes of these modules, or of all, those that take longest first; in a soak the long proofs."""
	names = modules or sorted(path.stem for path in Path(__file__).parent.glob("test_*.py"))
	names.sort(key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
	found = []
	for name in names:
		module = importlib.import_module(f"inventory_midplatform.tests.{name}")
		found += [
			member
			for member in vars(module).values()
			if isinstance(member, type)
			and issubclass(member, unittest.TestCase)
			and member.__module__ == module.__name__
			and (getattr(member, "soak", False) or not SOAK)
		]
	return found


def remember_parsed_names() -> None:
	"""Parse a name of a column once: Frappe parses those of every query anew, a tenth of the time of these tests."""
	sqlparse.format = functools.cache(sqlparse.format)


def main(site: str, folder: str, *modules: str) -> int:
	frappe.init(site=site)
	frappe.connect()
	frappe.clear_cache()
	disable_scheduler()
	frappe.db.commit()
	remember_parsed_names()
	TimedResult.work = work = SharedWork(Path(folder))
	suite = SharedSuite(work, classes(list(modules)))
	result: Any = unittest.TextTestRunner(resultclass=TimedResult).run(suite)
	print(f"with {result.subtests} subtests", flush=True)
	return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
