"""The platforms the tests run on: SQLite in a file, and MariaDB on a server of the test run's own."""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

import throwaway
from platforms import Clock, StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
	return f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/platform.sqlite"


@pytest.fixture(scope="session")
def mariadb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
	"""Create a database on a server of the run's own, or skip with the reason."""
	driver = pytest.importorskip("MySQLdb", reason="mysqlclient is not installed (extra: mariadb)")
	with contextlib.ExitStack() as stack:
		url = os.environ.get("INVENTORY_MIDPLATFORM_TEST_MARIADB")
		if not url:
			if not throwaway.mariadb_server():
				pytest.skip("no MariaDB server is installed")
			a = stack.enter_context(throwaway.mariadb(tmp_path_factory.mktemp("mariadb")))
			url = f"mysql://{a.user}:{a.password}@{a.host}:{a.port}"
		server = urlsplit(url)
		connection = driver.connect(
			host=server.hostname, port=server.port, user=server.username, password=server.password
		)
		name = f"platform_{secrets.token_hex(4)}"
		connection.cursor().execute("SET SESSION wait_timeout = 86400")
		connection.cursor().execute(
			f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
		)
		yield f"{url}/{name}"
		connection.cursor().execute(f"DROP DATABASE {name}")
		connection.close()


@pytest.fixture(scope="session")
def sqlite(sqlite_url: str) -> StandalonePlatform:
	return StandalonePlatform(Standalone(sqlite_url, Clock()))


@pytest.fixture(scope="module")
def small_sqlite(tmp_path_factory: pytest.TempPathFactory) -> StandalonePlatform:
	"""A platform for tests that read all there is again and again: nobody else fills it."""
	url = f"sqlite:///{tmp_path_factory.mktemp('small')}/platform.sqlite"
	return StandalonePlatform(Standalone(url, Clock()))


@pytest.fixture(scope="session")
def mariadb(mariadb_url: str) -> StandalonePlatform:
	return StandalonePlatform(Standalone(mariadb_url, Clock()))


@pytest.fixture(scope="module")
def own_mariadb(mariadb_url: str) -> Iterator[StandalonePlatform]:
	"""A platform on a database of its own: no other test has left anything in it."""
	import MySQLdb

	url = urlsplit(mariadb_url)
	server = MySQLdb.connect(host=url.hostname, port=url.port, user=url.username, password=url.password)
	name = f"own_{secrets.token_hex(4)}"
	server.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
	made = StandalonePlatform(Standalone(mariadb_url.rpartition("/")[0] + f"/{name}"))
	yield made
	made.standalone.close()
	server.cursor().execute(f"DROP DATABASE {name}")
	server.close()


@pytest.fixture(scope="class", autouse=True)
def platform_of_class(request: pytest.FixtureRequest) -> None:
	"""Give a test class with the attribute ``engine`` that engine's platform."""
	engine = getattr(request.cls, "engine", None)
	if engine:
		request.cls.platform = request.getfixturevalue(engine)
