"""Run everything this machine can run, and say at the end what ran, what did not, and why.

	python tests/run.py [arguments for pytest]
	python tests/run.py --soak [arguments for pytest]

Checks (ruff, mypy, those of the storekeeper's page, which are built with it), then side by side: the site suite on two
sites where a bench is found, pytest on SQLite, on a MariaDB of its own where one is installed, and in the storekeeper's
page where Chromium is. On MariaDB the behaviours run on the sites alone where there are any. Two runs share each of these, and two run at a time, three where there is no bench, or as many as
there are processors.
With ``--soak`` only the long proofs run, in full. Needs the environment ``make test`` makes; standard library only
otherwise.
"""

import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import sharing
import site_suite
import throwaway

from inventory_midplatform.tests.shared_work import SharedWork, slowest

ROOT = Path(__file__).resolve().parents[1]

RULES, SQLITE, MARIADB, SITE, PAGE = (
	"rules and architecture",
	"standalone on SQLite",
	"standalone on MariaDB",
	"site",
	"storekeeper's page",
)
PAGE_NOT_INSTALLED = 3
"""What scripts/frontend.py ends with where what the page is built with cannot be had."""
ON_SITES_TOO = ["--ignore=tests/standalone/test_behaviour.py"]
"""Left out of MariaDB standalone where a site runs the same behaviours, on MariaDB too."""
NO_TESTS = 5
"""What pytest ends with where it found no test to run."""


@dataclass
class Case:
	name: str
	result: str = "passed"
	reason: str = ""


@dataclass
class Outcome:
	"""How one suite ended."""

	name: str
	ran: bool
	ok: bool = True
	passed: int = 0
	failed: int = 0
	skipped: int = 0
	subtests: int = 0
	seconds: float = 0
	remark: str = ""

	def line(self) -> str:
		if not self.ran:
			return f"  {self.name:<24} did not run: {self.remark}"
		parts = [f"{self.passed} passed", f"{self.failed} failed"] if self.passed or self.failed else []
		parts += [f"{self.skipped} skipped"] if self.skipped else []
		parts += [f"{self.subtests} subtests"] if self.subtests else []
		parts += [self.remark] if self.remark else []
		result = "passed" if self.ok else "FAILED"
		return f"  {self.name:<24} {result} in {self.seconds:.0f} s: {', '.join(parts)}"


@dataclass
class Job:
	"""A command that runs beside the others; its output is printed line by line, each with the job's name."""

	name: str
	command: list[str]
	environment: dict[str, str] = field(default_factory=dict)
	output: list[str] = field(default_factory=list)
	code: int = 0
	seconds: float = 0

	@property
	def kind(self) -> str:
		"""Return the name without the number of the run."""
		return self.name.rpartition(" ")[0]

	def run(self, environment: dict[str, str], processes: "set[subprocess.Popen[str]]") -> None:
		began = time.monotonic()
		process = subprocess.Popen(
			self.command,
			cwd=ROOT,
			env={**environment, **self.environment},
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
			errors="replace",
		)
		processes.add(process)
		assert process.stdout
		for line in process.stdout:
			print(f"{self.name:>9} | {line}", end="", flush=True)
			self.output.append(line)
		self.code = process.wait()
		processes.discard(process)
		self.seconds = time.monotonic() - began


