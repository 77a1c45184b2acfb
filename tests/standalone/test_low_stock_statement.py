"""The text of the low-stock statement: a change of it is read and measured before it is accepted.

``UPDATE_SNAPSHOTS=1`` writes the new text.
"""

import os
import re
from pathlib import Path

from inventory_midplatform.services.replenishment.low_stock_statement import LOW_STOCK

SNAPSHOT = Path(__file__).parent / "snapshots" / "low_stock.sql"


def test_the_statement_is_the_one_in_the_snapshot() -> None:
	text = LOW_STOCK.strip() + "\n"
	if os.environ.get("UPDATE_SNAPSHOTS"):
		SNAPSHOT.write_text(text)
	assert SNAPSHOT.read_text() == text, "read the change, run `make bench`, then set UPDATE_SNAPSHOTS=1"


def test_its_parts_have_names_of_their_own_and_are_all_used() -> None:
	names = re.findall(r"^(?:WITH RECURSIVE )?(\w+) AS \($", LOW_STOCK, re.MULTILINE)
	assert len(names) == len(set(names)) > 10
	for name in names:
		assert len(re.findall(rf"\b(?:FROM|JOIN) {name}\b", LOW_STOCK)) > 0, name
