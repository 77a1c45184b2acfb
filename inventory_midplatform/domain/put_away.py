"""Put-away strategies: into which bins a quantity goes. Pure functions over the bins of one warehouse.

A strategy lists suitable bins, each with its reason. How much goes into each is decided here for all strategies, so
that none fills a bin beyond its capacity or mixes items or batches that must stay apart.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from inventory_midplatform.domain.quantity import LIMIT, STEP, ZERO, from_store
from inventory_midplatform.domain.reason import Reason

QUANTITY, WEIGHT, VOLUME = "quantity", "weight", "volume"


@dataclass(frozen=True)
class Limit:
	"""One measure of which a bin holds no more than so much: a quantity, kilograms or cubic metres."""

	measure: str
	most: Decimal
	"""0 for no limit."""
	filled: Decimal
	per_unit: Decimal
	"""How much of it one stock unit of the item is; 0 where nobody knows: the item counts as nothing then."""

	def room(self, qty: Decimal) -> Decimal:
		"""Return how much of ``qty`` (stock UOM) still fits."""
		left = self.most - self.filled
		if not self.most or not self.per_unit or left >= self.per_unit * qty:
			return qty
		return max(from_store((left / self.per_unit).quantize(STEP, ROUND_FLOOR)), ZERO)

	def with_more(self, qty: Decimal) -> Decimal:
		return self.filled + self.per_unit * qty


@dataclass(frozen=True)
class Bin:
	"""A bin from the point of view of one item and batch. Quantities in the stock UOM of each item in it."""

	name: str
	zone: str = ""
	sequence: int = 0
	capacity: Decimal = ZERO
	"""The quantity it may hold at most of all items together; 0 for no limit."""
	filled: Decimal = ZERO
	of_item: Decimal = ZERO
	"""How much of the item is in it, of any batch and status."""
	has_other_items: bool = False
	has_other_batches: bool = False
	"""Whether it holds other batches of the same item."""
	disabled: bool = False
	"""The bin itself is disabled, or its zone."""
	is_unplaced: bool = False
	max_weight: Decimal = ZERO
	"""In kg; 0 for no limit."""
	weight: Decimal = ZERO
	"""Of all that is in it, in kg."""
	unit_weight: Decimal = ZERO
	"""Of one stock unit of the item, in kg; 0 where nobody knows."""
	max_volume: Decimal = ZERO
	"""In cubic metres; 0 for no limit."""
	volume: Decimal = ZERO
	unit_volume: Decimal = ZERO

	@property
	def limits(self) -> tuple[Limit, ...]:
		"""What it holds no more of than so much."""
		return (
			Limit(QUANTITY, self.capacity, self.filled, Decimal(1)),
			Limit(WEIGHT, self.max_weight, self.weight, self.unit_weight),
			Limit(VOLUME, self.max_volume, self.volume, self.unit_volume),
		)

	def room(self, qty: Decimal) -> Decimal:
		"""Return how much of ``qty`` still fits: the least of what quantity, weight and volume leave room for."""
		return min(limit.room(qty) for limit in self.limits)

	def passed(self, qty: Decimal) -> list[Limit]:
		"""Return the limits that ``qty`` more would pass."""
		return [limit for limit in self.limits if limit.room(qty) < qty]

	@property
	def met_first(self) -> str:
		"""The measure whose limit is met first as more of the item is put into it."""
		return min(self.limits, key=lambda limit: limit.room(LIMIT)).measure


@dataclass(frozen=True)
class Rules:
	"""The put-away rules of a Storage Policy."""

	zone: str = ""
	"""Only bins of this zone are suitable, and the fixed bin; "" for every zone."""
	fixed_bin: str = ""
	allow_mixed_items: bool = True
	allow_mixed_batches: bool = True

	def allow(self, bin: Bin) -> bool:
		"""Return whether the bin holds nothing that these rules keep apart from the item."""
		return (self.allow_mixed_items or not bin.has_other_items) and (
			self.allow_mixed_batches or not bin.has_other_batches
		)


Candidate = tuple[Bin, Reason]
PutAwayStrategy = Callable[[Sequence[Bin], Rules], list[Candidate]]
"""Returns suitable bins, each with its reason, in the order in which they are filled."""


@dataclass(frozen=True)
class Placement:
	"""A quantity (stock UOM) to put into one bin, and why."""

	bin: Bin
	qty: Decimal
	reason: Reason


def fixed_bin(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""Return the bin that the policy names."""
	why = Reason("It is the fixed bin of the Storage Policy.")
	return [(bin, why) for bin in bins if bin.name == rules.fixed_bin]


