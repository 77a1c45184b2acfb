"""A situation: everything that a settlement is decided from. It is read once and never changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.allocations import AllocatedStock, Allocation
from inventory_midplatform.domain.bin_contents import BinContents
from inventory_midplatform.domain.movement import Movement
from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.promises import Promises
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.receipt_layers import LayerKey
from inventory_midplatform.domain.removal import BinContent, RemovalStrategy
from inventory_midplatform.domain.reservation import Demand, Reservation
from inventory_midplatform.domain.settlement.places import KnownBin, SerialPlace
from inventory_midplatform.domain.settlement.postings import MovedRows, Posting
from inventory_midplatform.domain.settlement.unexplained import Unexplained
from inventory_midplatform.domain.vouchers import LedgerEntry


@dataclass(frozen=True)
class Rules:
	"""What the settings, the user and the books allow."""

	refuses_reserved: bool = True
	"""Whether a posting that takes reserved stock is refused."""
	refuses_on_hold: bool = True
	"""Whether stock on hold leaves only by who may unblock it."""
	may_unblock: bool = False
	"""Whether the user may; False, too, where nothing on hold can leave."""
	half_unit: Decimal = ZERO
	"""Half a unit of the last digit that the books keep of a balance."""


@dataclass(frozen=True)
class Situation:
	"""Positions are those of all rows; bins, layers and reservations those that the rows can touch. Stock UOM."""

	now: datetime
	postings: Sequence[Posting]
	positions: Mapping[Key, Position]
	moved: Sequence[MovedRows] = ()
	"""What each posting moved."""
	rules: Rules = field(default_factory=Rules)
	reason: str = ""
	revisions: Mapping[tuple[str, str], int] = field(default_factory=dict)
	unexplained: Unexplained = field(default_factory=Unexplained)
	contents: Mapping[Key, Sequence[BinContent]] = field(default_factory=dict)
	unplaced: Mapping[str, str] = field(default_factory=dict)
	bins: Mapping[str, KnownBin] = field(default_factory=dict)
	strategies: Mapping[Key, RemovalStrategy] = field(default_factory=dict)
	serials: Mapping[str, SerialPlace] = field(default_factory=dict)
	allocations: Sequence[Allocation] = ()
	reservations: Sequence[Reservation] = ()
	layers: Mapping[Key, Mapping[LayerKey, Decimal]] = field(default_factory=dict)
	entries: Sequence[LedgerEntry] = ()
	"""What the books posted for the vouchers, with its value."""
	counted_on: Mapping[Key, date] = field(default_factory=dict)
	"""The day of the next count that sets a quantity, of positions whose change it may have taken into account already."""
	newest: Mapping[Key, datetime] = field(default_factory=dict)
	"""The newest posting of positions that have changed since the moment of one that is posted now."""


class Draft:
	"""The working copy of a situation, in which a plan is drafted step by step."""

	def __init__(self, situation: Situation):
		self.contents = BinContents({key: list(found) for key, found in situation.contents.items()})
		self.stock = Promises(
			situation.positions, situation.reservations, situation.now, situation.rules.half_unit
		)
		self.allocated = AllocatedStock(situation.allocations)
		self.serials = dict(situation.serials)
		self.movements: list[Movement] = []
		self.reserved_for: Mapping[tuple[Demand | None, Key], list[str]] = by_demand(situation.reservations)


def by_demand(reservations: Sequence[Reservation]) -> Mapping[tuple[Demand | None, Key], list[str]]:
	"""Return the names of reservations by demand and position."""
	names: dict[tuple[Demand | None, Key], list[str]] = defaultdict(list)
	for r in reservations:
		names[(r.demand, (r.item_code, r.warehouse))].append(r.name)
	return names
