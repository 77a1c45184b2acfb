"""Run the site suite: this very checkout on a site of its own, on a bench that is there.

	python tests/site_suite.py [arguments for `bench run-tests`]

The bench lends its environment, Frappe and ERPNext; nothing of it is changed. The run has a bench folder of its
own, with its own apps.txt, database server and redis, and this checkout goes first on the Python path whichever
checkout the bench itself may have. A database with ERPNext installed is kept beside the bench's sites
(``sites/.cache-inventory-midplatform``), so that only the first run waits for ERPNext's installation.

The bench: ``FRAPPE_BENCH`` (``none`` for none), else ``~/frappe-bench``, else ``~frappe/frappe-bench``. Where MariaDB's or
redis' server is not on this machine, the bench's own are used, with ``MARIADB_ROOT_PASSWORD`` (else ``root``).

Then the same site is served: the desk is walked in a browser, and a public client calls its REST API. At last it
is backed up and restored, and the app is uninstalled, which must leave the site as it was before, and installed again.

Exit code: that of the tests; 77 where there is no bench to run them on.
"""

import contextlib
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
from collections.abc import Iterator
from pathlib import Path

import throwaway

CHECKOUT = Path(__file__).resolve().parents[1]
APP = "inventory_midplatform"
SITE = "inventory-suite.localhost"
CACHE = ".cache-inventory-midplatform"
RECIPE = "1"
"""Changed when what is kept is made differently, so that what was kept before is not used."""

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
		(self.sites / "assets").mkdir()
		for asset in (self.bench / "sites/assets").glob("*"):
			if asset.name != APP:
				(self.sites / "assets" / asset.name).symlink_to(asset)
		(self.sites / "assets" / APP).symlink_to(CHECKOUT / APP / "public")

	def open_redis(self) -> None:
		if throwaway.redis_server():
			address = self.stack.enter_context(throwaway.redis(self.folder / "redis"))
			url = f"redis://{address.host}:{address.port}"
			self.config.update(redis_cache=url, redis_queue=url, redis_socketio=url, use_redis_auth=False)

	def open_database(self) -> contextlib.AbstractContextManager[throwaway.Address]:
		"""The server this run's site lies on, as long as it is open."""
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
			"PYTHONPATH": str(CHECKOUT),
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

	def output(self, module: str, *arguments: str) -> str:
		"""What a module of this checkout prints when it is run in the bench's environment."""
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

	def walk_the_desk(self) -> int:
		"""The tests that come from outside: a browser, and a public client. In this interpreter's environment."""
		fixture = self.output("inventory_midplatform.tests.fixture_for_clients", SITE)
		with self.served() as url:
			environment = {
				**os.environ,
				"DESK_URL": url,
				"DESK_PASSWORD": "admin",
				"SITE_CLIENT_FIXTURE": fixture.strip().splitlines()[-1],
			}
			command = [
				sys.executable,
				"-m",
				"pytest",
				"tests/browser",
				"tests/public_client",
				"-k",
				"not standalone",
			]
			return subprocess.run(command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL).returncode

	# the app's life on the site

	def traces(self) -> dict[str, list[str]]:
		found: dict[str, list[str]] = json.loads(
			self.output("inventory_midplatform.tests.traces", SITE).strip().splitlines()[-1]
		)
		return found

	def live_and_die(self, before: dict[str, list[str]]) -> list[str]:
		"""Migrate, back up and restore, uninstall (refused until the ledger is exported), compare, install again; answers what is wrong."""
		self.must("--site", SITE, "migrate")
		wrong = self.back_up_and_restore()
		uninstall = ("--site", SITE, "uninstall-app", APP, "--yes", "--no-backup")
		if self.quietly(*uninstall) == 0:
			return ["a live ledger was uninstalled without an export"]
		exported = self.folder / "exported"
		self.must("--site", SITE, "inventory-export-ledger", str(exported))
		if len((exported / "stock_movement.csv").read_text(encoding="utf-8").splitlines()) < 100:
			wrong.append("the export holds hardly a movement")
		self.must(*uninstall)
		after = self.traces()
		for kind, names in before.items():
			if left := sorted(set(after[kind]) - set(names)):
				wrong.append(f"left behind, {kind}: {', '.join(left[:10])}")
			if gone := sorted(set(names) - set(after[kind])):
				wrong.append(f"taken along, {kind}: {', '.join(gone[:10])}")
		self.must("--site", SITE, "install-app", APP)
		self.must("--site", SITE, "migrate")
		self.take_in()
		self.must("--site", SITE, "inventory-verify")
		return wrong

	def back_up_and_restore(self) -> list[str]:
		"""A backup of the live site, restored after its ledger was spoiled, holds every position as it was."""
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
		wrong = [] if before.count("],") > 100 else ["the restored site held hardly a position"]
		return wrong if self.positions() == before else [*wrong, "a restored position is not what it was"]

	def positions(self) -> str:
		return self.sql(
			"SELECT item_code, warehouse, on_hand, on_hold, reserved, waiting FROM `tabStock Position`"
			" ORDER BY item_code, warehouse"
		)

	def sql(self, statement: str) -> str:
		"""What a statement answers, as JSON; it is committed."""
		execute = ("frappe", "--site", SITE, "execute", "frappe.db.sql", "--args", json.dumps([statement]))
		return self.output("frappe.utils.bench_helper", *execute)

	def take_in(self) -> None:
		"""The ledger of an app installed anew is off and empty: switched on, it takes in what the books have."""
		switch = json.dumps(["Inventory Midplatform Settings", "ledger_enabled", 1])
		self.must("--site", SITE, "execute", "frappe.db.set_single_value", "--args", switch)
		self.must("--site", SITE, "inventory-take-in")

	def quietly(self, *arguments: str) -> int:
		"""A command that is expected to fail."""
		done = subprocess.run(
			self.python("frappe.utils.bench_helper", "frappe", *arguments),
			cwd=self.sites,
			env=self.environment(),
			stdin=subprocess.DEVNULL,
			capture_output=True,
		)
		return done.returncode

	# the kept database

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

	def take_from_cache(self) -> bool:
		kept = self.cache()
		if not (kept / "complete").is_file():
			return False
		copy(kept / "mariadb", self.folder / "mariadb")
		copy(kept / "site", self.sites / SITE)
		return True

	def keep_in_cache(self) -> None:
		"""Best effort: a bench that may not be written to is installed on anew each time."""
		kept = self.cache()
		try:
			shutil.rmtree(kept.parent, ignore_errors=True)
			kept.mkdir(parents=True)
			copy(self.folder / "mariadb", kept / "mariadb")
			copy(self.sites / SITE, kept / "site")
			(kept / "complete").touch()
		except (OSError, subprocess.CalledProcessError) as error:
			shutil.rmtree(kept.parent, ignore_errors=True)
			print(f"The database is not kept for the next run: {error}", flush=True)


