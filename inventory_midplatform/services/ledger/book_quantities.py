"""Quantities of the books, and where the books disagree with themselves.

``Bin.actual_qty`` is the authority, with one exception: where the position, and what a voucher's rows change of it, is
what the stock ledger says and the Bin is not, the Bin is wrong. ERPNext loses changes when two work on the same item at
once. Of the Bin: ``stock_balance.update_bin_qty`` reads the row without a lock and writes all of its columns back, and
``bin.update_qty`` does not see what was posted meanwhile as of a later time. Of the running balance in the stock ledger,
and the Bin with it: ``stock_ledger.get_previous_sle_of_current_voucher`` starts from the last entry created before its
own, and leaves out what was created after and committed before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import STEP, ZERO, from_store
from inventory_midplatform.ports import Context
from inventory_midplatform.query import key_in
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger import batches_and_serials


def book_quantities(ctx: Context, keys: Iterable[Key], locked: bool) -> dict[Key, Decimal]:
	"""Return the quantities of the Bins. A voucher's own transaction has just written these rows and need not lock them;
	without a voucher they are ``locked``, which always comes before positions.
	"""
	found: dict[Key, Decimal] = {}
	for some in batches(sorted(keys)):
		condition, params = key_in(some, "item_code", "warehouse")
		source = ctx.store.through("Bin", ("item_code", "warehouse"))
		sql = f"SELECT item_code, warehouse, actual_qty FROM {source} WHERE {condition}"
		for row in ctx.store.rows(sql + (ctx.store.for_update if locked else ""), params):
			found[(row["item_code"], row["warehouse"])] = from_store(row["actual_qty"])
	return found


def explained_by_rounding(ctx: Context, differences: Mapping[Key, Decimal]) -> set[Key]:
	"""Return the keys whose Bin differs from the position by no more than ERPNext's rounding of balances explains.

	Each posting starts from the last balance, which is rounded, so that the Bin drifts away from what its entries add up to.
	"""
	rounding = _rounding(ctx, differences)
	return {key for key, qty in differences.items() if abs(qty) <= rounding.get(key, ZERO) + STEP / 2}


def _rounding(ctx: Context, keys: Iterable[Key]) -> dict[Key, Decimal]:
	found: dict[Key, Decimal] = {}
	for part in batches(sorted(keys)):
		found.update(ctx.books.rounding(part))
	return found


def confirmed_by_ledger(ctx: Context, on_hand: Mapping[Key, Decimal]) -> set[Key]:
	"""Return those of the quantities (stock UOM), all different from the Bin, that the stock ledger confirms by its balance or
	its entries."""
	found = bins_differing_from_ledger(ctx, on_hand)
	others = {key: qty for key, qty in on_hand.items() if key not in found}
	return found | balances_differing_from_entries(ctx, others, locked=True)


def bins_differing_from_ledger(ctx: Context, on_hand: Mapping[Key, Decimal]) -> set[Key]:
	"""Return those of the quantities, all different from the Bin, that equal the stock ledger's running balance."""
	balances: dict[Key, Decimal] = {}
	for some in batches(sorted(on_hand)):
		balances.update(ctx.books.ledger_balances(some))
	rounding = _rounding(ctx, on_hand)
	half_unit = ctx.books.half_unit
	return {
		key
		for key, qty in on_hand.items()
		if key in balances and abs(balances[key] - qty) <= (half_unit if key in rounding else ZERO)
	}


def balances_differing_from_entries(
	ctx: Context, on_hand: Mapping[Key, Decimal], locked: bool = False
) -> set[Key]:
	"""Return those of the quantities, all different from the Bin and the running balance, that the entries add up to."""
	totals: dict[Key, Decimal] = {}
	for some in batches(sorted(on_hand)):
		totals.update(ctx.books.ledger_totals(some, locked))
	rounding = _rounding(ctx, on_hand)
	return {
		key
		for key, qty in on_hand.items()
		if key in totals and abs(totals[key] - qty) <= rounding.get(key, ZERO)
	}


def entries_differing_from(ctx: Context, on_hand: Mapping[Key, Decimal]) -> set[Key]:
	"""Return those of the quantities, all equal to the Bin, that the entries do not add up to."""
	totals: dict[Key, Decimal] = {}
	for some in batches(sorted(on_hand)):
		totals.update(ctx.books.ledger_totals(some, locked=False))
	differences = {key: totals[key] - qty for key, qty in on_hand.items() if key in totals}
	return set(differences) - explained_by_rounding(ctx, differences)


def serials_differing_from_bin(ctx: Context, keys: Sequence[Key]) -> set[Key]:
	"""Return the keys where ERPNext has more or fewer serial numbers than its Bin counts.

	They stay different where two vouchers have the same second as a count, and where ERPNext lets a serial number leave a
	second time: it returned one to the supplier whose master a repost had set back to the warehouse.
	"""
	books, there = book_quantities(ctx, keys, locked=False), batches_and_serials.booked_quantities(ctx, keys)
	counted = {key: sum((part.qty for part in there[key]), ZERO) for key in keys}
	return {key for key in keys if counted[key] != books.get(key, ZERO)}
