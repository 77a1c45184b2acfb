"""Positions locked together, with the reservations on them, changed in memory and written once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.identifiers import NAME_LIMIT
from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reservation import (
	EXPIRED,
	OPEN_STATUSES,
	Demand,
	Reservation,
	ShortagePolicy,
	in_queue_order,
)
from inventory_midplatform.ports import Context, Params, Row
from inventory_midplatform.query import key_in
from inventory_midplatform.services import alerts, operation_log
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger import positions
from inventory_midplatform.services.ledger.allocations import Allocations

WAITING_STATUSES = ("Waiting", "Partially Reserved")
_QUANTITIES = {
	"qty": "qty",
	"reserved_qty": "reserved",
	"waiting_qty": "waiting",
	"consumed_qty": "consumed",
	"released_qty": "released",
	"allocated_qty": "allocated",
}
_CHANGING = (*_QUANTITIES, "status", "reason")


class LockedStock:
	"""The positions of ``keys``, locked in their order. Change them through the methods, then :meth:`write`.

	Reservations are read after the positions are locked, and with a lock, so that they are never older than their
	positions. Quantities are in stock UOM.
	"""

	def __init__(self, ctx: Context, keys: Iterable[Key]):
		self.ctx = ctx
		self.positions, self._seen = positions.lock_and_compare(ctx, keys)
		self._locked = self._positions_before = dict(self.positions)
		self._reservations: dict[str, Reservation] = {}
		self._reservations_before: dict[str, Reservation] = {}

	# reservations

	def by_name(self, name: str) -> Reservation:
		return self._load_named([name])[0]

	def named(self, names: Iterable[str]) -> list[Reservation]:
		"""Lock reservations and return them, with the changes made here. Their positions must be locked."""
		return self._load_named(sorted(names))

	def current(self, name: str) -> Reservation:
		"""Return a reservation that was loaded before, with the changes made here."""
		return self._reservations[name]

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
		waited = [key for key in waits if self._positions_before[key].waiting > 0]
		self._load_open(waited, WAITING_STATUSES)
		return self._on(waits, lambda r: r.waiting > 0)

	def open_on(self, keys: Iterable[Key]) -> list[Reservation]:
		held = [key for key in keys if self.positions[key].reserved > 0 or self.positions[key].waiting > 0]
		self._load_open(held, OPEN_STATUSES)
		return self._on(held, lambda r: r.open > 0)

	def _load_open(self, keys: Iterable[Key], statuses: Sequence[str]) -> None:
		source = self.ctx.store.through("Inventory Reservation", ("item_code", "warehouse", "status"))
		for some in batches(sorted(set(keys))):
			condition, params = key_in(some, "item_code", "warehouse")
			self._load(source, f"{condition} AND status IN %(statuses)s", {**params, "statuses": statuses})

	def _on(self, keys: Iterable[Key], matches: Callable[[Reservation], bool]) -> list[Reservation]:
		places = set(keys)
		return [r for r in self._reservations.values() if (r.item_code, r.warehouse) in places and matches(r)]

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

	def put(self, reservation: Reservation) -> Reservation:
		"""Store a changed or new reservation in memory and apply the difference to its position; return it."""
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
		now, expired_count = self.ctx.clock.now(), 0
		for reservation in self.open_on(keys):
			if reservation.expired(now):
				self.put(reservation.release(reservation.open, as_=EXPIRED))
				expired_count += 1
		return expired_count

	def fill_waiting(self, keys: Iterable[Key]) -> None:
		"""Reserve what is available for the waiting reservations, by priority, then age.

		One with the policy Wait is passed over until all of its quantity is available; the next in the queue is filled. A rest within the books' rounding is taken off the demand instead of waited for.
		"""
		now = self.ctx.clock.now()
		free = [key for key in keys if self.positions[key].available > 0]
		for reservation in in_queue_order(r for r in self.waiting_on(free) if not r.expired(now)):
			position = self.positions[(reservation.item_code, reservation.warehouse)]
			lacking = reservation.waiting - position.available
			if ZERO < lacking <= self.ctx.books.half_unit:
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

	def _deallocate_what_is_not_reserved(self) -> None:
		over = [r for r in self._reservations.values() if r.allocated > r.reserved]
		if not over:
			return
		allocations = Allocations(self.ctx, {(r.item_code, r.warehouse) for r in over})
		for r in over:
			allocations.shrink(r.name, r.allocated - r.reserved)
			self.put(replace(r, allocated=r.reserved))
		allocations.write()

	def write(self) -> None:
		"""Write positions, reservations and the operation log, each in one statement. Close the alerts of positions that
		cover their reservations again. Raises Conflict (``too_large``)."""
		self._deallocate_what_is_not_reserved()
		positions.change_positions(self.ctx, self._positions_before, self.positions)
		changed = [
			r for name, r in sorted(self._reservations.items()) if r != self._reservations_before.get(name)
		]
		write_reservations(self.ctx, changed, self._reservations_before)
		for key, position in self.positions.items():
			if self._positions_before[key].takes_from_reserved and not position.takes_from_reserved:
				alerts.close_alert(self.ctx, alerts.BELOW_RESERVED, *key)
		self._positions_before = dict(self.positions)
		self._reservations_before = dict(self._reservations)


def write_reservations(ctx: Context, changed: Sequence[Reservation], before: dict[str, Reservation]) -> None:
	if not changed:
		return
	# New ones are inserted, not upserted: of two callers with one name the later must collide, and find the first's.
	ctx.store.insert("Inventory Reservation", [to_row(r) for r in changed if r.name not in before])
	known = [to_row(r) for r in changed if r.name in before]
	ctx.store.add("Inventory Reservation", ("name",), known, add=(), put=_CHANGING)
	# allocating to bins is logged by the operation that allocates
	logged = [
		r for r in changed if r.name not in before or replace(before[r.name], allocated=r.allocated) != r
	]
	operation_log.write(ctx, [_log_entry(ctx, before.get(r.name), r) for r in logged])


def _log_entry(ctx: Context, old: Reservation | None, new: Reservation) -> Row:
	before, after = old.status if old else "", new.status
	if new.reassigned_between:
		operation, qty = "Reassign", new.released - old.released if old else new.qty
		before, after = (demand.label[:NAME_LIMIT] for demand in new.reassigned_between)
	elif old is None:
		operation, qty = "Reserve", new.qty
	elif new.consumed > old.consumed:
		operation, qty = "Consume", new.consumed - old.consumed
	elif new.released > old.released or new.qty < old.qty:
		operation, qty = "Release", new.released - old.released + max(old.qty - new.qty, ZERO)
	else:
		operation, qty = "Reserve", new.reserved - old.reserved
	return operation_log.entry(
		ctx,
		operation,
		"Inventory Reservation",
		new.name,
		item_code=new.item_code,
		warehouse=new.warehouse,
		qty=qty,
		from_value=before,
		to_value=after,
		reason=new.reason,
	)


COLUMNS = (
	"name",
	"item_code",
	"warehouse",
	"demand_type",
	"demand_name",
	"demand_line",
	"creation",
	*_QUANTITIES,
	"shortage_policy",
	"priority",
	"expires_at",
	"status",
	"reason",
)


def from_row(row: Row) -> Reservation:
	return Reservation(
		name=row["name"],
		item_code=row["item_code"],
		warehouse=row["warehouse"],
		demand=Demand(row["demand_type"] or "", row["demand_name"] or "", row["demand_line"] or ""),
		made_at=row["creation"],
		shortage_policy=ShortagePolicy(row["shortage_policy"]),
		priority=row["priority"] or 0,
		expires_at=row["expires_at"],
		ended_as="" if row["status"] in OPEN_STATUSES else row["status"],
		reason=row["reason"] or "",
		**{attribute: from_store(row[column]) for column, attribute in _QUANTITIES.items()},
	)


def to_row(r: Reservation) -> Row:
	return {
		"name": r.name,
		"item_code": r.item_code,
		"warehouse": r.warehouse,
		"demand_type": r.demand.demand_type,
		"demand_name": r.demand.demand_name,
		"demand_line": r.demand.demand_line,
		"creation": r.made_at,
		"shortage_policy": r.shortage_policy.value,
		"priority": r.priority,
		"expires_at": r.expires_at,
		"status": r.status,
		"reason": r.reason,
		**{column: getattr(r, attribute) for column, attribute in _QUANTITIES.items()},
	}
