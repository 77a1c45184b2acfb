"""Positions locked together, with the reservations on them, changed in memory and written once."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from inventory_midplatform.domain.allocations import AllocatedStock
from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.promises import Promises
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reservation import OPEN_STATUSES, Reservation
from inventory_midplatform.domain.settlement.plan import Plan
from inventory_midplatform.ports import Context, Params
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger import positions
from inventory_midplatform.services.ledger.allocations import allocations_on
from inventory_midplatform.services.ledger.stored_reservations import COLUMNS, WAITING_STATUSES, from_row
from inventory_midplatform.services.ledger.writing import write


class LockedStock(Promises):
	"""The positions of ``keys``, locked in their order. Change them through the methods, then :meth:`write`.

	Reservations are read after the positions are locked, and with a lock, so that they are never older than their
	positions. Quantities are in stock UOM.
	"""

	def __init__(self, ctx: Context, keys: Iterable[Key]):
		self.ctx = ctx
		locked, self._seen = positions.lock_and_compare(ctx, keys)
		self._locked = locked
		super().__init__(locked, (), ctx.clock.now(), ctx.books.half_unit)

	def by_name(self, name: str) -> Reservation:
		return self._load_named([name])[0]

	def named(self, names: Iterable[str]) -> list[Reservation]:
		"""Lock reservations and return them, with the changes made here. Their positions must be locked."""
		return self._load_named(sorted(names))

	def loaded(self) -> list[Reservation]:
		"""Return all reservations that were loaded, by name, with the changes made here."""
		return [r for _, r in sorted(self._reservations.items())]

	def of_demands(
		self, demands: Iterable[tuple[str, str]], known: Iterable[str] | None = None
	) -> list[Reservation]:
		"""Lock and return all reservations of whole demands (type, name) on the locked positions.

		``known`` are their names, if the caller has read them already. The names are read without a lock, and
		then locked by name: a lock on a gap in the index would stop others from reserving for its neighbours. A reservation made
		between the two reads is found among the open ones of the positions that changed.
		"""
		names = list(known or ())
		demanded = set(demands)
		for some in batches(sorted(demanded)) if known is None else ():
			condition, params = key_in(some, "demand_type", "demand_name")
			sql = f"SELECT name FROM `tabInventory Reservation` WHERE {condition}"
			names += [row["name"] for row in self.ctx.store.rows(sql, params)]
		if demanded:
			opened = self.open_on(self._reserved_since_seen())
			names += [r.name for r in opened if (r.demand.demand_type, r.demand.demand_name) in demanded]
		return [
			r for r in self._load_named(sorted(set(names))) if (r.item_code, r.warehouse) in self.positions
		]

	def _reserved_since_seen(self) -> list[Key]:
		def promised(position: Position | None) -> tuple[Decimal, ...]:
			return (position.reserved, position.waiting) if position else (ZERO, ZERO)

		return [k for k, locked in self._locked.items() if promised(locked) != promised(self._seen.get(k))]

	def moved_since_seen(self, keys: Iterable[Key]) -> list[Key]:
		"""Return the keys whose stock was moved by others between this transaction's first read and its lock."""
		before = {key: position.last_change for key, position in self._seen.items()}
		return [key for key in keys if self._locked[key].last_change != before.get(key)]

	def waiting_on(self, keys: Iterable[Key]) -> list[Reservation]:
		"""Return the reservations that wait; read from the store only where something waited before this change."""
		waits = [key for key in keys if self.positions[key].waiting > 0]
		self._load_open((k for k in waits if self._positions_before[k].waiting > 0), WAITING_STATUSES)
		return super().waiting_on(waits)

	def open_on(self, keys: Iterable[Key]) -> list[Reservation]:
		"""Return the reservations that have stock reserved or wait for it."""
		held = [key for key in keys if self.positions[key].reserved > 0 or self.positions[key].waiting > 0]
		self._load_open(held, OPEN_STATUSES)
		return super().open_on(held)

	def _load_open(self, keys: Iterable[Key], statuses: Sequence[str]) -> None:
		source = self.ctx.store.through("Inventory Reservation", ("item_code", "warehouse", "status"))
		for some in batches(sorted(set(keys))):
			condition, params = key_in(some, "item_code", "warehouse")
			self._load(source, f"{condition} AND status IN %(statuses)s", {**params, "statuses": statuses})

	def _load_named(self, names: Sequence[str]) -> list[Reservation]:
		source = self.ctx.store.through("Inventory Reservation", ("name",))
		found: list[Reservation] = []
		for some in batches(sorted(names)):
			found += self._load(source, "name IN %(names)s", {"names": some})
		return found

	def _load(self, source: str, condition: str, params: Params) -> list[Reservation]:
		"""Lock and return reservations; one that was loaded before is returned with the changes made here."""
		sql = f"SELECT {', '.join(COLUMNS)} FROM {source} WHERE {condition}"
		found = []
		for row in self.ctx.store.rows(sql + self.ctx.store.for_update, params):
			reservation = from_row(row)
			self._reservations_before.setdefault(reservation.name, reservation)
			found.append(self._reservations.setdefault(reservation.name, reservation))
		return found

	def plan(self) -> Plan:
		"""Return what must be written. What is not reserved any more is deallocated first."""
		allocated = AllocatedStock(
			allocations_on(self.ctx, {(r.item_code, r.warehouse) for r in self.overallocated()})
		)
		self.deallocate_what_is_not_reserved(allocated)
		return Plan(
			allocations=allocated.changes(),
			positions=self.position_changes(),
			reservations=self.reservation_changes(),
		)

	def write(self) -> None:
		"""Write :meth:`plan`. Raises Conflict (``too_large``)."""
		write(self.ctx, self.plan())
		self._positions_before = dict(self.positions)
		self._reservations_before = dict(self._reservations)
