"""Run everything this machine can run, and say at the end what ran, what did not, and why.

	python tests/run.py [arguments for pytest]

Checks (ruff, mypy), then pytest (on SQLite, and on a MariaDB of its own where one is installed), then the site
suite where a bench is found. Needs the environment ``make test`` makes; standard library only otherwise.
"""

import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

import site_suite

ROOT = Path(__file__).resolve().parents[1]
STANDALONE = ROOT / "inventory_midplatform" / "adapters" / "standalone"
STANDALONE_LIMIT = 2500


GROUPS = ("rules and architecture", "standalone on SQLite", "standalone on MariaDB")


@dataclass
class Case:
	name: str
	result: str
	reason: str = ""


@dataclass
class Outcome:
	"""What became of one suite."""

	name: str
	ran: bool
	ok: bool = True
	passed: int = 0
	failed: int = 0
	skipped: int = 0
	remark: str = ""

	def line(self) -> str:
		if not self.ran:
			return f"  {self.name:<24} did not run: {self.remark}"
		parts = [f"{self.passed} passed", f"{self.failed} failed"] if self.passed or self.failed else []
		parts += [f"{self.skipped} skipped"] if self.skipped else []
		parts += [self.remark] if self.remark else []
		return f"  {self.name:<24} {'passed' if self.ok else 'FAILED'}: {', '.join(parts)}"


@dataclass
class Run:
	started: float = field(default_factory=time.monotonic)
	outcomes: list[Outcome] = field(default_factory=list)

	def say(self, text: str) -> None:
		print(f"\n=== {text} [{time.monotonic() - self.started:.0f} s]", flush=True)

	def checks(self) -> None:
		self.say("checks")
		failed = []
		for command in ("ruff check", "ruff format --check --output-format=concise", "mypy"):
			print(f"$ {command}", flush=True)
			if subprocess.run([sys.executable, "-m", *command.split()], cwd=ROOT).returncode:
				failed.append(command.partition(" --")[0])
		remark = f"{', '.join(failed)} failed" if failed else "ruff, mypy"
		self.outcomes.append(Outcome("checks", True, not failed, remark=remark))

	def pytest(self, arguments: list[str]) -> None:
		self.say("pytest")
		with tempfile.TemporaryDirectory(prefix="inventory-tests-") as folder:
			report = Path(folder) / "report.xml"
			command = [
				sys.executable,
				"-m",
				"pytest",
				f"--junitxml={report}",
				"--ignore=tests/browser",
				*arguments,
			]
			code = subprocess.run(command, cwd=ROOT).returncode
			cases = _cases(report)
		groups: dict[str, list[Case]] = {name: [] for name in GROUPS}
		for case in cases:
			groups[_group(case.name)].append(case)
		outcomes = [_counted(name, group) for name, group in groups.items()]
		if code and all(outcome.ok for outcome in outcomes):
			outcomes.append(Outcome("pytest", True, False, remark=f"it ended with code {code}"))
		self.outcomes += outcomes

	def site(self) -> None:
		bench = site_suite.find_bench()
		if bench is None:
			remark = "no bench (FRAPPE_BENCH, ~/frappe-bench, ~frappe/frappe-bench)"
			self.outcomes.append(Outcome("site", False, remark=remark))
			return
		self.say("site suite")
		command = [sys.executable, "-u", str(ROOT / "tests" / "site_suite.py")]
		process = subprocess.Popen(
			command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
		)
		lines = []
		assert process.stdout
		for line in process.stdout:
			print(line, end="", flush=True)
			lines.append(line)
		code = process.wait()
		self.outcomes.append(_of_unittest("".join(lines), code, _versions(bench)))

	def report(self) -> int:
		self.say("what ran")
		for outcome in self.outcomes:
			print(outcome.line())
		lines = sum(p.read_text(encoding="utf-8").count("\n") for p in STANDALONE.rglob("*.py"))
		small = lines <= STANDALONE_LIMIT
		print(f"  standalone adapter       {lines:,} lines of at most {STANDALONE_LIMIT:,}")
		passed, failed, skipped = (
			sum(getattr(o, count) for o in self.outcomes) for count in ("passed", "failed", "skipped")
		)
		wrong = [o.name for o in self.outcomes if not o.ok]
		if not small:
			wrong.append("the standalone adapter's size")
		print(f"  {'FAILED: ' + ', '.join(wrong) if wrong else 'all that ran passed'}")
		# what failed without a test of its own (a check, a step of the site suite) counts as one
		failed += sum(not o.ok and not o.failed for o in self.outcomes)
		print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)
		return 1 if wrong else 0


