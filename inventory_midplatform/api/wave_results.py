"""What the operations of waves and of the pack station return, for the OpenAPI document. Quantities in stock UOM."""

from typing_extensions import TypedDict

from inventory_midplatform.api.v1 import results


class WaveTask(TypedDict):
	name: str
	state: str
	warehouse: str
	assignee: str
	carrier: str
	zone: str
	due_until: str | None
	due: str | None
	priority: int
	orders: int
	orders_packed: int
	lines: int
	lines_picked: int
	waiting_minutes: int


class WavePage(TypedDict):
	waves: list[WaveTask]
	has_more: bool


class ReadyOrders(TypedDict):
	orders: int


class WaveOrder(TypedDict):
	name: str
	cell: int
	state: str
	source_type: str
	source_name: str
	customer: str
	due: str | None
	priority: int
	is_posted: bool
	lines: int
	qty: float
	picked_qty: float
	checked_qty: float


class WavePick(TypedDict):
	item_code: str
	item_name: str
	stock_uom: str
	image: str
	has_batch_no: bool
	has_serial_no: bool
	barcodes: list[results.Barcode]
	bin: str
	bin_code: str
	zone: str
	sequence: int
	batch_no: str
	expiry_date: str | None
	qty: float
	orders: int
	done: bool


class Wave(TypedDict):
	name: str
	state: str
	warehouse: str
	company: str
	assignee: str
	staging_bin: str
	staging_bin_code: str
	due_until: str | None
	carrier: str
	zone: str
	created: str
	next_steps: list[results.NextStep]
	orders: list[WaveOrder]
	orders_to_pack: int
	picks: list[WavePick]


class WaveStep(TypedDict):
	state: str
	next_steps: list[results.NextStep]
	message: results.Reason
	data: Wave


class PackageLine(TypedDict):
	line: str
	item_code: str
	stock_uom: str
	qty: float


class Package(TypedDict):
	name: str
	package_no: int
	weight: float
	carrier: str
	tracking_no: str
	lines: list[PackageLine]


class PackingLine(TypedDict):
	line: str
	item_code: str
	item_name: str
	stock_uom: str
	picked_qty: float
	checked_qty: float
	unpacked_qty: float


class Packing(TypedDict):
	name: str
	state: str
	warehouse: str
	wave: str
	cell: int
	source_name: str
	customer: str
	complete: bool
	item_code: str
	qty: float
	next_steps: list[results.NextStep]
	package_steps: list[results.NextStep]
	lines: list[PackingLine]
	packages: list[Package]
	orders_to_pack: int


class PackStep(TypedDict):
	state: str
	next_steps: list[results.NextStep]
	message: results.Reason
	data: Packing
