"""Settlement: a posted voucher becomes movements, once, in the transaction that posted it.

The books' quantity (``Bin.actual_qty``) decides: for each item and warehouse the change is that quantity less the
position's on hand. The voucher's rows explain it. The rest is an adjustment, unless the stock ledger disagrees with the
Bin about it (``book_quantities``).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, has_rest
from inventory_midplatform.domain.removal import NEAREST_BIN, BinContent
from inventory_midplatform.domain.reservation import (
	Demand,
	Reservation,
	consumed_among,
	demanded_again_among,
	takes_reserved_stock,
)
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import alerts
from inventory_midplatform.services.ledger import (
	batches_and_serials,
	bin_stock,
	deallocation,
	movements,
	receipt_layers,
)
from inventory_midplatform.services.ledger.allocations import Allocation, Allocations
from inventory_midplatform.services.ledger.bin_contents import BinContents, merged_parts
from inventory_midplatform.services.ledger.book_quantities import (
	book_quantities,
	confirmed_by_ledger,
	explained_by_rounding,
)
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.ledger.movements import Movement
from inventory_midplatform.services.locations import storage_policies
from inventory_midplatform.services.settlement import stock_on_hold, voucher_rows
from inventory_midplatform.services.settlement.postings import Posting, PostingRow


def settle(ctx: Context, postings: Sequence[Posting]) -> set[str]:
	"""Settle vouchers posted in this transaction. Return the items whose receipt layers must be rebuilt because a posting
	was cancelled or backdated: their sums are right at once, their ages after the rebuild.

	Locks the positions of all rows. Raises Conflict (``takes_reserved_stock``) where a posting that may be refused would
	leave less than is reserved for others, and what ``stock_on_hold.check_leaving`` raises. The caller rolls back.
	"""
	keys = {row.key for posting in postings for row in posting.rows}
	if not keys:
		return set()
	settlement = _Settlement(ctx, postings, keys)
	settlement.run()
	return settlement.out_of_order()


def reconcile(ctx: Context, keys: Iterable[Key], reason: str, alert: bool = True) -> int:
	"""Adjust positions to the books where no voucher reported a change; return how many differed. Locks the positions.

	A position that never had stock gets it as opening stock. Nothing is adjusted where the stock ledger agrees with the
	position and not with the Bin. Opens an alert for each adjustment that is more than rounding, if ``alert``.
	"""
	posting = Posting("", "", ctx.clock.now(), (), may_be_refused=False)
	settlement = _Settlement(ctx, [posting], set(keys), reason)
	settlement.run()
	adjusted = [
		key
		for key, kind in settlement.unexplained.items()
		if kind == MovementKind.ADJUSTMENT and key not in settlement.rounded
	]
	if alert:
		for item_code, warehouse in adjusted:
			alerts.open_alert(
				ctx,
				"Adjustment",
				item_code,
				warehouse,
				"The books changed without a voucher; the position was adjusted to them.",
			)
	return len(settlement.unexplained)


class _Settlement:
	"""One settlement: lock, plan movements, consume reservations, check, write."""

	def __init__(self, ctx: Context, postings: Sequence[Posting], keys: set[Key], reason: str = ""):
		self.ctx = ctx
		self.postings = postings
		self.keys = sorted(keys)
		self.reason = reason
		self.movements: list[Movement] = []
		self.unexplained: dict[Key, MovementKind] = {}
		self.revisions = voucher_rows.Revisions(ctx)
		self.rounded: dict[Key, Decimal] = {}
		"""The part of each change that is the books' rounding, in stock UOM."""

	def run(self) -> None:
		ctx = self.ctx
		self.has_voucher = any(posting.voucher_no for posting in self.postings)
		books = book_quantities(ctx, self.keys, locked=not self.has_voucher)
		self.stock = LockedStock(ctx, self.keys)
		self.change = {key: books.get(key, ZERO) - self.stock.positions[key].on_hand for key in self.keys}
		self.before = dict(self.stock.positions)
		self._plan_movements()
		stock_on_hold.check_leaving(ctx, self.postings, self.movements)
		self._apply_to_positions()
		self._consume_demands()
		self._check_reserved()
		self.movements = receipt_layers.apply_movements(ctx, self.movements, self.before)
		movements.record(ctx, self.movements)
		if self.movements:
			deallocation.deallocate_excess(ctx, self.stock, self.allocations, self.contents.overallocated())
			self.allocations.write()
		self.stock.write()

	def out_of_order(self) -> set[str]:
		"""Return the items with a cancelled posting, or with one that is dated before their newest posting."""
		items = {m.item_code for m in self.movements if m.kind == MovementKind.CANCELLATION}
		earliest: dict[Key, datetime] = {}
		for m in self.movements:
			key = (m.item_code, m.warehouse)
			last = self.before[key].last_change
			if last is not None and m.posting_datetime < last:
				earliest[key] = min(earliest.get(key, m.posting_datetime), m.posting_datetime)
		newest = movements.newest_postings(self.ctx, earliest)
		return items | {key[0] for key, at in earliest.items() if at < newest[key]}

	# movements

	def _plan_movements(self) -> None:
		self.explained: dict[Key, Decimal] = defaultdict(lambda: ZERO)
		moved = [(p, voucher_rows.moved_rows(self.ctx, p, self.change)) for p in self.postings]
		rows = [(p, row) for p, rows_of_posting in moved for row in rows_of_posting]
		if self.has_voucher and not rows and not any(self.change.values()):
			return
		self.contents = BinContents(bin_stock.bin_contents(self.ctx, self.keys))
		self.unplaced = bin_stock.unplaced_bins(self.ctx, {warehouse for _, warehouse in self.keys})
		self.named_bins = bin_stock.bin_facts(self.ctx, {row.bin for _, row in rows if row.bin})
		self.strategies = storage_policies.removal_strategies(self.ctx, self._keys_that_leave(rows))
		self._load_allocations()
		self.serials = batches_and_serials.locations(
			self.ctx, {row.serial_no for _, row in rows if row.serial_no}
		)
		for posting, rows_of_posting in moved:
			self.statuses = stock_on_hold.StatusPropagation(
				rows_of_posting, repacked=posting.voucher_type == "Stock Entry"
			)
			for row in rows_of_posting:
				self._move(row, _kind(posting), posting)
				self.explained[row.key] += row.qty
		self._adjust()
		self.movements = _of_one_posting_each(self.movements)

	def _load_allocations(self) -> None:
		"""Load the allocations of these positions and the reservations they are for; no statement where bins have none."""
		allocated = [key for key, found in self.contents.contents.items() if any(c.allocated for c in found)]
		self.allocations = Allocations(self.ctx, allocated)
		self.allocated_for: dict[tuple[Demand | None, Key], list[str]] = defaultdict(list)
		demands = {row.demand for p in self.postings for row in p.rows if row.demand and row.key in allocated}
		for r in self.stock.of_demands((d.demand_type, d.demand_name) for d in demands):
			if r.allocated:
				self.allocated_for[(r.demand, (r.item_code, r.warehouse))].append(r.name)

	def _keys_that_leave(self, rows: Sequence[tuple[Posting, PostingRow]]) -> set[Key]:
		return {row.key for _, row in rows if row.qty < 0} | {k for k in self.keys if self.change[k] < 0}

	def _adjust(self) -> None:
		"""Plan movements for what the rows do not explain, so that positions have the books' quantities; of tracked items by
		batch and serial number."""
		rests = {key: self.change[key] - self.explained[key] for key in self.keys}
		self.rounded = self._rounded(rests)
		as_explained = {
			key: self.before[key].on_hand + self.explained[key]
			for key, rest in rests.items()
			if rest and key not in self.rounded and not self.stock.was_empty(key)
		}
		for key in confirmed_by_ledger(self.ctx, as_explained):
			rests[key] = ZERO
		suspect = [key for key in self.keys if rests[key] or not self.has_voucher]
		tracked = batches_and_serials.tracked_items(self.ctx, {item for item, _ in suspect})
		suspect = [key for key in suspect if key[0] in tracked]
		for key in suspect:
			if self.rounded.pop(key, ZERO):
				# the books do not round batches and serial numbers, and only those can be delivered
				rests[key] = ZERO
		if not self.has_voucher:
			# the books' batches are read without a lock; a posting made since then settles itself
			for key in self.stock.moved_since_seen(suspect):
				rests[key] = ZERO
				suspect.remove(key)
		booked_quantities = batches_and_serials.booked_quantities(self.ctx, suspect)
		serials = batches_and_serials.serials_in(self.ctx, [key for key in suspect if tracked[key[0]]])
		for key in self.keys:
			differing = (
				batches_and_serials.differences(
					booked_quantities[key],
					self.contents.contents[key],
					(
						(s, at["batch_no"] or "")
						for s, at in self._serials_after_movements(key, serials[key]).items()
					),
				)
				if key in booked_quantities
				else []
			)
			rest = rests[key] - sum((part.qty for part in differing), ZERO)
			if not differing and not rest:
				continue
			opening = self.stock.was_empty(key) and rests[key] > 0
			kind = MovementKind.OPENING_STOCK if opening else MovementKind.ADJUSTMENT
			self.unexplained[key] = kind
			self.serials.update(serials[key])
			for part in (*differing, *((batches_and_serials.TrackedQuantity(rest),) if rest else ())):
				row = PostingRow(*key, part.qty, batch_no=part.batch_no, serial_no=part.serial_no)
				if key in self.rounded:
					row = replace(row, bin=self._fullest_bin(key))
				self._move(row, kind, self.postings[0])

	def _rounded(self, rests: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
		"""Return the unexplained changes that are no more than the books' rounding.

		Of a voucher that is half a unit for each of its rows with more digits than the books store, and another where the
		quantity on hand before had more.
		"""
		differing = {key: rest for key, rest in rests.items() if rest and not self.stock.was_empty(key)}
		if not differing or not self.ctx.books.half_unit:
			return {}
		if not self.has_voucher:
			found = explained_by_rounding(self.ctx, differing)
			return {key: differing[key] for key in found}
		half_unit = self.ctx.books.half_unit
		finer = Counter(key for key in differing if has_rest(self.before[key].on_hand, 2 * half_unit))
		finer.update(row.key for p in self.postings for row in p.rows if has_rest(row.qty, 2 * half_unit))
		return {key: rest for key, rest in differing.items() if abs(rest) <= finer[key] * half_unit}

	def _fullest_bin(self, key: Key) -> str:
		"""Return the bin with the most available stock, from which rounding is taken; an empty text where there is none."""
		filled = [c for c in self.contents.contents[key] if c.qty > 0 and c.stock_status == AVAILABLE]
		bin = max(filled, key=lambda c: c.qty).bin if filled else ""
		self.named_bins.update(bin_stock.bin_facts(self.ctx, [bin] if bin else []))
		return bin

	def _serials_after_movements(self, key: Key, before: dict[str, Row]) -> dict[str, Row]:
		"""Return the position's serial numbers after the planned movements."""
		there = dict(before)
		for m in self.movements:
			if m.serial_no and (m.item_code, m.warehouse) == key:
				if m.qty < 0:
					there.pop(m.serial_no, None)
				else:
					there[m.serial_no] = {"bin": m.bin, "batch_no": m.batch_no}
		return there

	def _move(self, row: PostingRow, kind: MovementKind | None, posting: Posting) -> None:
		"""Plan one row's movements: into its bin or Unplaced; out of its bin, then by the removal strategy."""
		parts = self._parts(row)
		if not kind:
			parts = self.statuses.apply(row, parts)
			if row.serial_no in self.serials:
				self.serials[row.serial_no]["stock_status"] = parts[0].stock_status
		for part in parts:
			self.contents.put(row.key, part)
			self.movements.append(
				Movement(
					item_code=row.item_code,
					warehouse=row.warehouse,
					bin=part.bin,
					qty=part.qty,
					kind=kind or (MovementKind.INCOMING if row.qty > 0 else MovementKind.OUTGOING),
					posting_datetime=posting.posting_datetime,
					batch_no=part.batch_no,
					serial_no=row.serial_no,
					stock_status=part.stock_status,
					received_at=row.received_at,
					voucher_type=posting.voucher_type,
					voucher_no=posting.voucher_no,
					voucher_detail_no=row.detail_no,
					revision=self.revisions.of(posting),
					reason=self.reason,
				)
			)

	def _parts(self, row: PostingRow) -> list[BinContent]:
		"""Return the signed parts of a row by bin. A serial number leaves from the bin it is in."""
		unplaced = self.unplaced[row.warehouse]
		if row.qty > 0:
			bin = self._usable(row.bin, row.key) or unplaced
			if row.serial_no:
				self.serials[row.serial_no] = {
					"warehouse": row.warehouse,
					"bin": bin,
					"batch_no": row.batch_no,
					"stock_status": row.stock_status,
				}
			return [BinContent(bin, row.qty, batch_no=row.batch_no, stock_status=row.stock_status)]
		at = self.serials.pop(row.serial_no, None) if row.serial_no else None
		if at and at["warehouse"] == row.warehouse:
			batch_no = at["batch_no"] or ""
			for a in self.allocations.of(self.allocated_for[(row.demand, row.key)]):
				if (a.bin, a.batch_no) == (at["bin"], batch_no):
					self._deallocate(row, a, min(-row.qty, a.qty))
					break
			return [BinContent(at["bin"], row.qty, batch_no=batch_no, stock_status=at["stock_status"])]
		strategy = self.strategies.get(row.key, NEAREST_BIN)
		own = self._allocated_parts(row)
		rest = -row.qty - sum((part.qty for part in own), ZERO)
		for part in own:
			self.contents.put(row.key, replace(part, qty=-part.qty))
		others = (
			self.contents.take(
				row.key,
				rest,
				row.bin,
				unplaced,
				row.batch_no,
				strategy,
				row.stock_status,
			)
			if rest
			else []
		)
		for part in own:
			self.contents.put(row.key, part)
		return [replace(content, qty=-content.qty) for content in merged_parts(own + others)]

	def _allocated_parts(self, row: PostingRow) -> list[BinContent]:
		"""Take the row's quantity from the bins allocated to its own demand, deallocate it, and return these parts.

		Staging bins come first: what is picked leaves, and not what is proposed for a further order of the document.
		"""
		parts: list[BinContent] = []
		rest = -row.qty
		staging = {c.bin for c in self.contents.contents[row.key] if c.is_staging}
		own = self.allocations.of(self.allocated_for[(row.demand, row.key)])
		for a in sorted(own, key=lambda a: a.bin not in staging):
			if a.batch_no == row.batch_no and (part := min(rest, a.qty)):
				self._deallocate(row, a, part)
				parts.append(BinContent(a.bin, part, batch_no=a.batch_no))
				rest -= part
		return parts

	def _deallocate(self, row: PostingRow, a: Allocation, qty: Decimal) -> None:
		"""Deallocate ``qty``, which leaves for the demand it was allocated to."""
		self.allocations.take(a, qty)
		r = self.stock.current(a.reservation)
		self.stock.put(replace(r, allocated=r.allocated - qty))
		self.contents.deallocate(row.key, a.bin, a.batch_no, qty)

	def _usable(self, bin: str, key: Key) -> str:
		"""Return the named bin if it is in the warehouse and enabled, else an empty text."""
		fact = self.named_bins.get(bin)
		return bin if fact and fact["warehouse"] == key[1] and not fact["disabled"] else ""

	def _apply_to_positions(self) -> None:
		changes: dict[Key, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
		for m in self.movements:
			change = changes[(m.item_code, m.warehouse)]
			change[0] += m.qty
			change[1] += m.qty if m.stock_status != AVAILABLE else ZERO
		for key, (on_hand, on_hold) in changes.items():
			self.stock.change_on_hand(key, on_hand, on_hold)

	# reservations

	def _consume_demands(self) -> None:
		rows = [(p, row) for p in self.postings for row in p.rows if row.demand]
		loaded = self.stock.of_demands(
			(row.demand.demand_type, row.demand.demand_name) for _, row in rows if row.demand
		)
		names: dict[tuple[Demand | None, Key], list[str]] = defaultdict(list)
		for r in loaded:
			names[(r.demand, (r.item_code, r.warehouse))].append(r.name)
		for posting, row in rows:
			own = [self.stock.current(name) for name in names[(row.demand, row.key)]]
			changed: list[Reservation] = []
			if posting.cancelled and row.qty > 0:
				changed = demanded_again_among(own, row.qty)
			elif row.qty < 0:
				changed = consumed_among(own, -row.qty)
			for r in changed:
				self.stock.put(r)
		self.stock.fill_waiting(self.keys)

	def _check_reserved(self) -> None:
		short = [key for key in self.keys if self.stock.positions[key].takes_from_reserved]
		if not short:
			return
		if self.stock.release_expired(short):
			self.stock.fill_waiting(short)
		for key in short:
			rounding = max(self.ctx.books.half_unit, -self.rounded.get(key, ZERO))
			if -self.stock.positions[key].available <= rounding:
				self.stock.round_reserved(key)
			if not self.stock.positions[key].takes_from_reserved:
				continue
			may_refuse = self.ctx.settings.reservation and all(p.may_be_refused for p in self.postings)
			if may_refuse and self.stock.lacks_more(key):
				raise self._refusal(key)
			alerts.open_alert(
				self.ctx,
				alerts.BELOW_RESERVED,
				*key,
				"The books leave less than is reserved. Release reservations or bring stock.",
			)

	def _refusal(self, key: Key) -> Conflict:
		return takes_reserved_stock(self.stock.positions[key], self.stock.open_on([key]))


def _kind(posting: Posting) -> MovementKind | None:
	"""Return the kind of all movements of a posting, or None where each row's direction decides."""
	if posting.cancelled:
		return MovementKind.CANCELLATION
	return MovementKind.RECONCILIATION if posting.counted else None


def _of_one_posting_each(movements: Sequence[Movement]) -> list[Movement]:
	"""Merge movements with one posting key: where a cancellation's bins are disabled since, several return to Unplaced."""
	merged: dict[str, Movement] = {}
	for m in movements:
		same = merged.get(m.posting_key)
		merged[m.posting_key] = replace(same, qty=same.qty + m.qty) if same else m
	return list(merged.values())
