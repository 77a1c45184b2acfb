"""A reservation as a two-phase transfer: held or waiting, then consumed, released or expired.

At every moment ``qty == reserved + waiting + consumed + released``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from inventory_midplatform.domain.errors import Mixed
from inventory_midplatform.domain.quantity import ZERO, to_text

OPEN_STATUSES = ("Reserved", "Partially Reserved", "Waiting")
EXPIRED = "Expired"


class IfShort(str, Enum):
	"""What a caller wants when less is available than asked for."""

	REFUSE = "Refuse"
	PARTIAL = "Partial"
	"""Keep what is free; the rest waits."""
	WAIT = "Wait"
	"""All of it or nothing; nothing is kept until all of it is there."""


@dataclass(frozen=True)
class Demand:
	"""For whom stock is kept: an order's row, or a name another system knows."""

	demand_type: str = ""
	demand_name: str = ""
	demand_line: str = ""

	@property
	def label(self) -> str:
		return " ".join(part for part in (self.demand_type, self.demand_name) if part) or "—"


@dataclass(frozen=True)
class Reservation:
	"""One demand's claim on one item in one warehouse. Quantities in stock UOM."""

	name: str
	item_code: str
	warehouse: str
	demand: Demand
	qty: Decimal
	made_at: datetime
	"""When it was asked for. With the priority it is its place among those who wait."""
	reserved: Decimal = ZERO
	waiting: Decimal = ZERO
	consumed: Decimal = ZERO
	released: Decimal = ZERO
	allocated: Decimal = ZERO
	"""How much of what is kept is pinned to bins."""
	if_short: IfShort = IfShort.REFUSE
	priority: int = 0
	expires_at: datetime | None = None
	ended_as: str = ""
	reason: str = ""
	handed_over: Any = field(default=(), compare=False)
	"""The demands (from, to) on both sides of a transfer that was just made: told to the log, and not kept."""

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

	def expired(self, now: datetime) -> bool:
		return self.expires_at is not None and self.expires_at <= now and self.open > 0

	def share_of(self, free: Decimal) -> Decimal:
		"""How much of ``free`` the waiting quantity may take: all it can, or all or nothing."""
		if free <= 0 or not self.waiting:
			return ZERO
		if self.if_short is IfShort.PARTIAL:
			return min(self.waiting, free)
		return self.waiting if self.waiting <= free else ZERO

	def hold(self, qty: Decimal) -> "Reservation":
		"""Waiting becomes reserved."""
		return replace(self, reserved=self.reserved + qty, waiting=self.waiting - qty)

	def consume(self, qty: Decimal) -> "Reservation":
		"""The stock has left for this demand: first what was kept, then what was still waited for."""
		kept = min(qty, self.reserved)
		waited = min(qty - kept, self.waiting)
		return replace(
			self,
			reserved=self.reserved - kept,
			waiting=self.waiting - waited,
			consumed=self.consumed + kept + waited,
		)

	def release(self, qty: Decimal, as_: str = "") -> "Reservation":
		"""The demand gives up ``qty``: what waits first, then what is kept."""
		waited = min(qty, self.waiting)
		kept = min(qty - waited, self.reserved)
		return replace(
			self,
			reserved=self.reserved - kept,
			waiting=self.waiting - waited,
			released=self.released + kept + waited,
			ended_as=as_ or self.ended_as,
		)

	def hand_over(self, qty: Decimal, name: str, to: Demand) -> "tuple[Reservation, Reservation]":
		"""``qty`` of what is open goes to another demand, what is kept before what waits; what was kept stays kept, so
		that nobody can come between. Answers both sides; to the giver it is released.

		The place in the queue goes with it, priority and age: as much stands there as before, so that nobody behind waits
		longer, and nobody in front is passed by.
		"""
		kept = min(qty, self.reserved)
		waited = min(qty - kept, self.waiting)
		between = (self.demand, to)
		given = replace(
			self,
			reserved=self.reserved - kept,
			waiting=self.waiting - waited,
			released=self.released + kept + waited,
			handed_over=between,
		)
		taken = replace(
			self,
			name=name,
			demand=to,
			qty=kept + waited,
			reserved=kept,
			waiting=waited,
			consumed=ZERO,
			released=ZERO,
			allocated=ZERO,
			expires_at=None,
			ended_as="",
			handed_over=between,
		)
		return given, taken

	def in_place_of(self, other: "Reservation") -> "Reservation":
		"""It stands for what another one of the same demand waited for, and in that one's place where it is the better."""
		better = in_turn([self, other])[0]
		return replace(self, priority=better.priority, made_at=better.made_at)

	def make_way(self, qty: Decimal) -> "Reservation":
		"""Another reservation of the same demand now stands for ``qty`` of it: of what waits here, then of what was
		given up, which is wanted again over there.
		"""
		waited = min(qty, self.waiting)
		given_up = min(qty - waited, self.released)
		rest = replace(
			self,
			qty=self.qty - waited - given_up,
			waiting=self.waiting - waited,
			released=self.released - given_up,
		)
		return rest if rest.open or rest.consumed else replace(rest, ended_as="Closed")

	def shrink(self, qty: Decimal) -> "Reservation":
		"""The demand asks for ``qty`` less than it did: what waits first, then what is kept."""
		waited = min(qty, self.waiting)
		kept = min(qty - waited, self.reserved)
		return replace(
			self, qty=self.qty - waited - kept, waiting=self.waiting - waited, reserved=self.reserved - kept
		)

	def grow(self, qty: Decimal) -> "Reservation":
		"""The demand asks for ``qty`` more, which waits until it is held."""
		return replace(self, qty=self.qty + qty, waiting=self.waiting + qty, ended_as="")

	def close(self) -> "Reservation":
		"""The demand asks for nothing more. What somebody released is not mixed up with it: re-opened, the demand grows
		by what it wants then, and what was released stays so."""
		return replace(self.shrink(self.open), ended_as="Closed")

	def want_again(self, qty: Decimal) -> "Reservation":
		"""``qty`` that was consumed is wanted once more: a delivery was cancelled."""
		again = min(qty, self.consumed)
		return replace(self, waiting=self.waiting + again, consumed=self.consumed - again, ended_as="")


