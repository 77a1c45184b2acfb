"""What the model of test_stateful.py knows of reservations: who keeps how much, who waits, what is allocated to which bin."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from stateful_bins import Bins, Place, Refused

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO

SALES_ORDER = "Sales Order"

Demand = tuple[str, str, str]
"""Its type, its name, its row."""


@dataclass
class Claim:
	"""A reservation."""

	name: str
	key: Key
	demand: Demand = ("", "", "")
	reserved: Decimal = ZERO
	waiting: Decimal = ZERO
	consumed: Decimal = ZERO
	released: Decimal = ZERO
	shortage_policy: str = "Partial"
	priority: int = 0
	expires_at: datetime | None = None
	pins: dict[tuple[str, str], Decimal] = field(default_factory=dict)
	"""(bin, batch) → how much of it is allocated there."""
	since: str = ""
	"""The name of the claim whose age it has, for names grow with time; its own where nothing was handed over to it."""

	@property
	def age(self) -> tuple[str, str]:
		return (self.since or self.name, self.name)

	@property
	def turn(self) -> tuple[int, tuple[str, str]]:
		return (-self.priority, self.age)

	@property
	def open(self) -> Decimal:
		return self.reserved + self.waiting

	@property
	def allocated(self) -> Decimal:
		return sum(self.pins.values(), ZERO)

	def want_less(self, qty: Decimal) -> None:
		"""What waits goes before what is kept."""
		waited = min(qty, self.waiting)
		self.waiting -= waited
		self.reserved -= qty - waited

	def deallocate(self, where: tuple[str, str], qty: Decimal) -> None:
		self.pins[where] -= qty
		if not self.pins[where]:
			del self.pins[where]

	def unpin_last(self, qty: Decimal) -> None:
		for where in sorted(self.pins, reverse=True):
			part = min(qty, self.pins[where])
			if part > 0:
				self.deallocate(where, part)
				qty -= part


@dataclass
class Row:
	key: Key
	qty: Decimal
	delivered: Decimal = ZERO

	@property
	def outstanding(self) -> Decimal:
		return self.qty - self.delivered


@dataclass
class Order:
	rows: dict[str, Row]
	closed: bool = False


class Reservations(Bins):
	def __init__(self, has: Mapping[str, tuple[bool, bool]], bins: Mapping[str, Sequence[str]]):
		super().__init__(has, bins)
		self.now = datetime.min
		self.deallocated = 0
		self.claims: dict[str, Claim] = {}
		self.orders: dict[str, Order] = {}
		self.name_of_new: Callable[[Demand], str] = lambda demand: ""
		"""The platform tells how it called the claim that it has made for a row besides those there were."""

	def reserved(self, key: Key) -> Decimal:
		return sum((c.reserved for c in self.claims.values() if c.key == key), ZERO)

	def available(self, key: Key) -> Decimal:
		return self.there(key, statuses=(AVAILABLE,)) - self.reserved(key)

	def allocated(self, place: Place) -> Decimal:
		if place.status != AVAILABLE:
			return ZERO
		where = (place.bin, place.batch)
		return sum((c.pins.get(where, ZERO) for c in self.claims.values() if c.key == place.key), ZERO)

	def expired(self, claim: Claim) -> bool:
		return claim.expires_at is not None and claim.expires_at <= self.now and claim.open > 0

	def reserve(self, claim: Claim) -> None:
		"""``claim`` waits for all that it asks for."""
		self.require_whole(claim.key, claim.waiting)
		if self.available(claim.key) < claim.waiting and self._sweep([claim.key]):
			self._fill([claim.key])
		if claim.shortage_policy == "Refuse" and self.available(claim.key) < claim.waiting:
			raise Refused("insufficient_stock")
		self._hold(claim)
		self.claims[claim.name] = claim

	def release(self, name: str, qty: Decimal | None) -> None:
		claim = self.claims[name]
		self._require_open(claim, qty)
		given = qty or claim.open
		claim.want_less(given)
		claim.released += given
		self._fill([claim.key])
		self._deallocate_what_is_not_reserved()

	def reassign(self, name: str, new_name: str, demand: Demand, qty: Decimal | None) -> None:
		giver = self.claims[name]
		if self.expired(giver):
			raise Refused("already_closed")
		self._require_open(giver, qty)
		if giver.demand == demand:
			raise Refused("same_demand")
		given = qty or giver.open
		if demand[0] == SALES_ORDER:
			self._require_wanted(demand, given)
		kept = min(given, giver.reserved)
		rest = given
		turn = (-giver.priority, giver.age[0])
		theirs = self._claims_of(demand, giver.key)
		for claim in sorted(theirs, key=lambda c: c.turn):
			waited = min(rest, claim.waiting)
			given_up = min(rest - waited, claim.released)
			claim.waiting -= waited
			claim.released -= given_up
			rest -= waited + given_up
			if waited:
				turn = min(turn, (-claim.priority, claim.age[0]))
		giver.reserved -= kept
		giver.waiting -= given - kept
		giver.released += given
		taken = Claim(new_name, giver.key, demand, kept, given - kept)
		taken.shortage_policy, taken.priority, taken.since = giver.shortage_policy, -turn[0], turn[1]
		self.claims[new_name] = taken
		self._fill([giver.key])
		self._deallocate_what_is_not_reserved()

	def _require_wanted(self, demand: Demand, qty: Decimal) -> None:
		order = self.orders[demand[1]]
		outstanding = ZERO if order.closed else order.rows[demand[2]].outstanding
		if outstanding <= 0:
			raise Refused("not_demanded")
		if qty > outstanding - sum((c.reserved for c in self.claims.values() if c.demand == demand), ZERO):
			raise Refused("more_than_outstanding")

	def release_expired(self) -> None:
		keys = {c.key for c in self.claims.values() if self.expired(c)}
		self._sweep(keys)
		self._fill(keys)
		self._deallocate_what_is_not_reserved()

	def allocate(
		self, name: str, qty: Decimal | None, batch: str, pins: Mapping[tuple[str, str], Decimal]
	) -> None:
		"""``pins`` is what is allocated afterwards: where is the removal strategy's business, how much is not."""
		claim = self.claims[name]
		left = claim.reserved - claim.allocated
		if not left or self.expired(claim):
			raise Refused("nothing_to_allocate")
		wanted = qty or left
		if wanted > left:
			raise Refused("more_than_reserved")
		self.require_whole(claim.key, wanted)
		lying = [p for p in self.lies if p.key == claim.key and p.status == AVAILABLE]
		free = {(p.bin, p.batch): self.free(p) for p in lying if batch in ("", p.batch)}
		if sum(free.values(), ZERO) < wanted:
			raise Refused("insufficient_in_bins")
		for where in {*pins, *claim.pins}:
			more = pins.get(where, ZERO) - claim.pins.get(where, ZERO)
			assert ZERO <= more <= free.get(where, ZERO), (where, more, free)
			wanted -= more
		assert not wanted, wanted
		claim.pins = dict(pins)

	def deallocate(self, name: str, qty: Decimal | None) -> None:
		claim = self.claims[name]
		given = claim.allocated if qty is None else qty
		if not given or given > claim.allocated:
			raise Refused("more_than_allocated")
		self.require_whole(claim.key, given)
		claim.unpin_last(given)

	# orders

	def order(self, name: str, rows: dict[str, Row], reservations: Mapping[str, str]) -> None:
		"""``reservations`` are the names of what each row reserves."""
		self.orders[name] = Order(rows)
		for line, row in rows.items():
			made = reservations[line]
			self.claims[made] = Claim(made, row.key, (SALES_ORDER, name, line), waiting=row.outstanding)
		self._follow(name)

	def update_order(self, order: str, row: str, qty: Decimal) -> None:
		made = self.orders[order]
		if qty < made.rows[row].delivered:
			raise Refused("below_delivered")
		made.rows[row].qty = qty
		made.closed = False
		self._follow(order)

	def close_order(self, order: str, closed: bool = True) -> None:
		self.orders[order].closed = closed
		self._follow(order)

	def cancel_order(self, order: str) -> None:
		if any(row.delivered for row in self.orders[order].rows.values()):
			raise Refused("has_deliveries")
		self.close_order(order)

	def _follow(self, order: str, may_grow: bool = True) -> None:
		"""What an order wants kept is what is outstanding, unless it is closed or somebody gave it up."""
		made = self.orders[order]
		theirs = [c for c in self.claims.values() if c.demand[:2] == (SALES_ORDER, order)]
		for line, row in made.rows.items():
			of_row = sorted((c for c in theirs if c.demand[2] == line), key=lambda c: c.turn)
			besides = max(row.delivered - sum((c.consumed for c in of_row), ZERO), ZERO)
			given_up = max(sum((c.released for c in of_row), ZERO) - besides, ZERO)
			wanted = ZERO if made.closed else max(row.outstanding - given_up, ZERO)
			missing = wanted - sum((c.open for c in of_row), ZERO)
			here = (c for c in self.claims.values() if c.waiting and c.key == row.key)
			if missing > 0 and may_grow and any(c.demand[:2] != (SALES_ORDER, order) for c in here):
				demand = (SALES_ORDER, order, line)
				more = Claim(self.name_of_new(demand), row.key, demand, waiting=missing)
				more.shortage_policy = of_row[-1].shortage_policy
				self.claims[more.name] = more
			elif missing > 0 and may_grow:
				of_row[-1].waiting += missing
			for claim in sorted(of_row, key=lambda c: (c.reserved, c.name)):
				too_much = min(max(-missing, ZERO), claim.open)
				claim.want_less(too_much)
				missing += too_much
		self._fill({c.key for c in theirs})
		self._deallocate_what_is_not_reserved()

	def _consume(self, demand: Demand, key: Key, qty: Decimal) -> None:
		for claim in sorted(self._claims_of(demand, key), key=lambda c: (-c.reserved, c.age)):
			part = min(qty, claim.open)
			kept = min(part, claim.reserved)
			claim.reserved -= kept
			claim.waiting -= part - kept
			claim.consumed += part
			qty -= part

	def _want_again(self, demand: Demand, key: Key, qty: Decimal) -> None:
		for claim in reversed(self._claims_of(demand, key)):
			part = min(qty, claim.consumed)
			claim.consumed -= part
			claim.waiting += part
			qty -= part

	def _claims_of(self, demand: Demand, key: Key) -> list[Claim]:
		theirs = (c for c in self.claims.values() if c.demand == demand and c.key == key)
		return sorted(theirs, key=lambda c: c.age)

	# what follows every change

	def _require_open(self, claim: Claim, qty: Decimal | None) -> None:
		if not claim.open:
			raise Refused("already_closed")
		if qty is not None and qty > claim.open:
			raise Refused("more_than_open")
		self.require_whole(claim.key, qty or ZERO)

	def _hold(self, claim: Claim) -> None:
		free = max(self.available(claim.key), ZERO)
		share = (
			min(claim.waiting, free) if claim.shortage_policy == "Partial" or free >= claim.waiting else ZERO
		)
		claim.reserved += share
		claim.waiting -= share

	def _fill(self, keys: Iterable[Key]) -> None:
		waits = [c for c in self.claims.values() if c.key in keys and c.waiting and not self.expired(c)]
		for claim in sorted(waits, key=lambda c: c.turn):
			self._hold(claim)

	def _sweep(self, keys: Iterable[Key]) -> bool:
		over = [c for c in self.claims.values() if c.key in keys and self.expired(c)]
		for claim in over:
			claim.released += claim.open
			claim.reserved = claim.waiting = ZERO
		return bool(over)

	def _leave_what_is_kept(self, keys: Iterable[Key]) -> None:
		short = [key for key in keys if self.available(key) < 0]
		if self._sweep(short):
			self._fill(short)
		if any(self.available(key) < 0 for key in short):
			raise Refused("takes_reserved_stock")

	def _displace(self, keys: Iterable[Key]) -> None:
		"""Where more is allocated than lies, the youngest of the lowest priority gives way."""
		for key in keys:
			here = [c for c in self.claims.values() if c.key == key]
			last_first = sorted(here, key=lambda c: c.turn, reverse=True)
			for where in {where for c in here for where in c.pins}:
				place = Place(*key, *where)
				for claim in last_first:
					part = min(-self.free(place), claim.pins.get(where, ZERO))
					if part > 0:
						claim.deallocate(where, part)
						self.deallocated += 1

	def _deallocate_what_is_not_reserved(self) -> None:
		for claim in self.claims.values():
			claim.unpin_last(max(claim.allocated - claim.reserved, ZERO))
