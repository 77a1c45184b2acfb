"""Put-away strategies: into which bins a quantity goes. Pure functions over the bins of one warehouse.

A strategy lists suitable bins, each with its reason. How much goes into each is decided here for all strategies, so
that none fills a bin beyond its capacity or mixes items or batches that must stay apart.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason


@dataclass(frozen=True)
class Bin:
	"""A bin from the point of view of one item and batch. Quantities in the stock UOM of each item in it."""

	name: str
	zone: str = ""
	sequence: int = 0
	capacity: Decimal = ZERO
	"""The most it may hold of all items together; 0 for no limit."""
	filled: Decimal = ZERO
	of_item: Decimal = ZERO
	"""How much of the item is in it, of any batch and status."""
	has_other_items: bool = False
	has_other_batches: bool = False
	"""Whether it holds other batches of the same item."""
	disabled: bool = False
	"""The bin itself is disabled, or its zone."""
	is_unplaced: bool = False

	def room(self, qty: Decimal) -> Decimal:
		"""Return how much of ``qty`` still fits."""
		return max(min(qty, self.capacity - self.filled), ZERO) if self.capacity else qty


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
	mixed = sum(not rules.allow(bin) for bin in found)
	return Reason(
		"{qty} fits nowhere: of {found} suitable bins {mixed} hold what must not be mixed with it and"
		" {full} have no room left.",
		qty=rest,
		found=len(found),
		mixed=mixed,
		full=len(found) - mixed,
	)


def objections(bin: Bin, qty: Decimal, rules: Rules) -> list[Reason]:
	"""Return what speaks against ``qty`` (stock UOM) more in a bin: a warning to the person who put it there."""
	found: list[Reason] = []
	if bin.disabled:
		found.append(Reason("Its bin or zone is disabled."))
	if bin.room(qty) < qty:
		found.append(
			Reason(
				"The bin holds {capacity} at most; {filled} is there now.",
				capacity=bin.capacity,
				filled=bin.filled + qty,
			)
		)
	if not rules.allow_mixed_items and bin.has_other_items:
		found.append(Reason("Other items are in the bin, and the Storage Policy does not mix them."))
	if not rules.allow_mixed_batches and bin.has_other_batches:
		found.append(Reason("Other batches are in the bin, and the Storage Policy does not mix them."))
	return found


def usable(bin: Bin) -> bool:
	"""Return whether stock may be put away into the bin."""
	return not bin.disabled and not bin.is_unplaced


def _walk(bins: Sequence[Bin], rules: Rules) -> list[Bin]:
	inside = (bin for bin in bins if usable(bin) and rules.zone in ("", bin.zone))
	return sorted(inside, key=lambda bin: (bin.sequence, bin.name))
