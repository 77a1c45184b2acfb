"""The Stock Operation Log: who did what, when, from what to what. Append-only."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.ports import Context, Row


def entry(
	ctx: Context,
	operation: str,
	reference_doctype: str = "",
	reference_name: str = "",
	*,
	item_code: str = "",
	warehouse: str = "",
	qty: Decimal = ZERO,
	from_value: str = "",
	to_value: str = "",
	reason: str = "",
	at: datetime | None = None,
) -> Row:
	"""One line of the log, to be written with others by :func:`write`. It happened ``at``, else now."""
	now = at or ctx.clock.now()
	return {
		"creation": now,
		"modified": now,
		"operation": operation,
		"happened_at": now,
		"user": ctx.identity.user,
		"reference_doctype": reference_doctype,
		"reference_name": reference_name,
		"item_code": item_code,
		"warehouse": warehouse,
		"qty": qty,
		"from_value": from_value,
		"to_value": to_value,
		"reason": reason,
	}


def write(ctx: Context, entries: list[Row]) -> None:
	if entries:
		ctx.store.insert("Stock Operation Log", entries)


def log(ctx: Context, operation: str, reference_doctype: str, reference_name: str, **values: Any) -> None:
	write(ctx, [entry(ctx, operation, reference_doctype, reference_name, **values)])
