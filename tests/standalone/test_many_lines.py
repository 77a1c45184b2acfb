"""What is asked of the database does not grow with the lines of a document."""

import re
from decimal import Decimal
from typing import Any

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.adapters.standalone.store import MariaDbStore, SqliteStore
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.services.requests import inventory_requests
from inventory_midplatform.tests.platform import unique

OF_RECORDS = re.compile(r"SELECT (name|`item_name` AS v) FROM `tab[\w ]+` WHERE name = %\(name\)s")
"""What the standalone records ask of each row that is saved, as Frappe does: whether what it links exists."""


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_a_request_of_many_lines_asks_as_much_as_one_of_two(
	request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
	platform: StandalonePlatform = request.getfixturevalue(engine)
	platform.settings(approval=1)
	warehouse = platform.make_warehouse()
	boxes = [{"uom": "Box", "conversion_factor": 12}]
	rate = Decimal("1.5")
	items = [platform.make_item(uoms=boxes, last_purchase_rate=rate) for _ in range(30)]
	with platform.context() as ctx:
		asked: list[str] = []
		ask = ctx.store.rows
		monkeypatch.setattr(ctx.store, "rows", lambda sql, params=None: asked.append(sql) or ask(sql, params))

		def complete(codes: list[str]) -> int:
			asked.clear()
			lines = [{"item_code": code, "qty": 2, "uom": "Box"} for code in codes]
			values = {"name": unique("R"), "request_type": "Issue", "warehouse": warehouse, "items": lines}
			completed = inventory_requests.complete(ctx, values)["items"]
			assert [line["item_code"] for line in completed] == codes
			assert {(line["stock_qty"], line["amount"]) for line in completed} == {(24, 24 * rate)}
			return len(asked)

		complete(items[:1])  # settings and roles are read once
		assert complete(items) == complete(items[:2]) > 0


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_a_wave_of_many_orders_asks_as_much_as_one_of_few(
	request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
	platform: StandalonePlatform = request.getfixturevalue(engine)
	platform.settings(ledger=True, reservation=True, outbound=True)
	warehouse = platform.make_warehouse()
	items = [platform.make_item() for _ in range(5)]
	for item in items:
		platform.books.receive([PostingLine(item, warehouse, Decimal(1000), Decimal(1))])
	statements: list[str] = []
	store = {"sqlite": SqliteStore, "mariadb": MariaDbStore}[engine]
	run: Any = store._run
	monkeypatch.setattr(
		store, "_run", lambda itself, sql, *more: statements.append(sql) or run(itself, sql, *more)
	)

	def released(orders: int) -> int:
		for n in range(orders):
			lines = [PostingLine(item, warehouse, Decimal(1), Decimal(1)) for item in items[: n % 5 + 1]]
			platform.books.order(platform.make_customer(), lines)
		name = platform.call("wave.create", warehouse=warehouse)["data"]["name"]
		statements.clear()
		assert len(platform.call("wave.release", name=name)["data"]["orders"]) == orders
		return len(statements)

	few = released(5)  # makes the staging bin
	assert 0 < released(40) <= few


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_a_walk_of_many_lines_asks_as_much_as_one_of_few(
	request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
	platform: StandalonePlatform = request.getfixturevalue(engine)
	platform.settings(ledger=True, inbound=True)
	warehouse = platform.make_warehouse()
	sized: dict[str, Any] = {"weight_per_unit": 2, "weight_uom": "Kg", "inventory_volume": 1}
	items = [platform.make_item(**sized) for _ in range(20)]
	for n in range(5):
		platform.make_bin(warehouse, sequence=n, max_weight=100, max_volume=30)
	statements: list[str] = []
	store = {"sqlite": SqliteStore, "mariadb": MariaDbStore}[engine]
	run: Any = store._run
	monkeypatch.setattr(
		store, "_run", lambda itself, sql, *more: statements.append(sql) or run(itself, sql, *more)
	)

	def listed(codes: list[str]) -> int:
		lines = [PostingLine(code, warehouse, Decimal(2), Decimal(1)) for code in codes]
		order = platform.books.purchase(platform.make_supplier(), lines)
		name = platform.call("inbound.list_tasks", search=order)["tasks"][0]["name"]
		for line in platform.call("inbound.arrive", name=name)["data"]["lines"]:
			platform.call("inbound.receive", name=name, line=line["line"], qty=2)
		platform.call("inbound.finish_receiving", name=name)
		statements.clear()
		assert platform.call("inbound.list_to_put_away", warehouse=warehouse)["lines"]
		return len(statements)

	few = listed(items[:2])
	assert 0 < listed(items) <= few
	platform.settings(inbound=False)


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_an_inbound_order_of_many_lines_asks_as_much_as_one_of_few(
	request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
	"""Received with something missing of each line, shown with all that is to be put away, and put away step by step."""
	platform: StandalonePlatform = request.getfixturevalue(engine)
	platform.settings(ledger=True, reservation=True, inbound=True)
	request.addfinalizer(lambda: platform.settings(inbound=False))
	warehouse = platform.make_warehouse()
	items = [platform.make_item(has_batch_no=n % 2, stock_uom="Nos") for n in range(40)]
	for item in items:
		bin = platform.make_bin(warehouse)
		policy = {"warehouse": warehouse, "item_code": item, "put_away_strategy": "Fixed Bin"}
		platform.create("Storage Policy", {**policy, "fixed_bin": bin})
	supplier = platform.make_supplier()
	platform.create("Receiving Tolerance", {"supplier": supplier, "over_percent": 0, "under_percent": 20})
	statements: list[str] = []
	store = {"sqlite": SqliteStore, "mariadb": MariaDbStore}[engine]
	run: Any = store._run
	monkeypatch.setattr(
		store, "_run", lambda itself, sql, *more: statements.append(sql) or run(itself, sql, *more)
	)

	def counted(operation: str, **arguments: Any) -> tuple[int, Any]:
		statements.clear()
		result = platform.call(f"inbound.{operation}", **arguments)
		return sum(not OF_RECORDS.fullmatch(sql.strip()) for sql in statements), result

	def counts(codes: list[str]) -> list[int]:
		lines = [PostingLine(item, warehouse, Decimal(10), Decimal(1)) for item in codes]
		order = platform.books.purchase(supplier, lines)
		name = platform.call("inbound.list_tasks", search=order)["tasks"][0]["name"]
		for n, line in enumerate(platform.call("inbound.arrive", name=name)["data"]["lines"]):
			scan = {"batch_no": unique("B")} if line["has_batch_no"] else {}
			platform.call("inbound.receive", name=name, line=line["line"], qty=9 if n % 3 else 5, **scan)
		finished, _ = counted("finish_receiving", name=name)
		shown, data = counted("get", name=name)
		proposals = data["to_put_away"]
		assert [p["item_code"] for p in proposals] == codes
		assert all([b["qty"] for b in p["bins"]] == [p["qty"]] for p in proposals)
		assert {line["item_code"] for line in data["lines"] if line["received_qty"] == 9} == {
			code for n, code in enumerate(codes) if n % 3
		}
		put = {"line": proposals[0]["line"], "bin": proposals[0]["bins"][0]["bin"]}
		placed, _ = counted("put_away", name=name, **put, qty=proposals[0]["qty"])
		open_ = platform.call("inbound.list_tasks", search=order, state="Expected")["tasks"]
		assert [task["lines"] for task in open_] == [sum(not n % 3 for n in range(len(codes)))]
		return [finished, shown, placed]

	for _ in range(2):  # settings and roles are read once, and how old what was put away before is
		counts(items[:2])
	few, many = counts(items[:4]), counts(items)
	assert few == many
	assert min(few) > 0
