"""Read a situation: everything that a settlement is decided from.

What it changes is read under lock, in this order: the books' Bins (where no voucher has just written them), positions, bin
stock, allocations, reservations, serial numbers, receipt layers; in between, where something is unexplained, the books'
ledger. Masters, policies and what the books posted before are read without. What matters only where something is
unexplained, short, backdated or in several bins is read only there; whether it is, pure functions of ``domain/settlement``
say.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from inventory_midplatform.domain.allocations import Allocation
from inventory_midplatform.domain.position import Key, Position
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reservation import Reservation
from inventory_midplatform.domain.roles import OPERATION_ROLES
from inventory_midplatform.domain.settlement import history
from inventory_midplatform.domain.settlement.moved_rows import moved_rows
from inventory_midplatform.domain.settlement.needs import (
	Contents,
	may_choose,
	may_leave,
	may_take_on_hold,
	needed,
)
from inventory_midplatform.domain.settlement.places import KnownBin, SerialPlace
from inventory_midplatform.domain.settlement.postings import MovedRows, Posting, PostingRow
from inventory_midplatform.domain.settlement.situation import Rules, Situation
from inventory_midplatform.domain.settlement.unexplained import (
	Unexplained,
	had_stock,
	rests_of,
	rounded_by_rows,
	to_confirm,
)
from inventory_midplatform.domain.tracked_quantity import differences
from inventory_midplatform.ports import Context, Row, Voucher
from inventory_midplatform.services.ledger import batches_and_serials, bin_stock, movements, receipt_layers
from inventory_midplatform.services.ledger.allocations import allocations_on
from inventory_midplatform.services.ledger.book_quantities import (
	book_quantities,
	confirmed_by_ledger,
	explained_by_rounding,
)
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.locations import storage_policies


def read(ctx: Context, postings: Sequence[Posting], keys: Iterable[Key], reason: str = "") -> Situation:
	"""Lock and return the situation of these positions. A position or Unplaced bin that is missing is created."""
	in_order = sorted(set(keys))
	vouchers = [Voucher(*p.voucher) for p in postings if p.voucher_no]
	books = book_quantities(ctx, in_order, locked=not vouchers)
	stock = LockedStock(ctx, in_order)
	positions = dict(stock.positions)
	change = {key: books.get(key, ZERO) - position.on_hand for key, position in positions.items()}
	moved = [
		(p, moved_rows(p, change, movements.of_voucher(ctx, p) if p.cancelled else ())) for p in postings
	]
	rows = [row for _, of_posting in moved for row in of_posting]
	touched = in_order if rows or not vouchers or any(change.values()) else []
	warehouses = {warehouse for _, warehouse in touched}
	named = {row.bin for row in rows if row.bin}
	contents, facts = bin_stock.contents_and_bins(ctx, touched, named, warehouses)
	unplaced = bin_stock.unplaced_bins(ctx, warehouses, facts)
	unexplained = _unexplained(ctx, postings, stock, change, moved, contents)
	leaving = may_leave(moved, change, unexplained)
	strategies = storage_policies.removal_strategies(ctx, may_choose(leaving, moved, unexplained, contents))
	allocations, reservations = _promised(ctx, stock, postings, moved, unexplained, contents)
	counted = history.counted_later(
		history.moved_of(positions, moved, unexplained.rests), unexplained.rounded, postings
	)
	return Situation(
		now=ctx.clock.now(),
		postings=postings,
		positions=positions,
		moved=moved,
		rules=_rules(ctx, moved, contents),
		reason=reason,
		revisions=movements.revisions(ctx, [p.voucher for p in postings] if touched else ()),
		unexplained=unexplained,
		contents=contents,
		unplaced=unplaced,
		bins={bin: KnownBin(fact["warehouse"], bool(fact["disabled"])) for bin, fact in facts.items()},
		strategies=strategies,
		serials=_serials(ctx, rows),
		allocations=allocations,
		reservations=reservations,
		layers=receipt_layers.open_layers(ctx, sorted(leaving)),
		entries=ctx.books.posted_entries(vouchers) if vouchers else (),
		counted_on=ctx.books.next_counts(counted) if counted else {},
		newest=movements.newest_postings(ctx, _backdated(postings, positions) if touched else ()),
	)


def _unexplained(
	ctx: Context,
	postings: Sequence[Posting],
	stock: LockedStock,
	change: Mapping[Key, Decimal],
	moved: Sequence[MovedRows],
	contents: Contents,
) -> Unexplained:
	"""Read what concerns changes that no row explains; nothing where there are none."""
	has_voucher = any(p.voucher_no for p in postings)
	rests = rests_of(change, moved)
	if has_voucher and not any(rests.values()):
		return Unexplained(rests)
	rounded = _rounded(ctx, had_stock(stock.positions, rests), stock.positions, postings)
	for key in confirmed_by_ledger(ctx, to_confirm(rests, rounded, stock.positions, change)):
		rests[key] = ZERO
	suspect = [key for key in sorted(rests) if rests[key] or not has_voucher]
	tracked = batches_and_serials.tracked_items(ctx, {item for item, _ in suspect})
	suspect = [key for key in suspect if key[0] in tracked]
	for key in suspect:
		if rounded.pop(key, ZERO):
			# the books do not round batches and serial numbers, and only those can be delivered
			rests[key] = ZERO
	if not has_voucher:
		# the books' batches are read without a lock; a posting made since then settles itself
		for key in stock.moved_since_seen(suspect):
			rests[key] = ZERO
			suspect.remove(key)
	there = batches_and_serials.serials_in(ctx, [key for key in suspect if tracked[key[0]]])
	serials = {key: {s: _place(at) for s, at in found.items()} for key, found in there.items()}
	booked = batches_and_serials.booked_quantities(ctx, suspect)
	if not has_voucher:
		# nothing has moved: what differs is known already, and the layers of all others need not be read
		booked = {
			key: quantities
			for key, quantities in booked.items()
			if differences(
				quantities, contents[key], ((s, at.batch_no) for s, at in serials.get(key, {}).items())
			)
		}
	return Unexplained(rests, rounded, booked, serials)


def _rounded(
	ctx: Context,
	rests: Mapping[Key, Decimal],
	positions: Mapping[Key, Position],
	postings: Sequence[Posting],
) -> dict[Key, Decimal]:
	half_unit = ctx.books.half_unit
	if not rests or not half_unit:
		return {}
	if any(p.voucher_no for p in postings):
		return rounded_by_rows(rests, positions, postings, half_unit)
	return {key: rests[key] for key in explained_by_rounding(ctx, rests)}


def _promised(
	ctx: Context,
	stock: LockedStock,
	postings: Sequence[Posting],
	moved: Sequence[MovedRows],
	unexplained: Unexplained,
	contents: Contents,
) -> tuple[list[Allocation], list[Reservation]]:
	"""Read allocations and reservations: those of the rows' own demands; others where their stock may leave, or what waits
	may be filled.
	"""
	allocations = allocations_on(ctx, [k for k, found in contents.items() if any(c.allocated for c in found)])
	stock.of_demands(
		(row.demand.demand_type, row.demand.demand_name) for p in postings for row in p.rows if row.demand
	)
	needs = needed(
		stock.positions, postings, moved, unexplained, contents, allocations, stock.loaded(), ctx.clock.now()
	)
	stock.named(needs.allocated - {r.name for r in stock.loaded()})
	stock.waiting_on(needs.waiting_on)
	stock.open_on(needs.open_on)
	reservations = [r for r in stock.loaded() if (r.item_code, r.warehouse) in stock.positions]
	read = {(a.item_code, a.warehouse) for a in allocations}
	unread = {(r.item_code, r.warehouse) for r in reservations if r.allocated} - read
	return allocations + allocations_on(ctx, unread), reservations


def _serials(ctx: Context, rows: Iterable[PostingRow]) -> dict[str, SerialPlace]:
	named = batches_and_serials.locations(ctx, {row.serial_no for row in rows if row.serial_no})
	return {serial: _place(at) for serial, at in named.items()}


def _place(at: Row) -> SerialPlace:
	return SerialPlace(at["warehouse"], at["bin"], at["batch_no"] or "", at["stock_status"])


def _rules(ctx: Context, moved: Sequence[MovedRows], contents: Contents) -> Rules:
	return Rules(
		refuses_reserved=ctx.settings.reservation,
		refuses_on_hold=ctx.settings.refuse_stock_on_hold,
		# the user's roles are read only where they matter
		may_unblock=may_take_on_hold(moved, contents)
		and bool(OPERATION_ROLES["stock.unblock"] & ctx.identity.roles),
		half_unit=ctx.books.half_unit,
	)


def _backdated(postings: Sequence[Posting], positions: Mapping[Key, Position]) -> set[Key]:
	"""Return the positions that have changed since the moment of a posting that moves them."""
	earliest = min(p.posting_datetime for p in postings)
	last = {key: position.last_change for key, position in positions.items()}
	return {key for key, at in last.items() if at is not None and earliest < at}
