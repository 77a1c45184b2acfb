"""A transaction that looked before others posted and locks after: it goes by what is there now, not by its own view.

Only on MariaDB, where a transaction's plain reads return what its first one saw; on SQLite a writer waits before it looks.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.ports import Context, PostingLine, SnapshotConflict
from inventory_midplatform.services.demand import sources
from inventory_midplatform.services.ledger import receipt_layers, snapshots
from inventory_midplatform.services.reconciliation import rebuild
from inventory_midplatform.services.reservation import document_sync
from inventory_midplatform.services.settlement import settlement
from inventory_midplatform.tests.behaviour.base import D


@contextmanager
def looked_before(platform: StandalonePlatform, meanwhile: Callable[[], Any]) -> Iterator[Context]:
	"""A transaction that has its view, ``meanwhile`` done and committed by another after it."""

	with platform.context() as ctx:
		ctx.store.rows("SELECT COUNT(*) AS n FROM `tabStock Movement`")
		elsewhere(platform, meanwhile)
		yield ctx


def elsewhere(platform: StandalonePlatform, work: Callable[[], Any]) -> None:
	"""Done by another connection."""

	def other() -> None:
		work()
		platform.standalone.close()

	with ThreadPoolExecutor(1) as pool:
		pool.submit(other).result(60)


@pytest.fixture
def stocked(mariadb: StandalonePlatform) -> tuple[str, str]:
	"""Five of one batch of an item in a warehouse."""
	item, warehouse = mariadb.make_item(has_batch_no=1), mariadb.make_warehouse()
	receive(mariadb, item, warehouse)
	return item, warehouse


def receive(platform: StandalonePlatform, item: str, *warehouses: str) -> None:
	for warehouse in warehouses:
		line = PostingLine(item, warehouse, D(5), D(1), batch_no=platform.make_batch(item))
		platform.books.receive([line])


def adjusted(platform: StandalonePlatform, item: str) -> int:
	sql = "SELECT COUNT(*) AS n FROM `tabStock Movement` WHERE item_code = %(item)s AND kind = 'Adjustment'"
	return int(platform.rows(sql, item=item)[0]["n"])


@pytest.mark.parametrize(
	"rebuild",
	[lambda ctx, item: receipt_layers.rebuild(ctx, [item]), rebuild.rebuild_item],
	ids=["layers", "all of an item"],
)
def test_a_rebuild_includes_what_was_posted_since_its_first_read(
	mariadb: StandalonePlatform, stocked: tuple[str, str], rebuild: Callable[[Context, str], Any]
) -> None:
	item, warehouse = stocked
	first_time_here = mariadb.make_warehouse()
	with looked_before(mariadb, lambda: receive(mariadb, item, warehouse, first_time_here)) as ctx:
		assert not rebuild(ctx, item), "mended what was right"
	assert mariadb.verify() == []
	assert [mariadb.booked(item, w) for w in (warehouse, first_time_here)] == [10, 5]
	assert adjusted(mariadb, item) == 0


def test_a_refresh_of_snapshots_begins_again_where_stock_has_moved_since_its_first_read(
	mariadb: StandalonePlatform, stocked: tuple[str, str]
) -> None:
	item, warehouse = stocked
	with pytest.raises(SnapshotConflict):  # noqa: SIM117
		with looked_before(mariadb, lambda: receive(mariadb, item, warehouse)) as ctx:
			snapshots.refresh(ctx, [(item, warehouse)])
	with mariadb.context() as ctx:
		assert snapshots.refresh(ctx, [(item, warehouse)]) == 0
	assert mariadb.verify() == []


def test_the_nightly_reconcile_adjusts_nothing_posted_since_its_first_read(
	mariadb: StandalonePlatform, stocked: tuple[str, str]
) -> None:
	item, warehouse = stocked
	with looked_before(mariadb, lambda: receive(mariadb, item, warehouse)) as ctx:
		settlement.reconcile(ctx, [(item, warehouse)], "night")
	assert mariadb.verify() == []
	assert adjusted(mariadb, item) == 0


@pytest.mark.parametrize(("what", "on_hand", "reserved"), [("delivered", 14, 4), ("closed", 20, 0)])
def test_an_order_that_was_delivered_or_closed_since_it_was_looked_at_reserves_nothing_again(
	mariadb: StandalonePlatform, what: str, on_hand: int, reserved: int
) -> None:
	item, warehouse = mariadb.make_item(), mariadb.make_warehouse()
	lines = [PostingLine(item, warehouse, D(20), D(1))]
	mariadb.books.receive(lines)
	order = mariadb.books.order(mariadb.make_customer(), [replace(lines[0], qty=D(10))])
	row = mariadb.books.order_rows(order)[0]["name"]
	meanwhile = {
		"delivered": lambda: mariadb.books.deliver(order, {row: D(6)}),
		"closed": lambda: mariadb.books.close_order(order),
	}
	looked = 0

	def night(ctx: Context) -> None:
		nonlocal looked
		looked += 1
		ctx.store.rows("SELECT COUNT(*) AS n FROM `tabSales Order`")
		if looked == 1:
			elsewhere(mariadb, meanwhile[what])
		document_sync.sync(ctx, sources.SALES_ORDER, order)

	in_transaction(mariadb.standalone.unit(), night)
	assert looked == 2
	assert position(mariadb, item, warehouse) == (on_hand, reserved)
	assert mariadb.verify() == []


def test_an_order_synced_by_two_at_once_reserves_once(mariadb: StandalonePlatform) -> None:
	item, warehouse, order, _ = ordered(mariadb)
	with looked_before(mariadb, lambda: sync(mariadb, order)) as ctx:
		document_sync.sync(ctx, sources.SALES_ORDER, order)
	assert position(mariadb, item, warehouse) == (20, 10)
	assert mariadb.verify() == []


def test_a_delivery_takes_what_was_reserved_for_it_since_it_looked(mariadb: StandalonePlatform) -> None:
	item, warehouse, order, row = ordered(mariadb)
	mariadb.books.issue([PostingLine(item, warehouse, D(10), D(1))])
	with looked_before(mariadb, lambda: sync(mariadb, order)) as ctx:
		ctx.books.deliver(order, {row: D(10)})
	assert position(mariadb, item, warehouse) == (0, 0)
	assert mariadb.verify() == []


def ordered(platform: StandalonePlatform) -> tuple[str, str, str, str]:
	"""Item and warehouse with twenty, an order for ten of it that reserves nothing yet, and its row."""
	platform.settings(sales_order_policy="Off")
	item, warehouse = platform.make_item(), platform.make_warehouse()
	line = PostingLine(item, warehouse, D(20), D(1))
	platform.books.receive([line])
	order = platform.books.order(platform.make_customer(), [replace(line, qty=D(10))])
	platform.settings(sales_order_policy="Partial")
	return item, warehouse, order, platform.books.order_rows(order)[0]["name"]


def sync(platform: StandalonePlatform, order: str) -> None:
	with platform.context() as ctx:
		document_sync.sync(ctx, sources.SALES_ORDER, order)


def position(platform: StandalonePlatform, item: str, warehouse: str) -> tuple[float, float]:
	"""(on hand, reserved)."""
	found = platform.call("stock.get_position", item_code=item, warehouse=warehouse)
	return found["on_hand"], found["reserved"]
