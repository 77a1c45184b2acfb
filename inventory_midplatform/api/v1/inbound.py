"""Inbound Orders: what is expected, received, to be inspected and put away, and each step of it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
	BaseModel,
	BeforeValidator,
	ConfigDict,
	Field,
	NaiveDatetime,
	StringConstraints,
	WithJsonSchema,
)

from inventory_midplatform.api import inbound_results as results
from inventory_midplatform.api.operation import LongText, Offset, PageSize, Quantity, Text, operation
from inventory_midplatform.domain.inbound import INBOUND
from inventory_midplatform.domain.photo import LONGEST_URL, parse_photo
from inventory_midplatform.domain.quantity import ZERO, parse_quantity
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import inbound as reading
from inventory_midplatform.reporting import put_away_walk as walk_reading
from inventory_midplatform.reporting import suppliers
from inventory_midplatform.services import cross_docking
from inventory_midplatform.services.cross_docking import CrossDocked
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.inbound import (
	arriving,
	dock_slots,
	expecting,
	inspecting,
	orders,
	putting_away,
	receiving,
)
from inventory_midplatform.services.inbound import put_away_walk as walk
from inventory_midplatform.services.inbound.dock_slots import Slot
from inventory_midplatform.services.inbound.expecting import Expected
from inventory_midplatform.services.inbound.inspecting import Inspection
from inventory_midplatform.services.inbound.put_away_walk import WalkPlacing
from inventory_midplatform.services.inbound.putting_away import Placing
from inventory_midplatform.services.inbound.scans import Scan

State = Literal["", "Expected", "To Receive", "To Inspect", "To Put Away", "Done", "Cancelled"]


def zero_or_quantity(value: Any) -> Decimal:
	"""Zero, or a quantity."""
	return ZERO if value in (0, "0") and not isinstance(value, bool) else parse_quantity(value)


QuantityOrZero = Annotated[
	Decimal,
	BeforeValidator(zero_or_quantity),
	WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}),
]

PhotoUrl = Annotated[
	str,
	StringConstraints(strip_whitespace=True),
	WithJsonSchema(
		{
			"type": "string",
			"maxLength": LONGEST_URL,
			"description": "A data URL: `data:image/jpeg;base64,…` or `data:image/png;base64,…`, of at most 500 kB.",
		}
	),
]


class Reading(BaseModel):
	model_config = ConfigDict(extra="forbid")

	parameter: Text
	values: Annotated[list[Text], Field(max_length=10)]


@operation()
def list_tasks(
	ctx: Context,
	warehouse: Text = "",
	mine: bool = False,
	state: State = "",
	search: Text = "",
	limit: PageSize = 50,
	offset: Offset = 0,
) -> results.InboundTaskPage:
	"""A page of Inbound Orders to work on, by the day they are expected; with `state`, those in that state. `search` is a part
	of the name of the order, its document or supplier, or of its truck's number.
	"""
	page: Any = reading.list_tasks(
		ctx, warehouse=warehouse, mine=mine, state=state, search=search, limit=limit, offset=offset
	)
	return page


@operation()
def supplier_performance(
	ctx: Context,
	from_date: date | None = None,
	to_date: date | None = None,
	supplier: Text = "",
	warehouse: Text = "",
	limit: PageSize = 50,
	offset: Offset = 0,
) -> results.SupplierFiguresPage:
	"""A page of suppliers whose goods arrived in a period, by default the last ninety days: receipts of Purchase Orders, the
	shares that arrived no later than due, in full, and accepted (0 to 1, null where nothing counts), and the days from
	arrival until all was put away: mean and 90th percentile.
	"""
	page: Any = suppliers.supplier_performance(
		ctx,
		from_date=from_date,
		to_date=to_date,
		supplier=supplier,
		warehouse=warehouse,
		limit=limit,
		offset=offset,
	)
	return page


@operation()
def list_to_put_away(
	ctx: Context, warehouse: Text, limit: PageSize = 50, offset: Offset = 0
) -> results.ToPutAwayPage:
	"""A page of what is to be put away of all orders To Put Away of a warehouse, those received first on the first page; on a
	page in walking order of the bins that are proposed.
	"""
	page: Any = walk_reading.list_to_put_away(ctx, warehouse, limit=limit, offset=offset)
	return page


@operation()
def get(ctx: Context, name: Text) -> results.InboundOrder:
	"""One order: its lines, what was scanned, into which bins to put it away, and what may be done next."""
	order: Any = reading.get(ctx, name)
	return order


class ExpectedItem(BaseModel):
	"""An item that is to come. `qty` in stock UOM."""

	model_config = ConfigDict(extra="forbid")

	item_code: Text
	qty: Quantity


ExpectedItems = Annotated[list[ExpectedItem], Field(max_length=500)]


@operation(writes=True)
def expect_return(
	ctx: Context, delivery_note: Text, items: ExpectedItems, warehouse: Text = "", reason: LongText = ""
) -> results.InboundStep:
	"""Say what a customer sends back of a Delivery Note, in stock UOM: an Inbound Order, whose receipt is the return.

	It comes back to the `warehouse` it was delivered from, or another one. It is inspected before it is available, unless a
	setting says otherwise. What does not arrive is not expected any more.
	"""
	name, message = expecting.expect_return(ctx, delivery_note, _expected(items), warehouse, reason)
	return _done(ctx, name, message)


@operation(writes=True)
def expect(
	ctx: Context,
	warehouse: Text,
	items: ExpectedItems,
	reason: LongText,
	supplier: Text = "",
	due: date | None = None,
) -> results.InboundStep:
	"""Say what comes into a warehouse without a document, in stock UOM, and why: an Inbound Order, whose receipt is a Material
	Receipt. What does not arrive is not expected any more.
	"""
	name, message = expecting.expect(ctx, warehouse, _expected(items), reason, supplier, due)
	return _done(ctx, name, message)


def _expected(items: list[ExpectedItem]) -> list[Expected]:
	return [Expected(item.item_code, item.qty) for item in items]


@operation(writes=True)
def book_slot(
	ctx: Context,
	name: Text,
	dock: Text = "",
	slot_start: NaiveDatetime | None = None,
	slot_end: NaiveDatetime | None = None,
	truck: Text = "",
) -> results.InboundStep:
	"""Say with which truck (plate or waybill number) an order comes, and at which dock from when to when, in the site's own
	time. What is not named is cleared; a slot has all three.

	A dock that another truck has in that time is refused (409 `dock_taken`), until that truck's orders are received. Orders of
	one truck may share a slot.
	"""
	return _done(ctx, name, dock_slots.book_slot(ctx, name, Slot(dock, slot_start, slot_end, truck)))


@operation(writes=True)
def arrive(ctx: Context, name: Text, dock: Text = "") -> results.InboundStep:
	"""Say that an order has arrived, and where it is unloaded; it is assigned to you. At another `dock` than booked, its slot
	is given up.
	"""
	return _done(ctx, name, arriving.arrive(ctx, name, dock))


@operation(writes=True)
def arrive_truck(ctx: Context, warehouse: Text, truck: Text, dock: Text = "") -> results.InboundArrivals:
	"""Say that all orders have arrived which a truck brings to a warehouse; they are assigned to you."""
	arrived = arriving.arrive_truck(ctx, warehouse, truck, dock)
	return {"arrived": [_done(ctx, name, message) for name, message in arrived]}


@operation(writes=True)
def receive(
	ctx: Context,
	name: Text,
	line: Text,
	qty: Quantity,
	batch_no: Text = "",
	expiry_date: date | None = None,
	serial_nos: list[Text] = [],  # noqa: B006 - read only, and shown in the API's description
) -> results.InboundStep:
	"""Count a quantity of a line that has arrived. Nothing is posted before `finish_receiving`.

	An item with batches needs its batch, which is made if there is none of that name; one with serial numbers needs as many
	`serial_nos` as the quantity. More than ERPNext's allowance is refused.
	"""
	return _done(ctx, name, receiving.receive(ctx, name, Scan(line, qty, batch_no, expiry_date, serial_nos)))


@operation(writes=True)
def undo_receive(
	ctx: Context,
	name: Text,
	line: Text,
	qty: Quantity,
	batch_no: Text = "",
	serial_nos: list[Text] = [],  # noqa: B006
) -> results.InboundStep:
	"""Take back what was counted of a line, the last scan first."""
	scan = Scan(line, qty, batch_no, serial_nos=serial_nos)
	return _done(ctx, name, receiving.undo_receive(ctx, name, scan))


@operation(writes=True)
def finish_receiving(ctx: Context, name: Text) -> results.InboundStep:
	"""Post the receipt of what was counted: what is to be inspected on hold, all else available. What is missing becomes a
	further order.
	"""
	return _done(ctx, name, receiving.finish_receiving(ctx, name))


@operation(writes=True)
def inspect(
	ctx: Context,
	name: Text,
	line: Text,
	accepted: QuantityOrZero = ZERO,
	rejected: QuantityOrZero = ZERO,
	destroyed: QuantityOrZero = ZERO,
	batch_no: Text = "",
	accepted_serial_nos: list[Text] = [],  # noqa: B006
	rejected_serial_nos: list[Text] = [],  # noqa: B006
	destroyed_serial_nos: list[Text] = [],  # noqa: B006
	reason: LongText = "",
	rejected_as: Literal["Blocked", "Damaged"] = "Blocked",
	photo: PhotoUrl = "",
	by_sample: bool = False,
	readings: Annotated[list[Reading], Field(max_length=100)] = [],  # noqa: B006
) -> results.InboundStep:
	"""Accept, reject and destroy parts of a line. Accepted stock becomes available and fills who waits; a rejection needs its
	`reason`, and stays on hold, in the reject bin where the warehouse has one. What is `destroyed` is rejected as Damaged, and
	an Inventory Request to write it off waits for approval. When nothing is left to inspect, the return of what was rejected
	is drafted: `purchase_return`. A `photo` is attached to the order.

	`by_sample`: what is said is said of the line's `sample_qty`. Wholly accepted, all that is left of the line is accepted; else
	all of it is to be inspected. `readings`, of the line's `parameters`, become ERPNext's Quality Inspection.
	"""
	inspection = Inspection(
		line,
		accepted,
		rejected,
		destroyed,
		batch_no,
		accepted_serial_nos,
		rejected_serial_nos,
		destroyed_serial_nos,
		reason,
		rejected_as,
		parse_photo(photo),
		by_sample,
		{reading.parameter: [value for value in reading.values if value] for reading in readings},
	)
	return _done(ctx, name, inspecting.inspect(ctx, name, inspection))


@operation(writes=True)
def put_away(
	ctx: Context,
	name: Text,
	line: Text,
	bin: Text,
	qty: Quantity,
	batch_no: Text = "",
	serial_nos: list[Text] = [],  # noqa: B006
) -> results.InboundPutAway:
	"""Put a quantity of a line into a bin, the suggested one or another. `warnings` say what speaks against that bin."""
	message, warnings = putting_away.put_away(ctx, name, Placing(line, bin, qty, batch_no, serial_nos))
	return {**_done(ctx, name, message), "warnings": warnings}  # type: ignore[typeddict-item]


@operation(writes=True)
def put_away_walk(
	ctx: Context,
	warehouse: Text,
	item_code: Text,
	bin: Text,
	qty: Quantity,
	batch_no: Text = "",
	serial_nos: list[Text] = [],  # noqa: B006
) -> results.PutAwayWalkStep:
	"""Put a quantity into a bin, whichever orders To Put Away of the warehouse it is of: it is `placed` for the line that was
	received first, then for the next. `data` is what is left, as `list_to_put_away` says it.
	"""
	placing = WalkPlacing(item_code, bin, qty, batch_no, serial_nos)
	message, warnings, placed = walk.put_away(ctx, warehouse, placing)
	return {
		"message": message.as_dict(),  # type: ignore[typeddict-item]
		"warnings": warnings,  # type: ignore[typeddict-item]
		"placed": placed,  # type: ignore[typeddict-item]
		"data": walk_reading.list_to_put_away(ctx, warehouse),  # type: ignore[typeddict-item]
	}


@operation(writes=True)
def cross_dock(
	ctx: Context,
	name: Text,
	line: Text,
	outbound_order: Text,
	qty: Quantity,
	batch_no: Text = "",
	serial_nos: list[Text] = [],  # noqa: B006
) -> results.InboundStep:
	"""Bring a quantity of a line to the staging bin of an Outbound Order that needs it: picked and put away in one step."""
	moved = CrossDocked(line, outbound_order, qty, batch_no, serial_nos)
	return _done(ctx, name, cross_docking.cross_dock(ctx, name, moved))


@operation(writes=True)
def finish_putting_away(ctx: Context, name: Text) -> results.InboundStep:
	"""Say that nothing is left to put away, because the rest was picked or moved from the Unplaced bin already."""
	return _done(ctx, name, putting_away.finish_putting_away(ctx, name))


@operation(writes=True)
def cancel(ctx: Context, name: Text, reason: LongText = "") -> results.InboundStep:
	"""Cancel an Inbound Order of which nothing is posted. Its document stays as it is."""
	return _done(ctx, name, orders.cancel(ctx, name, reason))


def _done(ctx: Context, name: str, message: Reason) -> Any:
	return steps.step_result(ctx, INBOUND, reading.get(ctx, name), message)
