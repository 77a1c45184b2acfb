"""What the books say lies there, and where they contradict themselves.

``Bin.actual_qty`` is the authority, with one exception: where the position, and what a voucher's rows change of it, is
what the last entry of the stock ledger says and the Bin alone is not, the Bin is wrong. ERPNext loses changes of it when
two work on the same item at once: ``stock_balance.update_bin_qty`` reads the row without a lock and writes all of its
columns back, and ``bin.update_qty`` does not see what was posted meanwhile as of a later time.
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


def bins_against_their_ledger(ctx: Context, on_hand: Mapping[Key, Decimal]) -> set[Key]:
	"""Of positions that are not what their Bin says: those that are what the stock ledger says."""
	in_ledger: dict[Key, Decimal] = {}
	for some in ledger.in_parts(sorted(on_hand)):
		in_ledger.update(ctx.books.ledger_quantities(some))
	return {key for key, qty in on_hand.items() if in_ledger.get(key) == qty}


def serials_against_their_bin(ctx: Context, keys: Sequence[Key]) -> set[Key]:
	"""Of these items × warehouses: those where ERPNext has more or fewer serial numbers than its Bin says.

	They part for good where two vouchers of the very same second stand around a count, and where ERPNext lets a serial
	number leave that has left: it returned one to the supplier whose master a repost had set back to the warehouse.
	"""
	books, there = book_quantities(ctx, keys, locked=False), lots.in_books(ctx, keys)
	counted = {key: sum((lot.qty for lot in there[key]), ZERO) for key in keys}
	return {key for key in keys if counted[key] != books.get(key, ZERO)}
