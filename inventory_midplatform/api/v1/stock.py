"""Positions, why they are what they are, and moves between bins."""

from datetime import date
from typing import Any, Literal

from inventory_midplatform.api.operation import LongText, Offset, PageSize, Quantity, Text, operation
from inventory_midplatform.api.v1 import answers
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import available_to_promise as promises
from inventory_midplatform.reporting import positions
from inventory_midplatform.services import ledger


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
	stock_status: Literal["Available", "Quality", "Damaged", "Blocked"] = "Available",
	batch_no: Text = "",
	reason: LongText = "",
) -> answers.Moved:
	"""Move stock from one bin of a warehouse to another; ERPNext's books stay as they are."""
	answer: Any = ledger.move(
		ctx, item_code, warehouse, from_bin, to_bin, qty, stock_status, batch_no, reason
	)
	return answer
