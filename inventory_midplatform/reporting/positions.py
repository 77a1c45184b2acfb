"""Read stock positions: one item and warehouse, or a page of them, with what is in transit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pypika import JoinType

from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Order, Query, any_of, compiled, contains, table, value
from inventory_midplatform.services import masters
from inventory_midplatform.services.ledger.stored_reservations import COLUMNS, from_row
from inventory_midplatform.services.planning.in_transit import in_transit
from inventory_midplatform.services.reservation import reservations


@dataclass(frozen=True)
class Filters:
	"""Filters of a list of positions; empty ones do not filter."""

	item_code: str = ""
	item_group: str = ""
	warehouse: str = ""
	company: str = ""
	only: str = ""
	"""``available``: only where something is available; ``reserved``: only where something is reserved."""
	search: str = ""
	"""A part of the item's code or name, in any case."""


@dataclass(frozen=True)
class Selection:
	"""A query of the positions that filters and the user's permissions allow; the caller selects columns."""

	filters: Filters
	visible: tuple[str, ...] | None
	position: Any
	item: Any
	warehouse: Any

	@classmethod
	def of(cls, ctx: Context, filters: Filters) -> "Selection":
		visible = ctx.identity.warehouses
		tables = (table("Stock Position"), table("Item"), table("Warehouse"))
		return cls(filters, None if visible is None else tuple(sorted(visible)), *tables)

	@property
	def available(self) -> Any:
		return self.position.on_hand - self.position.on_hold - self.position.reserved

	def narrowed(self, how: JoinType = JoinType.inner) -> Any:
		"""Return FROM, JOIN and WHERE; the caller adds what to select.

		Each position has its item and warehouse, however they are joined: with a left join MariaDB begins with the positions,
		which have an index in the order of a page, and stops where the page is full.
		"""
		position, item, warehouse, filters = self.position, self.item, self.warehouse, self.filters
		query = (
			Query.from_(position)
			.join(item, how)
			.on(item.name == position.item_code)
			.join(warehouse, how)
			.on(warehouse.name == position.warehouse)
		)
		for field, filter_value in (
			(position.item_code, filters.item_code),
			(item.item_group, filters.item_group),
			(position.warehouse, filters.warehouse),
			(warehouse.company, filters.company),
		):
			if filter_value:
				query = query.where(field == value(filter_value))
		if self.visible is not None:
			query = query.where(any_of(position.warehouse, self.visible))
		if filters.search:
			query = query.where(
				contains(position.item_code, filters.search) | contains(item.item_name, filters.search)
			)
		if filters.only == "available":
			query = query.where(self.available > value(0))
		elif filters.only == "reserved":
			query = query.where(position.reserved > value(0))
		return query

	def rows(self) -> Any:
		"""Return one row a position, in the order of item and warehouse."""
		position, item, books = self.position, self.item, table("Bin")
		return (
			self.narrowed(JoinType.left)
			.left_join(books)
			.on((books.item_code == position.item_code) & (books.warehouse == position.warehouse))
			.select(
				position.item_code,
				item.item_name,
				item.item_group,
				item.stock_uom,
				position.warehouse,
				self.warehouse.company,
				position.on_hand,
				position.on_hold,
				position.reserved,
				self.available.as_("available"),
				books.ordered_qty.as_("on_order"),
				position.last_change,
			)
			.orderby(position.item_code)
			.orderby(position.warehouse)
		)


def get_position(ctx: Context, item_code: str, warehouse: str) -> Row:
	"""Return the position of one item in one warehouse, zeros if there never was stock. Quantities in stock UOM."""
	item, place = masters.known_item(ctx, item_code), masters.known_warehouse(ctx, warehouse)
	rows = list_positions(ctx, Filters(item_code=item, warehouse=place), limit=1)["positions"]
	if rows:
		return dict(rows[0])
	fact = ctx.store.rows(
		"SELECT item.item_name, item.item_group, item.stock_uom, bin.ordered_qty AS on_order FROM `tabItem` item"
		" LEFT JOIN `tabBin` bin ON bin.item_code = item.name AND bin.warehouse = %(warehouse)s"
		" WHERE item.name = %(item)s",
		{"item": item, "warehouse": place},
	)[0]
	nothing = dict.fromkeys(("on_hand", "on_hold", "reserved", "available"), ZERO)
	row = {"item_code": item, "warehouse": place, **fact, **nothing, "last_change": None}
	return with_numbers(ctx, [row])[0]


