"""Make the fixture of this release's site data, on a throwaway site of the bench the site suite runs on.

	python scripts/release_fixture.py

Run it once, when a release is made, with that release checked out; what it writes is never written again.
"""

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import site_suite  # noqa: E402

import inventory_midplatform  # noqa: E402


def main() -> None:
	release = inventory_midplatform.__version__
	target = ROOT / f"inventory_midplatform/tests/fixtures/release_{release.replace('.', '_')}"
	bench = site_suite.find_bench()
	if bench is None or target.exists():
		sys.exit("no bench to run on" if bench is None else f"{target} is there already")
	with contextlib.ExitStack() as stack:
		folder = Path(tempfile.mkdtemp(prefix="inventory-fixture-"))
		stack.callback(shutil.rmtree, folder, ignore_errors=True)
		suite = site_suite.Suite(bench, folder, stack)
		suite.lay_out()
		suite.open_redis()
		kept = suite.take_from_cache()
		database = stack.enter_context(suite.open_database())
		if not kept:
			suite.configure(database, ["frappe", "erpnext"])
			suite.new_site()
		suite.configure(database, ["frappe", "erpnext", site_suite.APP])
		suite.must("--site", site_suite.SITE, "install-app", site_suite.APP)
		suite.output("inventory_midplatform.tests.release_fixture", site_suite.SITE, str(target))
	print(f"written to {target}")


if __name__ == "__main__":
	main()
