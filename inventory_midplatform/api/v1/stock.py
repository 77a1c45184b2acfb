"""Positions, why they are what they are, and moves between bins."""

from typing import Any, Literal

from inventory_midplatform.api.operation import LongText, Offset, PageSize, Quantity, Text, operation
from inventory_midplatform.api.v1 import answers
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import positions
from inventory_midplatform.services import ledger, storage


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
	"""From which bins a quantity is taken, by the named strategy or the Storage Policy's, and why; nothing is taken."""
	answer: Any = storage.suggest_removal(ctx, item_code, warehouse, qty, strategy, batch_no)
	return answer


@operation()
def list_strategies(ctx: Context) -> answers.Strategies:
	"""The names a Storage Policy may give: built-in strategies, and on a site those of other apps."""
	answer: Any = storage.strategy_names(ctx)
	return answer