class Run:
	def __init__(self, folder: Path, soak: bool, arguments: list[str]):
		self.started = time.monotonic()
		self.folder, self.soak, self.arguments = folder, soak, arguments
		self.outcomes: list[Outcome] = []
		self.times: list[tuple[float, str]] = []
		self.arguments_of: dict[str, list[str]] = {}
		self.failures: list[str] = []
		"""A line for each test that failed."""
		self.processes: set[subprocess.Popen[str]] = set()
		self.rounds = folder / "rounds.txt"
		self.environment = {**os.environ, "INVENTORY_MIDPLATFORM_ROUNDS": str(self.rounds)}
		if soak:
			self.environment["INVENTORY_MIDPLATFORM_SOAK"] = "1"

	def say(self, text: str) -> None:
		print(f"\n=== {text} [{time.monotonic() - self.started:.0f} s]", flush=True)

	def checks(self) -> None:
		self.say("checks")
		began, failed = time.monotonic(), []
		for command in ("ruff check", "ruff format --check --output-format=concise", "mypy"):
			print(f"$ {command}", flush=True)
			if subprocess.run([sys.executable, "-m", *command.split()], cwd=ROOT).returncode:
				failed.append(command.partition(" --")[0])
		remark = f"{', '.join(failed)} failed" if failed else "ruff, mypy"
		seconds = time.monotonic() - began
		self.outcomes.append(Outcome("checks", True, not failed, seconds=seconds, remark=remark))

	def page(self) -> None:
		"""Build the storekeeper's page, which the tests open, after its types, linters and unit tests."""
		self.say("storekeeper's page")
		began = time.monotonic()
		command = [sys.executable, str(ROOT / "scripts" / "frontend.py"), *([] if self.soak else ["--check"])]
		code = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode
		name, seconds = f"{PAGE}, built", time.monotonic() - began
		if code == PAGE_NOT_INSTALLED:
			self.outcomes.append(Outcome(name, False, remark="npm could not install what it is built with"))
		else:
			remark = "types, eslint, stylelint, vitest"
			self.outcomes.append(Outcome(name, True, not code, seconds=seconds, remark=remark))

	def tests(self) -> None:
		"""Run the site suite on two sites, pytest on both engines and in the page, the longest first."""
		shared = self.folder / "shared"
		shared.mkdir()
		bench = site_suite.find_bench()
		sites = []
		if bench:
			# two sites of one name need servers of their own
			number = 2 if throwaway.mariadb_server() and throwaway.redis_server() else 1
			sites = [self.site(n + 1, shared) for n in range(number)]
		self.arguments_of["mariadb"] = ON_SITES_TOO if sites and not self.soak else []
		pytests = [self.pytest(name, n + 1) for name in ("mariadb", "sqlite", "page") for n in range(2)]
		self.say(", ".join(job.name for job in sites + pytests))
		# a browser waits more than it works: without sites a third job fits beside two
		self.side_by_side(sites + pytests, 2 if sites else 3)
		for name in ("mariadb", "sqlite", "page"):
			self.outcomes += self.of_pytest(name, [job for job in pytests if job.kind == name])
		if bench:
			self.outcomes.append(of_sites(sites, versions(bench)))
			output = "".join(line for job in sites for line in job.output)
			self.failures += re.findall(r"^(?:(?:FAIL|ERROR): |(?:FAILED|ERROR) tests/).*", output, re.M)
			self.times += SharedWork(shared).times()
		else:
			remark = "no bench (FRAPPE_BENCH, ~/frappe-bench, ~frappe/frappe-bench)"
			self.outcomes.append(Outcome(SITE, False, remark=remark))

	def site(self, number: int, shared: Path) -> Job:
		script = str(ROOT / "tests" / "site_suite.py")
		return Job(f"site {number}", [sys.executable, "-u", script, "--share", str(shared)])

	def pytest(self, name: str, number: int) -> Job:
		folder = self.folder / name
		folder.mkdir(exist_ok=True)
		marks = ["mariadb" if name == "mariadb" else "not mariadb", *(["soak"] if self.soak else [])]
		where = ["tests/page"] if name == "page" else ["--ignore=tests/browser", "--ignore=tests/page"]
		return Job(
			f"{name} {number}",
			[
				*(sys.executable, "-u", "-m", "pytest", "-q"),
				f"--junitxml={folder / str(number)}.xml",
				*where,
				*("-m", " and ".join(marks)),
				*("-p", "no:cacheprovider"),
				*self.arguments_of.get(name, ()),
				*self.arguments,
			],
			environment={sharing.FOLDER: str(folder)},
		)

	def side_by_side(self, jobs: list[Job], least: int) -> None:
		waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
		for job in jobs:
			waiting.put(job)

		def work() -> None:
			while True:
				try:
					job = waiting.get_nowait()
				except queue.Empty:
					return
				job.run(self.environment, self.processes)

		number = min(len(jobs), max(least, os.cpu_count() or least))
		threads = [threading.Thread(target=work, daemon=True) for _ in range(number)]
		for thread in threads:
			thread.start()
		for thread in threads:
			thread.join()

	def stop(self) -> None:
		for process in list(self.processes):
			process.terminate()
		for process in list(self.processes):
			process.wait(90)

	def of_pytest(self, name: str, jobs: list[Job]) -> list[Outcome]:
		"""Return what the runs of one command came to, by group."""
		folder = self.folder / name
		cases, times = [], []
		for report in sorted(folder.glob("*.xml")):
			of_run, times_of_run = junit(report)
			cases += of_run
			times += times_of_run
		self.times += times
		self.failures += [f"{name}: {case.name}" for case in cases if case.result == "failed"]
		groups: dict[str, list[Case]] = {}
		for case in cases:
			groups.setdefault(group_of(case.name, name), []).append(case)
		if all(job.code == NO_TESTS for job in jobs):
			names = {"mariadb": MARIADB, "sqlite": SQLITE, "page": PAGE}
			return [Outcome(names[name], False, remark="no test was found")]
		outcomes = [counted(group, of_group) for group, of_group in sorted(groups.items())]
		for outcome in outcomes:
			outcome.seconds = sum(s for s, test in times if group_of(test, name) == outcome.name)
		found = re.findall(r"(\d+) subtests passed", "".join(line for job in jobs for line in job.output))
		if outcomes and found:
			outcomes[-1].subtests = sum(map(int, found))
		lost = sharing.collected(folder) - len(cases)
		codes = {job.code for job in jobs} - {0, NO_TESTS}
		if lost:
			outcomes.append(Outcome(f"pytest, {name}", True, False, remark=f"{lost} tests were not run"))
		elif codes and all(outcome.ok for outcome in outcomes):
			remark = f"it ended with code {max(codes)}"
			outcomes.append(Outcome(f"pytest, {name}", True, False, remark=remark))
		return outcomes

	def report(self) -> int:
		self.say("what ran")
		for outcome in self.outcomes:
			print(outcome.line())
		if self.rounds.is_file():
			print("\nLong proofs, " + ("in full:" if self.soak else "with few rounds (make soak runs all):"))
			for line, number in sorted(Counter(self.rounds.read_text(encoding="utf-8").splitlines()).items()):
				print(f"  {line}{f' ({number} times)' if number > 1 else ''}")
		print(f"\nThe slowest tests:\n{slowest(self.times)}")
		if self.failures:
			print("\nWhat failed:")
			for line in dict.fromkeys(self.failures):
				print(f"  {line[:400]}")
		passed, failed, skipped, subtests = (
			sum(getattr(o, count) for o in self.outcomes)
			for count in ("passed", "failed", "skipped", "subtests")
		)
		wrong = [o.name for o in self.outcomes if not o.ok]
		print(f"\n{'FAILED: ' + ', '.join(wrong) if wrong else 'all that ran passed'}")
		# what failed without a test of its own (a check, a step of the site suite) counts as one
		failed += sum(not o.ok and not o.failed for o in self.outcomes)
		seconds = time.monotonic() - self.started
		print(
			f"{passed} passed, {failed} failed, {skipped} skipped, {subtests} subtests in {seconds:.0f} s",
			flush=True,
		)
		return 1 if wrong else 0


