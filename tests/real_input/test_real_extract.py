"""The real extract on SQLite: the invariants hold, and the figures are those one counts in the files by hand.

The whole extract in a soak, which takes minutes; else its first months.
"""

from collections import Counter

import pytest
from extract import Loaded

pytestmark = pytest.mark.soak


def test_every_invariant_is_true(loaded: Loaded) -> None:
	assert loaded.report.verify["findings"] == []
	assert loaded.report.verify["checked"]["Stock Movement"] > 1000
	assert loaded.report.tally.refused == []


def test_what_came_and_was_ordered_is_what_the_files_say(loaded: Loaded) -> None:
	assert loaded.reported("opening") == loaded.counted("opening_stock.csv", qty="quantity")
	assert loaded.reported("purchased") == loaded.counted(
		"purchase_lines.csv", day="ship_date|due_date", shift=4, qty="stocked_qty"
	)
	assert loaded.reported("ordered") == loaded.counted("sales_lines.csv", day="order_date")
	assert loaded.reported("returned") == loaded.counted("returns.csv", day="return_date")


def test_every_order_line_is_delivered_reserved_or_waits(loaded: Loaded) -> None:
	lines = loaded.rows(
		"SELECT soi.name, soi.stock_qty, soi.delivered_qty, r.qty, r.consumed_qty, r.reserved_qty, r.waiting_qty"
		" FROM `tabSales Order Item` soi LEFT JOIN `tabInventory Reservation` r"
		" ON r.demand_type = 'Sales Order' AND r.demand_name = soi.parent AND r.demand_line = soi.name"
	)
	assert len(lines) == loaded.report.tally.lines["ordered"] == sum(loaded.report.state.order_lines.values())
	assert not [
		line
		for line in lines
		if line["stock_qty"] != line["delivered_qty"] + line["reserved_qty"] + line["waiting_qty"]
		or line["delivered_qty"] != line["consumed_qty"]
		or line["qty"] != line["stock_qty"]
	]
	assert loaded.reported("ordered") == (
		loaded.reported("delivered") + loaded.reported("reserved") + loaded.reported("waiting")
	)


def test_opening_and_receipts_less_deliveries_are_on_hand(loaded: Loaded) -> None:
	"""From the files, and from the report only what no file says: what was produced, and what is still owed."""
	came = loaded.counted("opening_stock.csv", qty="quantity")
	came += loaded.counted("purchase_lines.csv", day="ship_date|due_date", shift=4, qty="stocked_qty")
	came += loaded.counted("returns.csv", day="return_date") + loaded.reported("produced")
	left = loaded.counted("sales_lines.csv", day="order_date")
	left.subtract(loaded.reported("waiting") + loaded.reported("reserved"))
	came.subtract(left)
	on_hand = Counter({code: int(qty) for code, qty in loaded.report.state.on_hand.items() if qty})
	assert +came == on_hand
	assert min(came.values()) >= 0


def test_only_what_is_bought_still_waits(loaded: Loaded) -> None:
	"""Production makes what waits on Mondays, and the plan goes on for two weeks after the last sale."""
	if loaded.data["outside_period"]["sales_lines.csv"]:
		pytest.skip("a short period ends on any day of the week")
	items = loaded.report.extract.items
	assert not [code for code in loaded.report.state.waiting if items[code].made]
	assert not loaded.report.state.reserved
	assert loaded.report.state.waiting_orders > 0


def test_the_figures_of_the_files(loaded: Loaded) -> None:
	files = {f["file"]: f for f in loaded.data["files"]}
	assert {name: f["rejected"] for name, f in files.items() if f["rejected"]} == {
		"opening_stock.csv": 4,
		"purchase_lines.csv": 141,
		"sales_lines.csv": 1,
		"returns.csv": 6,
	}
	assert all(f["rows"] == f["loaded"] + f["rejected"] for f in files.values())
	assert (files["items.csv"]["rows"], files["purchase_lines.csv"]["rows"]) == (504, 8845)
	assert Counter(f["code"] for f in loaded.data["corrected"]) == {
		"unit_without_conversion": 306,
		"due_before_shipped": 7,
		"inactive_supplier": 4,
		"several_customers": 2,
	}