def consumed_among(reservations: Iterable[Reservation], qty: Decimal) -> list[Reservation]:
	"""Stock has left for a demand that has several reservations: each consumes what the ones before it could not.

	Those that keep stock come first, so that nothing stays kept for a want that is met.
	"""
	changed = []
	for r in sorted(reservations, key=lambda r: (-r.reserved, r.made_at, r.name)):
		part = min(qty, r.open)
		if part > 0:
			changed.append(r.consume(part))
			qty -= part
	return changed


def wanted_again_among(reservations: Iterable[Reservation], qty: Decimal) -> list[Reservation]:
	"""The other way round, the newest first: what came back is wanted once more, by one of them only."""
	changed = []
	for r in sorted(reservations, key=lambda r: (r.made_at, r.name), reverse=True):
		part = min(qty, r.consumed)
		if part > 0:
			changed.append(r.want_again(part))
			qty -= part
	return changed


def kept_for(reservations: Sequence[Reservation], most: int = 5) -> Mixed:
	"""For whom stock is kept and how much, the first of them by name: ``Sales Order SO-7 (3), Web W1 (2) … +4``."""
	pieces: list[str] = []
	for r in reservations[:most]:
		term = r.demand.demand_type
		pieces += (term, f"{r.demand.label.removeprefix(term)} ({to_text(r.reserved)}), ")
	if pieces:
		more = len(reservations) - most
		pieces[-1] = pieces[-1].removesuffix(", ") + (f" … +{more}" if more > 0 else "")
	return Mixed(*pieces)


def in_turn(reservations: Iterable[Reservation]) -> list[Reservation]:
	"""The order in which those who wait are served: priority, then age; a name may be its caller's own, and tells the
	order of those only that were made at once."""
	return sorted(reservations, key=lambda r: (-r.priority, r.made_at, r.name))
