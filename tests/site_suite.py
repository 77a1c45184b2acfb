"""Run the site suite: this checkout on a site of its own, on a bench that is there.

	python tests/site_suite.py
	python tests/site_suite.py --share FOLDER [MODULE ...]
	python tests/site_suite.py --module inventory_midplatform.tests.test_races [--test NAME]

The first runs everything. The second shares it with the other runs on the same folder, or these modules (such as
``test_races``) alone. The third runs what ``bench run-tests`` runs with these arguments.

The bench lends its environment, Frappe and ERPNext; nothing of it is changed. The run has a bench folder of its
own, with its own apps.txt, database server and redis, and this checkout goes first on the Python path whichever
checkout the bench itself may have. A database with ERPNext and a company is stored beside the bench's sites
(``sites/.cache-inventory-midplatform``), so that only the first run waits for ERPNext's installation.

The bench: ``FRAPPE_BENCH`` (``none`` for none), else ``~/frappe-bench``, else ``~frappe/frappe-bench``. Where MariaDB's or
redis' server is not on this machine, the bench's own are used, with ``MARIADB_ROOT_PASSWORD`` (else ``root``).

After the tests the same site is served: the desk is walked in a browser, and a public client calls its REST API. Then
it is backed up and restored, and the app is uninstalled, which must leave the site as it was before, and installed again.
With INVENTORY_MIDPLATFORM_SOAK=1 (``make soak``) only the long proofs run, in full.

Exit code: that of the tests; 77 where there is no bench to run them on.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from pathlib import Path

import sharing
import site_assets
import throwaway

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from inventory_midplatform.tests.rounds import SOAK  # noqa: E402
from inventory_midplatform.tests.shared_work import SharedWork, slowest  # noqa: E402

APP = "inventory_midplatform"
SITE = "inventory-suite.localhost"
CACHE = ".cache-inventory-midplatform"
RECIPE = "2"
"""Changed when the stored database is made differently, so that an older one is not used."""
STORED_DAYS = 14

SKIPPED = 77


def find_bench() -> Path | None:
	"""The bench to run on, or None; a FRAPPE_BENCH that is none is an error."""
	named = os.environ.get("FRAPPE_BENCH")
	if named == "none":
		return None
	if named:
		if not is_bench(Path(named)):
			sys.exit(f"FRAPPE_BENCH={named} is no bench with Frappe and ERPNext")
		return Path(named).resolve()
	places = [Path(os.path.expanduser(home)) / "frappe-bench" for home in ("~", "~frappe")]
	return next((place.resolve() for place in places if is_bench(place)), None)


def is_bench(folder: Path) -> bool:
	needed = ("sites/common_site_config.json", "env/bin/python", "apps/frappe", "apps/erpnext")
	try:
		return all((folder / part).exists() for part in needed)
	except PermissionError:
		return False


class Suite:
	"""One run in a folder of its own, laid out as a bench."""

	def __init__(self, bench: Path, folder: Path, stack: contextlib.ExitStack):
		self.bench, self.folder, self.stack = bench, folder, stack
		self.sites = folder / "sites"
		self.config: dict[str, object] = json.loads((bench / "sites/common_site_config.json").read_text())
		self.has_mariadb = throwaway.mariadb_server() is not None
		self.database: throwaway.Address | None = None

	def lay_out(self) -> None:
		for name in ("sites", "config", "logs"):
			(self.folder / name).mkdir()
		for name in ("apps", "env"):
			(self.folder / name).symlink_to(self.bench / name)
		site_assets.lay_out(self.bench / "sites/assets", self.sites / "assets", CHECKOUT / APP / "public")
		site_assets.lend_packages(self.folder / "packages")

	def open_redis(self) -> None:
		if throwaway.redis_server():
			address = self.stack.enter_context(throwaway.redis(self.folder / "redis"))
			url = f"redis://{address.host}:{address.port}"
			self.config.update(redis_cache=url, redis_queue=url, redis_socketio=url, use_redis_auth=False)

	def open_database(self) -> contextlib.AbstractContextManager[throwaway.Address]:
		"""The server of this run's site, as long as it is open."""
		if self.has_mariadb:
			return throwaway.mariadb(self.folder / "mariadb")
		return contextlib.nullcontext(
			throwaway.Address(
				str(self.config.get("db_host") or "127.0.0.1"),
				int(str(self.config.get("db_port") or 3306)),
				str(self.config.get("root_login") or "root"),
				os.environ.get("MARIADB_ROOT_PASSWORD") or str(self.config.get("root_password") or "root"),
			)
		)

	def configure(self, database: throwaway.Address, apps: list[str]) -> None:
		self.database = database
		self.config.update(
			db_host=database.host,
			db_port=database.port,
			db_socket=None,
			bench_id=f"inventory-suite-{os.getpid()}",
			default_site=SITE,
			developer_mode=0,
			mute_emails=1,
			throttle_user_limit=100_000,
		)
		(self.sites / "common_site_config.json").write_text(json.dumps(self.config, indent=1))
		(self.sites / "apps.txt").write_text("\n".join(apps))

	def environment(self) -> dict[str, str]:
		environment = {
			**os.environ,
			"FRAPPE_BENCH_ROOT": str(self.folder),
			"SITES_PATH": str(self.sites),
			"PYTHONPATH": os.pathsep.join([str(CHECKOUT), str(self.folder / "packages")]),
			"PYTHONDONTWRITEBYTECODE": "1",
			"PYTHONUNBUFFERED": "1",
			"MARIADB_MAY_BE_KILLED": "yes" if self.has_mariadb else "",
			# without it Frappe's run-tests exits with 0 though tests fail
			"CI": "true",
		}
		for name in ("VIRTUAL_ENV", "PYTHONHOME", "FRAPPE_SITE", "MYSQL_UNIX_PORT"):
			environment.pop(name, None)
		return environment

	def python(self, module: str, *arguments: str) -> list[str]:
		return [str(self.bench / "env/bin/python"), "-W", "ignore", "-m", module, *arguments]

	def frappe(self, *arguments: str, quiet: bool = False) -> int:
		"""A command of Frappe's, as ``bench`` would run it."""
		done = subprocess.run(
			self.python("frappe.utils.bench_helper", "frappe", *arguments),
			cwd=self.sites,
			env=self.environment(),
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE if quiet else None,
			stderr=subprocess.STDOUT if quiet else None,
			text=True,
			errors="replace",
		)
		if quiet and done.returncode:
			print(done.stdout[-5000:], flush=True)
		return done.returncode

	def tests(self, shared: Path, *modules: str) -> int:
		"""Run the classes that no other run on this folder has claimed; returns the exit code."""
		command = self.python("inventory_midplatform.tests.site_runner", SITE, str(shared), *modules)
		return subprocess.run(
			command, cwd=self.sites, env=self.environment(), stdin=subprocess.DEVNULL
		).returncode

	def output(self, module: str, *arguments: str) -> str:
		"""Return what a module of this checkout prints when it is run in the bench's environment."""
		done = subprocess.run(
			self.python(module, *arguments),
			cwd=self.sites,
			env=self.environment(),
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			text=True,
			check=True,
		)
		return done.stdout

	def must(self, *arguments: str) -> None:
		if self.frappe(*arguments, quiet=True):
			sys.exit(f"bench {' '.join(a for a in arguments if 'password' not in a)} failed")

	def new_site(self) -> None:
		assert self.database
		source = (self.bench / "apps/frappe/frappe/commands/site.py").read_text(encoding="utf-8")
		scope = "--mariadb-user-host-login-scope"
		self.must(
			"new-site",
			SITE,
			f"--db-root-username={self.database.user}",
			f"--db-root-password={self.database.password}",
			"--admin-password=admin",
			*([f"{scope}=%"] if scope in source else ["--no-mariadb-socket"]),
			"--install-app=erpnext",
		)
		# makes a company, which takes as long as many tests
		self.traces()

	@contextlib.contextmanager
	def served(self) -> Iterator[str]:
		"""The site at a free port, with its assets; yields the URL."""
		port = throwaway.free_port()
		url = f"http://127.0.0.1:{port}"
		command = self.python(
			"frappe.utils.bench_helper", "frappe", "--site", SITE, "serve", f"--port={port}", "--noreload"
		)
		server = subprocess.Popen(
			command,
			cwd=self.sites,
			env=self.environment(),
			stdin=subprocess.DEVNULL,
			stdout=subprocess.DEVNULL,
			stderr=subprocess.DEVNULL,
			start_new_session=True,
		)
		try:
			wait_for(f"{url}/api/method/ping", server)
			yield url
		finally:
			os.killpg(server.pid, signal.SIGTERM)
			server.wait(timeout=30)

	def walk_the_desk(self, work: SharedWork) -> int:
		"""Run the tests from outside, a browser and a public client, that no other run has claimed; in this environment."""
		report = self.folder / "browser.xml"
		shared = work.folder / "desk"
		shared.mkdir(exist_ok=True)
		fixture = self.output("inventory_midplatform.tests.fixture_for_clients", SITE)
		with self.served() as url:
			environment = {
				**os.environ,
				"DESK_URL": url,
				"DESK_PASSWORD": "admin",
				"SITE_CLIENT_FIXTURE": fixture.strip().splitlines()[-1],
				sharing.FOLDER: str(shared),
			}
			command = [
				sys.executable,
				"-m",
				"pytest",
				f"--junitxml={report}",
				"tests/browser",
				"tests/public_client",
				"-k",
				"not standalone",
			]
			code = subprocess.run(command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL).returncode
		if report.is_file():
			for test in ElementTree.parse(report).iter("testcase"):
				work.note_time(float(test.get("time") or 0), f"{test.get('classname')}.{test.get('name')}")
		return code

	# the app's life on the site

	def traces(self) -> dict[str, list[str]]:
		found: dict[str, list[str]] = json.loads(
			self.output("inventory_midplatform.tests.traces", SITE).strip().splitlines()[-1]
		)
		return found

	def install_and_uninstall(self, before: dict[str, list[str]]) -> list[str]:
		"""Migrate, back up and restore, uninstall (refused until the ledger is exported), compare, install again.

		Returns what is wrong.
		"""
		self.must("--site", SITE, "migrate")
		wrong = self.back_up_and_restore()
		uninstall = ("--site", SITE, "uninstall-app", APP, "--yes", "--no-backup")
		if self.quietly(*uninstall) == 0:
			return ["a live ledger was uninstalled without an export"]
		exported = self.folder / "exported"
		self.must("--site", SITE, "inventory-export-ledger", str(exported))
		if len((exported / "stock_movement.csv").read_text(encoding="utf-8").splitlines()) < 100:
			wrong.append("the export has hardly a movement")
		self.must(*uninstall)
		after = self.traces()
		for kind, names in before.items():
			if left := sorted(set(after[kind]) - set(names)):
				wrong.append(f"left behind, {kind}: {', '.join(left[:10])}")
			if gone := sorted(set(names) - set(after[kind])):
				wrong.append(f"missing afterwards, {kind}: {', '.join(gone[:10])}")
		self.must("--site", SITE, "install-app", APP)
		self.must("--site", SITE, "migrate")
		self.opening_stock()
		self.must("--site", SITE, "inventory-verify")
		return wrong

	def back_up_and_restore(self) -> list[str]:
		"""Back up the site, spoil its ledger and restore it: every position must be as it was. Returns what is wrong."""
		assert self.database
		before, backup = self.positions(), self.folder / "backup.sql.gz"
		self.must("--site", SITE, "backup", "--backup-path-db", str(backup))
		self.sql("UPDATE `tabStock Position` SET on_hand = on_hand + 1, reserved = 0")
		self.sql("DELETE FROM `tabBin Stock`")
		if self.quietly("--site", SITE, "inventory-verify") == 0:
			return ["a spoiled ledger passes the check"]
		root = [f"--db-root-username={self.database.user}", f"--db-root-password={self.database.password}"]
		self.must("--site", SITE, "restore", str(backup), "--force", "--admin-password=admin", *root)
		self.must("--site", SITE, "inventory-verify")
		wrong = [] if before.count("],") > 100 else ["the restored site had hardly a position"]
		return wrong if self.positions() == before else [*wrong, "a restored position is not what it was"]

	def positions(self) -> str:
		return self.sql(
			"SELECT item_code, warehouse, on_hand, on_hold, reserved, waiting FROM `tabStock Position`"
			" ORDER BY item_code, warehouse"
		)

	def sql(self, statement: str) -> str:
		"""Return the result of a statement as JSON; it is committed."""
		execute = ("frappe", "--site", SITE, "execute", "frappe.db.sql", "--args", json.dumps([statement]))
		return self.output("frappe.utils.bench_helper", *execute)

	def opening_stock(self) -> None:
		"""Switch on the ledger of the app just installed, which is off and empty, and take the opening stock from the books."""
		switch = json.dumps(["Inventory Midplatform Settings", "ledger_enabled", 1])
		self.must("--site", SITE, "execute", "frappe.db.set_single_value", "--args", switch)
		self.must("--site", SITE, "inventory-opening-stock")

	def quietly(self, *arguments: str) -> int:
		"""Run a command that is expected to fail, without its output; returns the exit code."""
		done = subprocess.run(
			self.python("frappe.utils.bench_helper", "frappe", *arguments),
			cwd=self.sites,
			env=self.environment(),
			stdin=subprocess.DEVNULL,
			capture_output=True,
		)
		return done.returncode

	# the stored database

	def cache(self) -> Path:
		return self.bench / "sites" / CACHE / self.cache_key()

	def cache_key(self) -> str:
		parts = [RECIPE]
		for app in ("frappe", "erpnext"):
			parts.append((self.bench / "apps" / app / app / "__init__.py").read_text(encoding="utf-8"))
			git = ["git", "-C", str(self.bench / "apps" / app), "rev-parse", "HEAD"]
			parts.append(subprocess.run(git, capture_output=True, text=True).stdout)
		server = throwaway.mariadb_server()
		if server:
			parts.append(subprocess.run([server, "--version"], capture_output=True, text=True).stdout)
		return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

	@contextlib.contextmanager
	def alone_with_the_cache(self) -> Iterator[None]:
		"""Let one run after another look for the stored database, so that only the first makes it."""
		try:
			self.cache().parent.mkdir(exist_ok=True)
			lock = (self.cache().parent / "lock").open("w")
		except OSError:
			yield  # a bench that may not be written to
			return
		with lock:
			fcntl.flock(lock, fcntl.LOCK_EX)
			yield

	def restore_from_cache(self) -> bool:
		stored = self.cache()
		if not (stored / "complete").is_file():
			return False
		copy(stored / "mariadb", self.folder / "mariadb")
		copy(stored / "site", self.sites / SITE)
		return True

	def store_in_cache(self) -> None:
		"""Best effort: on a bench that may not be written to ERPNext is installed in each run."""
		stored = self.cache()
		try:
			for other in stored.parent.iterdir():
				if other.is_dir() and time.time() - other.stat().st_mtime > STORED_DAYS * 86400:
					shutil.rmtree(other, ignore_errors=True)
			shutil.rmtree(stored, ignore_errors=True)
			stored.mkdir(parents=True)
			copy(self.folder / "mariadb", stored / "mariadb")
			copy(self.sites / SITE, stored / "site")
			(stored / "complete").touch()
		except (OSError, subprocess.CalledProcessError) as error:
			shutil.rmtree(stored, ignore_errors=True)
			print(f"The database is not stored for the next run: {error}", flush=True)


