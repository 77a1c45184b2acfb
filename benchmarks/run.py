"""Measure, compare with what a user would use instead, and print a table.

	python benchmarks/run.py [--small] [--keep-document] [pairs reserving delivering receiving thresholds opening_stock
		verifying reports approvals fulfilment fulfilment_standalone]

All but ``pairs`` and ``fulfilment_standalone`` need a bench (as tests/site_suite.py finds it) and run on a site of
their own, which is removed. ``fulfilment_standalone`` runs where there is none, or where it is named.
BENCH_SECONDS says how long people work in the fulfilment day.
``--small`` makes everything fifty times smaller: to see that it works, not to believe its figures. Results
are saved in ``benchmarks/results/``; a whole run also writes its table into ``docs/benchmarks.md``.
"""

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import site_suite  # noqa: E402
import throwaway  # noqa: E402

from benchmarks import table  # noqa: E402
from benchmarks.figures import MARK  # noqa: E402

STANDALONE = ("pairs", "fulfilment_standalone")
ON_A_SITE = (
	"reserving",
	"delivering",
	"receiving",
	"opening_stock",
	"verifying",
	"thresholds",
	"reports",
	"approvals",
	"fulfilment",
)
SMALL = 0.02
RESULTS = ROOT / "benchmarks" / "results"
DOCUMENT = ROOT / "docs" / "benchmarks.md"

AS_IN_PRODUCTION = {"innodb_flush_log_at_trx_commit": 1, "innodb_buffer_pool_size": 1 << 30}
"""The tests' server does without these for speed: a commit is on disk."""


def say(text: str) -> None:
	print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def run(command: list[str], **where: Any) -> dict[str, Any] | None:
	"""Run a part in a process of its own, and show what it prints besides its figures."""
	process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, **where)
	part = None
	assert process.stdout
	for line in process.stdout:
		if line.startswith(MARK):
			part = json.loads(line.removeprefix(MARK))
		else:
			print(line, end="", flush=True)
	return part if process.wait() == 0 else None


def standalone(name: str, scale: float) -> dict[str, Any] | None:
	return run([sys.executable, "-m", f"benchmarks.{name}", str(scale)], cwd=ROOT)


@contextlib.contextmanager
def site(bench: Path) -> Iterator[site_suite.Suite]:
	"""Make a site with the app, on a database server that this run starts."""
	if throwaway.mariadb_server() is None:
		sys.exit("the benchmarks need MariaDB's server on this machine, for one of their own")
	with contextlib.ExitStack() as stack:
		folder = Path(tempfile.mkdtemp(prefix="inventory-bench-"))
		stack.callback(shutil.rmtree, folder, ignore_errors=True)
		suite = site_suite.Suite(bench, folder, stack)
		suite.lay_out()
		suite.open_redis()
		site_suite.make_site(suite, time.monotonic())
		say("a site, and the app on it")
		suite.must("--site", site_suite.SITE, "install-app", site_suite.APP)
		assert suite.database
		_tune(suite.database)
		yield suite


def _tune(database: throwaway.Address) -> None:
	client = throwaway.program("mariadb", "mysql")
	assert client
	statements = ";".join(f"SET GLOBAL {name} = {value}" for name, value in AS_IN_PRODUCTION.items())
	where = [f"--host={database.host}", f"--port={database.port}", f"--user={database.user}"]
	environment = {**os.environ, "MYSQL_PWD": database.password}
	subprocess.run([client, "--no-defaults", *where, "-e", statements], check=True, env=environment)


def machine(bench: Path | None) -> str:
	parts = [f"{date.today()}", f"{os.cpu_count()} cores", f"Python {platform.python_version()}"]
	if bench:
		version = subprocess.run(
			[str(throwaway.mariadb_server()), "--version"], capture_output=True, text=True
		).stdout
		server = re.search(r"\d+\.\d+\.\d+", version)
		parts.append(f"MariaDB {server[0] if server else '?'}")
		for app, title in (("frappe", "Frappe"), ("erpnext", "ERPNext")):
			text = (bench / "apps" / app / app / "__init__.py").read_text(encoding="utf-8")
			found = re.search(r"^__version__ = ['\"](.+?)['\"]", text, re.M)
			parts.append(f"{title} {found[1] if found else '?'}")
	return ", ".join(parts)


def main(arguments: list[str]) -> int:
	options = argparse.ArgumentParser(description="Performance, compared with what a user would use instead.")
	options.add_argument(
		"--small", action="store_true", help="fifty times smaller: only to see that it works"
	)
	options.add_argument("--keep-document", action="store_true", help="leave docs/benchmarks.md as it is")
	options.add_argument("names", nargs="*", metavar="part", help=" ".join((*STANDALONE, *ON_A_SITE)))
	chosen = options.parse_args(arguments)
	if unknown := set(chosen.names) - {*STANDALONE, *ON_A_SITE}:
		options.error(f"no such part: {', '.join(sorted(unknown))}")
	scale = SMALL if chosen.small else 1.0
	bench = site_suite.find_bench()
	usual = [*(n for n in STANDALONE if not (bench and n == "fulfilment_standalone")), *ON_A_SITE]
	names = chosen.names or usual
	where = machine(bench)
	results = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}{'' if scale == 1 else '-small'}.json"
	found: dict[str, dict[str, Any] | None] = {}
	for name in (n for n in STANDALONE if n in names):
		say(name)
		found[name] = standalone(name, scale)
		_save(results, where, scale, found)
	on_site = [n for n in ON_A_SITE if n in names]
	if on_site and bench is None:
		say(f"no bench: {', '.join(on_site)} not measured")
	elif on_site and bench:
		with site(bench) as suite:
			for name in on_site:
				say(name)
				command = suite.python(f"benchmarks.{name}", site_suite.SITE, str(scale))
				found[name] = run(command, cwd=suite.sites, env=suite.environment())
				_save(results, where, scale, found)
	parts = [part for part in found.values() if part]
	failed = [name for name, part in found.items() if not part]
	say(f"saved in {results.relative_to(ROOT)}")
	print(f"\n{where}\n\n{table.plain(parts)}\n")
	if scale == 1 and len(parts) == len(usual) and not chosen.keep_document:
		table.write(DOCUMENT, where, parts)
	if failed:
		say(f"failed: {', '.join(failed)}")
	return 1 if failed else 0


def _save(results: Path, where: str, scale: float, found: dict[str, dict[str, Any] | None]) -> None:
	"""Save after every part, so that a stopped run leaves results."""
	parts = [part for part in found.values() if part]
	RESULTS.mkdir(exist_ok=True)
	results.write_text(
		json.dumps({"machine": where, "scale": scale, "parts": parts}, ensure_ascii=False, indent=1)
	)


def stop(*_: object) -> None:
	sys.exit("stopped")


if __name__ == "__main__":
	signal.signal(signal.SIGTERM, stop)
	sys.exit(main(sys.argv[1:]))
