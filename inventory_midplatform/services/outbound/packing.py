"""The pack station: a scan says which order and cell an item belongs to, and counts it there.

An order is complete, and so checked, when everything of it was scanned.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.outbound import OUTBOUND
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.waves import WAVE
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules, operation_log
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import deliveries, orders, packages, waves

_KINDS = (
	("serial_no", "SELECT name, item_code, 1 AS factor FROM `tabSerial No` WHERE name = %(code)s"),
	("batch_no", "SELECT name, item AS item_code, 1 AS factor FROM `tabBatch` WHERE name = %(code)s"),
	("item_code", "SELECT name, name AS item_code, 1 AS factor FROM `tabItem` WHERE name = %(code)s"),
	(
		"item_code",
		"SELECT code.parent AS name, code.parent AS item_code, COALESCE(conversion.conversion_factor, 1) AS factor"
		" FROM `tabItem Barcode` code LEFT JOIN `tabUOM Conversion Detail` conversion"
		" ON conversion.parent = code.parent AND conversion.uom = code.uom"
		" WHERE code.barcode = %(code)s ORDER BY code.parent",
	),
)
"""The kinds of a code, the most exact first: (column of Outbound Pick, statement that finds the code)."""

_TO_COUNT = """
SELECT o.name, o.priority, o.due, o.cell, SUM(pick.qty - pick.returned_qty - pick.checked_qty) AS left_qty,
	(SELECT SUM(line.checked_qty) FROM `tabOutbound Order Line` line WHERE line.parent = o.name) AS counted_qty
FROM `tabOutbound Order` o JOIN `tabOutbound Pick` pick ON pick.outbound_order = o.name
WHERE o.state = 'To Check' AND {scope} AND pick.{column} = %(value)s
	AND pick.qty > pick.returned_qty + pick.checked_qty
GROUP BY o.name, o.priority, o.due, o.cell
"""

_PICKS = """
SELECT name, line, batch_no, serial_no, qty - returned_qty - checked_qty AS left_qty FROM `tabOutbound Pick`
WHERE outbound_order = %(name)s AND {column} = %(value)s AND qty > returned_qty + checked_qty
ORDER BY name
"""

_COUNTED = """
SELECT name, line, checked_qty FROM `tabOutbound Pick`
WHERE outbound_order = %(name)s AND {column} = %(value)s AND checked_qty > 0
ORDER BY name DESC
"""


@dataclass(frozen=True)
class Scope:
	"""The orders that a packer works on: one order, those of a wave, or those of a warehouse."""

	order: str = ""
	wave: str = ""
	warehouse: str = ""


@dataclass(frozen=True)
class Scanned:
	"""The result of a scan. ``qty`` in stock UOM; zero where the order's own code was scanned."""

	order: str
	item_code: str = ""
	qty: Decimal = ZERO


def scan(ctx: Context, code: str, scope: Scope, qty: Decimal = ZERO) -> tuple[Scanned, Reason]:
	"""Count a scanned item, batch, serial number or barcode at the order it belongs to; an order's own code (its tote)
	only says where that is.

	``qty`` in stock UOM; without it, one, or the factor of the barcode's unit. Of several orders one that is begun comes
	first, then the most urgent. Locks that order. When all of it is scanned it is ready to ship. Raises NotFound
	(``unknown_code``), InvalidInput (``serials_needed``, ``missing_argument``), Conflict (``not_to_pack``,
	``more_than_to_pack``) or what :func:`deliveries.ready_to_ship` raises.
	"""
	modules.require(ctx, "outbound")
	code = unicodedata.normalize("NFKC", code).strip()
	condition, about = _condition(ctx, scope)
	if order := _tote(ctx, code, condition, about):
		return Scanned(order), Reason("This is {name}.", name=order)
	known = False
	for column, found in _resolved(ctx, code):
		known = True
		qty_scanned = qty or from_store(found["factor"])
		sql = _TO_COUNT.format(scope=condition, column=column)
		if waiting := ctx.store.rows(sql, {**about, "value": found["name"]}):
			name = _chosen(waiting, code, qty_scanned)
			return _count(ctx, name, column, found, qty_scanned)
	if not known:
		raise NotFound("Nothing has the code {scanned}.", code="unknown_code", scanned=code)
	raise Conflict("{scanned} belongs to no order that is packed here.", code="not_to_pack", scanned=code)


