"""The storage bins of a warehouse as items see them that are to be put into them: what fits, and what is there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain.put_away import Bin
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters

_BINS = """
SELECT bin.name, bin.bin_code, bin.zone, bin.sequence, bin.capacity_qty, bin.max_weight, bin.max_volume, bin.disabled,
	zone.disabled AS zone_disabled,
	CASE WHEN stock.item_code IN %(items)s THEN stock.item_code ELSE '' END AS of_item,
	CASE WHEN stock.item_code IN %(items)s THEN stock.batch_no ELSE '' END AS of_batch,
	COALESCE(item.weight_uom, '') AS weight_uom,
	COALESCE(SUM(stock.qty), 0) AS filled,
	COALESCE(SUM(stock.qty * item.weight_per_unit), 0) AS weight,
	COALESCE(SUM(stock.qty * item.inventory_volume), 0) AS volume
FROM `tabWarehouse Bin` bin
LEFT JOIN `tabBin Stock` stock ON stock.bin = bin.name AND stock.qty > 0
LEFT JOIN `tabItem` item ON item.name = stock.item_code AND (bin.max_weight > 0 OR bin.max_volume > 0)
LEFT JOIN `tabWarehouse Zone` zone ON zone.name = bin.zone
WHERE {condition} AND bin.is_unplaced = 0 AND bin.is_staging = 0 AND bin.is_reject = 0
GROUP BY bin.name, bin.bin_code, bin.zone, bin.sequence, bin.capacity_qty, bin.max_weight, bin.max_volume,
	bin.disabled, zone.disabled, of_item, of_batch, COALESCE(item.weight_uom, '')
