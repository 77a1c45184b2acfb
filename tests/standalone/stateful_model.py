"""The model beside the services in test_stateful.py: a few dicts and the plainest rules. It knows no table, no lock and no
statement.

A method does what an operation or a voucher does, or raises Refused and leaves the model in pieces: call it on a copy.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from stateful_bins import ON_HOLD, Place, Refused
from stateful_reservations import SALES_ORDER, Claim, Reservations

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO


class Entry(NamedTuple):
	"""One line, batch or serial number of a voucher; ``qty`` is negative where it leaves."""

	key: Key
	qty: Decimal
	nr: int = 0
	bin: str = ""
	batch: str = ""
	serial: str = ""
	status: str = AVAILABLE
	row: str = ""
	"""The order's row that it delivers."""


@dataclass
class Posted:
	"""What a voucher moved, and of which order's rows it delivered how much."""

	parts: list[Entry]
	order: str = ""
	delivered: Mapping[str, Decimal] = field(default_factory=dict)


class Model(Reservations):
	def __init__(self, has: Mapping[str, tuple[bool, bool]], bins: Mapping[str, Sequence[str]]):
		super().__init__(has, bins)
		self.posted: dict[object, Posted] = {}

	def copied(self) -> "Model":
		"""What a method changes in place is the copy's own."""
		other = copy(self)
		other.lies, other.serials, other.posted = dict(self.lies), dict(self.serials), dict(self.posted)
		other.claims = {name: replace(c, pins=dict(c.pins)) for name, c in self.claims.items()}
		other.orders = {
			name: replace(order, rows={line: replace(row) for line, row in order.rows.items()})
			for name, order in self.orders.items()
		}
		return other

	def post(
		self, voucher: object, entries: Sequence[Entry], order: str = "", cancelled: bool = False
	) -> Posted:
		"""Post a voucher: change the books, take outgoing stock from bins, consume its order's reservations. Raises Refused."""
		self._books_allow(entries)
		if order and self.orders[order].closed:
			raise Refused("order_closed")
		turn = sorted(entries, key=lambda e: (e.qty > 0, e.key, e.nr, e.bin if cancelled else ""))
		parts: list[Entry] = []
		for entry in turn:
			for arriving in (entry,) if cancelled else self._as_it_left(entry, parts):
				parts += self._move(arriving, order)
		for entry in (e for e in entries if e.row):
			demand = (SALES_ORDER, order, entry.row)
			if entry.qty < 0:
				self._consume(demand, entry.key, -entry.qty)
			else:
				self._want_again(demand, entry.key, entry.qty)
		keys = {e.key for e in entries}
		self._fill(keys)
		self._leave_what_is_kept(keys)
		self._displace(keys)
		self._deallocate_what_is_not_reserved()
		posted = Posted(parts, order)
		self.posted[voucher] = posted
		return posted

	def _as_it_left(self, entry: Entry, parts: Sequence[Entry]) -> list[Entry]:
		"""What a line takes out of one warehouse and brings into another is on hold there as it was here."""
		entries, rest = [], entry.qty
		for part in parts:
			same = (part.key[0], part.nr, part.batch, part.serial) == (
				entry.key[0],
				entry.nr,
				entry.batch,
				entry.serial,
			)
			if same and entry.qty > 0 > part.qty and part.status in ON_HOLD:
				entries.append(entry._replace(qty=-part.qty, status=part.status))
				rest += part.qty
		return [*entries, entry._replace(qty=rest)] if rest else entries

	def count(self, voucher: object, key: Key, batch: str, qty: Decimal) -> None:
		self.post(voucher, [Entry(key, qty - self.there(key, batch or None), batch=batch)])

	def cancel(self, voucher: object) -> None:
		if voucher not in self.posted:
			raise Refused("wrong_state")
		posted = self.posted[voucher]
		back = [part._replace(qty=-part.qty) for part in posted.parts]
		self.post(voucher, back, posted.order, cancelled=True)
		del self.posted[voucher]
		for name, qty in posted.delivered.items():
			self.orders[posted.order].rows[name].delivered -= qty
		if posted.order:
			self._follow(posted.order)

	def deliver(self, voucher: object, order: str, wanted: Mapping[str, Decimal]) -> None:
		rows = self.orders[order].rows
		if not wanted or any(qty > rows[name].outstanding for name, qty in wanted.items()):
			raise Refused("over_delivery")
		entries: list[Entry] = []
		for name, qty in wanted.items():
			for batch, serial, part in self._sent(rows[name].key, qty, entries):
				entries.append(Entry(rows[name].key, -part, len(entries), "", batch, serial, row=name))
		self.post(voucher, entries, order).delivered = wanted
		for name, qty in wanted.items():
			rows[name].delivered += qty
		self._follow(order, may_grow=False)

	def _sent(self, key: Key, qty: Decimal, sent: Sequence[Entry]) -> list[tuple[str, str, Decimal]]:
		"""Batches and serial numbers by name, as many as it takes."""
		has_batches, has_serials = self.has[key[0]]
		if not (has_batches or has_serials):
			return [("", "", qty)]
		lots = {
			(place.batch, serial): Decimal(1) for serial, place in self.serials.items() if place.key == key
		}
		if not has_serials:
			batches = {place.batch for place in self.lies if place.key == key}
			lots = {(batch, ""): self.there(key, batch) for batch in batches}
		for e in sent:
			if e.key == key:
				lots[(e.batch, e.serial)] += e.qty
		chosen: list[tuple[str, str, Decimal]] = []
		for (batch, serial), there in sorted(lots.items()):
			part = min(qty, there)
			if part > 0:
				chosen.append((batch, serial, part))
				qty -= part
		if qty:
			raise Refused("negative_stock")
		return chosen

	def _books_allow(self, entries: Sequence[Entry]) -> None:
		for e in entries:
			has_batches, has_serials = self.has[e.key[0]]
			if (has_serials and not e.serial) or (has_batches and not has_serials and not e.batch):
				raise Refused("batch_or_serial_needed")
		left: dict[tuple[Key, str, str], Decimal] = {}
		copies: dict[str, Decimal] = {}
		for e in sorted(entries, key=lambda e: -e.qty):
			lot = (e.key, e.batch, e.serial)
			left[lot] = left.get(lot, self._in_books(*lot)) + e.qty
			if left[lot] < 0:
				raise Refused("negative_stock")
			if e.serial:
				copies[e.serial] = copies.get(e.serial, Decimal(e.serial in self.serials)) + e.qty
		if any(number > 1 for number in copies.values()):
			raise Refused("serial_in_stock")

	def _in_books(self, key: Key, batch: str, serial: str) -> Decimal:
		if not serial:
			return self.there(key, batch or None)
		place = self.serials.get(serial)
		return Decimal(place is not None and (place.key, place.batch) == (key, batch))

	def _move(self, entry: Entry, order: str) -> list[Entry]:
		"""In to its bin or Unplaced; a serial number out of where it lies, else along the walk."""
		item, warehouse = entry.key
		if entry.qty > 0:
			bin = entry.bin or self.bins[warehouse][0]
			self._put(Place(item, warehouse, bin, entry.batch, entry.status), entry.qty, entry.serial)
			return [entry._replace(bin=bin)]
		own = self._claims_of((SALES_ORDER, order, entry.row), entry.key) if entry.row else []
		if not entry.serial:
			taken = self._walk(entry, own)
			return [entry._replace(bin=bin, status=status, qty=-qty) for (bin, status), qty in taken.items()]
		place = self.serials[entry.serial]
		where = (place.bin, place.batch)
		holder = next((c for c in own if where in c.pins), None)
		if holder:
			holder.deallocate(where, min(-entry.qty, holder.pins[where]))
		self._put(place, entry.qty, entry.serial)
		return [entry._replace(bin=place.bin, status=place.status)]

	def _walk(self, entry: Entry, own: Sequence[Claim]) -> dict[tuple[str, str], Decimal]:
		"""What is allocated for its row leaves first, then from its bin, then from the others in their order; everywhere what
		is available and allocated for nobody before what is allocated for others, and that before what is on hold.
		"""
		item, warehouse = entry.key
		taken: dict[tuple[str, str], Decimal] = {}
		rest = -entry.qty
		for where, claim in sorted(((w, c) for c in own for w in c.pins), key=lambda pin: pin[0]):
			part = min(rest, claim.pins[where]) if where[1] == entry.batch else ZERO
			if part:
				claim.deallocate(where, part)
				rest -= self._take(Place(item, warehouse, where[0], entry.batch), part, taken)
		walk = self.bins[warehouse]
		for bins in ([b for b in walk if b == entry.bin], [b for b in walk if b != entry.bin]):
			places = [Place(item, warehouse, bin, entry.batch) for bin in bins]
			for place in places:
				rest -= self._take(place, min(rest, self.free(place)), taken)
			for place in (*places, *(p._replace(status=status) for p in places for status in ON_HOLD)):
				rest -= self._take(place, min(rest, self.lies.get(place, ZERO)), taken)
		assert not rest
		return taken

	# inside a warehouse

	def move(self, place: Place, target: Place, qty: Decimal, batch: str, serials: Sequence[str]) -> None:
		"""From bin to bin, or from status to status; ``batch`` as it was named, or not."""
		if place == target._replace(batch=""):
			raise Refused("same_bin")
		lying = [p for p in self.lies if p._replace(batch="") == place and batch in ("", p.batch)]
		if len(lying) > 1:
			raise Refused("batch_needed")
		if not lying or self.free(lying[0]) < qty:
			raise Refused("insufficient_in_bin")
		self.require_whole(place.key, qty)
		source = lying[0]
		target = target._replace(batch=source.batch)
		self._put(source, -qty)
		self._put(target, qty)
		if target.status != AVAILABLE and place.status == AVAILABLE:
			self._leave_what_is_kept([place.key])
		if place.status != AVAILABLE and target.status == AVAILABLE:
			self._fill([place.key])
		if self.has[place.item_code][1] and len(set(serials)) != qty:
			raise Refused("serials_needed")
		for serial in serials:
			at = self.serials.get(serial)
			if at is None or at._replace(batch="") != place:
				raise Refused("serial_elsewhere")
			if at != source:
				raise Refused("serial_of_other_batch")
			self.serials[serial] = target
		self._deallocate_what_is_not_reserved()

	def expire(self, batch: str) -> None:
		"""What of it is available goes on hold, bin after bin, as far as it is kept for nobody."""
		for place in sorted(p for p in self.lies if p.batch == batch and p.status == AVAILABLE):
			qty = min(self.free(place), max(self.available(place.key), ZERO))
			if qty > 0:
				held = place._replace(status="Blocked")
				serials = sorted(s for s, p in self.serials.items() if p == place)[: int(qty)]
				self.move(place._replace(batch=""), held, qty, batch, serials)
