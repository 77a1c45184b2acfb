"""Positions and their explanation, bin moves, stock statuses and suggested bins."""

from datetime import date
from typing import Any, Literal

from typing_extensions import TypedDict

from inventory_midplatform.api.operation import LongText, Offset, PageSize, Quantity, Text, operation
from inventory_midplatform.api.v1 import results
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import available_to_promise as promises
from inventory_midplatform.reporting import positions
from inventory_midplatform.services import masters
from inventory_midplatform.services.locations import (
	bin_moves,
	bins_to_count,
	pick_faces,
	storage_policies,
	suggestions,
)
from inventory_midplatform.services.locations.stock_in_bin import StockInBin
from inventory_midplatform.services.locations.stock_status import change_status

OnHold = Literal["Quality", "Damaged", "Blocked"]
Status = Literal["Available", "Quality", "Damaged", "Blocked"]


class BinCounted(TypedDict):
	bin: str
	warehouse: str
	was_requested: bool


class RefillPart(TypedDict):
	bin: str
	bin_code: str
	batch_no: str
	expiry_date: str | None
	qty: float


class RefillTask(TypedDict):
	"""A pick face to refill. `left` is what is in it and not allocated; `to_allocate` is reserved and not allocated yet."""

	warehouse: str
	item_code: str
	item_name: str
	stock_uom: str
	bin: str
	bin_code: str
	zone: str
	minimum: float
	maximum: float
	left: float
	to_allocate: float
	refill_qty: float
	from_bins: list[RefillPart]


class RefillPage(TypedDict):
	refills: list[RefillTask]
	has_more: bool


@operation()
def get_position(ctx: Context, item_code: Text, warehouse: Text) -> results.Position:
	"""Return one item in one warehouse: on hand, on hold, reserved, available, in transit, on order."""
	result: Any = positions.get_position(ctx, item_code, warehouse)
	return result


@operation()
def list_positions(
	ctx: Context,
	item_code: Text = "",
	item_group: Text = "",
	warehouse: Text = "",
	company: Text = "",
	only: Literal["", "available", "reserved"] = "",
	search: Text = "",
	limit: PageSize = 50,
	offset: Offset = 0,
) -> results.PositionPage:
	"""Return a page of positions, sorted by item and warehouse. `search` is a part of the item's code or name."""
	filters = positions.Filters(item_code, item_group, warehouse, company, only, search=search)
	result: Any = positions.list_positions(ctx, filters, limit, offset)
	return result


@operation()
def explain(ctx: Context, item_code: Text, warehouse: Text, limit: PageSize = 50) -> results.Explanation:
	"""Explain why this much is available: the stock in each bin, what is on hold, and each reservation with its owner."""
	result: Any = positions.explain(ctx, item_code, warehouse, limit)
	return result


@operation()
def available_to_promise(
	ctx: Context,
	item_code: Text,
	warehouse: Text,
	by_date: date | None = None,
	qty: Quantity | None = None,
	limit: PageSize = 100,
) -> results.Promise:
	"""Return how much more can be promised from a warehouse by a day (default: today), over dated supply and demand.

	`projection` is the reason: the quantity `available`, then each document by its date with the balance after it. The
	result is the lowest balance of that day and every later one, so that nothing is promised that a later demand needs.
	Supply that is overdue or has no date is in `undated` and does not count. With `qty`, `earliest_date` is the first day
	on which that much can be promised; null if there is none.
	"""
	result: Any = promises.available_to_promise(ctx, item_code, warehouse, by_date, qty, limit)
	return result


@operation(writes=True)
def move(
	ctx: Context,
	item_code: Text,
	warehouse: Text,
	from_bin: Text,
	to_bin: Text,
	qty: Quantity,
	stock_status: Status = "Available",
	batch_no: Text = "",
	serial_nos: list[Text] = [],  # noqa: B006 - read only, and shown in the API's description
	uom: Text = "",
	reason: LongText = "",
) -> results.Moved:
	"""Move stock from one bin of a warehouse to another; ERPNext's books do not change.

	`batch_no` may be left out if the bin holds one batch of the item. An item with serial numbers needs as many
	`serial_nos` as the quantity.
	"""
	stock_qty = masters.in_stock_uom(ctx, item_code, qty, uom)
	stock = StockInBin(item_code, warehouse, from_bin, stock_qty, stock_status, batch_no, serial_nos)
	result: Any = bin_moves.move(ctx, stock, to_bin, reason)
	return result