def list_positions(ctx: Context, filters: Filters, limit: int = 50, offset: int = 0) -> dict[str, Any]:
	"""Return a page of positions in the order of item and warehouse, and whether more follow."""
	sql, params = compiled(Selection.of(ctx, filters).rows().limit(limit + 1).offset(offset))
	rows = ctx.store.rows(sql, params)
	return {"positions": with_numbers(ctx, rows[:limit]), "has_more": len(rows) > limit}


def explain(ctx: Context, item_code: str, warehouse: str, limit: int = 50) -> Row:
	"""Return why this much is available: on hand by bin, on hold, and each reservation with its owner."""
	position = get_position(ctx, item_code, warehouse)
	key = {"item_code": position["item_code"], "warehouse": position["warehouse"]}
	bins = ctx.store.rows(
		"SELECT bs.bin, wb.bin_code, wb.zone, bs.batch_no, bs.stock_status, bs.qty, bs.allocated_qty"
		" FROM `tabBin Stock` bs JOIN `tabWarehouse Bin` wb ON wb.name = bs.bin"
		" WHERE bs.item_code = %(item_code)s AND bs.warehouse = %(warehouse)s AND bs.qty <> 0"
		" ORDER BY wb.sequence, bs.bin, bs.batch_no LIMIT %(limit)s",
		{**key, "limit": limit},
	)
	reservations = ctx.store.rows(
		"SELECT name, demand_type, demand_name, demand_line, status, reserved_qty, waiting_qty, priority, expires_at,"
		" owner, creation FROM `tabInventory Reservation`"
		" WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s"
		" AND status IN ('Reserved', 'Partially Reserved', 'Waiting')"
		" ORDER BY priority DESC, creation, name LIMIT %(limit)s",
		{**key, "limit": limit},
	)
	waiting = ctx.store.rows(
		"SELECT COUNT(*) AS n, SUM(waiting_qty) AS waiting FROM `tabInventory Reservation`"
		" WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s"
		" AND status IN ('Reserved', 'Partially Reserved', 'Waiting')",
		key,
	)[0]
	in_bins = ctx.store.rows(
		"SELECT COUNT(*) AS n FROM `tabBin Stock`"
		" WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s AND qty <> 0",
		key,
	)[0]
	for row in bins:
		row["qty"], row["allocated_qty"] = from_store(row["qty"]), from_store(row["allocated_qty"])
	for row in reservations:
		row["reserved_qty"], row["waiting_qty"] = (
			from_store(row["reserved_qty"]),
			from_store(row["waiting_qty"]),
		)
	return {
		**position,
		"formula": "available = on hand − on hold − reserved",
		"waiting": from_store(waiting["waiting"]),
		"bins": bins,
		"more_bins": max(int(in_bins["n"]) - len(bins), 0),
		"reservations": reservations,
		"more_reservations": max(int(waiting["n"]) - len(reservations), 0),
	}


@dataclass(frozen=True)
class ReservationFilters:
	"""Filters of a list of reservations; an empty one does not filter."""

	demand_type: str = ""
	demand_name: str = ""
	item_code: str = ""
	warehouse: str = ""
	status: str = ""


def list_reservations(
	ctx: Context, filters: ReservationFilters, limit: int = 50, offset: int = 0
) -> dict[str, Any]:
	"""Return a page of reservations, newest first, and whether there are more."""
	t = table("Inventory Reservation")
	query = Query.from_(t).select(*[t[c] for c in COLUMNS])
	for column, searched in vars(filters).items():
		if searched:
			query = query.where(t[column] == value(searched))
	if ctx.identity.warehouses is not None:
		query = query.where(any_of(t.warehouse, sorted(ctx.identity.warehouses)))
	sql, params = compiled(query.orderby(t.name, order=Order.desc).limit(limit + 1).offset(offset))
	rows = ctx.store.rows(sql, params)
	return {
		"reservations": [reservations.as_dict(from_row(row)) for row in rows[:limit]],
		"has_more": len(rows) > limit,
	}


def with_numbers(ctx: Context, rows: Sequence[Row]) -> list[Row]:
	"""Convert quantities to Decimal, and add what is in transit."""
	transit = in_transit(ctx, (row["item_code"] for row in rows))
	found = []
	for row in rows:
		for column in ("on_hand", "on_hold", "reserved", "available", "on_order"):
			row[column] = from_store(row[column])
		row["in_transit"] = transit.get((row["item_code"], row["warehouse"]), ZERO)
		found.append(row)
	return found
