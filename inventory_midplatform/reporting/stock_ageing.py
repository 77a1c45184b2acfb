"""Stock ageing: how old stock is, by the open receipt layers, what it is worth, and what is dead. No history is replayed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.ageing import (
	Aged,
	Bands,
	age_in_days,
	is_dead,
	mean_age,
	share,
	spread,
)
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.reporting import usage
from inventory_midplatform.reporting.measures import without_costs
from inventory_midplatform.reporting.scope import ROW_LIMIT, Scope, one_of, rows_of, scope
from inventory_midplatform.services.batching import batches

ITEMS, BATCHES, LAYERS = "", "batches", "layers"
SHOW = (ITEMS, BATCHES, LAYERS)
DEAD_STOCK = "dead"
"""What ``only`` says beside the name of a band."""

UNIT_VALUE = "COALESCE(book.stock_value / NULLIF(book.actual_qty, 0), 0)"
"""What a unit is worth in the books (``tabBin book``), in company currency."""

_AGED = """(
	SELECT layer.item_code, layer.warehouse, MIN(layer.received_on) AS oldest, SUM(layer.remaining_qty) AS aged_qty{more}
	FROM `tabReceipt Layer` layer WHERE layer.remaining_qty > 0 AND {layers}
	GROUP BY layer.item_code, layer.warehouse
) aged"""
"""What is open of each item and warehouse, how old, and in which bands (``{more}``)."""

_OF_POSITIONS = f"""
FROM `tabStock Position` p
JOIN `tabItem` item ON item.name = p.item_code
JOIN `tabWarehouse` wh ON wh.name = p.warehouse
LEFT JOIN {_AGED} ON aged.item_code = p.item_code AND aged.warehouse = p.warehouse
"""

_BOOKED = """
LEFT JOIN `tabCompany` company ON company.name = wh.company
LEFT JOIN `tabBin` book ON book.item_code = p.item_code AND book.warehouse = p.warehouse
"""

_ISSUED = f"CASE WHEN aged.oldest <= %(dead_before)s THEN {usage.ISSUED_SINCE} ELSE 1 END"
"""Whether the item was issued since; of stock that is not that old nobody asks."""

_TOTALS = f"""
SELECT found.company, found.currency, COUNT(*) AS positions, COUNT(DISTINCT found.item_code) AS items,
	COUNT(DISTINCT found.stock_uom) AS uoms, MIN(found.stock_uom) AS uom,
	SUM(found.on_hand) AS qty, SUM(found.stock_value) AS value,
	SUM(CASE WHEN ABS(found.unexplained) > 0.0000001 THEN 1 ELSE 0 END) AS unexplained_positions,
	SUM(found.unexplained) AS unexplained,
	SUM(1 - found.issued) AS dead_positions, SUM({{chosen}}) AS chosen_positions, SUM((1 - found.issued) * found.stock_value) AS dead_value,
	SUM(found.aged_qty) AS aged_qty, SUM(found.aged_qty * found.unit_value) AS aged_value,
	SUM(found.ages) AS ages, SUM(found.ages * found.unit_value) AS ages_value{{summed}}
FROM (
	SELECT wh.company, company.default_currency AS currency, p.item_code, item.stock_uom, p.on_hand,
		COALESCE(book.stock_value, 0) AS stock_value, {UNIT_VALUE} AS unit_value,
		p.on_hand - COALESCE(aged.aged_qty, 0) AS unexplained, aged.aged_qty, {{bands}}, {_ISSUED} AS issued
	{_OF_POSITIONS} {_BOOKED}
	WHERE p.on_hand <> 0 AND {{where}}
) found
GROUP BY found.company, found.currency ORDER BY found.company
"""

_POSITIONS = f"""
SELECT p.item_code, item.item_name, item.item_group, item.stock_uom, p.warehouse, wh.company,
	company.default_currency AS currency, p.on_hand, COALESCE(book.stock_value, 0) AS stock_value,
	{UNIT_VALUE} AS unit_value, aged.*, {_ISSUED} AS issued