def copy(source: Path, target: Path) -> None:
	subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True, capture_output=True)


def say(started: float, text: str) -> None:
	print(f"[site {time.monotonic() - started:4.0f} s] {text}", flush=True)


def run(bench: Path, arguments: list[str]) -> int:
	started = time.monotonic()
	say(started, f"bench {bench}, checkout {CHECKOUT}")
	with contextlib.ExitStack() as stack:
		folder = Path(tempfile.mkdtemp(prefix="inventory-suite-"))
		stack.callback(shutil.rmtree, folder, ignore_errors=True)
		suite = Suite(bench, folder, stack)
		suite.lay_out()
		suite.open_redis()
		if suite.has_mariadb and suite.take_from_cache():
			say(started, "a site with ERPNext, as kept from an earlier run")
		elif suite.has_mariadb:
			say(started, "a new site with ERPNext (some minutes, the first time)")
			with suite.open_database() as database:
				suite.configure(database, ["frappe", "erpnext"])
				suite.new_site()
			suite.keep_in_cache()
		database = stack.enter_context(suite.open_database())
		suite.configure(database, ["frappe", "erpnext", APP])
		if not suite.has_mariadb:
			say(started, f"a new site with ERPNext on {database.host}:{database.port}")
			root = [f"--db-root-username={database.user}", f"--db-root-password={database.password}"]
			stack.callback(suite.frappe, "drop-site", SITE, "--force", "--no-backup", *root, quiet=True)
			suite.new_site()
		before = suite.traces()
		say(started, f"install-app {APP}")
		suite.must("--site", SITE, "install-app", APP)
		suite.must("--site", SITE, "set-config", "allow_tests", "true")
		say(started, "run-tests")
		code = suite.frappe("--site", SITE, "run-tests", "--app", APP, *arguments)
		if not arguments:
			say(started, "the desk in a browser, and a public client")
			code = suite.walk_the_desk() or code
			say(started, "migrate, back up, restore, export, uninstall, install again")
			wrong = suite.live_and_die(before)
			print(
				"\n".join(
					[
						"Ran 1 test in the app's life",
						f"FAILED (failures={len(wrong)})" if wrong else "OK",
						*wrong,
					]
				)
			)
			code = code or len(wrong)
		say(started, "done" if code == 0 else "FAILED")
		return 1 if code else 0


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


def stop(*_: object) -> None:
	sys.exit("stopped")


if __name__ == "__main__":
	signal.signal(signal.SIGTERM, stop)
	found = find_bench()
	if found is None:
		print("no bench: neither FRAPPE_BENCH, ~/frappe-bench nor ~frappe/frappe-bench is one")
		sys.exit(SKIPPED)
	sys.exit(run(found, sys.argv[1:]))
