"""Positions and the reservations on them, changed together in memory: what a reservation gets, its position promises."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.allocations import AllocatedStock
from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reservation import EXPIRED, Reservation, in_queue_order


@dataclass(frozen=True)
class ReservationChange:
	"""A reservation as it is now and as it was; ``before`` is None for a new one."""

	before: Reservation | None
	now: Reservation


@dataclass(frozen=True)
class PositionChange:
	before: Position
	now: Position

	@property
	def covers_again(self) -> bool:
		"""Return whether the position covers its reservations now and did not before."""
		return self.before.takes_from_reserved and not self.now.takes_from_reserved


class Promises:
	"""Positions and their reservations. Quantities in stock UOM; ``half_unit`` is the books' rounding.

	Change them through the methods; :meth:`position_changes` and :meth:`reservation_changes` are what must be written.
	"""

	def __init__(
		self,
		positions: Mapping[Key, Position],
		reservations: Iterable[Reservation],
		now: datetime,
		half_unit: Decimal,
	):
		self.positions = dict(positions)
		self._now, self._half_unit = now, half_unit
		self._positions_before = dict(self.positions)
		self._reservations = {r.name: r for r in reservations}
		self._reservations_before = dict(self._reservations)

	# reservations

	def current(self, name: str) -> Reservation:
		"""Return a reservation with the changes made here."""
		return self._reservations[name]

	def waiting_on(self, keys: Iterable[Key]) -> list[Reservation]:
		"""Return the reservations that wait."""
		return self._on((key for key in keys if self.positions[key].waiting > 0), lambda r: r.waiting > 0)

	def open_on(self, keys: Iterable[Key]) -> list[Reservation]:
		"""Return the reservations that have stock reserved or wait for it."""
		return self._on(keys, lambda r: r.open > 0)

	def _on(self, keys: Iterable[Key], matches: Callable[[Reservation], bool]) -> list[Reservation]:
		places = set(keys)
		return [r for r in self._reservations.values() if (r.item_code, r.warehouse) in places and matches(r)]

	def put(self, reservation: Reservation) -> Reservation:
		"""Store a changed or new reservation and apply the difference to its position; return it."""
		old = self._reservations.get(reservation.name)
		key = (reservation.item_code, reservation.warehouse)
		position = self.positions[key]
		self.positions[key] = replace(
			position,
			reserved=position.reserved + reservation.reserved - (old.reserved if old else ZERO),
			waiting=position.waiting + reservation.waiting - (old.waiting if old else ZERO),
		)
		self._reservations[reservation.name] = reservation
		return reservation

	# positions

	def change_on_hand(self, key: Key, on_hand: Decimal, on_hold: Decimal = ZERO) -> None:
		position = self.positions[key]
		self.positions[key] = replace(
			position, on_hand=position.on_hand + on_hand, on_hold=position.on_hold + on_hold
		)

	def lacks_more(self, key: Key) -> bool:
		"""Return whether more is missing for the reservations than before."""
		return self.positions[key].available < min(self._positions_before[key].available, ZERO)

	def was_empty(self, key: Key) -> bool:
		"""Return whether the position never had stock: it has no time of a last change."""
		return self._positions_before[key].last_change is None

	# rules after every change

	def release_expired(self, keys: Iterable[Key]) -> int:
		"""Release the reservations that have expired; return how many."""
		expired = [r for r in self.open_on(keys) if r.expired(self._now)]
		for reservation in expired:
			self.put(reservation.release(reservation.open, as_=EXPIRED))
		return len(expired)

	def fill_waiting(self, keys: Iterable[Key]) -> None:
		"""Reserve what is available for the waiting reservations, by priority, then age.

		One with the policy Wait is passed over until all of its quantity is available; the next in the queue is filled. A
		rest within the books' rounding is taken off the demand instead of waited for.
		"""
		free = [key for key in keys if self.positions[key].available > 0]
		for reservation in in_queue_order(r for r in self.waiting_on(free) if not r.expired(self._now)):
			position = self.positions[(reservation.item_code, reservation.warehouse)]
			lacking = reservation.waiting - position.available
			if ZERO < lacking <= self._half_unit:
				reservation = self.put(reservation.shrink(lacking))
			share = reservation.share_of(position.available)
			if share:
				self.put(reservation.fill(share))

	def round_reserved(self, key: Key) -> None:
		"""Take what is missing by the books' rounding off the reservations of a position, the last in the queue first."""
		missing = -self.positions[key].available
		for r in reversed(in_queue_order(self.open_on([key]))):
			part = min(missing, r.reserved)
			if part > 0:
				self.put(replace(r, qty=r.qty - part, reserved=r.reserved - part))
				missing -= part

	def overallocated(self) -> list[Reservation]:
		"""Return the reservations that have more allocated to bins than reserved."""
		return [r for r in self._reservations.values() if r.allocated > r.reserved]

	def deallocate_what_is_not_reserved(self, allocated: AllocatedStock) -> None:
		"""Take off the allocations what is not reserved any more. ``allocated`` has those of all reservations that need it."""
		for r in self.overallocated():
			allocated.shrink(r.name, r.allocated - r.reserved)
			self.put(replace(r, allocated=r.reserved))

	# what must be written

	def position_changes(self) -> Sequence[PositionChange]:
		"""Return the positions that changed, in key order."""
		return [
			PositionChange(self._positions_before[key], position)
			for key, position in sorted(self.positions.items())
			if position != self._positions_before[key]
		]

	def reservation_changes(self) -> Sequence[ReservationChange]:
		"""Return the reservations that changed or are new, by name."""
		return [
			ReservationChange(self._reservations_before.get(name), r)
			for name, r in sorted(self._reservations.items())
			if r != self._reservations_before.get(name)
		]