FROM (
	SELECT p.name AS position, aged.oldest, aged.aged_qty, {{bands}} {_OF_POSITIONS}
	WHERE p.on_hand <> 0 AND {{where}}{{only}}
	ORDER BY aged.oldest IS NULL, aged.oldest, p.item_code, p.warehouse
	LIMIT %(limit)s
) aged
JOIN `tabStock Position` p ON p.name = aged.position
JOIN `tabItem` item ON item.name = p.item_code
JOIN `tabWarehouse` wh ON wh.name = p.warehouse
{_BOOKED}
ORDER BY aged.oldest IS NULL, aged.oldest, p.item_code, p.warehouse
"""

_NAMES = ("item_code", "item_name", "item_group", "stock_uom", "warehouse", "company", "currency")

_LAYERS_OF = "SELECT item_code, warehouse, batch_no, received_on, remaining_qty FROM `tabReceipt Layer`"

_ARRIVALS = """
SELECT m.warehouse, m.batch_no, m.received_at, m.posting_datetime, m.voucher_type, m.voucher_no
FROM `tabStock Movement` m
JOIN `tabItem` item ON item.name = m.item_code
JOIN `tabWarehouse` wh ON wh.name = m.warehouse
WHERE {where} AND m.qty > 0 AND m.kind IN ('Incoming', 'Opening Stock', 'Reconciliation', 'Adjustment')
	AND NOT EXISTS (
		SELECT 1 FROM `tabStock Movement` gone
		WHERE gone.voucher_type = m.voucher_type AND gone.voucher_no = m.voucher_no
			AND gone.item_code = m.item_code AND gone.kind = 'Cancellation'
	)
