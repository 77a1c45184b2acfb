"""What operations answer, for the OpenAPI document. Quantities are numbers in stock UOM."""

from typing_extensions import TypedDict


class Position(TypedDict):
	item_code: str
	item_name: str
	item_group: str
	stock_uom: str
	warehouse: str
	on_hand: float
	on_hold: float
	reserved: float
	available: float
	in_transit: float
	on_order: float
	last_change: str | None


class PositionPage(TypedDict):
	positions: list[Position]
	has_more: bool


class BinContent(TypedDict):
	bin: str
	bin_code: str
	zone: str | None
	batch_no: str
	stock_status: str
	qty: float
	allocated_qty: float


class ReservationShare(TypedDict):
	name: str
	demand_type: str
	demand_name: str
	demand_line: str
	status: str
	reserved_qty: float
	waiting_qty: float
	priority: int
	expires_at: str | None
	owner: str
	creation: str


class Explanation(Position):
	formula: str
	waiting: float
	bins: list[BinContent]
	reservations: list[ReservationShare]
	more_bins: int
	more_reservations: int


class DatedEvent(TypedDict):
	document_type: str
	document: str
	qty: float
	due: str | None
	waits: bool


class PromiseStep(DatedEvent):
	date: str
	balance: float


class Promise(TypedDict):
	item_code: str
	warehouse: str
	stock_uom: str
	by_date: str
	promised: float
	available: float
	waiting: float
	earliest_date: str | None
	projection: list[PromiseStep]
	undated: list[DatedEvent]
	more: int


class Reservation(TypedDict):
	name: str
	status: str
	item_code: str
	warehouse: str
	qty: float
	reserved_qty: float
	waiting_qty: float
	consumed_qty: float
	released_qty: float
	allocated_qty: float
	demand_type: str
	demand_name: str
	demand_line: str
	shortage_policy: str
	priority: int
	expires_at: str | None
	reason: str


class AllocatedPart(TypedDict):
	bin: str
	bin_code: str
	zone: str | None
	batch_no: str
	qty: float


class AllocatedReservation(Reservation):
	allocations: list[AllocatedPart]


class ReservationPage(TypedDict):
	reservations: list[Reservation]
	has_more: bool


class Reason(TypedDict):
	"""The sentence in English, and what it is made of for whoever says it in another language."""

	sentence: str
	template: str
	values: dict[str, str]


class Moved(TypedDict):
	item_code: str
	warehouse: str
	from_bin: str
	to_bin: str
	qty: float
	warnings: list[Reason]


class StatusChanged(TypedDict):
	item_code: str
	warehouse: str
	bin: str
	qty: float
	from_status: str
	to_status: str


class PutAwayPart(TypedDict):
	bin: str
	bin_code: str
	zone: str
	sequence: int
	qty: float
	reason: Reason


class PutAwaySuggestion(TypedDict):
	item_code: str
	warehouse: str
	qty: float
	batch_no: str
	policy: str
	strategy: str
	bins: list[PutAwayPart]
	rest: float
	why_rest: Reason | None
	objections: list[Reason]


class RemovalPart(PutAwayPart):
	batch_no: str


class RemovalSuggestion(TypedDict):
	item_code: str
	warehouse: str
	qty: float
	batch_no: str
	policy: str
	strategy: str
	bins: list[RemovalPart]
	unusable: list[RemovalPart]
	rest: float
	why_rest: Reason | None


class Strategies(TypedDict):
	removal: list[str]
	put_away: list[str]


class Finding(TypedDict):
	invariant: str
	sentence: str
	item_code: str
	warehouse: str
	expected: float
	found: float


class Verification(TypedDict):
	ok: bool
	checked: dict[str, int]
	findings: list[Finding]
	book_discrepancies: list[Finding]
	more: int


class Why(TypedDict):
	threshold: float
	threshold_source: str
	counted_in: str
	available: float
	waiting: float
	unreserved: float
	on_order: float
	in_transit: float
	drafted: float
	level: float
	reorder_qty: float
	min_order_qty: float
	lead_time_days: int


