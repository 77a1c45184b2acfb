"""A reservation in two phases: reserved or waiting first, then consumed, released or expired.

At every moment ``qty == reserved + waiting + consumed + released``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from inventory_midplatform.domain.errors import Conflict, Mixed
from inventory_midplatform.domain.position import Position
from inventory_midplatform.domain.quantity import ZERO, to_text

OPEN_STATUSES = ("Reserved", "Partially Reserved", "Waiting")
EXPIRED = "Expired"
CANCELLED = "Cancelled"
"""Its document was cancelled or deleted. Another document may get the same name; this reservation is none of it."""


class ShortagePolicy(str, Enum):
	"""What happens where less is available than requested."""

	REFUSE = "Refuse"
	PARTIAL = "Partial"
	"""What is available is reserved; the rest waits."""
	WAIT = "Wait"
	"""Nothing is reserved until all of it is available."""


@dataclass(frozen=True)
class Demand:
	"""A demand: a document's row, or a name of another system."""

	demand_type: str = ""
	demand_name: str = ""
	demand_line: str = ""

	@property
	def label(self) -> str:
		return " ".join(part for part in (self.demand_type, self.demand_name) if part) or "—"


@dataclass(frozen=True)
class Reservation:
	"""A demand's reserved and waiting quantities of one item in one warehouse, in stock UOM."""

	name: str
	item_code: str
	warehouse: str
	demand: Demand
	qty: Decimal
	made_at: datetime
	"""When it was requested. Priority, then age, give its place in the queue."""
	reserved: Decimal = ZERO
	waiting: Decimal = ZERO
	consumed: Decimal = ZERO
	released: Decimal = ZERO
	allocated: Decimal = ZERO
	"""How much of ``reserved`` is allocated to bins."""
	shortage_policy: ShortagePolicy = ShortagePolicy.REFUSE
	priority: int = 0
	expires_at: datetime | None = None
	ended_as: str = ""
	reason: str = ""
	reassigned_between: Any = field(default=(), compare=False)
	"""The demands (from, to) of a reassignment just made, for the operation log; not stored."""

	@property
	def open(self) -> Decimal:
		return self.reserved + self.waiting

	@property
	def status(self) -> str:
		if self.reserved and self.waiting:
			return "Partially Reserved"
		if self.reserved:
			return "Reserved"
		if self.waiting:
			return "Waiting"
		return self.ended_as or ("Consumed" if self.consumed else "Released")

	@property
	def is_past(self) -> bool:
		"""Return whether it is expired or cancelled: its demand is then served as if it had never been reserved."""
		return self.ended_as in (EXPIRED, CANCELLED)

	def expired(self, now: datetime) -> bool:
		return self.expires_at is not None and self.expires_at <= now and self.open > 0

	def share_of(self, free: Decimal) -> Decimal:
		"""Return how much of ``free`` the waiting quantity may take: all it can, or all or nothing."""
		if free <= 0 or not self.waiting:
			return ZERO
		if self.shortage_policy is ShortagePolicy.PARTIAL:
			return min(self.waiting, free)
		return self.waiting if self.waiting <= free else ZERO

	def fill(self, qty: Decimal) -> "Reservation":
		"""Reserve ``qty`` of the waiting quantity."""
		return replace(self, reserved=self.reserved + qty, waiting=self.waiting - qty)

	def consume(self, qty: Decimal) -> "Reservation":
		"""Count ``qty`` as delivered for this demand: off reserved first, then off waiting."""
		from_reserved = min(qty, self.reserved)
		from_waiting = min(qty - from_reserved, self.waiting)
		return replace(
			self,
			reserved=self.reserved - from_reserved,
			waiting=self.waiting - from_waiting,
			consumed=self.consumed + from_reserved + from_waiting,
		)

	def release(self, qty: Decimal, as_: str = "") -> "Reservation":
		"""Release ``qty``: off waiting first, then off reserved. ``as_`` is the status it ends with."""
		from_waiting = min(qty, self.waiting)
		from_reserved = min(qty - from_waiting, self.reserved)
		return replace(
			self,
			reserved=self.reserved - from_reserved,
			waiting=self.waiting - from_waiting,
			released=self.released + from_reserved + from_waiting,
			ended_as=as_ or self.ended_as,
		)

	def reassign(self, qty: Decimal, name: str, to: Demand) -> "tuple[Reservation, Reservation]":
		"""Give ``qty`` of what is open to another demand and return both reservations: this one, which has released it, and
		the new one, named ``name``.

		What is reserved goes before what waits and stays reserved, so that nobody else gets it in between. The new one has
		this one's priority and age, so that nobody in the queue is passed by or waits longer.
		"""
		from_reserved = min(qty, self.reserved)
		from_waiting = min(qty - from_reserved, self.waiting)
		between = (self.demand, to)
		source = replace(
			self,
			reserved=self.reserved - from_reserved,
			waiting=self.waiting - from_waiting,
			released=self.released + from_reserved + from_waiting,
			reassigned_between=between,
		)
		target = replace(
			self,
			name=name,
			demand=to,
			qty=from_reserved + from_waiting,
			reserved=from_reserved,
			waiting=from_waiting,
			consumed=ZERO,
			released=ZERO,
			allocated=ZERO,
			expires_at=None,
			ended_as="",
			reassigned_between=between,
		)
		return source, target

	def inherit_queue_place(self, other: "Reservation") -> "Reservation":
		"""Return this reservation with the better of the two places in the queue. It supersedes ``other``, which waited for
		the same demand."""
		better = in_queue_order([self, other])[0]
		return replace(self, priority=better.priority, made_at=better.made_at)

	def supersede(self, qty: Decimal) -> "Reservation":
		"""Take ``qty`` off, which another reservation of the same demand now has: off waiting first, then off released."""
		from_waiting = min(qty, self.waiting)
		from_released = min(qty - from_waiting, self.released)
		rest = replace(
			self,
			qty=self.qty - from_waiting - from_released,
			waiting=self.waiting - from_waiting,
			released=self.released - from_released,
		)
		return rest if rest.open or rest.consumed else replace(rest, ended_as="Closed")

	def shrink(self, qty: Decimal) -> "Reservation":
		"""Take ``qty`` off that is not demanded any more: off waiting first, then off reserved."""
		from_waiting = min(qty, self.waiting)
		from_reserved = min(qty - from_waiting, self.reserved)
		return replace(
			self,
			qty=self.qty - from_waiting - from_reserved,
			waiting=self.waiting - from_waiting,
			reserved=self.reserved - from_reserved,
		)

	def grow(self, qty: Decimal) -> "Reservation":
		"""Add ``qty`` of further demand; it waits until it is reserved."""
		return replace(self, qty=self.qty + qty, waiting=self.waiting + qty, ended_as="")

	def close(self) -> "Reservation":
		"""End it, for its document was closed. What a person had released stays released when the document is re-opened."""
		return replace(self.shrink(self.open), ended_as="Closed")

	def cancel(self) -> "Reservation":
		"""End it for good, for its document was cancelled or deleted."""
		return replace(self.shrink(self.open), ended_as=CANCELLED)

	def demand_again(self, qty: Decimal) -> "Reservation":
		"""Let ``qty`` that was consumed wait once more, for its delivery was cancelled or returned."""
		again = min(qty, self.consumed)
		return replace(self, waiting=self.waiting + again, consumed=self.consumed - again, ended_as="")


