"""MariaDB killed and started again under load: callers get a result or a 503, and nothing is lost."""

from collections import Counter
from pathlib import Path

import pytest
import throwaway
from platforms import StandalonePlatform
from serving import serving

from inventory_midplatform.adapters.standalone.context import Standalone, new_api_key
from inventory_midplatform.domain.errors import Unavailable
from inventory_midplatform.tests.check_after_kills import check_journals
from inventory_midplatform.tests.killed_workers import (
	RetryingClient,
	Stock,
	kill_mariadb,
	work_through_outages,
)
from inventory_midplatform.tests.rounds import rounds

WORKERS, SEED = 4, 20261124


def test_a_connection_that_the_server_closed_is_opened_again(mariadb: StandalonePlatform) -> None:
	first = mariadb.rows("SELECT CONNECTION_ID() AS id")[0]["id"]
	another = mariadb.standalone._open()
	another.execute(f"KILL CONNECTION {first}")
	another.close()
	assert mariadb.call("ledger.verify")["ok"]
	assert mariadb.rows("SELECT CONNECTION_ID() AS id")[0]["id"] != first


def test_a_connection_lost_in_mid_call_is_a_503(mariadb: StandalonePlatform) -> None:
	another = mariadb.standalone._open()

	def lose_it() -> None:
		with mariadb.context() as ctx:
			mine = ctx.store.rows("SELECT CONNECTION_ID() AS id")[0]["id"]
			another.execute(f"KILL CONNECTION {mine}")
			ctx.store.rows("SELECT 1 AS one")

	with pytest.raises(Unavailable) as lost:
		lose_it()
	another.close()
	assert (lost.value.http_status_code, lost.value.code) == (503, "unavailable")
	assert mariadb.call("ledger.verify")["ok"]


@pytest.mark.soak
def test_mariadb_killed_under_load(tmp_path: Path) -> None:
	driver = pytest.importorskip("MySQLdb", reason="mysqlclient is not installed (extra: mariadb)")
	if not throwaway.mariadb_server():
		pytest.skip("no MariaDB server is installed")
	kills = rounds("MariaDB killed under load", 2, 5)
	with throwaway.mariadb(tmp_path / "mariadb", flush=1) as a:
		connection = driver.connect(host=a.host, port=a.port, user=a.user, password=a.password)
		connection.cursor().execute(
			"CREATE DATABASE platform CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
		)
		url = f"mysql://{a.user}:{a.password}@{a.host}:{a.port}/platform"
		platform = StandalonePlatform(Standalone(url))
		with platform.context() as ctx:
			token = new_api_key(ctx, "Administrator")
		with serving(url, token) as server:
			responses = survive_outages(platform, server.url, token, tmp_path, kills)
	assert set(responses) <= {"200", "503 unavailable", "409 busy", "409 insufficient_in_bin"}
	assert responses["503 unavailable"] >= kills, "no call met the outage"


def survive_outages(
	platform: StandalonePlatform, url: str, token: str, folder: Path, kills: int
) -> Counter[str]:
	"""Return how many responses of each kind callers got while the database was killed and came back.

	Every result they got must be stored.
	"""
	pid_file = Path(platform.rows("SELECT @@pid_file AS path")[0]["path"])

	def is_there() -> bool:
		try:
			return bool(platform.rows("SELECT 1 AS one"))
		except Unavailable:
			return False

	responses: Counter[str] = Counter()
	clients = [RetryingClient(url, {"Authorization": f"token {token}"}, responses) for _ in range(WORKERS)]
	stock = Stock.made_on(platform)
	journals = work_through_outages(
		clients, stock, folder, SEED, lambda: kill_mariadb(pid_file, is_there), kills
	)
	result = check_journals(platform, clients[0], stock, journals)
	print(f"\nseed {SEED}: {kills} kills of the database, {result}: {dict(responses)}")
	assert result.wrong == []
	assert result.interrupted == 0, "a caller timed out"
	assert result.finished > 100
	return responses
