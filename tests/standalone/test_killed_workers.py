"""A worker killed in mid-call, a hundred times: nothing told is lost, nothing half done is left."""

from functools import partial
from pathlib import Path

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.tests.crashing import Stock, kill_often, nurseries
from inventory_midplatform.tests.judging import judge

KILLS, SEED = 100, 20261124


def platform_at(url: str) -> StandalonePlatform:
	return StandalonePlatform(Standalone(url))


def imported() -> None:
	"""Importing this module has imported all there is."""


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_a_hundred_deaths_in_mid_call(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
	platform: StandalonePlatform = request.getfixturevalue(engine)
	stock = Stock.made_on(platform)
	with nurseries(3, partial(platform_at, platform.standalone.url), imported) as pens:
		journals = kill_often(pens, stock, tmp_path, SEED, KILLS, longest=0.25)
	judgement = judge(platform, platform.call, stock, journals)
	print(f"\n{engine}, seed {SEED}: {KILLS} deaths, {judgement}")
	assert judgement.wrong == []
	# deaths that interrupt nothing would prove nothing
	assert judgement.cut_short > KILLS // 3
	assert judgement.told > 5 * KILLS
