"""No hot statement reads a whole table: everything services run is recorded and explained by MariaDB."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from platforms import COMPANY, StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.adapters.standalone.store import MariaDbStore
from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.services import (
	alerts,
	demand_documents,
	orders,
	rebuilding,
	replenishment,
	reservation,
	settlement,
	take_in,
)
from inventory_midplatform.tests.hot_statements import MANY, Recorder, whole_reads

ITEMS, PLACES = 3000, 40
LONG_AGO = datetime(2026, 1, 1)

READ_EVERYTHING = {
	"verify": "checks every row there is",
	"taking in": "compares all positions with all of the books",
	"low stock": "evaluates every threshold there is",
}
"""Work whose own statements may read whole tables, and why. What other work runs too is held to the rule there."""


@pytest.fixture(scope="module")
def platform(mariadb_url: str) -> Iterator[StandalonePlatform]:
	"""A database of its own: what lies in it obeys no law of the ledger."""
	import MySQLdb

	url = urlsplit(mariadb_url)
	server = MySQLdb.connect(host=url.hostname, port=url.port, user=url.username, password=url.password)
	name = f"hot_{secrets.token_hex(4)}"
	server.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
	made = StandalonePlatform(Standalone(mariadb_url.rpartition("/")[0] + f"/{name}"))
	fill(made)
	yield made
	made.standalone.close()
	server.cursor().execute(f"DROP DATABASE {name}")
	server.close()


def place(n: int) -> str:
	return f"Shelf {n % PLACES} - TC"


def item(n: int) -> str:
	return f"FILL-{n % ITEMS:05}"


def fill(platform: StandalonePlatform) -> None:
	"""A year of a shop's work, most of it done: thousands of rows in every table that grows."""
	n = range(ITEMS)
	moment = [LONG_AGO + timedelta(minutes=i) for i in n]
	key: list[Row] = [{"item_code": item(i), "warehouse": place(i)} for i in n]
	tables: dict[str, list[Row]] = {
		"Item": [
			{
				"name": item(i),
				"item_code": item(i),
				"item_name": item(i),
				"item_group": f"Group {i % 60}",
				"stock_uom": "Kg",
				"is_stock_item": 1,
			}
			for i in n
		],
		"Item Reorder": [
			{
				"parent": k["item_code"],
				"parenttype": "Item",
				"warehouse": k["warehouse"],
				"warehouse_reorder_level": 1,
			}
			for k in key
		],
		"Warehouse": [{"name": place(i), "company": COMPANY} for i in range(PLACES)],
		"Warehouse Bin": [
			{
				"name": f"B{i} - {place(i)}",
				"bin_code": "UNPLACED" if i < PLACES else f"B{i}",
				"warehouse": place(i),
				"is_unplaced": int(i < PLACES),
			}
			for i in n
		],
		"Bin": [{**k, "actual_qty": 100} for k in key],
		"Stock Position": [{**k, "on_hand": 100, "reserved": 1} for k in key],
		"Bin Stock": [
			{
				**k,
				"bin": f"B{i} - {place(i)}",
				"qty": 100,
				"batch_no": "",
				"stock_status": "Available",
				"stock_owner": "",
			}
			for i, k in enumerate(key)
		],
		"Stock Movement": [
			{
				**k,
				"bin": f"B{i} - {place(i)}",
				"qty": 100,
				"kind": "Incoming",
				"posting_datetime": moment[i],
				"batch_no": "",
				"stock_status": "Available",
				"stock_owner": "",
				"voucher_type": "Purchase Receipt",
				"voucher_no": f"PR-{i // 5}",
				"posting_key": f"k{i}",
			}
			for i, k in enumerate(key)
		],
		"Receipt Layer": [
			{**k, "received_on": moment[i].date(), "remaining_qty": 100, "batch_no": ""}
			for i, k in enumerate(key)
		],
		"Serial No": [{**k, "name": f"SN-{i}"} for i, k in enumerate(key)],
		"Serial Location": [
			{**k, "serial_no": f"SN-{i}", "bin": f"B{i} - {place(i)}", "stock_status": "Available"}
			for i, k in enumerate(key)
		],
		"Bin Allocation": [
			{**k, "reservation": f"R-{i}", "bin": f"B{i} - {place(i)}", "batch_no": "", "qty": 0}
			for i, k in enumerate(key)
		],
		"Stock Ledger Entry": [
			{
				**k,
				"actual_qty": 100,
				"voucher_type": "Purchase Receipt",
				"voucher_no": f"PR-{i // 5}",
				"posting_datetime": moment[i],
			}
			for i, k in enumerate(key)
		],
		"Inventory Reservation": [
			{
				**k,
				"status": "Reserved" if i % 20 == 0 else "Consumed",
				"qty": 1,
				"reserved_qty": int(i % 20 == 0),
				"if_short": "Partial",
				"demand_type": "Sales Order",
				"demand_name": f"SO-{i // 3}",
				"demand_line": f"row {i}",
				"expires_at": moment[i] + timedelta(days=3650) if i % 50 == 0 else None,
			}
			for i, k in enumerate(key)
		],
		"Stock Operation Log": [
			{
				**k,
				"operation": "Reserve",
				"happened_at": moment[i],
				"user": "somebody",
				"reference_doctype": "Inventory Reservation",
				"reference_name": f"R{i}",
			}
			for i, k in enumerate(key)
		],
		"Inventory Alert": [
			{**k, "alert_type": "Restated by Books", "status": "Closed", "opened_at": moment[i]}
			for i, k in enumerate(key)
		],
		"Sales Order": [
			{
				"name": f"SO-{i}",
				"company": COMPANY,
				"docstatus": 1,
				"status": "Completed",
				"per_delivered": 100,
			}
			for i in n
		],
		"Sales Order Item": [
			{**k, "parent": f"SO-{i}", "qty": 1, "stock_qty": 1, "conversion_factor": 1, "delivered_qty": 1}
			for i, k in enumerate(key)
		],
		"Packed Item": [{**k, "parent": f"DN-{i}", "qty": 1} for i, k in enumerate(key)],
		"Delivery Note": [{"name": f"DN-{i}", "docstatus": 1} for i in n],
		"Delivery Note Item": [
			{**k, "parent": f"DN-{i}", "against_sales_order": f"SO-{i}"} for i, k in enumerate(key)
		],
		"Stock Entry": [
			{"name": f"SE-{i}", "docstatus": 1, "add_to_transit": int(i % 300 == 0), "per_transferred": 50}
			for i in n
		],
		"Stock Entry Detail": [
			{**_without_warehouse(k), "parent": f"SE-{i}", "transfer_qty": 1} for i, k in enumerate(key)
		],
		"Material Request": [
			{
				"name": f"MR-{i}",
				"docstatus": 1,
				"inventory_origin": "Low Stock",
				"material_request_type": ("Purchase", "Material Issue", "Material Transfer")[i % 3],
				"per_ordered": 100,
				"status": "Ordered",
			}
			for i in n
		],
		"Material Request Item": [{**k, "parent": f"MR-{i}", "stock_qty": 1} for i, k in enumerate(key)],
		"Inventory Request": [
			{"name": f"IR-{i}", "warehouse": place(i), "status": "Approved", "docstatus": 1} for i in n
		],
		"Inventory Request Item": [{"item_code": item(i), "parent": f"IR-{i}", "qty": 1} for i in n],
		"ToDo": [
			{"status": "Closed", "reference_type": "Material Request", "reference_name": f"MR-{i}"} for i in n
		],
		"Idempotency Key": [{"operation": "stock.move", "payload_hash": "x"} for _ in n],
	}
	store = platform.standalone.begun(writes=True)
	for doctype, rows in tables.items():
		store.insert(doctype, rows)
	store.commit()


