"""Outbound Orders: what a storekeeper has to do, and each step of it."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from inventory_midplatform.api.operation import LongText, Offset, PageSize, Quantity, Text, operation
from inventory_midplatform.api.v1 import results
from inventory_midplatform.domain.outbound import OUTBOUND
from inventory_midplatform.domain.quantity import ZERO, parse_quantity
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import outbound as reading
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import (
	cancelling,
	checking,
	picking,
	putting_back,
	reopening,
	shipping,
	shortage,
)
from inventory_midplatform.services.outbound.picking import Pick

State = Literal[
	"", "To Accept", "To Pick", "To Check", "To Ship", "On Hold", "To Put Back", "Shipped", "Cancelled"
]
ShortReason = Literal["Not There", "Damaged", "Expired", "Other Goods There", "Cannot Reach"]


def zero_or_quantity(value: Any) -> Decimal:
	"""Zero, or a quantity."""
	return ZERO if value in (0, "0") and not isinstance(value, bool) else parse_quantity(value)


class Counted(BaseModel):
	model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

	line: Text
	qty: Annotated[Decimal, BeforeValidator(zero_or_quantity)]


@operation()
def list_tasks(
	ctx: Context,
	warehouse: Text = "",
	mine: bool = False,
	state: State = "",
	search: Text = "",
	outside_waves: bool = False,
	limit: PageSize = 50,
	offset: Offset = 0,
) -> results.OutboundTaskPage:
	"""A page of Outbound Orders to work on, the most urgent first; with `state`, those in that state. `outside_waves`
	leaves out those that are worked on with an open wave.
	"""
	page: Any = reading.list_tasks(
		ctx,
		warehouse=warehouse,
		mine=mine,
		state=state,
		search=search,
		outside_waves=outside_waves,
		limit=limit,
		offset=offset,
	)
	return page


@operation()
def list_staging(
	ctx: Context,
	warehouse: Text = "",
	item_code: Text = "",
	min_hours: Annotated[int, Field(ge=0, le=100000)] = 0,
	limit: PageSize = 50,
	offset: Offset = 0,
) -> results.InStagingPage:
	"""What is in staging bins: which item, for which order or none, since when and how many hours; the oldest first."""
	page: Any = reading.list_staging(
		ctx, warehouse=warehouse, item_code=item_code, min_hours=min_hours, limit=limit, offset=offset
	)
	return page


@operation()
def get(ctx: Context, name: Text) -> results.OutboundOrder:
	"""One order: its lines, what to pick from which bin in walking order, and what may be done next.

	While it is to be checked, quantities are null: the count is blind.
	"""
	order: Any = reading.get(ctx, name)
	return order


@operation(writes=True)
def accept(ctx: Context, name: Text) -> results.OutboundStep:
	"""Take on an order: it is assigned to you, and bins are allocated to what is reserved for it."""
	return _done(ctx, name, picking.accept(ctx, name))


@operation(writes=True)
def pick(
	ctx: Context,
	name: Text,
	line: Text,
	bin: Text,
	qty: Quantity,
	batch_no: Text = "",
	serial_nos: list[Text] = [],  # noqa: B006 - read only, and shown in the API's description
	reason: LongText = "",
) -> results.OutboundStep:
	"""Pick a quantity of a line from a bin; it moves to the order's staging bin.

	Another batch than proposed needs a `reason`. An item with serial numbers needs as many `serial_nos` as the quantity.
	"""
	return _done(ctx, name, picking.pick(ctx, name, Pick(line, bin, qty, batch_no, serial_nos, reason)))


@operation(writes=True)
def report_short(
	ctx: Context, name: Text, line: Text, bin: Text, qty: Quantity, reason: ShortReason, batch_no: Text = ""
) -> results.OutboundStep:
	"""Say that a quantity that was to be picked from a bin cannot be. It is blocked there and picked elsewhere, or waits."""
	return _done(ctx, name, shortage.report_short(ctx, name, Pick(line, bin, qty, batch_no, reason=reason)))


@operation(writes=True)
def unpick(
	ctx: Context,
	name: Text,
	line: Text,
	qty: Quantity,
	batch_no: Text = "",
	serial_nos: list[Text] = [],  # noqa: B006
	to_bin: Text = "",
) -> results.OutboundStep:
	"""Put picked stock back to the bin it came from, or to `to_bin`."""
	return _done(ctx, name, putting_back.unpick(ctx, name, Pick(line, "", qty, batch_no, serial_nos), to_bin))


@operation(writes=True)
def finish_picking(ctx: Context, name: Text) -> results.OutboundStep:
	"""Say that all that can be picked is picked; what is missing becomes a further order when this one is shipped."""
	return _done(ctx, name, picking.finish_picking(ctx, name))


@operation(writes=True)
def check(
	ctx: Context, name: Text, counted: Annotated[list[Counted], Field(max_length=500)]
) -> results.OutboundStep:
	"""Count what was picked, line by line. If it agrees the delivery is drafted; if not, 409 `count_differs`."""
	quantities: dict[str, Decimal] = {}
	for c in counted:
		quantities[c.line] = quantities.get(c.line, ZERO) + c.qty
	return _done(ctx, name, checking.check(ctx, name, quantities))


@operation(writes=True)
def ship(ctx: Context, name: Text, carrier: Text = "", tracking_no: Text = "") -> results.OutboundStep:
	"""Submit the delivery: the goods leave the warehouse and the reservation is consumed."""
	return _done(ctx, name, shipping.ship(ctx, name, carrier, tracking_no))


@operation(writes=True)
def cancel(ctx: Context, name: Text, reason: LongText = "") -> results.OutboundStep:
	"""Cancel an Outbound Order; what was picked is to be put back. The Sales Order stays as it is."""
	return _done(ctx, name, cancelling.cancel(ctx, name, reason))


@operation(writes=True)
def reopen(ctx: Context, name: Text) -> results.OutboundStep:
	"""Open a cancelled Outbound Order again, for what its document still demands and no other open order brings."""
	return _done(ctx, name, reopening.reopen(ctx, name))


def _done(ctx: Context, name: str, message: Reason) -> Any:
	return steps.step_result(ctx, OUTBOUND, reading.get(ctx, name), message)
