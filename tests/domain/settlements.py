"""Situations for tests of settlements, and what becomes of them when a plan is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.allocations import Allocation
from inventory_midplatform.domain.position import AVAILABLE, Key, Position
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.receipt_layers import LayerKey
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.domain.reservation import Demand, Reservation
from inventory_midplatform.domain.settlement.moved_rows import moved_rows
from inventory_midplatform.domain.settlement.needs import may_choose, may_leave, needed
from inventory_midplatform.domain.settlement.places import KnownBin, SerialPlace
from inventory_midplatform.domain.settlement.plan import Plan
from inventory_midplatform.domain.settlement.postings import Posting, PostingRow
from inventory_midplatform.domain.settlement.situation import Rules, Situation
from inventory_midplatform.domain.settlement.unexplained import Unexplained, rests_of

NOW = datetime(2026, 11, 27, 12)
STORES, SHOP = "Stores", "Shop"
UNPLACED = {STORES: "Unplaced Stores", SHOP: "Unplaced Shop"}
Row = tuple[Any, ...]


def demand(name: str) -> Demand:
	return Demand("Sales Order", name, "1")


@dataclass
class Stock:
	"""What is there before a settlement: bins, reservations, allocations. Positions and layers follow from them."""

	contents: dict[Key, list[BinContent]] = field(default_factory=dict)
	reservations: list[Reservation] = field(default_factory=list)
	allocations: list[Allocation] = field(default_factory=list)
	serials: dict[str, SerialPlace] = field(default_factory=dict)
	layers: dict[Key, dict[LayerKey, Decimal]] = field(default_factory=dict)
	last_change: datetime | None = NOW - timedelta(days=1)

	def put(self, item: str, warehouse: str, bin: str, qty: int, **facts: Any) -> "Stock":
		key = (item, warehouse)
		is_unplaced = bin == UNPLACED[warehouse]
		content = BinContent(bin, Decimal(qty), is_unplaced=is_unplaced, **facts)
		self.contents.setdefault(key, []).append(content)
		layer = (content.batch_no, (NOW - timedelta(days=9)).date())
		layers = self.layers.setdefault(key, {})
		layers[layer] = layers.get(layer, ZERO) + Decimal(qty)
		return self

	def reserve(
		self, name: str, item: str, warehouse: str, reserved: int, waiting: int = 0, **facts: Any
	) -> "Stock":
		about = facts.pop("demand", demand(name))
		made_at = facts.pop("made_at", NOW - timedelta(hours=len(self.reservations) + 1))
		self.reservations.append(
			Reservation(
				name,
				item,
				warehouse,
				about,
				Decimal(reserved + waiting),
				made_at,
				Decimal(reserved),
				Decimal(waiting),
				**facts,
			)
		)
		return self

	def allocate(self, name: str, bin: str, qty: int, batch_no: str = "") -> "Stock":
		at = next(i for i, r in enumerate(self.reservations) if r.name == name)
		r = self.reservations[at]
		self.reservations[at] = replace(r, allocated=r.allocated + qty)
		self.allocations.append(
			Allocation(name, r.item_code, r.warehouse, bin, batch_no, Decimal(qty)),
		)
		contents = self.contents[(r.item_code, r.warehouse)]
		for i, c in enumerate(contents):
			if (c.bin, c.batch_no, c.stock_status) == (bin, batch_no, AVAILABLE):
				contents[i] = replace(c, allocated=c.allocated + qty)
		return self

	def positions(self, keys: Iterable[Key]) -> dict[Key, Position]:
		found = {}
		for key in sorted(keys):
			there = self.contents.get(key, [])
			mine = [r for r in self.reservations if (r.item_code, r.warehouse) == key]
			found[key] = Position(
				*key,
				on_hand=sum((c.qty for c in there), ZERO),
				on_hold=sum((c.qty for c in there if c.stock_status != AVAILABLE), ZERO),
				reserved=sum((r.reserved for r in mine), ZERO),
				waiting=sum((r.waiting for r in mine), ZERO),
				last_change=self.last_change,
			)
		return found


def row(item: str, warehouse: str, qty: int, detail_no: str = "1", **facts: Any) -> PostingRow:
	return PostingRow(item, warehouse, Decimal(qty), detail_no, **facts)


def posting(*rows: PostingRow, voucher_type: str = "Delivery Note", no: str = "V-1", **facts: Any) -> Posting:
	at = facts.pop("at", NOW)
	return Posting(voucher_type, no, at, tuple(rows), **facts)


def situation(
	stock: Stock,
	*postings: Posting,
	own: Sequence[PostingRow] = (),
	books: Mapping[Key, Decimal] | None = None,
	rules: Rules | None = None,
	only_needed: bool = True,
	**facts: Any,
) -> Situation:
	"""Return a situation as it would be read. ``books`` are the quantities of the books where rows alone do not give them;
	``only_needed`` leaves out what reading leaves out.
	"""
	keys = {r.key for p in postings for r in p.rows} | set(books or ())
	positions = stock.positions(keys)
	by_rows = dict.fromkeys(keys, ZERO)
	for r in (r for p in postings for r in p.rows):
		by_rows[r.key] += r.qty
	change = {key: positions[key].on_hand + qty for key, qty in by_rows.items()}
	change |= books or {}
	change = {key: qty - positions[key].on_hand for key, qty in change.items()}
	moved = [(p, moved_rows(p, change, own)) for p in postings]
	rest = facts.pop("unexplained", None) or Unexplained(rests_of(change, moved))
	leaving = may_leave(moved, change, rest)
	contents = {
		key: sorted(stock.contents.get(key, ()), key=lambda c: (c.bin, c.batch_no, c.stock_status))
		for key in keys
	}
	allocations = [a for a in stock.allocations if (a.item_code, a.warehouse) in keys]
	reservations = [r for r in stock.reservations if (r.item_code, r.warehouse) in keys]
	strategies = facts.pop("strategies", {})
	if only_needed:
		several = may_choose(leaving, moved, rest, contents)
		strategies = {key: strategy for key, strategy in strategies.items() if key in several}
		reservations = _those_read(positions, postings, moved, rest, contents, allocations, reservations)
	return Situation(
		now=NOW,
		postings=postings,
		positions=positions,
		moved=moved,
		rules=rules or Rules(),
		revisions={p.voucher: int(p.cancelled) for p in postings},
		unexplained=rest,
		contents=contents,
		unplaced=UNPLACED,
		strategies=strategies,
		bins={c.bin: KnownBin(key[1]) for key, found in contents.items() for c in found},
		serials=dict(stock.serials),
		allocations=allocations,
		reservations=reservations,
		layers={
			key: layers for key, layers in stock.layers.items() if key in (leaving if only_needed else keys)
		},
		**facts,
	)


def _those_read(
	positions: Mapping[Key, Position],
	postings: Sequence[Posting],
	moved: Any,
	rest: Unexplained,
	contents: Mapping[Key, Sequence[BinContent]],
	allocations: Sequence[Allocation],
	reservations: Sequence[Reservation],
) -> list[Reservation]:
	demands = {r.demand for p in postings for r in p.rows if r.demand}
	own = [r for r in reservations if r.demand in demands]
	needs = needed(positions, postings, moved, rest, contents, allocations, own, NOW)
	return [
		r
		for r in reservations
		if r in own
		or r.name in needs.allocated
		or ((r.item_code, r.warehouse) in needs.waiting_on and r.waiting)
		or ((r.item_code, r.warehouse) in needs.open_on and r.open)
	]


def after(stock: Stock, plan: Plan) -> Stock:
	"""Return what is there once a plan is written."""
	bins: dict[tuple[Key, str, str, str], BinContent] = {
		(key, c.bin, c.batch_no, c.stock_status): c for key, found in stock.contents.items() for c in found
	}
	serials = dict(stock.serials)
	for m in sorted(plan.movements, key=lambda m: m.qty > 0):
		where = (m.key, m.bin, m.batch_no, m.stock_status)
		there = bins.get(where) or BinContent(
			m.bin,
			ZERO,
			batch_no=m.batch_no,
			stock_status=m.stock_status,
			is_unplaced=m.bin in UNPLACED.values(),
		)
		bins[where] = replace(there, qty=there.qty + m.qty)
		if m.serial_no and m.qty < 0:
			serials.pop(m.serial_no, None)
		elif m.serial_no:
			serials[m.serial_no] = SerialPlace(m.warehouse, m.bin, m.batch_no, m.stock_status)
	for changed in plan.allocations:
		a = changed.now
		where = ((a.item_code, a.warehouse), a.bin, a.batch_no, AVAILABLE)
		bins[where] = replace(bins[where], allocated=bins[where].allocated + changed.change)
	contents: dict[Key, list[BinContent]] = defaultdict(list)
	for (key, *_), c in sorted(bins.items()):
		if c.qty:
			contents[key].append(c)
		assert c.qty or not c.allocated, f"{c.allocated} is allocated in {c.bin}, which is empty"
	allocations = {a.key: a for a in stock.allocations} | {c.now.key: c.now for c in plan.allocations}
	reservations = {r.name: r for r in stock.reservations} | {c.now.name: c.now for c in plan.reservations}
	layers = {key: dict(found) for key, found in stock.layers.items()}
	for c in plan.layers:
		at = layers.setdefault(c.key, {})
		at[c.layer] = at.get(c.layer, ZERO) + c.change
	return Stock(
		dict(contents),
		list(reservations.values()),
		[a for a in allocations.values() if a.qty],
		serials,
		{key: {layer: qty for layer, qty in found.items() if qty} for key, found in layers.items()},
		NOW,
	)


def moved(plan: Plan) -> list[tuple[str, str, int, str]]:
	"""Return (item, bin, quantity, status) of each movement of a plan."""
	return [(m.item_code, m.bin, int(m.qty), m.stock_status) for m in plan.movements]


def day(ago: int) -> date:
	return (NOW - timedelta(days=ago)).date()
