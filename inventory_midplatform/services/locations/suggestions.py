"""Suggestions: into which bins a quantity is put away, from which bins it is removed, and the reason for each bin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain import put_away, removal
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.put_away import PutAwayStrategy, Rules
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.removal import BinContent, Removal, RemovalStrategy
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.locations import storage_bins, storage_policies
from inventory_midplatform.services.locations.storage_bins import StorageBins
from inventory_midplatform.services.locations.storage_policies import Policy
from inventory_midplatform.services.masters import Item


@dataclass(frozen=True)
class ToPlace:
	"""A quantity (stock UOM) of an item and batch that is to be put into bins."""

	item_code: str
	batch_no: str
	qty: Decimal


def suggest_put_away(
	ctx: Context,
	item_code: str,
	warehouse: str,
	qty: Decimal,
	batch_no: str = "",
	bin: str = "",
	full_bin: str = "",
) -> Row:
	"""Return into which bins ``qty`` (stock UOM) goes by the item's Storage Policy, each with its reason.

	Without a policy, or if it names no strategy: bins that hold the item, then empty bins. ``rest`` fits nowhere, and
	``why_rest`` says why; ``objections`` are what speaks against all of it in ``bin``, if one is named. ``full_bin`` is one
	that somebody saw full: it is not suggested. Changes nothing. Raises what :mod:`masters` raises, InvalidInput (``unknown_strategy``) or Conflict (``disabled_batch``).
	"""
	item = masters.stock_item(ctx, item_code)
	warehouse = masters.stock_warehouse(ctx, warehouse).name
	batch_no = masters.usable_batch(ctx, batch_no, item.item_code)
	policy = storage_policies.policy_of(ctx, (item.item_code, warehouse))
	strategy = storage_policies.put_away_strategy(ctx, policy.put_away_strategy)
	named, full = (str(masters.bin_in(ctx, one, warehouse)["name"]) if one else "" for one in (bin, full_bin))
	bins = storage_bins.of_warehouse(ctx, warehouse, [item.item_code])
	part = ToPlace(item.item_code, batch_no, qty)
	whole = masters.is_whole_unit(ctx, item.stock_uom)
	return {
		"item_code": item.item_code,
		"warehouse": warehouse,
		"qty": qty,
		"batch_no": batch_no,
		"policy": policy.name,
		"strategy": policy.put_away_strategy,
		**_placed(bins, part, policy.rules, strategy, whole, full),
		"objections": [
			reason.as_dict()
			for known in bins.seen_by(item.item_code, batch_no)
			if known.name == named
			for reason in put_away.objections(known, qty, policy.rules)
		],
	}


def propose(ctx: Context, warehouse: str, parts: Sequence[ToPlace]) -> list[Row]:
	"""Return for each part what :func:`suggest_put_away` returns as ``bins``, ``rest`` and ``why_rest``, in the order of the parts.

	What is proposed for one part counts as being there for the next. A part of an item or batch that is refused fits
	nowhere, and ``why_rest`` is the refusal. Changes nothing. A few statements, whatever the number of parts.
	"""
	if not parts:
		return []
	items = masters.items_of_batches(ctx, {(part.item_code, part.batch_no) for part in parts})
	bins = storage_bins.of_warehouse(ctx, warehouse, {part.item_code for part in parts})
	policies = storage_policies.policies(ctx, {(part.item_code, warehouse) for part in parts})
	whole = masters.whole_units(ctx, {item.stock_uom for item in items.values() if isinstance(item, Item)})
	found = []
	for part in parts:
		item = items[(part.item_code, part.batch_no)]
		policy = policies.get((part.item_code, warehouse), Policy())
		try:
			if isinstance(item, InventoryError):
				raise item
			strategy = storage_policies.put_away_strategy(ctx, policy.put_away_strategy)
		except InventoryError as refused:
			why = Reason(refused.template, **{name: str(value) for name, value in refused.details.items()})
			found.append({"bins": [], "rest": part.qty, "why_rest": why.as_dict()})
			continue
		is_whole = item.stock_uom.casefold() in whole
		proposed = _placed(bins, part, policy.rules, strategy, is_whole)
		for into in proposed["bins"]:
			bins.put(into["bin"], part.item_code, part.batch_no, into["qty"])
		found.append(proposed)
	return found


def _placed(
	bins: StorageBins,
	part: ToPlace,
	rules: Rules,
	strategy: PutAwayStrategy,
	whole_units: bool,
	full_bin: str = "",
) -> Row:
	"""Return into which bins a part goes, how much of it fits nowhere, and why."""
	seen = [bin for bin in bins.seen_by(part.item_code, part.batch_no) if bin.name != full_bin]
	placements, rest = put_away.choose_bins(seen, part.qty, rules, strategy, whole_units)
	return {
		"bins": [
			{
				"bin": p.bin.name,
				"bin_code": bins.codes[p.bin.name],
				"zone": p.bin.zone,
				"sequence": p.bin.sequence,
				"qty": p.qty,
				"reason": p.reason.as_dict(),
			}
			for p in placements
		],
		"rest": rest,
		"why_rest": put_away.why_nowhere(seen, rest, rules, strategy).as_dict() if rest else None,
	}


def objections(ctx: Context, key: Key, bin: str, qty: Decimal, batch_no: str) -> list[Reason]:
	"""Return what speaks against ``qty`` (stock UOM) more of an item and batch in a bin of the warehouse: its zone, its
	capacity by quantity, weight and volume, the item's Storage Policy. Nothing speaks against the Unplaced bin.
	"""
	bins = storage_bins.by_name(ctx, [bin], [key[0]])
	rules = storage_policies.policy_of(ctx, key).rules
	return [
		reason
		for known in bins.seen_by(key[0], batch_no)
		for reason in put_away.objections(known, qty, rules)
	]


def suggest_removal(
	ctx: Context, item_code: str, warehouse: str, qty: Decimal, strategy: str = "", batch_no: str = ""
) -> Row:
	"""Return from which bins ``qty`` (stock UOM) is removed, each with its reason. Changes nothing.

	The strategy is the named one, else the policy's, else the walking order; ``batch_no`` narrows it to one batch. Only
	available, unallocated stock is suggested. ``unusable`` is the stock among it that is not suggested, with the reason:
	an expired batch that was not named, a disabled batch, bin or zone. ``rest`` was not found, and ``why_rest`` says why.
	Raises what :mod:`masters` raises, InvalidInput (``unknown_strategy``) or Conflict (``disabled_batch``).
	"""
	item = masters.stock_item(ctx, item_code).item_code
	masters.require_whole(ctx, item, qty)
	warehouse = masters.stock_warehouse(ctx, warehouse).name
	batch_no = masters.usable_batch(ctx, batch_no, item)
	policy = storage_policies.policy_of(ctx, (item, warehouse))
	choice = _choice(ctx, (item, warehouse), qty, strategy or policy.removal_strategy, batch_no, locked=False)
	shown = {r.content.bin for r in choice.removals} | {c.bin for c, _ in choice.unusable}
	codes = bin_stock.bin_codes(ctx, shown)

	def part(content: BinContent, qty: Decimal, reason: Reason) -> Row:
		return {
			"bin": content.bin,
			"bin_code": codes[content.bin]["bin_code"],
			"zone": codes[content.bin]["zone"] or "",
			"batch_no": content.batch_no,
			"qty": qty,
			"reason": reason.as_dict(),
		}

	return {
		"item_code": item,
		"warehouse": warehouse,
		"qty": qty,
		"batch_no": batch_no,
		"policy": policy.name,
		"strategy": choice.strategy.name,
		"bins": [part(r.content, r.qty, choice.strategy.reason(r.content)) for r in choice.removals],
		"unusable": [part(content, content.free, reason) for content, reason in choice.unusable],
		"rest": choice.rest,
		"why_rest": _why_missing(choice, qty).as_dict() if choice.rest else None,
	}


def choose_removal(
	ctx: Context, key: Key, qty: Decimal, strategy: str = "", batch_no: str = ""
) -> "RemovalChoice":
	"""Return what :func:`suggest_removal` would suggest for a position that is locked. Bin stock is read with a lock.

	Raises InvalidInput (``unknown_strategy``) or Conflict (``disabled_batch``).
	"""
	batch_no = masters.usable_batch(ctx, batch_no, key[0])
	policy = storage_policies.policy_of(ctx, key)
	return _choice(ctx, key, qty, strategy or policy.removal_strategy, batch_no, locked=True)


@dataclass(frozen=True)
class RemovalChoice:
	"""From which bins a quantity is removed and by which strategy. Quantities in stock UOM."""

	strategy: RemovalStrategy
	removals: list[Removal]
	rest: Decimal
	"""How much of the quantity was not found."""
	unusable: list[tuple[BinContent, Reason]]
	"""Available, unallocated stock that is never suggested, and why."""

	@property
	def unusable_qty(self) -> Decimal:
		return sum((content.free for content, _ in self.unusable), ZERO)


def _choice(
	ctx: Context, key: Key, qty: Decimal, strategy: str, batch_no: str, locked: bool
) -> RemovalChoice:
	chosen, today = storage_policies.removal_strategy(ctx, strategy), ctx.clock.now().date()
	if batch_no:
		chosen = removal.of_batch(batch_no, chosen, today)
	usable: list[BinContent] = []
	unusable: list[tuple[BinContent, Reason]] = []
	for c in removal.nearest_bin(bin_stock.bin_contents(ctx, [key], locked)[key], qty):
		if c.stock_status != AVAILABLE or c.free <= 0 or (batch_no and c.batch_no != batch_no):
			continue
		reason = removal.why_unusable(c, today, batch_no)
		if reason:
			unusable.append((c, reason))
		else:
			usable.append(replace(c, qty=c.free, allocated=ZERO))
	removals, rest = removal.choose(usable, qty, chosen)
	return RemovalChoice(chosen, removals, rest, unusable)


def _why_missing(choice: RemovalChoice, qty: Decimal) -> Reason:
	found = qty - choice.rest
	if choice.unusable:
		return Reason(
			"Only {found} of {qty} is in bins, available, not allocated and usable; {unusable} more is there but has"
			" expired or is disabled.",
			found=found,
			qty=qty,
			unusable=choice.unusable_qty,
		)
	return Reason("Only {found} of {qty} is in bins, available and not allocated.", found=found, qty=qty)
