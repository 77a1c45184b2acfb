"""Orders that came with one truck: what is scanned for one may be of another."""

from collections import defaultdict

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.inbound import TO_RECEIVE
from inventory_midplatform.ports import Context, Row

_BESIDE = """
SELECT o.name, o.source_name, o.supplier, line.item_code, line.name AS line
FROM `tabInbound Order` o JOIN `tabInbound Order Line` line ON line.parent = o.name
WHERE o.truck = %(truck)s AND o.warehouse = %(warehouse)s AND o.state = %(state)s AND o.name <> %(name)s
ORDER BY o.name, line.idx
"""


def beside(ctx: Context, order: Row) -> list[Row]:
	"""Return the other orders of an order's truck that have arrived in its warehouse, each with the items it brings."""
	found: dict[str, Row] = {}
	items: dict[str, list[str]] = defaultdict(list)
	for row in _lines_beside(ctx, order):
		found[row["name"]] = {k: row[k] or "" for k in ("name", "source_name", "supplier")}
		if row["item_code"] not in items[row["name"]]:
			items[row["name"]].append(row["item_code"])
	return [{**other, "item_codes": items[name]} for name, other in found.items()]


def refuse_line_beside(ctx: Context, order: Row, line: str) -> None:
	"""Raises Conflict (``of_other_order``), which names the order, where a line is of another order of the truck."""
	for row in _lines_beside(ctx, order):
		if row["line"] == line:
			raise Conflict(
				"{item_code} is of {other}, which came with the same truck: receive it there.",
				code="of_other_order",
				item_code=row["item_code"],
				other=row["name"],
				source=row["source_name"] or "",
			)


def _lines_beside(ctx: Context, order: Row) -> list[Row]:
	return ctx.store.rows(_BESIDE, {**order, "state": TO_RECEIVE}) if order["truck"] else []
