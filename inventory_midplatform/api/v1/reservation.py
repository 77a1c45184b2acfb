"""Reservations: keep stock for a demand, give it back, see what is kept."""

from typing import Annotated, Any

from pydantic import Field, NaiveDatetime

from inventory_midplatform.api.operation import LongText, NewName, Offset, PageSize, Quantity, Text, operation
from inventory_midplatform.api.v1 import answers
from inventory_midplatform.domain.reservation import Demand, IfShort
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import positions
from inventory_midplatform.services import allocation, masters, reservation


@operation(writes=True)
def reserve(
	ctx: Context,
	item_code: Text,
	warehouse: Text,
	qty: Quantity,
	demand_type: Text = "",
	demand_name: Text = "",
	demand_line: Text = "",
	name: NewName = "",
	if_short: IfShort = IfShort.REFUSE,
	priority: Annotated[int, Field(ge=-1000, le=1000)] = 0,
	expires_at: NaiveDatetime | None = None,
	uom: Text = "",
	reason: LongText = "",
) -> answers.Reservation:
	"""Keep a quantity of an item in a warehouse for a demand.

	`name` is your own id of the reservation: sent again, the first answer comes back. If less is available, `if_short`
	decides: Refuse (409 `insufficient_stock`), Partial (keep what is free, the rest waits) or Wait (until all is there).
	`expires_at` is the site's own time, without a zone. `qty` is in `uom`, the stock UOM if it is not said.
	"""
	made = reservation.reserve(
		ctx,
		item_code,
		warehouse,
		masters.in_stock_uom(ctx, item_code, qty, uom),
		Demand(demand_type, demand_name, demand_line),
		name=name,
		if_short=if_short,
		priority=priority,
		expires_at=expires_at,
		reason=reason,
	)
	answer: Any = reservation.as_dict(made)
	return answer


@operation(writes=True)
def release(
	ctx: Context, name: Text, qty: Quantity | None = None, reason: LongText = ""
) -> answers.Reservation:
	"""Give back a quantity of a reservation; all that is open if `qty` is not said."""
	answer: Any = reservation.as_dict(reservation.release(ctx, name, qty, reason))
	return answer


@operation(writes=True)
def transfer(
	ctx: Context,
	name: Text,
	demand_type: Text,
	demand_name: Text,
	demand_line: Text = "",
	qty: Quantity | None = None,
	new_name: NewName = "",
	reason: LongText = "",
) -> answers.Reservation:
	"""Hand a quantity of a reservation, all that is open if `qty` is not said, to another demand of the same item and
	warehouse. The stock is never free in between.

	`new_name` is your own id of the new reservation, which is the answer: sent again, the first answer comes back. If
	the demand waits for the item there itself, it waits for that much less.
	"""
	demand = Demand(demand_type, demand_name, demand_line)
	made = reservation.transfer(ctx, name, demand, qty, new_name=new_name, reason=reason)
	answer: Any = reservation.as_dict(made)
	return answer


@operation(writes=True)
def allocate(
	ctx: Context, name: Text, qty: Quantity | None = None, strategy: Text = "", batch_no: Text = ""
) -> answers.AllocatedReservation:
	"""Pin what a reservation keeps to bins, for picking: by the named removal strategy, else the Storage Policy's."""
	answer: Any = allocation.allocate(ctx, name, qty, strategy, batch_no)
	return answer


@operation(writes=True)
def deallocate(ctx: Context, name: Text, qty: Quantity | None = None) -> answers.AllocatedReservation:
	"""Take a quantity of a reservation, all of it if `qty` is not said, off its bins; it stays kept in the warehouse."""
	answer: Any = allocation.deallocate(ctx, name, qty)
	return answer


@operation()
def get(ctx: Context, name: Text) -> answers.Reservation:
	"""One reservation as it stands."""
	answer: Any = reservation.as_dict(reservation.get(ctx, name))
	return answer


@operation()
def list_(
	ctx: Context,
	demand_type: Text = "",
	demand_name: Text = "",
	item_code: Text = "",
	warehouse: Text = "",
	status: Text = "",
	limit: PageSize = 50,
	offset: Offset = 0,
) -> answers.ReservationPage:
	"""A page of reservations, newest first."""
	answer: Any = positions.list_reservations(
		ctx,
		demand_type=demand_type,
		demand_name=demand_name,
		item_code=item_code,
		warehouse=warehouse,
		status=status,
		limit=limit,
		offset=offset,
	)
	return answer
