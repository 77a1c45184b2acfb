"""Each row that does not fit is left out with its number and the reason, and the rest is taken."""

from decimal import Decimal
from pathlib import Path

import pytest

from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.importing import adventureworks


def test_good_files_are_taken_whole(make_folder) -> None:
	extract = adventureworks.read(make_folder())
	assert (extract.rejected, extract.corrected) == ([], [])
	assert extract.rows["sales_lines.csv"] == len(extract.sales) == 4
	assert [o.supplier for o in extract.offers["TUBE"]] == ["BEST", "ACME"]
	assert extract.purchases[0].received_on.isoformat() == "2015-01-08"
	assert extract.purchases[0].qty == 8


REJECTED = [
	("items", "BIKE,Bike,Bikes,rent,4,3,500,900", "unknown_source", "neither make nor buy"),
	("items", "bike,Bike again,Bikes,make,4,3,500,900", "duplicate", "row 2"),
	("items", "X,,Bikes,make,4,3,500,900", "missing", "item_name is empty"),
	("items", "X,X,Bikes,make,four,3,500,900", "not_a_number", "safety_stock"),
	("items", "X,X,Bikes,make,4,3,NaN,900", "not_a_number", "standard_cost"),
	("items", "X,X,Bikes,make,4,-3,500,900", "negative", "reorder_point"),
	("items", "X,X,Bikes,make,4,3", "wrong_width", "fewer fields"),
	("items", "X,X,Bikes,make,4,3,5,9,10", "wrong_width", "more"),
	("items", "X" * 141 + ",X,Bikes,make,4,3,5,9", "too_long", "item_code"),
	("locations", "8,finished goods", "duplicate", "row 2"),
	("suppliers", "ACME,Acme,1,True", "duplicate", "row 2"),
	("item_suppliers", "GHOST,ACME,1,1,1,1,EA", "unknown_item", "GHOST"),
	("item_suppliers", "TUBE,NOBODY,1,1,1,1,EA", "unknown_supplier", "NOBODY"),
	("opening_stock", "TUBE,Subassembly,A,11,9", "duplicate", "row 3"),
	("opening_stock", "TUBE,Cellar,A,1,9", "unknown_location", "Cellar"),
	("opening_stock", "TUBE,Subassembly,A,12,0", "nothing", "quantity is 0"),
	("opening_stock", "TUBE,Subassembly,A,12,1.5", "not_whole", "1.5"),
	(
		"purchase_lines",
		"2,ACME,2011-01-02,2011-01-05,2011-01-08,TUBE,10,2.5,10,10,0",
		"nothing_stocked",
		"rejected",
	),
	(
		"purchase_lines",
		"2,ACME,2011-01-02,2011-01-05,2011-01-08,TUBE,10,2.5,10,1,8",
		"does_not_add_up",
		"stocked",
	),
	(
		"purchase_lines",
		"2,ACME,2011-01-06,2011-01-05,2011-01-08,TUBE,1,2,1,0,1",
		"shipped_before_ordered",
		"before",
	),
	("purchase_lines", "2,ACME,2011-02-30,2011-03-05,2011-03-08,TUBE,1,2,1,0,1", "not_a_date", "2011-02-30"),
	("sales_lines", "SO1,1,2015-01-01,BIKE,2,11", "duplicate", "row 2"),
	("sales_lines", "SO1,3,2015-01-05,BIKE,1,11", "several_dates", "SO1"),
	("sales_lines", "SO9,1,01/02/2015,BIKE,1,11", "not_a_date", "01/02/2015"),
	("sales_lines", "SO9,1,2015-01-01,BIKE,-1,11", "negative", "qty"),
	("sales_lines", "SO9,1,2015-01-01,GHOST,1,11", "unknown_item", "GHOST"),
	("returns", "2015-01-09,AA311,1", "unknown_item", "AA311"),
]


@pytest.mark.parametrize(
	("file", "row", "code", "reason"), REJECTED, ids=[f"{r[0]}-{r[2]}" for r in REJECTED]
)
def test_a_row_that_does_not_fit_is_left_out(
	make_folder, file: str, row: str, code: str, reason: str
) -> None:
	good = (make_folder() / f"{file}.csv").read_text(encoding="utf-8").splitlines()[1:]
	extract = adventureworks.read(make_folder(**{file: [*good, row]}))
	(finding,) = [f for f in extract.rejected if f.file == f"{file}.csv"]
	assert (finding.row, finding.code) == (len(good) + 2, code)
	assert reason in finding.reason
	assert finding.values.startswith(row.split(",")[0])
	assert extract.rows[f"{file}.csv"] == len(good) + 1