def _condition(ctx: Context, scope: Scope) -> tuple[str, Row]:
	"""Return the SQL condition of a scope and its parameters. Raises what :func:`steps.read` and :mod:`masters` raise."""
	if scope.order:
		steps.read(ctx, OUTBOUND, scope.order)
		return "o.name = %(name)s", {"name": scope.order}
	if scope.wave:
		steps.read(ctx, WAVE, scope.wave)
		return "o.wave = %(wave)s", {"wave": scope.wave}
	if not scope.warehouse:
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument="wave")
	return "o.warehouse = %(warehouse)s", {"warehouse": masters.known_warehouse(ctx, scope.warehouse)}


def _tote(ctx: Context, code: str, condition: str, about: Row) -> str:
	"""Return the order with this code, or the one of the document with this code; one to check before others."""
	columns = "o.name, CASE WHEN o.state = 'To Check' THEN 0 ELSE 1 END AS later"
	rows = ctx.store.rows(
		f"SELECT {columns} FROM `tabOutbound Order` o WHERE o.name = %(code)s AND {condition}"
		f" UNION SELECT {columns} FROM `tabOutbound Order` o WHERE o.source_name = %(code)s AND {condition}"
		" ORDER BY later, name LIMIT 1",
		{**about, "code": code},
	)
	return str(rows[0]["name"]) if rows else ""


def _resolved(ctx: Context, code: str) -> Iterator[tuple[str, Row]]:
	for column, sql in _KINDS:
		for row in ctx.store.rows(sql, {"code": code}):
			yield column, row


def _chosen(waiting: Sequence[Row], code: str, qty: Decimal) -> str:
	"""Return the order that the scan is counted for. Raises Conflict (``more_than_to_pack``)."""
	enough = [row for row in waves.by_urgency(waiting) if from_store(row["left_qty"]) >= qty]
	if not enough:
		left = max(from_store(row["left_qty"]) for row in waiting)
		raise Conflict(
			"No order needs {qty} of {scanned}; at most {left}.",
			code="more_than_to_pack",
			scanned=code,
			qty=to_text(qty),
			left=to_text(left),
		)
	begun = [row for row in enough if from_store(row["counted_qty"]) > 0]
	return str((begun or enough)[0]["name"])


def _count(ctx: Context, name: str, column: str, found: Row, qty: Decimal) -> tuple[Scanned, Reason]:
	order = steps.begin(ctx, OUTBOUND, name, "check")
	sql = _PICKS.format(column=column) + ctx.store.for_update
	picks = ctx.store.rows(sql, {"name": name, "value": found["name"]})
	if column != "serial_no" and any(pick["serial_no"] for pick in picks):
		raise InvalidInput(
			"Item {item_code} has serial numbers: scan each.",
			code="serials_needed",
			item_code=found["item_code"],
		)
	masters.require_whole(ctx, found["item_code"], qty)
	rest, counted = qty, []
	of_batch: dict[str, Decimal] = {}
	for pick in picks:
		batch_no = pick["batch_no"] or ""
		of_batch[batch_no] = of_batch.get(batch_no, ZERO) + from_store(pick["left_qty"])
	# a box is of one batch, where one has as much
	picks.sort(key=lambda p: (of_batch[p["batch_no"] or ""] < qty, p["batch_no"] or "", p["name"]))
	of_lines: dict[str, Decimal] = {}
	for pick in picks:
		if (part := min(rest, from_store(pick["left_qty"]))) > 0:
			counted.append({"name": pick["name"], "checked_qty": part})
			of_lines[pick["line"]] = of_lines.get(pick["line"], ZERO) + part
			rest -= part
	if rest:
		raise Conflict(
			"No order needs {qty} of {scanned}; at most {left}.",
			code="more_than_to_pack",
			scanned=found["name"],
			qty=to_text(qty),
			left=to_text(qty - rest),
		)
	ctx.store.add("Outbound Pick", ("name",), counted, add=("checked_qty",))
	changes = [{"name": line, "checked_qty": part} for line, part in sorted(of_lines.items())]
	ctx.store.add(orders.LINE, ("name",), changes, add=("checked_qty",))
	orders.touch(ctx, name)
	operation_log.log(
		ctx,
		"Check",
		OUTBOUND.doctype,
		name,
		item_code=found["item_code"],
		warehouse=order["warehouse"],
		qty=qty,
	)
	scanned = Scanned(name, found["item_code"], qty)
	if all(line["checked_qty"] == line["picked_qty"] for line in orders.lines_of(ctx, name, locked=True)):
		order = steps.read(ctx, OUTBOUND, name, locked=True)
		deliveries.ready_to_ship(ctx, order, "check", draft=False)
		return scanned, Reason("{name} is complete and ready to ship.", name=name)
	return scanned, Reason(
		"{qty} of {item_code} counted for {name}.", qty=to_text(qty), item_code=found["item_code"], name=name
	)