def copy(source: Path, target: Path) -> None:
	subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True, capture_output=True)


def say(started: float, text: str) -> None:
	print(f"[site {time.monotonic() - started:4.0f} s] {text}", flush=True)


def run(bench: Path, arguments: list[str], shared: Path | None = None, modules: Sequence[str] = ()) -> int:
	"""Run ``bench run-tests`` with these arguments; without any, everything no other run on ``shared`` has claimed.

	With ``modules``, only what is in them.
	"""
	started = time.monotonic()
	say(started, f"bench {bench}, checkout {CHECKOUT}")
	with contextlib.ExitStack() as stack:
		folder = Path(tempfile.mkdtemp(prefix="inventory-suite-"))
		stack.callback(shutil.rmtree, folder, ignore_errors=True)
		suite = Suite(bench, folder, stack)
		suite.lay_out()
		suite.open_redis()
		before = make_site(suite, started)
		say(started, f"install-app {APP}")
		suite.must("--site", SITE, "install-app", APP)
		suite.must("--site", SITE, "set-config", "allow_tests", "true")
		say(started, "tests")
		if arguments:
			code = suite.frappe("--site", SITE, "run-tests", "--app", APP, *arguments)
		else:
			code = run_everything(suite, before, shared, modules, started)
		say(started, "done" if code == 0 else "FAILED")
		return 1 if code else 0


