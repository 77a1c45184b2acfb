"""A small extract in a folder, made by hand, and the real one where it is."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from extract import WHOLE, Loaded

from inventory_midplatform.adapters.standalone import importing
from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.tests.rounds import rounds

HEADERS = {
	"items.csv": "item_code,item_name,item_group,source,safety_stock,reorder_point,standard_cost,list_price",
	"locations.csv": "location_id,location",
	"suppliers.csv": "supplier_code,supplier_name,credit_rating,active",
	"item_suppliers.csv": "item_code,supplier_code,lead_time_days,price,min_order_qty,max_order_qty,uom",
	"opening_stock.csv": "item_code,location,shelf,bin,quantity",
	"purchase_lines.csv": (
		"purchase_order,supplier_code,order_date,ship_date,due_date,item_code,"
		"ordered_qty,unit_price,received_qty,rejected_qty,stocked_qty"
	),
	"sales_lines.csv": "sales_order,line,order_date,item_code,qty,customer",
	"returns.csv": "return_date,item_code,qty",
}

GOOD = {
	"items.csv": [
		"BIKE,Bike,Bikes,make,4,3,500,900",
		"TUBE,Tube,Tyres,buy,500,375,0,5",
		"RAG,Rag,Cleaners,buy,0,0,0,0",
	],
	"locations.csv": ["7,Finished Goods", "50,Subassembly"],
	"suppliers.csv": ["ACME,Acme Ltd,1,True", "BEST,Best Ltd,1,True"],
	"item_suppliers.csv": ["TUBE,ACME,17,2.5,100,1000,EA", "TUBE,BEST,10,2.0,20,100,EA"],
	"opening_stock.csv": [
		"BIKE,Finished Goods,N/A,0,2",
		"TUBE,Subassembly,A,11,5",
		"TUBE,Finished Goods,B,1,1",
	],
	"purchase_lines.csv": ["1,ACME,2011-01-02,2011-01-05,2011-01-08,TUBE,10,2.5,10,2,8"],
	"sales_lines.csv": [
		"SO1,1,2015-01-01,BIKE,2,11",
		"SO1,2,2015-01-01,TUBE,1,11",
		"SO2,1,2015-01-02,BIKE,1,12",
		"SO3,1,2015-01-06,TUBE,7,13",
	],
	"returns.csv": ["2015-01-07,BIKE,1"],
}

MakeFolder = Callable[..., Path]


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
	"""``make_folder(sales_lines=["…"])``: the good files with the rows of those named replaced."""

	def make(**replaced: Sequence[str]) -> Path:
		for file, header in HEADERS.items():
			rows = replaced.get(file.removesuffix(".csv"), GOOD[file])
			(tmp_path / file).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
		return tmp_path

	return make


@pytest.fixture(scope="session")
def real_folder() -> Path:
	"""The real extract: ``ADVENTUREWORKS_DATA``, else ``../shared/data/adventureworks`` beside the repository."""
	beside = Path(__file__).parents[3] / "shared" / "data" / "adventureworks"
	folder = Path(os.environ.get("ADVENTUREWORKS_DATA") or beside)
	if not (folder / "sales_lines.csv").is_file():
		pytest.skip(f"no AdventureWorks extract: set ADVENTUREWORKS_DATA or lay it at {folder}")
	return folder


@pytest.fixture(scope="session")
def loaded(real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
	months = rounds("months of AdventureWorks on SQLite", 2, WHOLE)
	platform = Standalone(f"sqlite:///{tmp_path_factory.mktemp('adventureworks')}/books.db")
	loading = importing.prepared(platform, real_folder, months if months < WHOLE else None)
	tenths = 0
	for progress in loading.run():
		if progress.phase == "stock and orders" and progress.done * 10 // progress.total > tenths:
			tenths = progress.done * 10 // progress.total
			print(f"AdventureWorks on SQLite: {tenths}0 %", flush=True)
	assert loading.report is not None
	yield Loaded(real_folder, platform, loading.report)
	platform.close()