@operation(writes=True)
def block(
	ctx: Context,
	item_code: Text,
	warehouse: Text,
	bin: Text,
	qty: Quantity,
	stock_status: OnHold,
	batch_no: Text = "",
	serial_nos: list[Text] = [],  # noqa: B006
	uom: Text = "",
	reason: LongText = "",
) -> results.StatusChanged:
	"""Put available stock in a bin on hold: it cannot be reserved until it is unblocked."""
	stock_qty = masters.in_stock_uom(ctx, item_code, qty, uom)
	stock = StockInBin(item_code, warehouse, bin, stock_qty, AVAILABLE, batch_no, serial_nos)
	result: Any = change_status(ctx, stock, stock_status, reason)
	return result


@operation(writes=True)
def unblock(
	ctx: Context,
	item_code: Text,
	warehouse: Text,
	bin: Text,
	qty: Quantity,
	stock_status: OnHold,
	batch_no: Text = "",
	serial_nos: list[Text] = [],  # noqa: B006
	uom: Text = "",
	reason: LongText = "",
) -> results.StatusChanged:
	"""Take stock in a bin off hold; it fills waiting reservations."""
	stock_qty = masters.in_stock_uom(ctx, item_code, qty, uom)
	stock = StockInBin(item_code, warehouse, bin, stock_qty, stock_status, batch_no, serial_nos)
	result: Any = change_status(ctx, stock, AVAILABLE, reason)
	return result


@operation()
def list_refills(
	ctx: Context, warehouse: Text = "", item_code: Text = "", limit: PageSize = 50, offset: Offset = 0
) -> RefillPage:
	"""Return a page of pick faces that are to be refilled, those that orders wait for first, with the bins to refill from."""
	result: Any = pick_faces.list_due(ctx, warehouse, item_code, limit, offset)
	return result


@operation(writes=True)
def refill(
	ctx: Context,
	item_code: Text,
	warehouse: Text,
	from_bin: Text,
	qty: Quantity,
	batch_no: Text = "",
	serial_nos: list[Text] = [],  # noqa: B006
	uom: Text = "",
) -> results.Moved:
	"""Move stock from a bin to the pick face of its item, which its Storage Policy names."""
	stock_qty = masters.in_stock_uom(ctx, item_code, qty, uom)
	stock = StockInBin(item_code, warehouse, from_bin, stock_qty, AVAILABLE, batch_no, serial_nos)
	result: Any = pick_faces.refill(ctx, stock)
	return result


@operation(writes=True)
def bin_counted(ctx: Context, warehouse: Text, bin: Text) -> BinCounted:
	"""Say that a bin is counted that was marked so because a pick was short. Nothing else changes."""
	result: Any = bins_to_count.counted(ctx, warehouse, bin)
	return result


@operation()
def suggest_put_away(
	ctx: Context,
	item_code: Text,
	warehouse: Text,
	qty: Quantity,
	batch_no: Text = "",
	bin: Text = "",
	full_bin: Text = "",
) -> results.PutAwaySuggestion:
	"""Return into which bins a quantity goes by the item's Storage Policy, and why. Nothing is moved.

	`objections` are what speaks against all of it in `bin`, if one is named. `full_bin` is one that somebody saw full,
	though it should have room: it is not suggested.
	"""
	result: Any = suggestions.suggest_put_away(ctx, item_code, warehouse, qty, batch_no, bin, full_bin)
	return result


@operation()
def suggest_removal(
	ctx: Context, item_code: Text, warehouse: Text, qty: Quantity, strategy: Text = "", batch_no: Text = ""
) -> results.RemovalSuggestion:
	"""Return from which bins a quantity is removed, by the named strategy or the Storage Policy's, and why.

	An expired batch is suggested only if `batch_no` names it; a disabled batch, or stock in a disabled bin or zone, never.
	`unusable` lists that stock and why.
	"""
	result: Any = suggestions.suggest_removal(ctx, item_code, warehouse, qty, strategy, batch_no)
	return result


@operation()
def list_strategies(ctx: Context) -> results.Strategies:
	"""Return the strategies that a Storage Policy may name: those built in, and on a site those of other apps."""
	result: Any = storage_policies.strategy_names(ctx)
	return result