def make_site(suite: Suite, started: float) -> dict[str, list[str]]:
	"""Make a site with ERPNext and without the app; returns its traces."""
	if suite.has_mariadb:
		with suite.alone_with_the_cache():
			if suite.restore_from_cache():
				say(started, "a site with ERPNext, as stored by an earlier run")
			else:
				say(started, "a new site with ERPNext (some minutes, the first time)")
				with suite.open_database() as database:
					suite.configure(database, ["frappe", "erpnext"])
					suite.new_site()
				suite.store_in_cache()
	database = suite.stack.enter_context(suite.open_database())
	suite.configure(database, ["frappe", "erpnext", APP])
	if not suite.has_mariadb:
		say(started, f"a new site with ERPNext on {database.host}:{database.port}")
		root = [f"--db-root-username={database.user}", f"--db-root-password={database.password}"]
		suite.stack.callback(suite.frappe, "drop-site", SITE, "--force", "--no-backup", *root, quiet=True)
		suite.new_site()
	return suite.traces()


def run_everything(
	suite: Suite, before: dict[str, list[str]], shared: Path | None, modules: Sequence[str], started: float
) -> int:
	alone = shared is None
	folder = shared or suite.folder / "shared"
	folder.mkdir(exist_ok=True)
	work = SharedWork(folder)
	code = suite.tests(folder, *modules)
	tests_alone = SOAK or modules
	if not tests_alone:
		say(started, "the desk in a browser, and a public client")
		code = suite.walk_the_desk(work) or code
	if not tests_alone and work.claim("install and uninstall"):
		say(started, "migrate, back up, restore, export, uninstall, install again")
		began = time.monotonic()
		wrong = suite.install_and_uninstall(before)
		work.note_time(time.monotonic() - began, "backup, restore, export, uninstall, install again")
		lines = [
			"Ran 1 test of backup, uninstall and install",
			f"FAILED (failures={len(wrong)})" if wrong else "OK",
		]
		print("\n".join([*lines, *(f"FAIL: {what}" for what in wrong)]))
		code = code or len(wrong)
	if alone:
		print(f"The slowest tests:\n{slowest(work.times())}", flush=True)
	return code


def wait_for(url: str, server: "subprocess.Popen[bytes]", seconds: int = 90) -> None:
	until = time.monotonic() + seconds
	while True:
		try:
			with urllib.request.urlopen(url, timeout=30):
				return
		except OSError:
			pass
		if server.poll() is not None or time.monotonic() > until:
			sys.exit("the site's server did not come up")
		time.sleep(0.5)


if __name__ == "__main__":
	signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
	found = find_bench()
	if found is None:
		print("no bench: neither FRAPPE_BENCH, ~/frappe-bench nor ~frappe/frappe-bench is one")
		sys.exit(SKIPPED)
	if sys.argv[1:2] == ["--share"]:
		sys.exit(run(found, [], Path(sys.argv[2]).resolve(), sys.argv[3:]))
	sys.exit(run(found, sys.argv[1:]))
