"""What looking up a code returns, for the OpenAPI document. Quantities in stock UOM."""

from typing_extensions import TypedDict

from inventory_midplatform.api.v1 import results


class FoundItem(TypedDict):
	item_code: str
	item_name: str
	stock_uom: str
	image: str
	uom: str
	factor: float


class FoundBatch(TypedDict):
	batch_no: str
	expiry_date: str | None
	disabled: bool


class FoundBin(TypedDict):
	bin: str
	bin_code: str
	zone: str
	warehouse: str


class FoundOrder(TypedDict):
	doctype: str
	name: str
	state: str
	next_step: str


class FoundStock(results.StockInBin):
	expiry_date: str | None
	stock_status: str
	qty: float
	allocated_qty: float


class Totals(TypedDict):
	on_hand: float
	on_hold: float
	reserved: float
	available: float


class ReservedFor(TypedDict):
	demand_type: str
	demand_name: str
	qty: float


class Lookup(TypedDict):
	kind: str
	code: str
	title: str
	item: FoundItem | None
	batch: FoundBatch | None
	serial_no: str
	bin: FoundBin | None
	order: FoundOrder | None
	totals: Totals | None
	where: list[FoundStock]
	for_whom: list[ReservedFor]