def _cases(report: Path) -> list[Case]:
	"""The tests of a JUnit report; a test and its subtests are one."""
	cases: dict[str, Case] = {}
	if report.is_file():
		for element in ElementTree.parse(report).iter("testcase"):
			case = cases.setdefault(
				name := f"{element.get('classname')}.{element.get('name')}", Case(name, "passed")
			)
			for child in element:
				if child.tag in ("failure", "error"):
					case.result = "failed"
				elif child.tag == "skipped" and case.result == "passed":
					case.result, case.reason = "skipped", child.get("message") or ""
	return list(cases.values())


def _group(test: str) -> str:
	if not test.startswith(("tests.standalone.", "tests.public_client.")):
		return GROUPS[0]
	return GROUPS[2] if "mariadb" in test.lower() else GROUPS[1]


def _counted(name: str, cases: list[Case]) -> Outcome:
	counts = {kind: sum(case.result == kind for case in cases) for kind in ("passed", "failed", "skipped")}
	why = "; ".join(dict.fromkeys(c.reason.removeprefix("Skipped: ") for c in cases if c.result == "skipped"))
	if counts["skipped"] == len(cases):
		return Outcome(name, False, skipped=len(cases), remark=why or "no test was found")
	return Outcome(name, True, not counts["failed"], **counts, remark=why)


def _of_unittest(output: str, code: int, remark: str) -> Outcome:
	"""What `bench run-tests` printed: any number of `Ran N tests`, each with its result below."""
	ran = sum(int(n) for n in re.findall(r"^Ran (\d+) tests? in", output, re.M))
	counts = {
		kind: sum(int(n) for n in re.findall(rf"^(?:OK|FAILED) \(.*?\b{kind}=(\d+)", output, re.M))
		for kind in ("failures", "errors", "skipped")
	}
	failed = counts["failures"] + counts["errors"]
	for closing in re.findall(r"^=+ (.*) in [\d.]+s.*=+$", output, re.M):
		outside = {kind: int(n) for n, kind in re.findall(r"(\d+) (passed|failed|errors?|skipped)", closing)}
		counts["skipped"] += outside.get("skipped", 0)
		failed += outside.get("failed", 0) + outside.get("error", 0) + outside.get("errors", 0)
		ran += sum(outside.values())
	if not ran:
		return Outcome("site", True, False, remark="it ran no test")
	passed = max(ran - failed - counts["skipped"], 0)
	if code and not failed:
		remark += f"; a step of it failed (code {code})"
	return Outcome("site", True, code == 0 and not failed, passed, failed, counts["skipped"], remark)


def _versions(bench: Path) -> str:
	found = []
	for app, title in (("frappe", "Frappe"), ("erpnext", "ERPNext")):
		text = (bench / "apps" / app / app / "__init__.py").read_text(encoding="utf-8")
		version = re.search(r"^__version__ = ['\"](.+?)['\"]", text, re.M)
		found.append(f"{title} {version[1] if version else '?'}")
	return " and ".join(found)


def main(arguments: list[str]) -> int:
	signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
	run = Run()
	run.checks()
	run.pytest(arguments)
	run.site()
	return run.report()


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
