"""Inbound Orders: their lines, what was scanned for them, what of them a person may edit, and how they are cancelled."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from inventory_midplatform.domain.inbound import CANCELLED, INBOUND
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import modules, operation_log
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.flows import steps

DOCTYPE = INBOUND.doctype
LINE = "Inbound Order Line"
RECEIPT_LINE = "Inbound Receipt Line"
PROTECTED_FIELDS = (
	"state",
	"warehouse",
	"company",
	"due",
	"arrived_at",
	"dock",
	"slot_start",
	"slot_end",
	"truck",
	"source_type",
	"source_name",
	"supplier",
	"reason",
	"receipt_doctype",
	"receipt_document",
	"received_at",
	"purchase_return",
	"is_typed",
	"docstatus",
)
QUANTITIES = ("expected_qty", "received_qty", "accepted_qty", "rejected_qty", "put_away_qty")
LINE_FIELDS = (
	"item_code",
	"source_row",
	"to_inspect",
	"is_skipped",
	"sample_qty",
	*QUANTITIES,
	"closed_qty",
)
RECEIPT_QUANTITIES = ("qty", "accepted_qty", "rejected_qty", "put_away_qty")


def lines_of(ctx: Context, name: str, locked: bool = False) -> list[Row]:
	"""Return the lines of an order in their sequence, quantities in stock UOM."""
	rows = ctx.store.rows(
		"SELECT name, idx, item_code, item_name, source_row, stock_uom, to_inspect, is_skipped, sample_qty, expected_qty,"
		" received_qty, accepted_qty, rejected_qty, put_away_qty, closed_qty FROM `tabInbound Order Line`"
		" WHERE parent = %(name)s ORDER BY idx" + (ctx.store.for_update if locked else ""),
		{"name": name},
	)
	return [
		{**row, **{q: from_store(row[q]) for q in ("sample_qty", *QUANTITIES, "closed_qty")}} for row in rows
	]


def line_named(ctx: Context, name: str, line: str) -> Row:
	"""Return a line, locked. Raises NotFound (``unknown_line``)."""
	found = [row for row in lines_of(ctx, name, locked=True) if row["name"] == line]
	if not found:
		raise NotFound("{name} has no line {line}.", code="unknown_line", name=name, line=line)
	return found[0]


def set_line(ctx: Context, line: str, **values: Decimal | int) -> None:
	"""Write fields of a line. The order's row is locked by the caller, who calls :func:`touch` after it."""
	changes = ", ".join(f"{name} = %({name})s" for name in values)
	ctx.store.execute(
		f"UPDATE `tabInbound Order Line` SET {changes} WHERE name = %(line)s", {**values, "line": line}
	)


def set_lines(ctx: Context, changes: Sequence[Row], *fields: str) -> None:
	"""Write these ``fields`` of many lines, each change with its line's ``name``. As :func:`set_line`, in one statement."""
	for part in batches(changes):
		ctx.store.add(LINE, ("name",), part, add=(), put=fields)


def touch(ctx: Context, name: str) -> None:
	"""Mark an order as changed, so that nobody saves over it what they read before."""
	ctx.store.execute(
		"UPDATE `tabInbound Order` SET modified = %(now)s, modified_by = %(user)s WHERE name = %(name)s",
		{"now": ctx.clock.now(), "user": ctx.identity.user, "name": name},
	)


# what was scanned


_SCANNED = """
SELECT name, inbound_order, line, item_code, batch_no, expiry_date, serial_no, qty, accepted_qty, rejected_qty,
	put_away_qty, received_by, received_at
FROM `tabInbound Receipt Line`
"""


def receipt_lines(ctx: Context, name: str, line: str = "", locked: bool = False) -> list[Row]:
	"""Return what was scanned for an order, or for one line of it, in the order of the scans; quantities in stock UOM."""
	rows = ctx.store.rows(
		f"{_SCANNED} WHERE inbound_order = %(name)s AND (%(line)s = '' OR line = %(line)s) ORDER BY name"
		+ (ctx.store.for_update if locked else ""),
		{"name": name, "line": line},
	)
	return [_scanned(row) for row in rows]


def receipt_lines_of_item(ctx: Context, names: Sequence[str], item_code: str) -> list[Row]:
	"""Return what was scanned of an item for several orders, locked, as :func:`receipt_lines` does."""
	if not names:
		return []
	rows = ctx.store.rows(
		f"{_SCANNED} WHERE inbound_order IN %(names)s AND item_code = %(item_code)s ORDER BY name{ctx.store.for_update}",
		{"names": sorted(names), "item_code": item_code},
	)
	return [_scanned(row) for row in rows]


def _scanned(row: Row) -> Row:
	return {
		**row,
		"batch_no": row["batch_no"] or "",
		"serial_no": row["serial_no"] or "",
		**{q: from_store(row[q]) for q in RECEIPT_QUANTITIES},
	}


