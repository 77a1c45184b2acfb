"""Neither or both: whatever call of the Store or the Books fails in a step of inbound, nothing of the step is left."""

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.adapters.standalone.books import SmallBooks
from inventory_midplatform.adapters.standalone.store import SqlStore
from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.behaviour.inbound_inspection import PHOTO
from inventory_midplatform.tests.breaking import TABLES, fails_as_a_whole

INBOUND = (
	"Inbound Order",
	"Inbound Order Line",
	"Inbound Receipt Line",
	"Delivery Note Item",
	"Purchase Receipt",
	"Sales Order Item",
	"Stock Entry",
	"Stock Entry Detail",
	"Purchase Order Item",
	"Batch",
	"Inbound Inspection",
	"File",
	"Inventory Request",
	"Inventory Request Item",
)


@pytest.mark.parametrize("step", ["receive", "finish_receiving", "inspect", "put_away"])
def test_a_fault_at_any_call_leaves_nothing_of_the_step(step: str, small_sqlite: StandalonePlatform) -> None:
	small_sqlite.settings(ledger=True, reservation=True, approval=True, inbound=True)
	item = small_sqlite.make_item(has_batch_no=1, inspection_required_before_purchase=1)
	warehouse = small_sqlite.make_warehouse()
	small_sqlite.books.order(small_sqlite.make_customer(), [PostingLine(item, warehouse, D(5), D(10))])
	bin = small_sqlite.make_bin(warehouse)
	order = small_sqlite.books.purchase(
		small_sqlite.make_supplier(), [PostingLine(item, warehouse, D(10), D(1))]
	)
	name = small_sqlite.call("inbound.list_tasks", search=order)["tasks"][0]["name"]
	line = small_sqlite.call("inbound.arrive", name=name)["data"]["lines"][0]["line"]
	of_line = {"name": name, "line": line}
	steps: dict[str, Row] = {
		"receive": {"name": name, "line": line, "qty": 10, "batch_no": f"B-{item}"},
		"finish_receiving": {"name": name},
		"inspect": {
			**of_line,
			"accepted": 8,
			"rejected": 1,
			"destroyed": 1,
			"reason": "Wet",
			"photo": PHOTO,
		},
		"put_away": {"name": name, "line": line, "bin": bin, "qty": 8},
	}
	for each, arguments in steps.items():
		if each == step:
			tables = (*TABLES, *INBOUND)
			fails_as_a_whole(small_sqlite, SqlStore, SmallBooks, f"inbound.{each}", arguments, tables)
			break
		small_sqlite.call(f"inbound.{each}", **arguments)
	assert small_sqlite.verify() == []


def test_a_fault_leaves_nothing_of_the_arrival_of_a_truck(small_sqlite: StandalonePlatform) -> None:
	small_sqlite.settings(ledger=True, reservation=True, inbound=True)
	item, warehouse = small_sqlite.make_item(), small_sqlite.make_warehouse()
	for _ in range(2):
		order = small_sqlite.books.purchase(
			small_sqlite.make_supplier(), [PostingLine(item, warehouse, D(10), D(1))]
		)
		name = small_sqlite.call("inbound.list_tasks", search=order)["tasks"][0]["name"]
		small_sqlite.call("inbound.book_slot", name=name, truck="A1")
	call = {"warehouse": warehouse, "truck": "A1"}
	fails_as_a_whole(small_sqlite, SqlStore, SmallBooks, "inbound.arrive_truck", call, (*TABLES, *INBOUND))


@pytest.mark.parametrize("source", ["transfer", "return", "by hand"])
def test_a_fault_leaves_nothing_of_a_receipt_from_any_source(
	source: str, small_sqlite: StandalonePlatform
) -> None:
	small_sqlite.settings(ledger=True, reservation=True, outbound=True, inbound=True)
	item, warehouse = small_sqlite.make_item(), small_sqlite.make_warehouse()
	tables = (*TABLES, *INBOUND)
	small_sqlite.books.receive([PostingLine(item, warehouse, D(20), D(10))])
	lines = [PostingLine(item, warehouse, D(5), D(10))]
	items = [{"item_code": item, "qty": 5}]
	place = small_sqlite.make_warehouse() if source == "transfer" else warehouse
	if source == "transfer":
		small_sqlite.books.send(lines, small_sqlite.make_warehouse(), place)
	elif source == "return":
		note = small_sqlite.books.deliver(
			small_sqlite.books.order(small_sqlite.make_customer(), lines)
		).voucher_no
		expected: Row = {"delivery_note": note, "items": items}
		fails_as_a_whole(small_sqlite, SqlStore, SmallBooks, "inbound.expect_return", expected, tables)
	else:
		expected = {"warehouse": warehouse, "items": items, "reason": "Found"}
		fails_as_a_whole(small_sqlite, SqlStore, SmallBooks, "inbound.expect", expected, tables)
	name = small_sqlite.call("inbound.list_tasks", warehouse=place)["tasks"][0]["name"]
	line = small_sqlite.call("inbound.arrive", name=name)["data"]["lines"][0]["line"]
	small_sqlite.call("inbound.receive", name=name, line=line, qty=4)
	fails_as_a_whole(small_sqlite, SqlStore, SmallBooks, "inbound.finish_receiving", {"name": name}, tables)
	assert small_sqlite.verify() == []