class Suggestion(TypedDict):
	item_code: str
	item_name: str
	warehouse: str
	company: str
	supplier: str
	request_type: str
	uom: str
	suggested_qty: float
	request_uom: str
	request_qty: float
	why: Why


class SuggestionPage(TypedDict):
	suggestions: list[Suggestion]
	total: int


class RequestedItem(TypedDict):
	item_code: str
	qty: float
	uom: str


class CreatedRequest(TypedDict):
	material_request: str
	company: str
	warehouse: str
	supplier: str
	request_type: str
	items: list[RequestedItem]


class Refused(TypedDict):
	item_code: str
	warehouse: str
	reason: str


class MaterialRequests(TypedDict):
	created: list[CreatedRequest]
	failed: list[Refused]


class RequestLine(TypedDict):
	item_code: str
	item_name: str
	qty: float
	uom: str
	conversion_factor: float
	stock_qty: float
	rate: float | None
	amount: float | None


class InventoryRequest(TypedDict):
	name: str
	request_type: str
	company: str
	warehouse: str
	requested_by: str
	required_by: str
	status: str
	purpose: str | None
	rejection_reason: str | None
	stock_status: str
	amount: float | None
	docstatus: int
	created_doctype: str | None
	created_document: str | None
	items: list[RequestLine]


class NextStep(TypedDict):
	step: str
	label: str
	needs: list[str]


class Barcode(TypedDict):
	barcode: str
	uom: str
	factor: float


class OutboundLine(TypedDict):
	line: str
	item_code: str
	item_name: str
	stock_uom: str
	image: str
	has_batch_no: bool
	has_serial_no: bool
	barcodes: list[Barcode]
	qty: float | None
	picked_qty: float | None
	to_pick_qty: float | None
	short_qty: float
	checked_qty: float


class OutboundPick(TypedDict):
	line: str
	item_code: str
	bin: str
	bin_code: str
	zone: str
	sequence: int
	batch_no: str
	expiry_date: str | None
	qty: float
	done: bool


class OutboundOrder(TypedDict):
	name: str
	state: str
	warehouse: str
	company: str
	source_type: str
	source_name: str
	customer: str
	assignee: str
	due: str | None
	priority: int
	created: str
	staging_bin: str
	staging_bin_code: str
	delivery_doctype: str
	delivery_document: str
	is_posted: bool
	carrier: str
	tracking_no: str
	on_hold_reason: str
	stock_status: str
	wave: str
	cell: int
	next_steps: list[NextStep]
	lines: list[OutboundLine]
	picks: list[OutboundPick]


class OutboundStep(TypedDict):
	state: str
	next_steps: list[NextStep]
	message: Reason
	data: OutboundOrder


class OutboundTask(TypedDict):
	name: str
	state: str
	next_step: str
	warehouse: str
	source_type: str
	source_name: str
	customer: str
	due: str | None
	priority: int
	assignee: str
	on_hold_reason: str
	created: str
	lines: int
	lines_picked: int
	qty: float
	picked_qty: float
	ready: bool
	waiting_minutes: int


class StockInBin(TypedDict):
	item_code: str
	item_name: str
	stock_uom: str
	warehouse: str
	bin: str
	bin_code: str
	batch_no: str


class InStaging(StockInBin):
	qty: float
	outbound_order: str
	state: str
	source_name: str
	assignee: str
	since: str | None
	hours: float


class InStagingPage(TypedDict):
	rows: list[InStaging]
	has_more: bool


class OutboundTaskPage(TypedDict):
	tasks: list[OutboundTask]
	has_more: bool


class WorkWarehouse(TypedDict):
	name: str
	company: str


class Me(TypedDict):
	user: str
	full_name: str
	roles: list[str]
	operations: list[str]
	warehouses: list[WorkWarehouse]
