"""Reservations: reserve stock for a demand, release it, reassign it, list what is reserved."""

from typing import Annotated, Any

from pydantic import Field, NaiveDatetime

from inventory_midplatform.api.operation import (
	AS_WRITTEN,
	LongText,
	NewName,
	Offset,
	PageSize,
	Quantity,
	Text,
	operation,
)
from inventory_midplatform.api.v1 import results
from inventory_midplatform.domain.reservation import Demand, ShortagePolicy
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import positions
from inventory_midplatform.services import masters
from inventory_midplatform.services.reservation import bin_allocation, reservations


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
	shortage_policy: ShortagePolicy = ShortagePolicy.REFUSE,
	priority: Annotated[int, Field(ge=-1000, le=1000), AS_WRITTEN] = 0,
	expires_at: NaiveDatetime | None = None,
	uom: Text = "",
	reason: LongText = "",
) -> results.Reservation:
	"""Reserve a quantity of an item in a warehouse for a demand.

	`name` is your own id of the reservation: sent again, the first result comes back. If less is available, `shortage_policy`
	decides: Refuse (409 `insufficient_stock`), Partial (reserve what is available, the rest waits) or Wait (until all is
	available). `expires_at` is the site's own time, without a zone. `qty` is in `uom`, by default the stock UOM.
	"""
	command = reservations.Reserve(
		item_code,
		warehouse,
		masters.in_stock_uom(ctx, item_code, qty, uom),
		Demand(demand_type, demand_name, demand_line),
		name=name,
		shortage_policy=shortage_policy,
		priority=priority,
		expires_at=expires_at,
		reason=reason,
	)
	result: Any = reservations.as_dict(reservations.reserve(ctx, command))
	return result


@operation(writes=True)
def release(
	ctx: Context, name: Text, qty: Quantity | None = None, reason: LongText = ""
) -> results.Reservation:
	"""Release a quantity of a reservation; all that is open by default."""
	result: Any = reservations.as_dict(reservations.release(ctx, name, qty, reason))
	return result


@operation(writes=True)
def reassign(
	ctx: Context,
	name: Text,
	demand_type: Text,
	demand_name: Text,
	demand_line: Text = "",
	qty: Quantity | None = None,
	new_name: NewName = "",
	reason: LongText = "",
) -> results.Reservation:
	"""Give a quantity of a reservation, by default all that is open, to another demand of the same item and warehouse. The
	stock is never free in between.

	`new_name` is your own id of the new reservation, which is returned: sent again, the first result comes back. If the
	demand waits for the item there itself, it waits for that much less.
	"""
	demand = Demand(demand_type, demand_name, demand_line)
	made = reservations.reassign(ctx, name, demand, qty, new_name=new_name, reason=reason)
	result: Any = reservations.as_dict(made)
	return result


@operation(writes=True)
def allocate(
	ctx: Context, name: Text, qty: Quantity | None = None, strategy: Text = "", batch_no: Text = ""
) -> results.AllocatedReservation:
	"""Allocate what a reservation has reserved to bins, for picking: by the named removal strategy, else the Storage Policy's."""
	result: Any = bin_allocation.allocate(ctx, name, qty, strategy, batch_no)
	return result


@operation(writes=True)
def deallocate(ctx: Context, name: Text, qty: Quantity | None = None) -> results.AllocatedReservation:
	"""Deallocate a quantity of a reservation, by default all of it, from its bins; it stays reserved in the warehouse."""
	result: Any = bin_allocation.deallocate(ctx, name, qty)
	return result


@operation()
def get(ctx: Context, name: Text) -> results.Reservation:
	"""One reservation as it is now."""
	result: Any = reservations.as_dict(reservations.get(ctx, name))
	return result


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
) -> results.ReservationPage:
	"""A page of reservations, newest first."""
	filters = positions.ReservationFilters(demand_type, demand_name, item_code, warehouse, status)
	result: Any = positions.list_reservations(ctx, filters, limit, offset)
	return result