def junit(report: Path) -> tuple[list[Case], list[tuple[float, str]]]:
	"""Return the tests of a JUnit report, a test and its subtests as one, and how many seconds each took."""
	cases: dict[str, Case] = {}
	times: dict[str, float] = {}
	if report.is_file():
		for element in ElementTree.parse(report).iter("testcase"):
			name = f"{element.get('classname')}.{element.get('name')}"
			case = cases.setdefault(name, Case(name))
			times[name] = max(times.get(name, 0), float(element.get("time") or 0))
			for child in element:
				if child.tag in ("failure", "error"):
					case.result = "failed"
				elif child.tag == "skipped" and case.result == "passed":
					case.result, case.reason = "skipped", child.get("message") or ""
	return list(cases.values()), [(seconds, name) for name, seconds in times.items()]


def group_of(test: str, engine: str) -> str:
	if engine == "mariadb":
		return MARIADB
	if test.startswith("tests.page."):
		return PAGE
	return (
		SQLITE
		if test.startswith(("tests.standalone.", "tests.public_client.", "tests.real_input."))
		else RULES
	)


def counted(name: str, cases: list[Case]) -> Outcome:
	counts = {kind: sum(case.result == kind for case in cases) for kind in ("passed", "failed", "skipped")}
	why = "; ".join(dict.fromkeys(c.reason.removeprefix("Skipped: ") for c in cases if c.result == "skipped"))
	if counts["skipped"] == len(cases):
		return Outcome(name, False, skipped=len(cases), remark=why or "no test was found")
	return Outcome(name, True, not counts["failed"], **counts, remark=why)


