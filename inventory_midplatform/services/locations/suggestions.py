"""Suggestions: into which bins a quantity is put away, from which bins it is removed, and the reason for each bin."""

from dataclasses import dataclass, replace
from decimal import Decimal

from inventory_midplatform.domain import put_away, removal
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.put_away import Bin
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.removal import BinContent, Removal, RemovalStrategy
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.locations import storage_policies

BINS = """
SELECT bin.name, bin.bin_code, bin.zone, bin.sequence, bin.capacity_qty, bin.disabled, zone.disabled AS zone_disabled,
	COALESCE(SUM(stock.qty), 0) AS filled,
	COALESCE(SUM(CASE WHEN stock.item_code = %(item_code)s THEN stock.qty END), 0) AS of_item,
	MAX(CASE WHEN stock.item_code <> %(item_code)s THEN 1 ELSE 0 END) AS other_items,
	MAX(CASE WHEN stock.item_code = %(item_code)s AND stock.batch_no <> %(batch_no)s THEN 1 ELSE 0 END)
		AS other_batches
FROM `tabWarehouse Bin` bin
LEFT JOIN `tabBin Stock` stock ON stock.bin = bin.name AND stock.qty > 0
LEFT JOIN `tabWarehouse Zone` zone ON zone.name = bin.zone
WHERE bin.warehouse = %(warehouse)s AND bin.is_unplaced = 0 AND bin.is_staging = 0 AND bin.is_reject = 0
	AND (%(bin)s = '' OR bin.name = %(bin)s)
GROUP BY bin.name, bin.bin_code, bin.zone, bin.sequence, bin.capacity_qty, bin.disabled, zone.disabled
"""


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
	codes, bins = _bins(ctx, item.item_code, warehouse, batch_no)
	with_room = [known for known in bins if known.name != full]
	placements, rest = put_away.choose_bins(
		with_room, qty, policy.rules, strategy, masters.is_whole_unit(ctx, item.stock_uom)
	)
	return {
		"item_code": item.item_code,
		"warehouse": warehouse,
		"qty": qty,
		"batch_no": batch_no,
		"policy": policy.name,
		"strategy": policy.put_away_strategy,
		"bins": [
			{
				"bin": p.bin.name,
				"bin_code": codes[p.bin.name],
				"zone": p.bin.zone,
				"qty": p.qty,
				"reason": p.reason.as_dict(),
			}
			for p in placements
		],
		"rest": rest,
		"why_rest": put_away.why_nowhere(with_room, rest, policy.rules, strategy).as_dict() if rest else None,
		"objections": [
			reason.as_dict()
			for known in bins
			if known.name == named
			for reason in put_away.objections(known, qty, policy.rules)
		],
	}


def objections(ctx: Context, key: Key, bin: str, qty: Decimal, batch_no: str) -> list[Reason]:
	"""Return what speaks against ``qty`` (stock UOM) more of an item and batch in a bin of the warehouse: its zone, its
	capacity, the item's Storage Policy. Nothing speaks against the Unplaced bin.
	"""
	_, bins = _bins(ctx, *key, batch_no, bin)
	rules = storage_policies.policy_of(ctx, key).rules
	return [reason for known in bins for reason in put_away.objections(known, qty, rules)]


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


def _bins(
	ctx: Context, item_code: str, warehouse: str, batch_no: str, bin: str = ""
) -> tuple[dict[str, str], list[Bin]]:
	"""Return the code of each bin of a warehouse by its name, and the bins from the point of view of this item and
	batch; only the named bin, if one is named.
	"""
	params = {"item_code": item_code, "warehouse": warehouse, "batch_no": batch_no, "bin": bin}
	rows = ctx.store.rows(BINS, params)
	bins = [
		Bin(
			name=row["name"],
			zone=row["zone"] or "",
			sequence=row["sequence"] or 0,
			capacity=from_store(row["capacity_qty"]),
			filled=from_store(row["filled"]),
			of_item=from_store(row["of_item"]),
			has_other_items=bool(row["other_items"]),
			has_other_batches=bool(row["other_batches"]),
			disabled=bool(row["disabled"] or row["zone_disabled"]),
		)
		for row in rows
	]
	return {row["name"]: row["bin_code"] for row in rows}, bins


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