def consumed_among(reservations: Iterable[Reservation], qty: Decimal) -> list[Reservation]:
	"""Return the reservations of one demand that change because ``qty`` was delivered for it.

	Those with stock reserved come first, so that nothing stays reserved for a demand that is met.
	"""
	changed = []
	for r in sorted(reservations, key=lambda r: (-r.reserved, r.made_at, r.name)):
		part = min(qty, r.open)
		if part > 0:
			changed.append(r.consume(part))
			qty -= part
	return changed


def demanded_again_among(reservations: Iterable[Reservation], qty: Decimal) -> list[Reservation]:
	"""Return the reservations of one demand that change because ``qty`` of its deliveries came back; the newest first."""
	changed = []
	for r in sorted(reservations, key=lambda r: (r.made_at, r.name), reverse=True):
		part = min(qty, r.consumed)
		if part > 0:
			changed.append(r.demand_again(part))
			qty -= part
	return changed


def reserved_for(reservations: Sequence[Reservation], most: int = 5) -> Mixed:
	"""Return the demands and how much each has reserved; the first ``most`` by name: ``Sales Order SO-7 (3), Web W1 (2) … +4``."""
	pieces: list[str] = []
	for r in reservations[:most]:
		term = r.demand.demand_type
		pieces += (term, f"{r.demand.label.removeprefix(term)} ({to_text(r.reserved)}), ")
	if pieces:
		more = len(reservations) - most
		pieces[-1] = pieces[-1].removesuffix(", ") + (f" … +{more}" if more > 0 else "")
	return Mixed(*pieces)


def takes_reserved_stock(position: Position, reservations: Iterable[Reservation]) -> Conflict:
	"""Return the refusal of a posting after which ``position`` has less available than zero.

	Where the books allow negative stock, only what is reserved is taken from ``reservations``; the rest is not there.
	"""
	reserved = [r for r in reservations if r.reserved]
	not_there = max(position.on_hold - position.on_hand, ZERO)
	about: dict[str, Any] = {
		"item_code": position.item_code,
		"warehouse": position.warehouse,
		"missing": to_text(-position.available - not_there),
		"not_there": to_text(not_there),
		"owners": reserved_for(reserved),
		"reservations": [
			{"reservation": r.name, "demand": r.demand.label, "reserved": to_text(r.reserved)}
			for r in reserved[:50]
		],
	}
	if not_there:
		return Conflict(
			"Item {item_code} in {warehouse}: this would take {missing} that is reserved for {owners}, and {not_there}"
			" more that is not there. Reserved stock leaves only for its own demand; release a reservation first.",
			code="takes_reserved_stock",
			**about,
		)
	return Conflict(
		"Item {item_code} in {warehouse}: this would take {missing} that is reserved for {owners}. Reserved stock"
		" leaves only for its own demand; release a reservation first.",
		code="takes_reserved_stock",
		**about,
	)


def in_queue_order(reservations: Iterable[Reservation]) -> list[Reservation]:
	"""Sort them as the waiting are filled: by priority, then age. Names decide only between those made at the same
	moment, for a name may be its caller's own."""
	return sorted(reservations, key=lambda r: (-r.priority, r.made_at, r.name))
