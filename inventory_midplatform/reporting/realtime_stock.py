"""Realtime stock: filtered positions, with totals and the items with the most stock."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pypika import functions as fn

from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Order, compiled
from inventory_midplatform.reporting.positions import Filters, Selection, with_numbers
from inventory_midplatform.services import masters

ROW_LIMIT = 2000
"""The most rows returned; ``total_rows`` says how many there are."""

BELOW = """
WITH RECURSIVE below AS (
	SELECT name FROM `tab{doctype}` WHERE name = %(root)s
	UNION
	SELECT child.name FROM `tab{doctype}` child JOIN below ON child.{parent} = below.name
)
SELECT name FROM below
"""
"""A node of a tree and everything under it."""

ONLY = ("", "available", "reserved", "short")

SUMMED = ("on_hand", "available", "reserved", "on_hold")


@dataclass(frozen=True)
class RealtimeStock:
	"""Quantities in stock UOM. ``totals`` and ``top_items`` count every position found, also those not in ``rows``."""

	rows: list[Row]
	total_rows: int
	total_items: int
	short_rows: int
	uom: str
	"""The unit of all positions; empty if they differ, when sums over items mean nothing."""
	totals: dict[str, Decimal] = field(default_factory=dict)
	top_items: list[Row] = field(default_factory=list)

	@property
	def has_more(self) -> bool:
		return self.total_rows > len(self.rows)


def realtime_stock(ctx: Context, filters: Filters, limit: int = ROW_LIMIT, top: int = 10) -> RealtimeStock:
	"""Return the present stock. A group of warehouses or items includes everything below it.

	Raises NotFound or NotPermitted for a warehouse that does not exist or that the user may not see, InvalidInput
	for an unknown ``only``.
	"""
	if filters.only not in ONLY:
		raise InvalidInput(
			"There is no such filter: {only}.", code="invalid_argument", argument="only", only=filters.only
		)
	selection = Selection.of(ctx, _spread(ctx, filters))
	facts = _one(ctx, selection.aggregated())
	if not facts["total_rows"]:
		return RealtimeStock([], 0, 0, 0, "")
	sql, params = compiled(selection.rows().select(selection.waiting.as_("waiting")).limit(limit))
	rows = with_numbers(ctx, ctx.store.rows(sql, params))
	return RealtimeStock(
		rows=[{**row, "waiting": from_store(row["waiting"])} for row in rows],
		total_rows=int(facts["total_rows"]),
		total_items=int(facts["total_items"]),
		short_rows=int(_one(ctx, selection.short().aggregated())["total_rows"]),
		uom=facts["uom"] if facts["uoms"] == 1 else "",
		totals={column: from_store(facts[column]) for column in SUMMED},
		top_items=_top_items(ctx, selection, top),
	)


def _top_items(ctx: Context, selection: Selection, top: int) -> list[Row]:
	position = selection.position
	query = (
		selection.narrowed()
		.select(position.item_code, selection.item.item_name, *selection.sums())
		.groupby(position.item_code, selection.item.item_name)
		.orderby(fn.Sum(position.on_hand), order=Order.desc)
		.orderby(position.item_code)
		.limit(top)
	)
	sql, params = compiled(query)
	rows = ctx.store.rows(sql, params)
	return [{**row, **{column: from_store(row[column]) for column in SUMMED}} for row in rows]


def _spread(ctx: Context, filters: Filters) -> Filters:
	"""Return the same filters with each tree node replaced by it and all below it."""
	warehouses = _below(ctx, "Warehouse", "parent_warehouse", filters.warehouse)
	if warehouses == ():
		raise NotFound(
			"Warehouse {warehouse} does not exist.", code="unknown_warehouse", warehouse=filters.warehouse
		)
	if warehouses and ctx.identity.warehouses is not None and not ctx.identity.warehouses & set(warehouses):
		masters.require_warehouse(ctx, filters.warehouse)
	return Filters(
		item_code=filters.item_code,
		company=filters.company,
		only=filters.only,
		warehouses=warehouses,
		item_groups=_below(ctx, "Item Group", "parent_item_group", filters.item_group),
	)


def _below(ctx: Context, doctype: str, parent: str, root: str) -> tuple[str, ...] | None:
	if not root:
		return None
	rows = ctx.store.rows(BELOW.format(doctype=doctype, parent=parent), {"root": root})
	return tuple(row["name"] for row in rows)


def _one(ctx: Context, query: Any) -> Row:
	sql, params = compiled(query)
	return ctx.store.rows(sql, params)[0]