def unscan(ctx: Context, name: str, code: str, qty: Decimal = ZERO) -> tuple[Scanned, Reason]:
	"""Take back what a scan counted for an order that is not complete yet, as where a gun read a code twice.

	``qty`` in stock UOM; without it, one, or what the barcode's unit holds. Locks the order. Raises what
	:func:`steps.begin` raises, NotFound (``unknown_code``) or Conflict (``more_than_counted``).
	"""
	modules.require(ctx, "outbound")
	code = unicodedata.normalize("NFKC", code).strip()
	order = steps.begin(ctx, OUTBOUND, name, "check")
	known, counted = False, ZERO
	for column, found in _resolved(ctx, code):
		known = True
		back = qty or from_store(found["factor"])
		sql = _COUNTED.format(column=column) + ctx.store.for_update
		picks = ctx.store.rows(sql, {"name": name, "value": found["name"]})
		if picks and (counted := sum((from_store(pick["checked_qty"]) for pick in picks), ZERO)) >= back:
			_take_back(ctx, order, picks, back)
			scanned = Scanned(name, found["item_code"], back)
			return scanned, Reason(
				"{qty} of {item_code} no longer counted for {name}.",
				qty=to_text(back),
				item_code=scanned.item_code,
				name=name,
			)
	if not known:
		raise NotFound("Nothing has the code {scanned}.", code="unknown_code", scanned=code)
	raise _more_than_counted(code, counted)


def _take_back(ctx: Context, order: Row, picks: Sequence[Row], qty: Decimal) -> None:
	rest, back = qty, []
	of_lines: dict[str, Decimal] = {}
	for pick in picks:
		if (part := min(rest, from_store(pick["checked_qty"]))) > 0:
			back.append({"name": pick["name"], "checked_qty": -part})
			of_lines[pick["line"]] = of_lines.get(pick["line"], ZERO) + part
			rest -= part
	lines = orders.lines_of(ctx, order["name"], locked=True)
	loose = packages.unpacked(ctx, order, lines)
	for line, part in of_lines.items():
		if part > loose[line]:
			raise _more_than_counted(line, loose[line])
	ctx.store.add("Outbound Pick", ("name",), back, add=("checked_qty",))
	changes = [{"name": line, "checked_qty": -part} for line, part in sorted(of_lines.items())]
	ctx.store.add(orders.LINE, ("name",), changes, add=("checked_qty",))
	orders.touch(ctx, order["name"])
	item_code = next(line["item_code"] for line in lines if line["name"] in of_lines)
	operation_log.log(
		ctx,
		"Check",
		OUTBOUND.doctype,
		order["name"],
		item_code=item_code,
		warehouse=order["warehouse"],
		qty=-qty,
	)


def _more_than_counted(scanned: str, counted: Decimal) -> Conflict:
	return Conflict(
		"{counted} of {scanned} is counted and in no package; not more can be taken back.",
		code="more_than_counted",
		scanned=scanned,
		counted=to_text(counted),
	)
