"""What is locked on MariaDB: the rows a call is about, found through an index, in the index's order."""

import re
from decimal import Decimal
from typing import Any

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.adapters.standalone.store import MariaDbStore
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests.behaviour.base import Behaviour


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[tuple[MariaDbStore, str, dict[str, Any]]]:
	"""Every statement that locks rows it reads, or changes rows it looks for."""
	seen: list[tuple[MariaDbStore, str, dict[str, Any]]] = []
	rows, execute = MariaDbStore.rows, MariaDbStore.execute

	def spying_rows(self: MariaDbStore, sql: str, params: Any = None) -> Any:
		if sql.endswith(" FOR UPDATE") and not sql.startswith("EXPLAIN"):
			seen.append((self, sql, dict(params or {})))
		return rows(self, sql, params or {})

	def spying_execute(self: MariaDbStore, sql: str, params: Any = None) -> Any:
		if sql.startswith("UPDATE"):
			seen.append((self, sql, dict(params or {})))
		return execute(self, sql, params or {})

	monkeypatch.setattr(MariaDbStore, "rows", spying_rows)
	monkeypatch.setattr(MariaDbStore, "execute", spying_execute)
	return seen


class Scenario(Behaviour):
	def __init__(self, platform: StandalonePlatform):
		self.platform = platform
		self.setUp()

	def run(self) -> None:
		books = self.platform.books
		items = [self.platform.make_item() for _ in range(6)]
		warehouse, other = self.platform.make_warehouse(), self.platform.make_warehouse()
		lines = [PostingLine(item, warehouse, Decimal(50), Decimal(1)) for item in items]
		books.receive(lines)
		order = books.order(
			self.platform.make_customer(), [PostingLine(i, warehouse, Decimal(20), Decimal(2)) for i in items]
		)
		kept = self.reserve(items[0], warehouse, 30, name="")
		self.reserve(items[0], warehouse, 10, shortage_policy="Partial")
		note = books.deliver(order)
		self.platform.call("reservation.release", name=kept["name"])
		books.cancel(note)
		books.transfer([PostingLine(i, warehouse, Decimal(5)) for i in items], other)
		self.platform.call("replenishment.create_material_requests", warehouse=warehouse)


def test_no_lock_is_found_by_a_full_scan(mariadb: StandalonePlatform, statements: list[Any]) -> None:
	Scenario(mariadb).run()
	assert len({sql for _, sql, _ in statements}) >= 8
	scans = {
		(step["table"], step["type"], sql[:300])
		for store, sql, params in list(statements)
		for step in store.rows(f"EXPLAIN {sql}", params)
		if step["type"] == "ALL"
	}
	assert not scans
	# by another index a lock on one position is a lock on all of its warehouse's
	positions = {sql for _, sql, _ in statements if re.search("(FROM|UPDATE) `tabStock Position`", sql)}
	assert positions
	assert [sql for sql in positions if "FORCE INDEX (`stock_position_item_code_warehouse`)" not in sql] == []


def test_an_outbound_order_is_locked_before_stock(
	own_mariadb: StandalonePlatform, statements: list[Any]
) -> None:
	"""Steps lock their order, then stock: what is typed in the books must not do it the other way round."""
	own_mariadb.settings(ledger=True, reservation=True, sales_order_policy="Partial", outbound=True)
	books = own_mariadb.books
	lines = [PostingLine(own_mariadb.make_item(), own_mariadb.make_warehouse(), Decimal(10), Decimal(1))]
	books.receive(lines)
	orders = [books.order(own_mariadb.make_customer(), lines) for _ in range(2)]
	changes = [
		lambda: notes.append(books.deliver(orders[0])),
		lambda: books.cancel(notes[0]),
		lambda: books.close_order(orders[0]),
		lambda: books.put_order_on_hold(orders[1]),
		lambda: books.cancel_order(orders[1]),
	]
	notes: list[Any] = []
	for step, change in enumerate(changes):
		statements.clear()
		change()
		locked = re.findall(
			"(?:FROM|UPDATE) `tab(Bin|Outbound Order|Sales Order|Stock Position)`",
			"\n".join(sql for _, sql, _ in statements),
		)
		# the order's document may come before it
		assert "Outbound Order" in locked[:2]
		assert locked[0] in ("Outbound Order", "Sales Order")
		assert "Stock Position" in locked, (step, locked)
