"""Neither or both: whatever call of the Store or the Books fails in a step, nothing of the step is left."""

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.adapters.standalone.books import SmallBooks
from inventory_midplatform.adapters.standalone.store import SqlStore
from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.breaking import checksums, content, fails_as_a_whole, shipment_with_a_wave

WAVE_STEPS = (
	"wave.release",
	"wave.pick",
	"wave.finish_picking",
	"pack.scan",
	"pack.pack",
	"outbound.ship",
)


@pytest.fixture(params=["small_sqlite", "mariadb"])
def platform(request: pytest.FixtureRequest) -> StandalonePlatform:
	found: StandalonePlatform = request.getfixturevalue(request.param)
	found.settings(ledger=True, reservation=True, outbound=True, outbound_check="Off")
	return found


def ready_to_pick(platform: StandalonePlatform) -> tuple[str, Row]:
	item, warehouse = platform.make_item(), platform.make_warehouse()
	platform.books.receive([PostingLine(item, warehouse, D(10), D(1))])
	order = platform.books.order(platform.make_customer(), [PostingLine(item, warehouse, D(8), D(10))])
	name = platform.call("outbound.list_tasks", search=order)["tasks"][0]["name"]
	p = platform.call("outbound.accept", name=name)["data"]["picks"][0]
	return name, {"name": name, "line": p["line"], "bin": p["bin"], "qty": 5}


def check(platform: StandalonePlatform, operation: str, arguments: Row) -> None:
	read = checksums if platform.standalone.url.startswith("mysql") else content
	fails_as_a_whole(platform, SqlStore, SmallBooks, operation, arguments, read=read)
	assert platform.verify() == []


@pytest.mark.parametrize("step", ["pick", "report_short", "finish_picking", "ship", "unpick", "cancel"])
def test_a_fault_at_any_call_leaves_nothing_of_the_step(step: str, platform: StandalonePlatform) -> None:
	name, pick = ready_to_pick(platform)
	arguments: Row = {"name": name}
	if step == "pick":
		arguments = pick
	elif step == "report_short":
		arguments = {**pick, "reason": "Not There"}
	else:
		platform.call("outbound.pick", **pick)
	if step == "unpick":
		arguments = {"name": name, "line": pick["line"], "qty": 5}
	if step == "ship":
		platform.call("outbound.finish_picking", name=name)
	check(platform, f"outbound.{step}", arguments)


@pytest.mark.parametrize("operation", WAVE_STEPS)
def test_a_fault_at_any_call_leaves_nothing_of_a_step_of_a_wave(
	operation: str, platform: StandalonePlatform
) -> None:
	item, warehouse = platform.make_item(), platform.make_warehouse()
	bin = platform.make_bin(warehouse)
	platform.books.receive([PostingLine(item, warehouse, D(10), D(1), bin)])
	for qty in (2, 3):
		platform.books.order(platform.make_customer(), [PostingLine(item, warehouse, D(qty), D(10))])
	for step, arguments in shipment_with_a_wave(platform, item, warehouse, bin):
		if step == operation:
			return check(platform, step, arguments)
		platform.call(step, **arguments)
