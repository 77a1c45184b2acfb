"""Servers for the time of a test run: MariaDB and redis on free ports, with folders of their own.

The machine's own servers are not touched, and none of their passwords is needed.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

USER = PASSWORD = "throwaway"
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/usr/local/bin"])
START_SECONDS = 60


@dataclass(frozen=True)
class Address:
	host: str
	port: int
	user: str = USER
	password: str = PASSWORD


def program(*names: str) -> str | None:
	"""Return the path of the first of these programs, or None; Debian's folder of servers is not on every PATH."""
	return next((path for name in names if (path := shutil.which(name, path=SEARCH_PATH))), None)


def mariadb_server() -> str | None:
	path = program("mariadbd", "mysqld")
	if path and "MariaDB" in subprocess.run([path, "--version"], capture_output=True, text=True).stdout:
		return path
	return None


def redis_server() -> str | None:
	return program("redis-server", "valkey-server")


def free_port() -> int:
	with socket.socket() as s:
		s.bind(("127.0.0.1", 0))
		return int(s.getsockname()[1])


@contextlib.contextmanager
def mariadb(folder: Path, flush: int = 2) -> Iterator[Address]:
	"""Run a server on the data in ``folder``, made first where there is none. The user may do everything.

	It is started again when it dies, as a machine's service manager would do it: a test may kill it. With ``flush``
	2 what was committed survives the death of the server, with 1 that of the machine too.
	"""
	server, port = mariadb_server(), free_port()
	if not server:
		raise RuntimeError("no MariaDB server is installed")
	as_root = ["--user=root"] if os.geteuid() == 0 else []
	data = folder / "data"
	fresh = not data.is_dir()
	# a server that starts, to fill its data too, empties its folder for temporary tables: each has its own
	temporary = folder / "tmp"
	temporary.mkdir(parents=True, exist_ok=True)
	if fresh:
		_fill(data, temporary, as_root)
	# a socket's path may have 107 characters, so it is not in the folder
	unix_socket = Path("/tmp") / f"throwaway-{os.getpid()}-{port}.sock"
	command = [
		server,
		"--no-defaults",
		*as_root,
		f"--datadir={data}",
		f"--tmpdir={temporary}",
		f"--socket={unix_socket}",
		f"--pid-file={folder / 'pid'}",
		f"--port={port}",
		"--bind-address=127.0.0.1",
		"--skip-name-resolve",
		"--character-set-server=utf8mb4",
		"--collation-server=utf8mb4_unicode_ci",
		f"--innodb-flush-log-at-trx-commit={flush}",
		"--innodb-print-all-deadlocks",
		"--innodb-buffer-pool-size=256M",
		"--innodb-log-file-size=64M",
		"--max-allowed-packet=64M",
		"--max-connections=200",
	]
	with _running(command, folder / "mariadb.log", revived=True):
		_wait(lambda: unix_socket.exists() and _sql(unix_socket, "SELECT 1"), folder / "mariadb.log")
		if fresh:
			created = _sql(
				unix_socket,
				f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';"
				f"GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'%' WITH GRANT OPTION",
			)
			if not created:
				raise RuntimeError("the throwaway MariaDB did not create its user")
		yield Address("127.0.0.1", port)


def _fill(data: Path, temporary: Path, as_root: list[str]) -> None:
	install = program("mariadb-install-db", "mysql_install_db")
	if not install:
		raise RuntimeError("mariadb-install-db is not installed")
	done = subprocess.run(
		[
			install,
			"--no-defaults",
			*as_root,
			f"--datadir={data}",
			"--auth-root-authentication-method=normal",
			"--skip-test-db",
		],
		capture_output=True,
		text=True,
		env={**os.environ, "TMPDIR": str(temporary)},
	)
	if done.returncode:
		shutil.rmtree(data, ignore_errors=True)
		raise RuntimeError(f"mariadb-install-db failed: {done.stdout[-1000:]}{done.stderr[-1000:]}")


def _sql(unix_socket: Path, statement: str) -> bool:
	client = program("mariadb", "mysql")
	if not client:
		raise RuntimeError("the MariaDB client is not installed")
	command = [client, "--no-defaults", f"--socket={unix_socket}", "--user=root", "-e", statement]
	return subprocess.run(command, capture_output=True).returncode == 0


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[Address]:
	server, port = redis_server(), free_port()
	if not server:
		raise RuntimeError("no redis server is installed")
	folder.mkdir(parents=True, exist_ok=True)
	command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
	with _running(command, folder / "redis.log"):
		_wait(lambda: is_open("127.0.0.1", port), folder / "redis.log")
		yield Address("127.0.0.1", port)


def is_open(host: str, port: int) -> bool:
	try:
		with socket.create_connection((host, port), timeout=1):
			return True
	except OSError:
		return False


@contextlib.contextmanager
def _running(command: list[str], log: Path, revived: bool = False) -> Iterator[None]:
	def start() -> "subprocess.Popen[bytes]":
		with log.open("ab") as output:
			return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)

	def watch() -> None:
		nonlocal process
		while not over.wait(0.2):
			if process.poll() is not None:
				process = start()

	process, over = start(), threading.Event()
	watcher = threading.Thread(target=watch, daemon=True)
	if revived:
		watcher.start()
	try:
		yield
	finally:
		over.set()
		if revived:
			watcher.join()
		process.terminate()
		try:
			process.wait(60)
		except subprocess.TimeoutExpired:
			process.kill()
			process.wait()


def _wait(ready, log: Path) -> None:  # type: ignore[no-untyped-def]
	until = time.monotonic() + START_SECONDS
	while time.monotonic() < until:
		if ready():
			return
		time.sleep(0.1)
	raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")
