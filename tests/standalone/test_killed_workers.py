"""Workers killed in mid-call: no result that was returned is lost, nothing half done is left."""

from functools import partial
from pathlib import Path

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.tests.check_after_kills import check_journals
from inventory_midplatform.tests.killed_workers import Journal, Stock, fork_servers, kill_repeatedly
from inventory_midplatform.tests.rounds import rounds

SEED = 20261124


def platform_at(url: str) -> StandalonePlatform:
	return StandalonePlatform(Standalone(url))


def imported() -> None:
	"""Importing this module has imported all there is."""


def test_a_line_that_a_kill_cut_off_says_nothing(tmp_path: Path) -> None:
	journal = Journal(tmp_path / "journal")
	journal.write(id="1", what="reservation.reserve", arguments={"qty": "1"})
	with journal.path.open("a") as file:
		file.write('{"id": "1", "result": {"name": "M')
	(call,) = journal.read().values()
	assert call.unfinished


@pytest.mark.soak
@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_workers_killed_in_mid_call(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
	kills = rounds(f"workers killed in mid-call on {engine}", 20, 100)
	platform: StandalonePlatform = request.getfixturevalue(engine)
	stock = Stock.made_on(platform)
	with fork_servers(3, partial(platform_at, platform.standalone.url), imported) as pipes:
		journals = kill_repeatedly(pipes, stock, tmp_path, SEED, kills, longest=0.25)
	result = check_journals(platform, platform.call, stock, journals)
	print(f"\n{engine}, seed {SEED}: {kills} kills, {result}")
	assert result.wrong == []
	# kills that interrupt nothing would prove nothing
	assert result.interrupted > kills // 5
	assert result.finished > kills
