"""Put-away strategies: into which bins a quantity goes. Pure functions over the bins of one warehouse.

A strategy says which bins come into question and why; how much each takes is decided here for all of them, so that
no strategy fills a bin beyond its capacity or mixes what must not be mixed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason


@dataclass(frozen=True)
class Bin:
	"""A bin as one item and batch see it. Quantities in the stock UOM of whatever lies there."""

	name: str
	zone: str = ""
	sequence: int = 0
	capacity: Decimal = ZERO
	"""How much it holds of all items together; 0 for no limit."""
	filled: Decimal = ZERO
	of_item: Decimal = ZERO
	"""How much of the item lies there, of whatever batch and status."""
	holds_other_items: bool = False
	holds_other_batches: bool = False
	"""Of the item itself; another item's batches are another item."""
	disabled: bool = False
	is_unplaced: bool = False

	def room(self, wanted: Decimal) -> Decimal:
		"""How much of ``wanted`` still fits."""
		return max(min(wanted, self.capacity - self.filled), ZERO) if self.capacity else wanted


@dataclass(frozen=True)
class Rules:
	"""What a Storage Policy says about putting away."""

	zone: str = ""
	"""Bins are looked for only here, but for the fixed one."""
	fixed_bin: str = ""
	allow_mixed_items: bool = True
	allow_mixed_batches: bool = True

	def allow(self, bin: Bin) -> bool:
		return (self.allow_mixed_items or not bin.holds_other_items) and (
			self.allow_mixed_batches or not bin.holds_other_batches
		)


Candidate = tuple[Bin, Reason]
PutAwayStrategy = Callable[[Sequence[Bin], Rules], list[Candidate]]
"""The bins that come into question, the first to be filled first, each with its reason."""


@dataclass(frozen=True)
class Placement:
	bin: Bin
	qty: Decimal
	reason: Reason


def fixed_bin(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""The one bin that the policy names."""
	why = Reason("It is the fixed bin of the Storage Policy.")
	return [(bin, why) for bin in bins if bin.name == rules.fixed_bin]


def same_item(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""Bins where the item lies already, in walking order."""
	return [
		(bin, Reason("{qty} of the item lies here already.", qty=bin.of_item))
		for bin in _walk(bins, rules)
		if bin.of_item > 0
	]


def empty_bin(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""Bins where nothing lies, in walking order."""
	return [
		(bin, Reason("It is empty, and number {sequence} in the walking order.", sequence=bin.sequence))
		for bin in _walk(bins, rules)
		if bin.filled <= 0
	]


def by_zone(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""Bins of the policy's zone, in walking order."""
	return [
		(
			bin,
			Reason(
				"It lies in zone {zone}, number {sequence} in the walking order.",
				zone=bin.zone,
				sequence=bin.sequence,
			),
		)
		for bin in (_walk(bins, rules) if rules.zone else ())
	]


def one_after_another(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	"""The fixed bin, then where the item lies already, then empty bins, then the rest of the zone."""
	return [c for strategy in STRATEGIES.values() for c in strategy(bins, rules)]


STRATEGIES: dict[str, PutAwayStrategy] = {
	"Fixed Bin": fixed_bin,
	"Same Item": same_item,
	"Empty Bin": empty_bin,
	"Zone": by_zone,
}
NEEDS: Mapping[str, str] = {"Fixed Bin": "fixed_bin", "Zone": "zone"}
"""The field of a policy without which its strategy finds nothing."""


def place(
	bins: Sequence[Bin],
	qty: Decimal,
	rules: Rules,
	strategy: PutAwayStrategy = one_after_another,
	whole_units: bool = False,
) -> tuple[list[Placement], Decimal]:
	"""How much goes into which bin, and how much fits nowhere. ``whole_units``: the item's unit cannot be cut.

	Disabled bins and the Unplaced one take nothing, whatever a strategy says; a bin is filled once.
	"""
	known = {bin.name: bin for bin in bins if usable(bin) and rules.allow(bin)}
	placed: list[Placement] = []
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
			placed.append(Placement(bin, part, reason))
			rest -= part
	return placed, rest


def why_nowhere(
	bins: Sequence[Bin], rest: Decimal, rules: Rules, strategy: PutAwayStrategy = one_after_another
) -> Reason:
	"""Why ``rest`` fits in no bin that comes into question."""
	names = {bin.name for bin, _ in strategy(bins, rules)}
	found = [bin for bin in bins if bin.name in names and usable(bin)]
	if not found:
		return Reason("{qty} fits nowhere: no bin comes into question.", qty=rest)
	mixed = sum(not rules.allow(bin) for bin in found)
	return Reason(
		"{qty} fits nowhere: of {found} bins that come into question {mixed} hold what must not be mixed with it and"
		" {full} have no room left.",
		qty=rest,
		found=len(found),
		mixed=mixed,
		full=len(found) - mixed,
	)


def objections(bin: Bin, qty: Decimal, rules: Rules) -> list[Reason]:
	"""What speaks against ``qty`` more in a bin. Told and not refused where a person puts it there: it lies there."""
	found: list[Reason] = []
	if bin.room(qty) < qty:
		found.append(
			Reason(
				"The bin holds {capacity} at most; {filled} lies there now.",
				capacity=bin.capacity,
				filled=bin.filled + qty,
			)
		)
	if not rules.allow_mixed_items and bin.holds_other_items:
		found.append(Reason("Other items lie in the bin, and the Storage Policy does not mix them."))
	if not rules.allow_mixed_batches and bin.holds_other_batches:
		found.append(Reason("Other batches lie in the bin, and the Storage Policy does not mix them."))
	return found


def usable(bin: Bin) -> bool:
	return not bin.disabled and not bin.is_unplaced


def _walk(bins: Sequence[Bin], rules: Rules) -> list[Bin]:
	inside = (bin for bin in bins if usable(bin) and rules.zone in ("", bin.zone))
	return sorted(inside, key=lambda bin: (bin.sequence, bin.name))
