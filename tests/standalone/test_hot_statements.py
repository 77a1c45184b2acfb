"""No hot statement reads a whole table: everything services run is recorded and explained by MariaDB."""

import pytest
from hot_data import fill
from hot_work import Work
from platforms import StandalonePlatform

from inventory_midplatform.adapters.standalone.store import MariaDbStore
from inventory_midplatform.tests.hot_statements import MANY, Recorder, whole_reads

READ_EVERYTHING = {
	"verify": "checks every row there is",
	"taking in": "compares all positions with all of the books",
	"classes of all items": "compares what every item in stock is worth",
	"the key figures of a day": "add up what every position is worth, once a night",
	"low stock": "evaluates every threshold there is",
	"views of everything": "add up all that there is",
}
"""Work whose own statements may read whole tables, and why. What other work runs too is held to the rule there."""


@pytest.fixture(scope="module")
def platform(own_mariadb: StandalonePlatform) -> StandalonePlatform:
	"""What lies in it obeys no invariant of the ledger."""
	fill(own_mariadb)
	return own_mariadb


@pytest.fixture(scope="module")
def recorded(platform: StandalonePlatform) -> Recorder:
	for table in big_tables(platform):
		platform.rows(f"ANALYZE TABLE `{table}`")
	recorder = Recorder()
	for name, work in Work(platform).pieces():
		with recorder.recording(MariaDbStore, ("_run",), name):
			work()
	return recorder


def big_tables(platform: StandalonePlatform) -> list[str]:
	listed = platform.rows(
		"SELECT table_name AS t FROM information_schema.tables WHERE table_schema = DATABASE()"
	)
	counted = {row["t"]: platform.rows(f"SELECT COUNT(*) AS n FROM `{row['t']}`")[0]["n"] for row in listed}
	return [table for table, n in counted.items() if n >= MANY]


def test_every_table_that_grows_is_big(platform: StandalonePlatform) -> None:
	assert {"tabStock Movement", "tabBin", "tabInventory Reservation", "tabStock Operation Log"} <= set(
		big_tables(platform)
	)


def whole_reads_of(platform: StandalonePlatform, recorded: Recorder) -> list[tuple[str, str]]:
	"""(what ran it, what it reads) of every statement that reads a big table whole."""
	big = big_tables(platform)
	return [
		(statement.scenario, f"{read} in {statement.sql}")
		for statement in recorded.statements.values()
		for read in whole_reads(platform.rows(f"EXPLAIN {statement.sql}", **(statement.params or {})), big)
	]


def test_no_hot_statement_reads_a_whole_table(platform: StandalonePlatform, recorded: Recorder) -> None:
	assert len(recorded.statements) > 60
	wrong = [read for read in whole_reads_of(platform, recorded) if read[0] not in READ_EVERYTHING]
	assert not wrong, "\n\n".join(": ".join(read) for read in wrong)


def test_work_on_orders_reads_nothing_of_approvals_where_no_policy_is_for_them(
	platform: StandalonePlatform, recorded: Recorder
) -> None:
	"""Which DocTypes have a policy is read with the settings, though there are policies for others."""
	work, began = Work(platform), Recorder()
	with began.recording(MariaDbStore, ("_run",), "work begins"):
		work.accepted()
	statements = [s.sql for s in began.statements.values()]
	assert len(statements) > 10
	assert ["tabSingles" in sql for sql in statements if "tabApproval" in sql] == [True]


def test_users_who_may_read_everything_do(platform: StandalonePlatform, recorded: Recorder) -> None:
	"""An exception that nothing needs any more is not kept."""
	assert {scenario for scenario, _ in whole_reads_of(platform, recorded)} == set(READ_EVERYTHING)


def test_a_whole_read_is_seen(platform: StandalonePlatform) -> None:
	plan = platform.rows("EXPLAIN SELECT name FROM `tabStock Movement` WHERE reason = 'x'")
	assert whole_reads(plan, big_tables(platform))