ORDER BY m.posting_datetime, m.name
"""


@dataclass(frozen=True)
class CompanyAgeing:
	"""Totals of one company over every position found, in its currency. ``bands`` in the order of the bands' names.

	Quantities are None where items have different units. What only cost readers see is None for others.
	"""

	company: str
	currency: str
	positions: int
	items: int
	uom: str
	qty: Decimal | None
	mean_age: float | None
	"""By value for who sees costs, else by quantity where all items have one unit."""
	unexplained_positions: int
	unexplained: Decimal | None
	dead_positions: int
	chosen_positions: int
	"""Those that are listed: with stock of one band, or dead; all where neither was asked for."""
	bands_qty: tuple[Decimal, ...] | None
	value: Decimal | None = None
	dead_value: Decimal | None = None
	dead_share: float | None = None
	bands_value: tuple[Decimal, ...] | None = None


@dataclass(frozen=True)
class StockAgeing:
	"""A row is an item in a warehouse (or one of its batches, or of its layers), the oldest first; its bands are
	``band_0``, ``band_1``, … in value, or in quantity with ``by_quantity``."""

	bands: tuple[str, ...]
	by_quantity: bool
	rows: list[Row] = field(default_factory=list)
	total_rows: int = 0
	"""The positions to list, also those not in ``rows``."""
	has_more: bool = False
	companies: list[CompanyAgeing] = field(default_factory=list)
	last_issue: date | None = None
	"""Of the one item whose layers are shown."""


def stock_ageing(
	ctx: Context,
	*,
	company: str = "",
	warehouse: str = "",
	item_group: str = "",
	item_code: str = "",
	show: str = ITEMS,
	by_quantity: bool = False,
	bands: str = "",
	only: str = "",
	limit: int = ROW_LIMIT,
) -> StockAgeing:
	"""Return the age of the present stock by item and warehouse, batch or layer, and totals by company.

	``bands`` are the last days of the age bands, the settings' where they are empty. ``only`` lists positions with stock of
	the band of this name, or dead ones (:data:`DEAD_STOCK`); totals are of all. Users who may not see costs get quantities
	only. Layers are shown of one item. Two statements; one for each 200 rows of batches and layers, two more for
	layers. Raises InvalidInput
	(``wrong_bands``, ``invalid_argument``, ``missing_argument``) and what :func:`scope` raises.
	"""
	one_of("show", show, SHOW)
	if show == LAYERS and not item_code:
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument="item_code")
	named = Bands.parsed(bands or ctx.settings.ageing_bands)
	one_of("only", only, ("", DEAD_STOCK, *named.names))
	about = scope(ctx, company=company, warehouse=warehouse, item_group=item_group, item_code=item_code)
	report = _Report(ctx, about, named, by_quantity or not reads_costs(ctx.identity.roles), only)
	totals = report.totals()
	positions = report.positions(limit) if totals else []
	rows = report.rows(positions, show)
	if show == LAYERS:
		rows = report.with_arrivals(rows)
	total_rows = sum(of.chosen_positions for of in totals)
	return StockAgeing(
		bands=named.names,
		by_quantity=report.by_quantity,
		rows=without_costs(ctx, rows[:limit]),
		total_rows=total_rows,
		has_more=total_rows > len(positions) or len(rows) > limit,
		companies=totals,
		last_issue=usage.last_issue(ctx, about) if show == LAYERS else None,
	)


class _Report:
	def __init__(self, ctx: Context, about: Scope, bands: Bands, by_quantity: bool, only: str):
		self.ctx, self.about, self.bands, self.by_quantity, self.only = ctx, about, bands, by_quantity, only
		self.of_bands = [f"qty_{i}" for i in range(len(bands.names))]
		self.today = ctx.clock.now().date()
		self.dead_days = ctx.settings.dead_stock_days
		begin = usage.since(self.today, self.dead_days)
		self.params: Row = {"issued_since": begin, "dead_before": begin, "today": self.today}
		self.params |= {
			f"since_{i}": self.today - timedelta(days=last) for i, last in enumerate(bands.last_days)
		}

	def totals(self) -> list[CompanyAgeing]:
		summed = "".join(
			f", SUM(found.qty_{i}) AS qty_{i}, SUM(found.qty_{i} * found.unit_value) AS value_{i}"
			for i in range(len(self.bands.names))
		)
		chosen = "1"
		if self.only:
			is_dead_stock = self.only == DEAD_STOCK
			chosen = (
				"1 - found.issued"
				if is_dead_stock
				else f"CASE WHEN found.{self._band()} > 0 THEN 1 ELSE 0 END"
			)
		text = self._text(_TOTALS).replace("{summed}", summed).replace("{chosen}", chosen)
		return [self._of_company(row) for row in rows_of(self.ctx, text, self.about, **self.params)]

	def _of_company(self, row: Row) -> CompanyAgeing:
		sees_costs = reads_costs(self.ctx.identity.roles)
		uom = row["uom"] if row["uoms"] == 1 else ""
		bands = range(len(self.bands.names))
		age = _ratio(row["ages"], row["aged_qty"]) if uom else _ratio(row["ages_value"], row["aged_value"])
		value, dead_value = from_store(row["value"]), from_store(row["dead_value"])
		return CompanyAgeing(
			company=row["company"],
			currency=row["currency"] or "",
			positions=int(row["positions"]),
			items=int(row["items"]),
			uom=uom,
			qty=from_store(row["qty"]) if uom else None,
			mean_age=age if uom or sees_costs else None,
			unexplained_positions=int(row["unexplained_positions"]),
			unexplained=from_store(row["unexplained"]) if uom else None,
			dead_positions=int(row["dead_positions"]),
			chosen_positions=int(row["chosen_positions"]),
			bands_qty=tuple(from_store(row[f"qty_{i}"]) for i in bands) if uom else None,
			value=value if sees_costs else None,
			dead_value=dead_value if sees_costs else None,
			dead_share=share(dead_value, value) if sees_costs else None,
			bands_value=tuple(from_store(row[f"value_{i}"]) for i in bands) if sees_costs else None,
		)

	def positions(self, limit: int) -> list[Row]:
		only = ""
		if self.only:
			only = f" AND {_ISSUED} = 0" if self.only == DEAD_STOCK else f" AND aged.{self._band()} > 0"
		text = self._text(_POSITIONS.replace("{only}", only))
		return rows_of(self.ctx, text, self.about, limit=limit, **self.params)

	def _band(self) -> str:
		return self.of_bands[self.bands.names.index(self.only)]

	def _text(self, sql: str) -> str:
		"""Fill in what a layer adds to its position: its age, and its quantity to one of the bands."""
		age = self.ctx.store.days_between("layer.received_on", "%(today)s")
		parts = {
			"ages": f"layer.remaining_qty * CASE WHEN layer.received_on > %(today)s THEN 0 ELSE {age} END"
		}
		since = [f"layer.received_on >= %(since_{i})s" for i in range(len(self.bands.last_days))]
		until = [f"layer.received_on < %(since_{i})s" for i in range(len(self.bands.last_days))]
		for i, days in enumerate(zip([*since, "1 = 1"], ["1 = 1", *until], strict=True)):
			parts[f"qty_{i}"] = f"CASE WHEN {' AND '.join(days)} THEN layer.remaining_qty ELSE 0 END"
		return (
			sql.replace("{more}", "".join(f", SUM({part}) AS {name}" for name, part in parts.items()))
			.replace("{bands}", ", ".join(f"aged.{name}" for name in parts))
			.replace("{layers}", self.about.where_of("layer"))
		)

	def rows(self, positions: Sequence[Row], show: str) -> list[Row]:
		if show == ITEMS:
			return [self._row_of_item(position) for position in positions]
		layers: dict[Key, list[Row]] = defaultdict(list)
		for some in batches([(p["item_code"], p["warehouse"]) for p in positions]):
			condition, params = key_in(some, "item_code", "warehouse")
			order = " AND remaining_qty > 0 ORDER BY received_on, batch_no"
			for row in self.ctx.store.rows(f"{_LAYERS_OF} WHERE {condition}{order}", params):
				layers[row["item_code"], row["warehouse"]].append(row)
		return [
			row
			for position in positions
			for row in self._rows_of(position, layers[position["item_code"], position["warehouse"]], show)
		]

	def _rows_of(self, position: Row, layers: Sequence[Row], show: str) -> Iterable[Row]:
		left = from_store(position["on_hand"]) - sum((from_store(r["remaining_qty"]) for r in layers), ZERO)
		parts: dict[tuple[str, object], list[Row]] = defaultdict(list)
		for layer in layers:
			parts[layer["batch_no"] or "", as_day(layer["received_on"]) if show == LAYERS else None].append(
				layer
			)
		for (batch_no, _), some in parts.items():
			yield self._row(position, batch_no, some, ZERO)
		if left:
			yield self._row(position, "", (), left)

	def _row_of_item(self, position: Row) -> Row:
		on_hand, aged = from_store(position["on_hand"]), from_store(position["aged_qty"])
		oldest = as_day(position["oldest"]) if position["oldest"] else None
		unit = from_store(position["unit_value"])
		bands = [from_store(position[name]) for name in self.of_bands]
		return self._shown(
			position,
			batch_no="",
			received_on=oldest,
			qty=on_hand,
			value=from_store(position["stock_value"]),
			mean_age=_ratio(position["ages"], aged),
			oldest=oldest,
			unexplained=on_hand - aged,
			bands=bands if self.by_quantity else [from_store(qty * unit) if qty else ZERO for qty in bands],
		)

	def _row(self, position: Row, batch_no: str, layers: Sequence[Row], unexplained: Decimal) -> Row:
		unit = from_store(position["unit_value"])
		parts = [
			self._aged(
				layer["received_on"], layer["remaining_qty"], from_store(layer["remaining_qty"]) * unit
			)
			for layer in layers
		]
		qty = sum((part.qty for part in parts), unexplained)
		whole = qty == from_store(position["on_hand"])
		days = [as_day(layer["received_on"]) for layer in layers]
		return self._shown(
			position,
			batch_no=batch_no,
			received_on=days[0] if days else None,
			qty=qty,
			value=from_store(position["stock_value"]) if whole else from_store(qty * unit),
			mean_age=mean_age(parts),
			oldest=min(days, default=None),
			unexplained=unexplained,
			bands=[p.qty if self.by_quantity else from_store(p.value) for p in spread(parts, self.bands)],
		)

	def _shown(self, position: Row, oldest: date | None, bands: Sequence[Decimal], **row: Any) -> Row:
		of_position = as_day(position["oldest"]) if position["oldest"] else None
		return {
			**{name: position[name] for name in _NAMES},
			**row,
			"oldest_age": age_in_days(oldest, self.today) if oldest else None,
			"dead": is_dead(self.dead_days, bool(position["issued"]), of_position, self.today),
			**{f"band_{i}": band for i, band in enumerate(bands)},
		}

	def with_arrivals(self, rows: Sequence[Row]) -> list[Row]:
		"""Add to each layer the last voucher that brought its stock into the warehouse, how many did, and since when it is
		there; nothing where the ages were made anew since and no arrival is of that day."""
		arrivals: dict[tuple[str, str, date], list[Row]] = defaultdict(list)
		for m in rows_of(self.ctx, _ARRIVALS, self.about):
			received_on = as_day(m["received_at"] or m["posting_datetime"])
			arrivals[m["warehouse"], m["batch_no"] or "", received_on].append(m)
		found = []
		for row in rows:
			here = arrivals.get((row["warehouse"], row["batch_no"], row["received_on"]), [])
			last = here[-1] if here else {}
			day = as_day(last["posting_datetime"]) if last else None
			found.append(
				{
					**row,
					"voucher_type": last.get("voucher_type"),
					"voucher_no": last.get("voucher_no"),
					"receipts": len({(m["voucher_type"], m["voucher_no"]) for m in here}),
					"days_here": age_in_days(day, self.today) if day else None,
				}
			)
		return found

	def _aged(self, received_on: date | str, qty: object, value: object) -> Aged:
		return Aged(age_in_days(as_day(received_on), self.today), from_store(qty), from_store(value))


def _ratio(part: object, whole: object) -> float | None:
	return share(from_store(part), from_store(whole))


def as_day(value: date | datetime | str) -> date:
	if isinstance(value, str):
		return date.fromisoformat(value[:10])
	return value.date() if isinstance(value, datetime) else value
