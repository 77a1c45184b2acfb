"""A reservation as a two-phase transfer: held or waiting, then consumed, released or expired.

At every moment ``qty == reserved + waiting + consumed + released``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum

from inventory_midplatform.domain.quantity import ZERO

OPEN_STATUSES = ("Reserved", "Partially Reserved", "Waiting")


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


@dataclass(frozen=True)
class Reservation:
	"""One demand's claim on one item in one warehouse. Quantities in stock UOM."""

	name: str
	item_code: str
	warehouse: str
	demand: Demand
	qty: Decimal
	reserved: Decimal = ZERO
	waiting: Decimal = ZERO
	consumed: Decimal = ZERO
	released: Decimal = ZERO
	if_short: IfShort = IfShort.REFUSE
	priority: int = 0
	expires_at: datetime | None = None
	ended_as: str = ""
	reason: str = ""

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


def in_turn(reservations: Iterable[Reservation]) -> list[Reservation]:
	"""The order in which those who wait are served: priority, then age (names are time-ordered)."""
	return sorted(reservations, key=lambda r: (-r.priority, r.name))
