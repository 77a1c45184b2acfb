"""What the books say lies there, and where they contradict themselves.

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
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context
from inventory_midplatform.query import key_in
from inventory_midplatform.services import ledger, lots


def book_quantities(ctx: Context, keys: Iterable[Key], locked: bool) -> dict[Key, Decimal]:
	"""What the Bins say lies there. A voucher's own transaction has just written these rows and reads them as they
	are; whoever comes without a voucher locks them, which always comes before positions.
	"""
	found: dict[Key, Decimal] = {}
	for some in ledger.in_parts(sorted(keys)):
		condition, params = key_in(some, "item_code", "warehouse")
		source = ctx.store.through("Bin", ("item_code", "warehouse"))
		sql = f"SELECT item_code, warehouse, actual_qty FROM {source} WHERE {condition}"
		for row in ctx.store.rows(sql + (ctx.store.for_update if locked else ""), params):
			found[(row["item_code"], row["warehouse"])] = from_store(row["actual_qty"])
	return found


def borne_out_by_ledger(ctx: Context, on_hand: Mapping[Key, Decimal]) -> set[Key]:
	"""Of quantities that are not what the Bin says: those that the stock ledger says, in its balance or in its entries."""
	found = bins_against_their_ledger(ctx, on_hand)
	others = {key: qty for key, qty in on_hand.items() if key not in found}
	return found | balances_against_their_entries(ctx, others, locked=True)


def bins_against_their_ledger(ctx: Context, on_hand: Mapping[Key, Decimal]) -> set[Key]:
	"""Of quantities that are not what the Bin says: those that are the running balance of the stock ledger."""
	balances: dict[Key, Decimal] = {}
	for some in ledger.in_parts(sorted(on_hand)):
		balances.update(ctx.books.ledger_balances(some))
	return {key for key, qty in on_hand.items() if balances.get(key) == qty}


def balances_against_their_entries(
	ctx: Context, on_hand: Mapping[Key, Decimal], locked: bool = False
) -> set[Key]:
	"""Of quantities that neither the Bin nor the running balance says: those that the entries add up to."""
	totals: dict[Key, Decimal] = {}
	for some in ledger.in_parts(sorted(on_hand)):
		totals.update(ctx.books.ledger_totals(some, locked))
	return {key for key, qty in on_hand.items() if totals.get(key) == qty}


def serials_against_their_bin(ctx: Context, keys: Sequence[Key]) -> set[Key]:
	"""Of these items × warehouses: those where ERPNext has more or fewer serial numbers than its Bin says.

	They part for good where two vouchers of the very same second stand around a count, and where ERPNext lets a serial
	number leave that has left: it returned one to the supplier whose master a repost had set back to the warehouse.
	"""
	books, there = book_quantities(ctx, keys, locked=False), lots.in_books(ctx, keys)
	counted = {key: sum((lot.qty for lot in there[key]), ZERO) for key in keys}
	return {key for key in keys if counted[key] != books.get(key, ZERO)}