def _without_warehouse(key: Row) -> Row:
	return {"item_code": key["item_code"], "s_warehouse": key["warehouse"]}


def yesterday() -> datetime:
	return datetime.now() - timedelta(days=1)


class Work:
	"""The hot work of the platform, each piece under a name."""

	def __init__(self, platform: StandalonePlatform):
		self.platform = platform
		self.item, self.place = item(7), place(7)
		self.order = ""

	def line(self, qty: int) -> PostingLine:
		return PostingLine(self.item, self.place, Decimal(qty), Decimal(10))

	def call(self, operation: str, **arguments: Any) -> Any:
		return self.platform.call(operation, **arguments)

	def pieces(self) -> Sequence[tuple[str, Callable[[], Any]]]:
		return (
			("reserve and release", self.reserve_and_release),
			("reserve the long way, and wait", self.wait),
			("a receipt fills who waits", lambda: self.platform.books.receive([self.line(500)])),
			("a receipt of yesterday", lambda: self.platform.books.receive([self.line(5)], at=yesterday())),
			("an order reserves", self.place_order),
			("a delivery", lambda: self.platform.books.deliver(self.order)),
			("a cancelled receipt", self.cancel_receipt),
			("a count", lambda: self.platform.books.count([self.line(1000)])),
			("move", self.move),
			("hold and release", self.hold),
			("bins for a reservation", self.pin),
			("batches and serial numbers", self.lots),
			("a rebuild", lambda: self.with_context(lambda ctx: rebuilding.rebuild_item(ctx, self.item))),
			("sweep", lambda: self.with_context(reservation.sweep)),
			(
				"open orders",
				lambda: self.with_context(
					lambda ctx: orders.open_documents(ctx, demand_documents.SALES_ORDER)
				),
			),
			("alerts", self.alert),
			("positions", self.see_positions),
			("positions of one warehouse's keeper", lambda: self.see_positions(self.keeper())),
			("reservations", self.see_reservations),
			("reservations of one warehouse's keeper", lambda: self.see_reservations(self.keeper())),
			("what was done with a record", self.see_log),
			("a request", self.request),
			(
				"a call twice under one key",
				lambda: self.platform.call("stock.move", key="k", **self.a_move()),
			),
			("a repost", lambda: self.with_context(lambda ctx: take_in.suspects(ctx, [self.item, item(8)]))),
			("taking in", lambda: self.with_context(take_in.take_in)),
			("verify", lambda: self.call("ledger.verify")),
			("positions by a part of a name", lambda: self.call("stock.list_positions", search="L-0")),
			("low stock", lambda: self.with_context(replenishment.suggest)),
			("low stock asked for", self.ask_for_low_stock),
		)

	def with_context(self, work: Callable[..., Any]) -> None:
		with self.platform.context() as ctx:
			work(ctx)

	def keeper(self) -> str:
		return self.platform.make_user(["Warehouse Operator"], [self.place])

	def reserve_and_release(self) -> None:
		made = self.call("reservation.reserve", item_code=self.item, warehouse=self.place, qty=3, name="mine")
		self.call("reservation.reserve", item_code=self.item, warehouse=self.place, qty=3, name="mine")
		self.call("reservation.get", name=made["name"])
		self.call("reservation.release", name=made["name"])

	def wait(self) -> None:
		self.call(
			"reservation.reserve", item_code=self.item, warehouse=self.place, qty=400, if_short="Partial"
		)

	def place_order(self) -> None:
		customer = self.platform.make_customer()
		self.order = self.platform.books.order(customer, [self.line(5), self.line(6)])
		with self.platform.context() as ctx:
			orders.row_quantities(ctx, demand_documents.SALES_ORDER, self.order)
			orders.follow_closing(ctx, demand_documents.SALES_ORDER, self.order, "To Deliver and Bill")

	def cancel_receipt(self) -> None:
		self.platform.books.cancel(self.platform.books.receive([self.line(5)]))

	def a_move(self) -> Row:
		unplaced = f"B{7} - {self.place}"
		target = f"B{7 + PLACES} - {self.place}"
		return {
			"item_code": self.item,
			"warehouse": self.place,
			"from_bin": unplaced,
			"to_bin": target,
			"qty": 1,
		}

	def move(self) -> None:
		self.call("stock.move", **self.a_move())

	def hold(self) -> None:
		where = {"item_code": self.item, "warehouse": self.place, "bin": f"B7 - {self.place}", "qty": 1}
		self.call("stock.hold", **where, stock_status="Quality")
		self.call("stock.release_hold", **where, stock_status="Quality")

	def pin(self) -> None:
		made = self.call("reservation.reserve", item_code=self.item, warehouse=self.place, qty=3)
		self.call("reservation.allocate", name=made["name"])
		self.call("reservation.deallocate", name=made["name"], qty=1)
		self.platform.books.issue([self.line(1)])
		self.call("reservation.release", name=made["name"])

	def lots(self) -> None:
		for tracking in ({"has_batch_no": 1}, {"has_serial_no": 1}):
			code = self.platform.make_item(**tracking)
			lot: Row = {"batch_no": self.platform.make_batch(code)}
			if "has_serial_no" in tracking:
				lot = {"serial_nos": (f"{code}-1", f"{code}-2")}
			line = PostingLine(code, self.place, Decimal(2), Decimal(10), **lot)
			self.platform.books.receive([line])
			self.platform.books.cancel(self.platform.books.issue([line]))
			with self.platform.context() as ctx:
				settlement.catch_up(ctx, [(code, self.place)], "a test's")

	def alert(self) -> None:
		with self.platform.context() as ctx:
			alerts.open_alert(ctx, alerts.BELOW_RESERVED, self.item, self.place, "a test's")
			alerts.close_alert(ctx, alerts.BELOW_RESERVED, self.item, self.place)

	def see_positions(self, user: str = "") -> None:
		about = {"item_code": self.item, "warehouse": self.place}
		self.platform.call("stock.get_position", user=user, **about)
		self.platform.call("stock.explain", user=user, **about)
		self.platform.call("stock.available_to_promise", user=user, by_date="2026-12-31", **about)
		for filters in ({}, {"warehouse": self.place}, {"item_code": self.item}, {"item_group": "Group 7"}):
			for only in ("", "available", "reserved"):
				self.platform.call("stock.list_positions", user=user, only=only, **filters)

	def see_reservations(self, user: str = "") -> None:
		for filters in (
			{},
			{"demand_type": "Sales Order", "demand_name": "SO-7"},
			{"item_code": self.item, "warehouse": self.place},
			{"item_code": self.item},
			{"warehouse": self.place},
			{"status": "Waiting"},
			{"warehouse": self.place, "status": "Waiting"},
		):
			self.platform.call("reservation.list", user=user, **filters)

	def ask_for_low_stock(self) -> None:
		"""Of what documents want, and in a group of warehouses: then everything there is to know is looked up."""
		group = self.platform.make_warehouse(is_group=1)
		below = self.platform.make_warehouse(parent_warehouse=group)
		reorder = {"warehouse_reorder_level": 20, "material_request_type": "Purchase"}
		rows = [
			{**reorder, "warehouse": self.place},
			{**reorder, "warehouse": below, "warehouse_group": group},
		]
		code = self.platform.make_item(reorder_levels=rows)
		with self.platform.context() as ctx:
			row = {"item_code": code, "warehouse": self.place, "reserved_qty": 5}
			ctx.store.add("Bin", ("item_code", "warehouse"), [row], add=("reserved_qty",))
		asked = self.call("replenishment.create_material_requests")["created"]
		assert sorted(c["warehouse"] for c in asked) == sorted([self.place, below])

	def see_log(self) -> None:
		self.platform.rows(
			"SELECT operation, happened_at, user FROM `tabStock Operation Log`"
			" WHERE reference_doctype = 'Inventory Reservation' AND reference_name = %(name)s ORDER BY name",
			name="R7",
		)

	def request(self) -> None:
		asker = self.platform.make_user(["Inventory Buyer"])
		supervisor = self.platform.make_user(["Warehouse Supervisor"])
		made = self.platform.call(
			"request.create",
			user=asker,
			request_type="Purchase",
			warehouse=self.place,
			items=[{"item_code": self.item, "qty": 2, "rate": 1}],
		)
		self.platform.call("request.act", user=asker, name=made["name"], action="Ask for Approval")
		self.platform.call("request.act", user=supervisor, name=made["name"], action="Approve")


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


def test_whoever_may_read_everything_does(platform: StandalonePlatform, recorded: Recorder) -> None:
	"""An exception that nothing needs any more is not kept."""
	assert {scenario for scenario, _ in whole_reads_of(platform, recorded)} == set(READ_EVERYTHING)


def test_a_whole_read_is_seen(platform: StandalonePlatform) -> None:
	plan = platform.rows("EXPLAIN SELECT name FROM `tabStock Movement` WHERE reason = 'x'")
	assert whole_reads(plan, big_tables(platform))
