"""Positions, why they are what they are, and moves between bins."""

from datetime import date
from typing import Any, Literal

from inventory_midplatform.api.operation import LongText, Offset, PageSize, Quantity, Text, operation
from inventory_midplatform.api.v1 import answers
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import available_to_promise as promises
from inventory_midplatform.reporting import positions
from inventory_midplatform.services import handling, masters, storage

OnHold = Literal["Quality", "Damaged", "Blocked"]
Status = Literal["Available", "Quality", "Damaged", "Blocked"]


@operation()
def get_position(ctx: Context, item_code: Text, warehouse: Text) -> answers.Position:
	"""One item in one warehouse: on hand, on hold, reserved, available, in transit, on order."""
	answer: Any = positions.get_position(ctx, item_code, warehouse)
	return answer


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
) -> answers.PositionPage:
	"""A page of positions in the order of item and warehouse. `search` is a part of the item's code or name."""
	filters = positions.Filters(item_code, item_group, warehouse, company, only, search=search)
	answer: Any = positions.list_positions(ctx, filters, limit, offset)
	return answer


@operation()
def explain(ctx: Context, item_code: Text, warehouse: Text, limit: PageSize = 50) -> answers.Explanation:
	"""Why this much is available: what lies in which bin, what is on hold, and each reservation with its owner."""
	answer: Any = positions.explain(ctx, item_code, warehouse, limit)
	return answer


@operation()
def available_to_promise(
	ctx: Context,
	item_code: Text,
	warehouse: Text,
	by_date: date | None = None,
	qty: Quantity | None = None,
	limit: PageSize = 100,
) -> answers.Promise:
	"""How much more can be promised from a warehouse by a day (today if not said), over dated supply and demand.

	`ladder` is the reason: what is `available`, then each document by its date with the balance after it. The answer is
	the least balance of that day and every later one, so that nothing is promised that a later demand needs. Supply
	without a date, or overdue, stands in `undated` and does not count. With `qty`, `earliest_date` is the first day on
	which that much can be promised; null if nothing known makes it possible.
	"""
	answer: Any = promises.available_to_promise(ctx, item_code, warehouse, by_date, qty, limit)
	return answer


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
) -> answers.Moved:
	"""Move stock from one bin of a warehouse to another; ERPNext's books stay as they are.

	`batch_no` may be left out where the bin holds one batch of the item. An item with serial numbers needs as many
	`serial_nos` as the quantity.
	"""
	stock_qty = masters.in_stock_uom(ctx, item_code, qty, uom)
	answer: Any = handling.move(
		ctx,
		item_code,
		warehouse,
		from_bin,
		to_bin,
		stock_qty,
		stock_status,
		batch_no,
		serial_nos,
		reason,
	)
	return answer


@operation(writes=True)
def hold(
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
) -> answers.StatusChanged:
	"""Put available stock in a bin on hold: nobody can reserve it until it is released."""
	stock_qty = masters.in_stock_uom(ctx, item_code, qty, uom)
	answer: Any = handling.change_status(
		ctx, item_code, warehouse, bin, stock_qty, AVAILABLE, stock_status, batch_no, serial_nos, reason
	)
	return answer


@operation(writes=True)
def release_hold(
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
) -> answers.StatusChanged:
	"""Take stock in a bin off hold; who waits for it gets it."""
	stock_qty = masters.in_stock_uom(ctx, item_code, qty, uom)
	answer: Any = handling.change_status(
		ctx, item_code, warehouse, bin, stock_qty, stock_status, AVAILABLE, batch_no, serial_nos, reason
	)
	return answer


@operation()
def suggest_put_away(
	ctx: Context, item_code: Text, warehouse: Text, qty: Quantity, batch_no: Text = ""
) -> answers.PutAwaySuggestion:
	"""Into which bins a quantity goes by the item's Storage Policy, and why; nothing is moved."""
	answer: Any = storage.suggest_put_away(ctx, item_code, warehouse, qty, batch_no)
	return answer


@operation()
def suggest_removal(
	ctx: Context, item_code: Text, warehouse: Text, qty: Quantity, strategy: Text = "", batch_no: Text = ""
) -> answers.RemovalSuggestion:
	"""From which bins a quantity is taken, by the named strategy or the Storage Policy's, and why; nothing is taken.

	What has expired is suggested only where ``batch_no`` names it; else ``expired`` says where it lies.
	"""
	answer: Any = storage.suggest_removal(ctx, item_code, warehouse, qty, strategy, batch_no)
	return answer


@operation()
def list_strategies(ctx: Context) -> answers.Strategies:
	"""The names a Storage Policy may give: built-in strategies, and on a site those of other apps."""
	answer: Any = storage.strategy_names(ctx)
	return answer
