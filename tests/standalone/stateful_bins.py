"""What the model of test_stateful.py knows of bins: what lies where, and from where it is taken."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO

ON_HOLD = ("Blocked", "Damaged", "Quality")
STATUSES = (AVAILABLE, *ON_HOLD)


class Refused(Exception):
	"""With the code of the error that the platform raises."""

	def __init__(self, code: str):
		super().__init__(code)
		self.code = code


class Place(NamedTuple):
	item_code: str
	warehouse: str
	bin: str
	batch: str = ""
	status: str = AVAILABLE

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)


class Bins:
	def __init__(self, has: Mapping[str, tuple[bool, bool]], bins: Mapping[str, Sequence[str]]):
		self.has = has
		"""Item → whether it has batches, whether it has serial numbers."""
		self.bins = bins
		"""Warehouse → its bins in walking order, Unplaced first."""
		self.lies: dict[Place, Decimal] = {}
		self.serials: dict[str, Place] = {}

	def require_whole(self, key: Key, qty: Decimal) -> None:
		"""What has serial numbers is counted in pieces."""
		if self.has[key[0]][1] and qty % 1:
			raise Refused("not_whole")

	def there(self, key: Key, batch: str | None = None, statuses: Sequence[str] = STATUSES) -> Decimal:
		return sum(
			(
				qty
				for place, qty in self.lies.items()
				if place.key == key and place.status in statuses and batch in (None, place.batch)
			),
			ZERO,
		)

	def allocated(self, place: Place) -> Decimal:
		"""How much of what lies there is allocated for somebody."""
		raise NotImplementedError

	def free(self, place: Place) -> Decimal:
		return self.lies.get(place, ZERO) - self.allocated(place)

	def _put(self, place: Place, qty: Decimal, serial: str = "") -> None:
		self.lies[place] = self.lies.get(place, ZERO) + qty
		if not self.lies[place]:
			del self.lies[place]
		if serial and qty > 0:
			self.serials[serial] = place
		elif serial:
			del self.serials[serial]

	def _take(self, place: Place, qty: Decimal, taken: dict[tuple[str, str], Decimal]) -> Decimal:
		if qty <= 0:
			return ZERO
		self._put(place, -qty)
		where = (place.bin, place.status)
		taken[where] = taken.get(where, ZERO) + qty
		return qty