def same_item(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""Return bins that hold the item already, in walking order."""
	return [
		(bin, Reason("{qty} of the item is here already.", qty=bin.of_item))
		for bin in _walk(bins, rules)
		if bin.of_item > 0
	]


def empty_bin(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""Return empty bins, in walking order."""
	return [
		(bin, Reason("It is empty, and number {sequence} in the walking order.", sequence=bin.sequence))
		for bin in _walk(bins, rules)
		if bin.filled <= 0
	]


def by_zone(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""Return the bins of the policy's zone, in walking order."""
	return [
		(
			bin,
			Reason(
				"It is in zone {zone}, number {sequence} in the walking order.",
				zone=bin.zone,
				sequence=bin.sequence,
			),
		)
		for bin in (_walk(bins, rules) if rules.zone else ())
	]


def one_after_another(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""Return the fixed bin, then bins that hold the item, then empty bins, then the rest of the zone."""
	return [c for strategy in STRATEGIES.values() for c in strategy(bins, rules)]


STRATEGIES: dict[str, PutAwayStrategy] = {
	"Fixed Bin": fixed_bin,
	"Same Item": same_item,
	"Empty Bin": empty_bin,
	"Zone": by_zone,
}
NEEDS: Mapping[str, str] = {"Fixed Bin": "fixed_bin", "Zone": "zone"}
"""Strategy → the field of a policy without which it finds nothing."""


def choose_bins(
	bins: Sequence[Bin],
	qty: Decimal,
	rules: Rules,
	strategy: PutAwayStrategy = one_after_another,
	whole_units: bool = False,
) -> tuple[list[Placement], Decimal]:
	"""Return how much of ``qty`` (stock UOM) goes into which bin, and how much fits nowhere.

	``whole_units``: a bin gets whole units only. Whatever a strategy returns, a disabled bin or the Unplaced bin gets
	nothing, and each bin is filled once.
	"""
	known = {bin.name: bin for bin in bins if usable(bin) and rules.allow(bin)}
	chosen: list[Placement] = []
	rest = qty
	for candidate, reason in strategy(bins, rules):
		bin = known.get(candidate.name)
		if bin is None or rest <= 0:
			continue
		part = bin.room(rest)
		if whole_units and part < rest:
			part = part.to_integral_value(ROUND_FLOOR)
		if part > 0:
			del known[bin.name]
			chosen.append(Placement(bin, part, reason))
			rest -= part
	return chosen, rest


def why_nowhere(
	bins: Sequence[Bin], rest: Decimal, rules: Rules, strategy: PutAwayStrategy = one_after_another
) -> Reason:
	"""Return why ``rest`` fits in no suitable bin."""
	names = {bin.name for bin, _ in strategy(bins, rules)}
	found = [bin for bin in bins if bin.name in names and usable(bin)]
	if not found:
		return Reason("{qty} fits nowhere: no bin is suitable.", qty=rest)
	allowed = [bin for bin in found if rules.allow(bin)]
	counts: dict[str, int | Decimal] = {
		"qty": rest,
		"found": len(found),
		"mixed": len(found) - len(allowed),
		"full": len(allowed),
	}
	by = {measure: sum(bin.met_first == measure for bin in allowed) for measure in (WEIGHT, VOLUME)}
	if any(by.values()):
		return Reason(
			"{qty} fits nowhere: of {found} suitable bins {mixed} hold what must not be mixed with it and"
			" {full} have no room left, {weight} of them by weight and {volume} by volume.",
			**counts,
			**by,
		)
	return Reason(
		"{qty} fits nowhere: of {found} suitable bins {mixed} hold what must not be mixed with it and"
		" {full} have no room left.",
		**counts,
	)


def objections(bin: Bin, qty: Decimal, rules: Rules) -> list[Reason]:
	"""Return what speaks against ``qty`` (stock UOM) more in a bin: a warning to the person who put it there."""
	found: list[Reason] = []
	if bin.disabled:
		found.append(Reason("Its bin or zone is disabled."))
	found += [_too_much(limit, qty) for limit in bin.passed(qty)]
	if not rules.allow_mixed_items and bin.has_other_items:
		found.append(Reason("Other items are in the bin, and the Storage Policy does not mix them."))
	if not rules.allow_mixed_batches and bin.has_other_batches:
		found.append(Reason("Other batches are in the bin, and the Storage Policy does not mix them."))
	return found


def _too_much(limit: Limit, qty: Decimal) -> Reason:
	if limit.measure == WEIGHT:
		return Reason(
			"The bin carries {max_weight} kg at most; {weight} kg is there now.",
			max_weight=limit.most,
			weight=from_store(limit.with_more(qty)),
		)
	if limit.measure == VOLUME:
		return Reason(
			"The bin has {max_volume} m³ at most; {volume} m³ is there now.",
			max_volume=limit.most,
			volume=from_store(limit.with_more(qty)),
		)
	return Reason(
		"The bin holds {capacity} at most; {filled} is there now.",
		capacity=limit.most,
		filled=limit.with_more(qty),
	)


def usable(bin: Bin) -> bool:
	"""Return whether stock may be put away into the bin."""
	return not bin.disabled and not bin.is_unplaced


def _walk(bins: Sequence[Bin], rules: Rules) -> list[Bin]:
	inside = (bin for bin in bins if usable(bin) and rules.zone in ("", bin.zone))
	return sorted(inside, key=lambda bin: (bin.sequence, bin.name))