MENDED = [
	("suppliers", "OLD,Old Ltd,1,False", "inactive_supplier"),
	("item_suppliers", "RAG,ACME,1,1,1,1,CTN", "unit_without_conversion"),
	("purchase_lines", "2,ACME,2011-01-02,2011-01-05,2011-01-04,TUBE,10,2.5,10,0,10", "due_before_shipped"),
	("purchase_lines", "2,ACME,2011-01-02,2011-01-05,2011-01-08,TUBE,10,2.5,11,0,11", "more_than_ordered"),
	("sales_lines", "SO1,3,2015-01-01,TUBE,1,99", "several_customers"),
]


@pytest.mark.parametrize(("file", "row", "code"), MENDED, ids=[m[2] for m in MENDED])
def test_a_corrected_row_is_reported(make_folder, file: str, row: str, code: str) -> None:
	good = (make_folder() / f"{file}.csv").read_text(encoding="utf-8").splitlines()[1:]
	extract = adventureworks.read(make_folder(**{file: [*good, row]}))
	assert extract.rejected == []
	assert [(f.file, f.row, f.code) for f in extract.corrected] == [(f"{file}.csv", len(good) + 2, code)]


def test_a_row_rejected_later_does_not_count_as_mended(make_folder) -> None:
	extract = adventureworks.read(make_folder(item_suppliers=["GHOST,ACME,1,1,1,1,CTN"]))
	assert ([f.code for f in extract.rejected], extract.corrected) == (["unknown_item"], [])


def test_a_delivery_due_before_it_was_shipped_came_when_it_was_shipped(make_folder) -> None:
	row = "2,ACME,2012-02-27,2012-02-29,2012-02-28,TUBE,10,2.5,10,0,10"
	(purchase,) = adventureworks.read(make_folder(purchase_lines=[row])).purchases
	assert purchase.received_on.isoformat() == "2016-02-29"


def test_a_line_of_which_all_was_rejected_was_ordered_all_the_same(make_folder) -> None:
	rows = [
		"1,ACME,2011-01-02,2011-01-05,2011-01-08,TUBE,10,2.5,9,2,7",
		"2,ACME,2011-01-02,2011-01-05,2011-01-08,TUBE,3,2.5,3,3,0",
		"3,ACME,2011-01-06,2011-01-05,2011-01-08,TUBE,1,2,1,0,1",
	]
	extract = adventureworks.read(make_folder(purchase_lines=rows))
	assert [p.qty for p in extract.purchases] == [7]
	assert [(o.purchase_order, o.ordered, o.received, o.rejected) for o in extract.ordered] == [
		("1", 10, 9, 2),
		("2", 3, 3, 3),
	]
	assert [f.code for f in extract.rejected] == ["nothing_stocked", "shipped_before_ordered"]


def test_what_a_piece_is_valued_at(make_folder) -> None:
	extract = adventureworks.read(make_folder())
	assert extract.cost("BIKE") == (Decimal(500), "standard cost")
	assert extract.cost("TUBE") == (Decimal(2), "supplier's price")
	assert extract.cost("RAG") == (adventureworks.LEAST_COST, "none known")


def test_a_byte_order_mark_and_blanks_do_no_harm(make_folder) -> None:
	folder = make_folder(returns=[" 2015-01-07 , BIKE ,1"])
	file = folder / "returns.csv"
	file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
	assert [r.item_code for r in adventureworks.read(folder).returns] == ["BIKE"]


def test_what_is_no_extract_is_refused(make_folder, tmp_path: Path) -> None:
	with pytest.raises(NotFound, match="no folder"):
		adventureworks.read(tmp_path / "nowhere")
	folder = make_folder()
	(folder / "returns.csv").write_text("return_date,qty\n2015-01-07,1\n", encoding="utf-8")
	with pytest.raises(InvalidInput, match=r"returns\.csv has no column item_code"):
		adventureworks.read(folder)
	(folder / "returns.csv").write_bytes("return_date,item_code,qty\n2015-01-07,BÏKE,1\n".encode("latin-1"))
	with pytest.raises(InvalidInput, match="not UTF-8"):
		adventureworks.read(folder)
	(folder / "returns.csv").unlink()
	with pytest.raises(NotFound, match=r"returns\.csv is missing"):
		adventureworks.read(folder)