ORDER BY bin.sequence, bin.name
"""
OF_WAREHOUSE = _BINS.format(condition="bin.warehouse = %(warehouse)s")
BY_NAME = _BINS.format(condition="bin.name IN %(bins)s")
"""One row for what a bin holds of other items, and one for each batch of the items that are named; the weight of each
in its unit. Bins that limit neither weight nor volume have none.
"""

SIZES = """
SELECT name, weight_per_unit, COALESCE(weight_uom, '') AS weight_uom, inventory_volume FROM `tabItem`
WHERE name IN %(items)s
"""


@dataclass(frozen=True)
class Size:
	"""What one stock unit of an item weighs (kg) and takes of room (m³); 0 where nobody knows."""

	weight: Decimal = ZERO
	volume: Decimal = ZERO


UNKNOWN = Size()


class StorageBins:
	"""Bins in walking order. What was planned to go into one by :meth:`put` counts as being there."""

	def __init__(
		self,
		bins: Sequence[Bin],
		codes: Mapping[str, str],
		contents: Mapping[tuple[str, str], dict[str, Decimal]],
		sizes: Mapping[str, Size],
	):
		self.codes = codes
		self._sizes = sizes
		self._places = {bin.name: n for n, bin in enumerate(bins)}
		self._bins = list(bins)
		"""As an item sees them that is in none of them, and of which nobody knows the size."""
		self._limited = {n for n, bin in enumerate(bins) if bin.max_weight or bin.max_volume}
		self._contents: dict[str, dict[int, dict[str, Decimal]]] = defaultdict(dict)
		for (bin, item_code), batches in contents.items():
			self._contents[item_code][self._places[bin]] = dict(batches)

	def seen_by(self, item_code: str, batch_no: str) -> list[Bin]:
		"""Return the bins from the point of view of an item that was named when they were read, and a batch of it."""
		bins = list(self._bins)
		changed = set(self._contents[item_code])
		if self._size(item_code) != UNKNOWN:
			changed |= self._limited
		for n in changed:
			bins[n] = self._seen(n, item_code, batch_no)
		return bins

	def one_seen_by(self, bin: str, item_code: str, batch_no: str) -> Bin:
		"""Return the same of one of the bins; a bin without limits for one that is none of them."""
		n = self._places.get(bin)
		return Bin(bin) if n is None else self._seen(n, item_code, batch_no)

	def _seen(self, n: int, item_code: str, batch_no: str) -> Bin:
		size, batches = self._size(item_code), self._contents[item_code].get(n, {})
		of_item = sum(batches.values(), ZERO)
		return replace(
			self._bins[n],
			of_item=of_item,
			has_other_items=self._bins[n].filled > of_item,
			has_other_batches=any(batch != batch_no for batch in batches),
			unit_weight=size.weight,
			unit_volume=size.volume,
		)

	def put(self, bin: str, item_code: str, batch_no: str, qty: Decimal) -> None:
		"""Count a quantity (stock UOM) as being in a bin."""
		n = self._places[bin]
		size, batches = self._size(item_code), self._contents[item_code].setdefault(n, {})
		batches[batch_no] = batches.get(batch_no, ZERO) + qty
		now = self._bins[n]
		self._bins[n] = replace(
			now,
			filled=now.filled + qty,
			weight=now.weight + qty * size.weight,
			volume=now.volume + qty * size.volume,
			has_other_items=True,
		)

	def _size(self, item_code: str) -> Size:
		return self._sizes.get(item_code, UNKNOWN)


def of_warehouse(ctx: Context, warehouse: str, items: Collection[str]) -> StorageBins:
	"""Return the storage bins of a warehouse as these items may see them. Unplaced, staging and reject bins are none.

	One statement; two more where a bin limits weight or volume.
	"""
	rows = ctx.store.rows(OF_WAREHOUSE, {"items": sorted(items), "warehouse": warehouse})
	return _storage_bins(ctx, rows, items)


def by_name(ctx: Context, bins: Collection[str], items: Collection[str]) -> StorageBins:
	"""Return those of these bins that are storage bins, as :func:`of_warehouse` does."""
	return _storage_bins(ctx, ctx.store.rows(BY_NAME, {"items": sorted(items), "bins": sorted(bins)}), items)


def _storage_bins(ctx: Context, rows: Sequence[Row], items: Collection[str]) -> StorageBins:
	if any(row["max_weight"] or row["max_volume"] for row in rows):
		sizes = ctx.store.rows(SIZES, {"items": sorted(items)})
	else:
		sizes = []
	per_kg = masters.per_unit(ctx, _weight_units((*rows, *sizes)), masters.KILOGRAM)
	bins: dict[str, Bin] = {}
	contents: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
	for row in rows:
		bins[row["name"]] = _with_content(bins.get(row["name"]) or _empty(row), row, per_kg)
		qty = from_store(row["filled"])
		if row["of_item"]:
			batches = contents[(row["name"], row["of_item"])]
			batches[row["of_batch"] or ""] = batches.get(row["of_batch"] or "", ZERO) + qty
	return StorageBins(
		list(bins.values()),
		{row["name"]: row["bin_code"] for row in rows},
		contents,
		{
			row["name"]: Size(
				from_store(row["weight_per_unit"]) * per_kg.get(row["weight_uom"], ZERO),
				from_store(row["inventory_volume"]),
			)
			for row in sizes
		},
	)


def _weight_units(rows: Iterable[Row]) -> set[str]:
	return {row["weight_uom"] for row in rows if row["weight_uom"]}


def _empty(row: Row) -> Bin:
	return Bin(
		name=row["name"],
		zone=row["zone"] or "",
		sequence=row["sequence"] or 0,
		capacity=from_store(row["capacity_qty"]),
		disabled=bool(row["disabled"] or row["zone_disabled"]),
		max_weight=from_store(row["max_weight"]),
		max_volume=from_store(row["max_volume"]),
	)


def _with_content(bin: Bin, row: Row, per_kg: Mapping[str, Decimal]) -> Bin:
	"""Return the bin with one more row of what it holds, as an item sees it that is not in it."""
	qty = from_store(row["filled"])
	if not qty:
		return bin
	weight = from_store(row["weight"]) * per_kg.get(row["weight_uom"], ZERO)
	return replace(
		bin,
		filled=bin.filled + qty,
		weight=from_store(bin.weight + weight),
		volume=bin.volume + from_store(row["volume"]),
		has_other_items=True,
	)