def add_to_receipt_line(ctx: Context, name: str, **quantities: Decimal) -> None:
	changes = ", ".join(f"{column} = ROUND({column} + %({column})s, 9)" for column in quantities)
	ctx.store.execute(
		f"UPDATE `tabInbound Receipt Line` SET {changes} WHERE name = %(name)s", {**quantities, "name": name}
	)


def accept_receipt_lines(ctx: Context, name: str, lines: Iterable[str]) -> None:
	"""Count all that was scanned for these lines of an order as accepted."""
	for part in batches(sorted(lines)):
		ctx.store.execute(
			"UPDATE `tabInbound Receipt Line` SET accepted_qty = qty WHERE inbound_order = %(name)s AND line IN %(lines)s",
			{"name": name, "lines": part},
		)


def to_inspect_qty(row: Row) -> Decimal:
	"""Return how much of what was scanned is neither accepted nor rejected."""
	return Decimal(row["qty"] - row["accepted_qty"] - row["rejected_qty"])


def to_put_away_qty(row: Row) -> Decimal:
	"""Return how much of what was accepted is not put away."""
	return Decimal(row["accepted_qty"] - row["put_away_qty"])


def shares(
	line: Row, parts: Iterable[tuple[Row, Decimal]], qty: Decimal, batch_no: str, serial_nos: Sequence[str]
) -> list[tuple[Row, Decimal]]:
	"""Divide ``qty`` among what was scanned for a line: (scan, how much of it is left) → (scan, its share).

	Narrowed to the batch and serial numbers that are named. Raises InvalidInput (``batch_needed``) where it is of several
	batches, or Conflict (``more_than_left``).
	"""
	found = [
		(row, left)
		for row, left in parts
		if left > 0
		and (not batch_no or row["batch_no"] == batch_no)
		and (not serial_nos or row["serial_no"] in serial_nos)
	]
	batches = sorted({row["batch_no"] for row, _ in found})
	if len(batches) > 1 and not serial_nos:
		raise InvalidInput(
			"Item {item_code} was received in several batches: {batches}. Name one.",
			code="batch_needed",
			item_code=line["item_code"],
			batches=", ".join(batches),
		)
	rest, shared = qty, []
	for row, left in found:
		part = min(rest, left)
		if part:
			shared.append((row, part))
			rest -= part
	if rest:
		raise more_than_left(line, qty - rest, qty)
	return shared


def more_than_left(line: Row, left: Decimal, qty: Decimal) -> Conflict:
	return Conflict(
		"{left} of item {item_code} is left for this step; {qty} is more.",
		code="more_than_left",
		item_code=line["item_code"],
		left=to_text(left),
		qty=to_text(qty),
	)


def delete_receipt_lines(ctx: Context, name: str) -> None:
	ctx.store.execute("DELETE FROM `tabInbound Receipt Line` WHERE inbound_order = %(name)s", {"name": name})


# what a person may edit


def check_edit(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
	"""Nobody goes round a step by saving the record. Raises NotPermitted (``by_steps_only``)."""
	changed = [field for field, value in after.items() if before is None or before.get(field) != value]
	if changed:
		raise NotPermitted(
			"An Inbound Order changes by its steps only, not by saving {fields}.",
			code="by_steps_only",
			fields=", ".join(changed),
		)


def check_delete(state: str, name: str) -> None:
	"""Raises Conflict (``wrong_state``) for an order that somebody may be working on."""
	if state not in INBOUND.final:
		raise Conflict(
			"Inbound Order {name} is open; cancel it instead.", code="wrong_state", name=name, state=state
		)


# the end


def end(ctx: Context, order: Row) -> None:
	"""Cancel an order of which nothing is posted; what was scanned for it is forgotten. The order's row is locked."""
	delete_receipt_lines(ctx, order["name"])
	received = [line["name"] for line in lines_of(ctx, order["name"], locked=True) if line["received_qty"]]
	set_lines(ctx, [{"name": line, "received_qty": ZERO} for line in received], "received_qty")
	touch(ctx, order["name"])
	steps.finish(ctx, INBOUND, steps.read(ctx, INBOUND, order["name"], locked=True), "cancel", CANCELLED)


def cancel(ctx: Context, name: str, reason: str = "") -> Reason:
	"""Cancel an Inbound Order of which nothing is posted. The document it is for stays as it is.

	Raises what :func:`steps.begin` raises.
	"""
	modules.require(ctx, "inbound")
	order = steps.begin(ctx, INBOUND, name, "cancel")
	end(ctx, order)
	if reason:
		operation_log.log(
			ctx, "Step", DOCTYPE, name, warehouse=order["warehouse"], to_value=CANCELLED, reason=reason
		)
	return Reason("{name} cancelled.", name=name)