def of_sites(jobs: list[Job], remark: str) -> Outcome:
	"""Return what the jobs on sites printed, as one: any number of `Ran N tests`, each with its result below."""
	output = "".join(line for job in jobs for line in job.output)
	code = max(job.code for job in jobs)
	ran = sum(int(n) for n in re.findall(r"^Ran (\d+) tests? ", output, re.M))
	counts = {
		kind: sum(int(n) for n in re.findall(rf"^(?:OK|FAILED) \(.*?\b{kind}=(\d+)", output, re.M))
		for kind in ("failures", "errors", "skipped")
	}
	subtests = sum(int(n) for n in re.findall(r"^with (\d+) subtests", output, re.M))
	failed = counts["failures"] + counts["errors"]
	for closing in re.findall(r"^=+ (.*) in [\d.]+s.*=+$", output, re.M):
		outside = {kind: int(n) for n, kind in re.findall(r"(\d+) (passed|failed|errors?|skipped)", closing)}
		counts["skipped"] += outside.get("skipped", 0)
		failed += outside.get("failed", 0) + outside.get("error", 0) + outside.get("errors", 0)
		ran += sum(outside.values())
	seconds = max(job.seconds for job in jobs)
	if not ran:
		return Outcome(SITE, True, False, seconds=seconds, remark="it ran no test")
	passed = max(ran - failed - counts["skipped"], 0)
	if code and not failed:
		remark += f"; a step of it failed (code {code})"
	return Outcome(
		SITE, True, code == 0 and not failed, passed, failed, counts["skipped"], subtests, seconds, remark
	)


def versions(bench: Path) -> str:
	found = []
	for app, title in (("frappe", "Frappe"), ("erpnext", "ERPNext")):
		text = (bench / "apps" / app / app / "__init__.py").read_text(encoding="utf-8")
		version = re.search(r"^__version__ = ['\"](.+?)['\"]", text, re.M)
		found.append(f"{title} {version[1] if version else '?'}")
	return " and ".join(found)


def main(arguments: list[str]) -> int:
	signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
	soak = arguments[:1] == ["--soak"]
	with tempfile.TemporaryDirectory(prefix="inventory-tests-") as folder:
		run = Run(Path(folder), soak, arguments[1:] if soak else arguments)
		try:
			if not soak:
				run.checks()
			run.page()
			run.tests()
		finally:
			run.stop()
		return run.report()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
