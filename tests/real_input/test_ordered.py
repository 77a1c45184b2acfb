"""A month of the real extract's Purchase Orders through the inbound flow, standalone on SQLite."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "standalone"))

from platforms import Clock, StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.importing import adventureworks
from inventory_midplatform.tests.ordered_of_extract import Month, OfFile, compare
from inventory_midplatform.tests.rounds import rounds

pytestmark = pytest.mark.soak

MONTHS = {111: "2013-05", 616: "2014-02"}
"""Lines of a month → the month. The large one in a soak, which takes minutes."""


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[StandalonePlatform]:
	standalone = Standalone(f"sqlite:///{tmp_path}/books.db", Clock())
	platform = StandalonePlatform(standalone)
	platform.settings(ledger=True, reservation=True, inbound=True)
	yield platform
	standalone.close()


def test_a_month_is_received_inspected_and_put_away_as_the_file_says(
	real_folder: Path, platform: StandalonePlatform
) -> None:
	few, many = MONTHS
	lines = rounds("lines of a month of AdventureWorks' Purchase Orders on SQLite", few, many)
	month = MONTHS[lines]
	of_file = OfFile(real_folder, month)
	assert len(of_file.rows) == lines
	assert of_file.pieces("rejected_qty")
	assert of_file.pieces("missing_qty")
	flow = Month(platform, adventureworks.read(real_folder), month)
	flow.run()
	assert compare(flow, of_file) == []
	assert platform.verify() == []
