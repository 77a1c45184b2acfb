"""What the operations of inbound return, for the OpenAPI document. Quantities in stock UOM."""

from typing_extensions import TypedDict

from inventory_midplatform.api.v1 import results


class InboundQuantities(TypedDict):
	expected_qty: float
	received_qty: float
	accepted_qty: float
	rejected_qty: float
	put_away_qty: float


class InboundTask(InboundQuantities):
	name: str
	state: str
	next_step: str
	warehouse: str
	source_type: str
	source_name: str
	supplier: str
	reason: str
	due: str | None
	dock: str
	slot_start: str | None
	slot_end: str | None
	truck: str
	assignee: str
	created: str
	waiting_minutes: int
	"""Since anything was done for it."""
	lines: int


class InboundTaskPage(TypedDict):
	tasks: list[InboundTask]
	has_more: bool


class QualityParameter(TypedDict):
	name: str
	numeric: bool
	value: str
	min_value: float
	max_value: float


class ItemUom(TypedDict):
	uom: str
	factor: float


class SupplierFigures(TypedDict):
	supplier: str
	receipts: int
	on_time_share: float | None
	in_full_share: float | None
	accepted_share: float | None
	put_away: int
	mean_days_to_shelf: float | None
	p90_days_to_shelf: float | None


class SupplierFiguresPage(TypedDict):
	rows: list[SupplierFigures]
	has_more: bool


class InboundLine(InboundQuantities):
	line: str
	item_code: str
	item_name: str
	stock_uom: str
	image: str
	has_batch_no: bool
	has_serial_no: bool
	has_expiry_date: bool
	barcodes: list[results.Barcode]
	uoms: list[ItemUom]
	supplier_part_nos: list[str]
	to_inspect: bool
	is_skipped: bool
	sample_qty: float
	parameters: list[QualityParameter]


class InboundScan(TypedDict):
	line: str
	item_code: str
	batch_no: str
	serial_no: str
	expiry_date: str | None
	qty: float
	accepted_qty: float
	rejected_qty: float
	put_away_qty: float
	received_by: str
	received_at: str


class InboundInspection(TypedDict):
	line: str
	item_code: str
	batch_no: str
	by_sample: bool
	accepted_qty: float
	rejected_qty: float
	destroyed_qty: float
	rejected_as: str
	rejected_serial_nos: list[str]
	reason: str
	photo: str
	write_off: str
	quality_inspection: str
	inspected_by: str
	inspected_at: str


class ToPutAway(TypedDict):
	line: str
	item_code: str
	batch_no: str
	qty: float
	bins: list[results.PutAwayPart]
	rest: float
	why_rest: results.Reason | None


class CrossDock(TypedDict):
	"""What an Outbound Order needs of a line that is still to be put away, in stock UOM."""

	line: str
	outbound_order: str
	outbound_line: str
	source_name: str
	customer: str
	due: str | None
	item_code: str
	qty: float


class SameTruck(TypedDict):
	"""Another order of the truck that has arrived, and what it brings."""

	name: str
	source_name: str
	supplier: str
	item_codes: list[str]


class InboundOrder(TypedDict):
	name: str
	state: str
	warehouse: str
	company: str
	source_type: str
	source_name: str
	supplier: str
	reason: str
	assignee: str
	due: str | None
	dock: str
	slot_start: str | None
	slot_end: str | None
	truck: str
	same_truck: list[SameTruck]
	created: str
	receipt_doctype: str
	receipt_document: str
	purchase_return: str
	is_typed: bool
	rest_expected: bool
	next_steps: list[results.NextStep]
	lines: list[InboundLine]
	received: list[InboundScan]
	inspections: list[InboundInspection]
	to_put_away: list[ToPutAway]
	cross_docks: list[CrossDock]


class InboundStep(TypedDict):
	state: str
	next_steps: list[results.NextStep]
	message: results.Reason
	data: InboundOrder


class InboundArrivals(TypedDict):
	arrived: list[InboundStep]


class InboundPutAway(InboundStep):
	warnings: list[results.Reason]


class LineToPutAway(TypedDict):
	"""What of one line and batch of an order is to be put away, and into which bins."""

	inbound_order: str
	source_name: str
	supplier: str
	reason: str
	line: str
	item_code: str
	item_name: str
	stock_uom: str
	image: str
	has_batch_no: bool
	has_serial_no: bool
	has_expiry_date: bool
	barcodes: list[results.Barcode]
	uoms: list[ItemUom]
	batch_no: str
	expiry_date: str | None
	serial_nos: list[str]
	qty: float
	bins: list[results.PutAwayPart]
	rest: float
	why_rest: results.Reason | None


class ToPutAwayPage(TypedDict):
	warehouse: str
	lines: list[LineToPutAway]
	has_more: bool


class PlacedPart(TypedDict):
	inbound_order: str
	line: str
	qty: float


class PutAwayWalkStep(TypedDict):
	message: results.Reason
	warnings: list[results.Reason]
	placed: list[PlacedPart]
	data: ToPutAwayPage
