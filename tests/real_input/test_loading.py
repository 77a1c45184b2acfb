"""A small extract goes through the standalone platform: who gets what on which day, and what a second run does."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inventory_midplatform.adapters.standalone import importing
from inventory_midplatform.adapters.standalone.books import SmallBooks
from inventory_midplatform.adapters.standalone.context import Standalone, write_settings
from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.importing import loading
from inventory_midplatform.importing.report import Report
from inventory_midplatform.ports import PostingLine

WAREHOUSE = "AdventureWorks - AWC"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Standalone]:
	platform = Standalone(f"sqlite:///{tmp_path}/books.db")
	yield platform
	platform.close()


def query(platform: Standalone, sql: str) -> list[dict[str, Any]]:
	with platform.context(writes=False) as ctx:
		return ctx.store.rows(sql)


def load(platform: Standalone, folder: Path, **options: Any) -> Report:
	loading = importing.prepared(platform, folder, **options)
	for _ in loading.run():
		pass
	assert loading.report is not None
	return loading.report


def test_everything_is_made_posted_and_adds_up(platform, make_folder) -> None:
	report = load(platform, make_folder())
	assert report.ok
	assert report.tally.refused == []
	assert report.as_dict()["items"] == {
		"BIKE": {
			"opening": 2,
			"purchased": 0,
			"returned": 1,
			"produced": 4,
			"ordered": 3,
			"delivered": 3,
			"reserved": 0,
			"waiting": 0,
			"on_hand": 4,
		},
		"TUBE": {
			"opening": 6,
			"purchased": 8,
			"returned": 0,
			"produced": 0,
			"ordered": 8,
			"delivered": 8,
			"reserved": 0,
			"waiting": 0,
			"on_hand": 6,
		},
	}
	assert report.tally.documents == {
		"opening": 1,
		"purchased": 1,
		"returned": 1,
		"produced": 1,
		"ordered": 3,
		"delivered": 4,
	}


def test_who_waits_is_delivered_the_day_stock_comes(platform, make_folder) -> None:
	load(platform, make_folder())
	left = query(
		platform,
		"SELECT item_code, actual_qty, posting_datetime AS at FROM `tabStock Ledger Entry` WHERE actual_qty < 0"
		" ORDER BY posting_datetime, item_code",
	)
	assert [(row["item_code"], -row["actual_qty"], row["at"].day) for row in left] == [
		("BIKE", 2, 1),
		("TUBE", 1, 1),
		("BIKE", 1, 5),
		("TUBE", 5, 6),
		("TUBE", 2, 8),
	]


def test_what_nobody_brings_waits_to_the_end(platform, make_folder) -> None:
	report = load(platform, make_folder(purchase_lines=[]))
	assert report.ok
	assert report.state.order_lines == {"Consumed": 3, "Waiting": 1}
	assert (report.state.waiting, report.state.waiting_orders) == ({"TUBE": 2}, 1)
	assert "TUBE" in report.as_text()


def test_stock_is_where_the_extract_and_the_days_put_it(platform, make_folder) -> None:
	load(platform, make_folder())
	stored = query(
		platform,
		"SELECT bs.item_code, wb.bin_code, wb.zone, bs.qty FROM `tabBin Stock` bs"
		" JOIN `tabWarehouse Bin` wb ON wb.name = bs.bin WHERE bs.qty <> 0 ORDER BY bs.item_code, wb.bin_code",
	)
	assert [tuple(row.values()) for row in stored] == [
		("BIKE", "07-0", f"07 - {WAREHOUSE}", 3),
		("BIKE", "UNPLACED", None, 1),
		("TUBE", "50-A-11", f"50 - {WAREHOUSE}", 6),
	]


def test_thresholds_suppliers_and_values_are_those_of_the_extract(platform, make_folder) -> None:
	load(platform, make_folder())
	(tube,) = query(platform, "SELECT * FROM `tabItem` WHERE name = 'TUBE'")
	(level,) = query(platform, "SELECT * FROM `tabItem Reorder` WHERE parent = 'TUBE'")
	(default,) = query(platform, "SELECT * FROM `tabItem Default` WHERE parent = 'TUBE'")
	assert (tube["safety_stock"], tube["lead_time_days"], tube["min_order_qty"]) == (500, 10, 20)
	assert (level["warehouse_reorder_level"], level["warehouse_reorder_qty"]) == (375, 125)
	assert (default["default_warehouse"], default["default_supplier"]) == (WAREHOUSE, "Best Ltd")
	assert query(platform, "SELECT * FROM `tabItem Reorder` WHERE parent = 'RAG'") == []


def test_a_second_run_changes_nothing(platform, make_folder) -> None:
	load(platform, make_folder())
	before = query(platform, "SELECT COUNT(*) AS n FROM `tabStock Movement`")
	with pytest.raises(Conflict) as error:
		load(platform, make_folder())
	assert error.value.code == "already_loaded"
	assert query(platform, "SELECT COUNT(*) AS n FROM `tabStock Movement`") == before


def test_other_data_does_not_go_on_top(platform, make_folder) -> None:
	load(platform, make_folder())
	with pytest.raises(Conflict) as error:
		load(platform, make_folder(returns=[]))
	assert error.value.code == "other_stock"


def test_other_data_goes_into_another_warehouse(platform, make_folder) -> None:
	load(platform, make_folder())
	report = load(platform, make_folder(returns=[]), warehouse="Second")
	assert (report.ok, report.warehouse, report.state.order_lines) == (True, "Second - AWC", {"Consumed": 4})
	assert report.tally.left_as_they_were == 7
	assert report.as_dict()["items"]["BIKE"]["on_hand"] == 3


def test_stock_that_was_there_before_is_left_alone(platform, make_folder) -> None:
	folder = make_folder()
	start = importing.prepared(platform, folder)
	for progress in start.run():
		if progress.phase == "bins":
			break
	with platform.context() as ctx:
		ctx.books.receive([PostingLine("TUBE", WAREHOUSE, 1)])
	with pytest.raises(Conflict) as error:
		load(platform, folder)
	assert error.value.code == "other_stock"


@pytest.mark.parametrize("stop_after", range(1, 16, 3))
def test_a_run_goes_on_where_another_was_stopped(platform, make_folder, tmp_path, stop_after: int) -> None:
	folder = make_folder()
	whole = Standalone(f"sqlite:///{tmp_path}/whole.db")
	expected = load(whole, folder).as_dict()
	whole.close()

	run = importing.prepared(platform, folder).run()
	for _ in range(stop_after):
		next(run)
	run.close()
	report = load(platform, folder)
	assert report.ok
	for part in ("items", "posted", "order_lines"):
		assert report.as_dict()[part] == expected[part]
	assert report.tally.continued == (stop_after > 3)


def test_a_step_after_a_deadlock_is_run_again(platform, make_folder, monkeypatch) -> None:
	deliver, failures = SmallBooks.deliver, [sqlite3.OperationalError("database is locked")]

	def once_locked(self: SmallBooks, *arguments: Any, **named: Any) -> Any:
		voucher = deliver(self, *arguments, **named)
		if failures:
			raise failures.pop()
		return voucher

	monkeypatch.setattr(SmallBooks, "deliver", once_locked)
	report = load(platform, make_folder())
	assert report.ok
	assert (report.tally.documents["delivered"], report.tally.refused) == (4, [])


def test_a_document_the_books_refuse_is_reported_and_the_rest_goes_on(
	platform, make_folder, monkeypatch
) -> None:
	order = SmallBooks.order

	def picky(self: SmallBooks, customer: str, lines: list[PostingLine], **named: Any) -> str:
		if len(lines) == 2:
			raise InvalidInput("Not on a {day}.", code="not_today", day="Thursday")
		return order(self, customer, lines, **named)

	monkeypatch.setattr(SmallBooks, "order", picky)
	report = load(platform, make_folder())
	(refused,) = report.tally.refused
	assert (refused.reference, refused.code, refused.lines) == ("sales order SO1", "not_today", 2)
	assert (report.ok, report.tally.documents["ordered"]) == (True, 2)
	assert "Not on a Thursday." in report.as_text()


def test_books_that_refuse_everything_stop_the_import(platform, make_folder, monkeypatch) -> None:
	def no(*_: Any, **__: Any) -> str:
		raise InvalidInput("No.")

	monkeypatch.setattr(SmallBooks, "order", no)
	monkeypatch.setattr(loading, "MOST_REFUSED", 1)
	with pytest.raises(Conflict) as error:
		load(platform, make_folder())
	assert error.value.code == "too_many_refused"


def test_what_prevents_it_is_reported_before_anything_is_made(platform, make_folder) -> None:
	with pytest.raises(NotFound) as unknown:
		load(platform, make_folder(), company="Nowhere Inc")
	assert unknown.value.code == "unknown_company"
	with platform.context() as ctx:
		write_settings(ctx, reservation=False)
	with pytest.raises(Conflict) as off:
		load(platform, make_folder())
	assert off.value.code == "module_off"
	assert query(platform, "SELECT name FROM `tabItem`") == []


def test_the_report_is_written_as_text_and_data(platform, make_folder, tmp_path) -> None:
	folder = make_folder(
		returns=["2015-01-07,AA311,1"], suppliers=["ACME,Acme Ltd,1,False", "BEST,Best Ltd,1,True"]
	)
	text, data = load(platform, folder).write(tmp_path / "report")
	assert "row 2: Item AA311 is not known.  [2015-01-07,AA311,1]" in text.read_text(encoding="utf-8")
	loaded = json.loads(data.read_text(encoding="utf-8"))
	assert [(f["file"], f["row"], f["code"]) for f in loaded["rejected"]] == [
		("returns.csv", 2, "unknown_item")
	]
	assert [f["code"] for f in loaded["corrected"]] == ["inactive_supplier"]
	assert loaded["valued_at"] == {"standard cost": 1, "supplier's price": 1, "none known": 1}
