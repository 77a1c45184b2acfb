"""Outbound Orders: their lines, the fields that only steps write, and the end of an order."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import Conflict, NotPermitted
from inventory_midplatform.domain.outbound import (
	CANCELLED,
	OUTBOUND,
	TO_PUT_BACK,
)
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import recipients
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import wave_closing

DOCTYPE = OUTBOUND.doctype
LINE = "Outbound Order Line"
PROTECTED_FIELDS = (
	"state",
	"warehouse",
	"stock_status",
	"company",
	"source_type",
	"source_name",
	"customer",
	"due",
	"wave",
	"cell",
	"staging_bin",
	"delivery_doctype",
	"delivery_document",
	"is_posted",
	"state_before",
	"on_hold_reason",
	"carrier",
	"tracking_no",
	"cancelled_by",
	"docstatus",
)
LINE_FIELDS = ("item_code", "source_row", "qty", "picked_qty", "checked_qty", "short_qty")
QUANTITIES = ("qty", "picked_qty", "checked_qty", "short_qty")


def end(ctx: Context, order: Row, state: str, cancelled_by: str = "") -> None:
	"""Cancel an order, or first have its picked stock put back (``state``); discard its draft. The caller has locked it.

	``cancelled_by`` is the user who cancels it though its document demands it: no other is created for that.
	"""
	nothing: Row = {"state_before": None, "on_hold_reason": None}
	if cancelled_by:
		nothing["cancelled_by"] = cancelled_by
	if order["is_posted"]:
		steps.finish(ctx, OUTBOUND, order, "cancel", CANCELLED, **nothing)
		wave_closing.close_if_packed(ctx, order["wave"])
		return
	if order["delivery_document"]:
		ctx.documents.discard(order["delivery_doctype"], order["delivery_document"])
	nothing |= {"delivery_doctype": None, "delivery_document": None}
	steps.finish(ctx, OUTBOUND, order, "cancel", state, **nothing)
	wave_closing.close_if_packed(ctx, order["wave"])
	if state == TO_PUT_BACK:
		ctx.notifier.todo(
			recipients.storekeepers(ctx, order["warehouse"]),
			"{source} was cancelled: put back what was picked for {name}.",
			DOCTYPE,
			order["name"],
			source=order["source_name"],
			name=order["name"],
		)


# lines


def lines_of(ctx: Context, name: str, locked: bool = False) -> list[Row]:
	"""Return the lines of an order in their sequence, quantities in stock UOM."""
	rows = ctx.store.rows(
		"SELECT name, idx, item_code, item_name, source_row, stock_uom, qty, picked_qty, checked_qty, short_qty"
		" FROM `tabOutbound Order Line` WHERE parent = %(name)s ORDER BY idx"
		+ (ctx.store.for_update if locked else ""),
		{"name": name},
	)
	return [{**row, **{q: from_store(row[q]) for q in QUANTITIES}} for row in rows]


def lines_of_many(ctx: Context, names: Sequence[str], item_code: str = "") -> list[Row]:
	"""Lock the lines of many orders and return them in the order of the orders' names; with ``item_code``, only its lines."""
	found: list[Row] = []
	for part in batches(sorted(names)):
		found += ctx.store.rows(
			"SELECT name, parent, idx, item_code, item_name, source_row, stock_uom, qty, picked_qty, checked_qty, short_qty"
			" FROM `tabOutbound Order Line` WHERE parent IN %(names)s AND (%(item)s = '' OR item_code = %(item)s)"
			f" ORDER BY parent, idx{ctx.store.for_update}",
			{"names": part, "item": item_code},
		)
	return [{**row, **{q: from_store(row[q]) for q in QUANTITIES}} for row in found]


def require_no_more_than_ordered(order_lines: Sequence[Row]) -> None:
	"""Raise Conflict (``more_than_ordered``) where more of a line is picked than its document still demands."""
	for line in order_lines:
		if line["picked_qty"] > line["qty"]:
			raise Conflict(
				"{picked} of item {item_code} is picked and {qty} demanded; put the rest back.",
				code="more_than_ordered",
				item_code=line["item_code"],
				picked=to_text(line["picked_qty"]),
				qty=to_text(line["qty"]),
			)


def shortages(order_lines: Sequence[Row]) -> list[Row]:
	"""Return the changes of ``short_qty`` now that all is picked that can be: name and short_qty."""
	short = [
		(line, {"name": line["name"], "short_qty": max(line["qty"] - line["picked_qty"], ZERO)})
		for line in order_lines
	]
	return [change for line, change in short if change["short_qty"] != line["short_qty"]]


def set_line(ctx: Context, line: str, **quantities: Decimal) -> None:
	"""Write quantities (stock UOM) of a line. The caller has locked the order's row, and calls :func:`touch` after it."""
	changes = ", ".join(f"{name} = %({name})s" for name in quantities)
	ctx.store.execute(
		f"UPDATE `tabOutbound Order Line` SET {changes} WHERE name = %(line)s", {**quantities, "line": line}
	)


def set_lines(ctx: Context, changes: Sequence[Row], *quantities: str) -> None:
	"""Write these ``quantities`` of many lines, each change with its line's ``name``. As :func:`set_line`, in one statement."""
	for part in batches(changes):
		ctx.store.add(LINE, ("name",), part, add=(), put=quantities)


def touch(ctx: Context, *names: str) -> None:
	"""Mark orders as changed, so that a form that read them before cannot be saved over them."""
	for part in batches(names):
		ctx.store.execute(
			"UPDATE `tabOutbound Order` SET modified = %(now)s, modified_by = %(user)s WHERE name IN %(names)s",
			{"now": ctx.clock.now(), "user": ctx.identity.user, "names": part},
		)


# editing and deleting the record


def check_edit(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
	"""Raise NotPermitted (``by_steps_only``) where a saved record changes fields that only steps write."""
	changed = [field for field, value in after.items() if before is None or before.get(field) != value]
	if changed:
		raise NotPermitted(
			"An Outbound Order changes by its steps only, not by saving {fields}.",
			code="by_steps_only",
			fields=", ".join(changed),
		)


def check_delete(state: str, name: str) -> None:
	"""Raise Conflict (``wrong_state``) for an order that is not in a final state."""
	if state not in OUTBOUND.final:
		raise Conflict(
			"Outbound Order {name} is open; cancel it instead.", code="wrong_state", name=name, state=state
		)
