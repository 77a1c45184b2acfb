"""Settlement: what the books posted, whoever posted it, becomes movements; once, when the voucher is done.

The books' quantity (``Bin.actual_qty``) is the authority: for each item and warehouse the change is that quantity
less the position on hand. The voucher's rows explain it; what they do not explain is restated from the books, unless
the stock ledger knows nothing of it either (``book_quantities``).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.removal import NEAREST_BIN, BinContent
from inventory_midplatform.domain.reservation import (
	Demand,
	Reservation,
	consumed_among,
	kept_for,
	wanted_again_among,
)
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Query, compiled, table, value
from inventory_midplatform.services import (
	alerts,
	allocation,
	ledger,
	lots,
	receipt_layers,
	storage,
)
from inventory_midplatform.services.allocated import Allocation, Allocations
from inventory_midplatform.services.bin_contents import BinContents, HeldByRow, merged_parts
from inventory_midplatform.services.book_quantities import book_quantities, borne_out_by_ledger
from inventory_midplatform.services.ledger import Movement
from inventory_midplatform.services.locked_stock import LockedStock

UNEXPLAINED = ("Opening", "Restated by Books")
"""Kinds of what a voucher's rows do not say: it was settled with them, and is not theirs to take back."""


@dataclass(frozen=True)
class PostingRow:
	"""One row of a posted voucher. ``qty`` signed, in stock UOM: negative leaves the warehouse."""

	item_code: str
	warehouse: str
	qty: Decimal
	detail_no: str = ""
	demand: Demand | None = None
	"""For whom the row delivers: this demand's own reservation is consumed first."""
	bin: str = ""
	"""Where a step of ours said it goes to or comes from."""
	batch_no: str = ""
	serial_no: str = ""
	"""A row with serial numbers is as many rows of one each."""
	stock_status: str = AVAILABLE
	received_at: datetime | None = None
	"""When what a cancellation brings back was first received."""

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)

	@property
	def lot(self) -> tuple[str, str, str]:
		return (self.item_code, self.batch_no, self.serial_no)


@dataclass(frozen=True)
class Posting:
	"""A voucher of the books as it was just submitted or cancelled."""

	voucher_type: str
	voucher_no: str
	posting_datetime: datetime
	rows: tuple[PostingRow, ...]
	cancelled: bool = False
	counted: bool = False
	"""The voucher sets a quantity rather than changing it (Stock Reconciliation): its rows do not add up."""
	may_be_refused: bool = True
	"""False for what has happened already and must not fail: a repost, a POS closing."""


def settle(ctx: Context, postings: Sequence[Posting]) -> set[str]:
	"""Settle vouchers posted in this transaction. Answers the items whose receipt layers are to be made anew, because what
	was posted was cancelled or belongs before something else: their sum is right at once, their ages then.

	Raises Conflict (``takes_reserved_stock``) where a posting that may be refused would leave less than is
	reserved for others; the transaction is then the caller's to roll back.
	"""
	keys = {row.key for posting in postings for row in posting.rows}
	if not keys:
		return set()
	settlement = _Settlement(ctx, postings, keys)
	settlement.run()
	return settlement.out_of_order()


def catch_up(ctx: Context, keys: Iterable[Key], reason: str, alert: bool = True) -> int:
	"""Restate positions from the books where no voucher told of a change; answers how many differed.

	What was never seen before is taken in as opening stock; where the stock ledger agrees with the position against the
	Bin, nothing is restated. Opens an alert for each difference if ``alert``.
	"""
	posting = Posting("", "", ctx.clock.now(), (), may_be_refused=False)
	settlement = _Settlement(ctx, [posting], set(keys), reason)
	settlement.run()
	restated = [key for key, kind in settlement.unexplained.items() if kind == "Restated by Books"]
	if alert:
		for item_code, warehouse in restated:
			alerts.open_alert(
				ctx,
				"Restated by Books",
				item_code,
				warehouse,
				"The books changed without telling; the position was restated from them.",
			)
	return len(settlement.unexplained)


class _Settlement:
	"""One settlement: reads under lock, plans movements, lets reservations follow, checks, writes."""

	def __init__(self, ctx: Context, postings: Sequence[Posting], keys: set[Key], reason: str = ""):
		self.ctx = ctx
		self.postings = postings
		self.keys = sorted(keys)
		self.reason = reason
		self.movements: list[Movement] = []
		self.unexplained: dict[Key, str] = {}
		self.revisions: dict[tuple[str, str], int] = {}
		self.held = HeldByRow()

	def run(self) -> None:
		ctx = self.ctx
		self.told = any(posting.voucher_no for posting in self.postings)
		books = book_quantities(ctx, self.keys, locked=not self.told)
		self.stock = LockedStock(ctx, self.keys)
		self.change = {key: books.get(key, ZERO) - self.stock.positions[key].on_hand for key in self.keys}
		self.before = dict(self.stock.positions)
		self._plan_movements()
		self._apply_to_positions()
		self._follow_demands()
		self._check_reserved()
		self.movements = receipt_layers.carry(ctx, self.movements, self.before)
		ledger.record(ctx, self.movements)
		if self.movements:
			allocation.displace(ctx, self.stock, self.allocations, self.contents.overpinned())
			self.allocations.write()
		self.stock.write()

	def out_of_order(self) -> set[str]:
		"""Items of which something was cancelled, or posted before what was posted already."""
		items = {m.item_code for m in self.movements if m.kind == "Cancellation"}
		earliest: dict[Key, datetime] = {}
		for m in self.movements:
			key = (m.item_code, m.warehouse)
			last = self.before[key].last_change
			if last is not None and m.posting_datetime < last:
				earliest[key] = min(earliest.get(key, m.posting_datetime), m.posting_datetime)
		newest = ledger.newest_postings(self.ctx, earliest)
		return items | {key[0] for key, at in earliest.items() if at < newest[key]}

	# movements

	def _plan_movements(self) -> None:
		self.explained: dict[Key, Decimal] = defaultdict(lambda: ZERO)
		rows = [(p, row) for p in self.postings for row in self._rows_that_moved(p)]
		if self.told and not rows and not any(self.change.values()):
			return
		self.contents = BinContents(ledger.bin_contents(self.ctx, self.keys))
		self.unplaced = ledger.unplaced_bins(self.ctx, {warehouse for _, warehouse in self.keys})
		self.named_bins = ledger.bin_facts(self.ctx, {row.bin for _, row in rows if row.bin})
		self.strategies = storage.removal_strategies(self.ctx, self._keys_that_leave(rows))
		self._load_allocations()
		self.serials = lots.locations(self.ctx, {row.serial_no for _, row in rows if row.serial_no})
		for posting, row in rows:
			kind = "Cancellation" if posting.cancelled else "Reconciliation" if posting.counted else ""
			self._move(row, kind, posting)
			self.explained[row.key] += row.qty
		self._restate()
		self.movements = _of_one_posting_each(self.movements)

	def _load_allocations(self) -> None:
		"""What is pinned to bins of these positions, and for which demand; nothing where nothing is."""
		pinned = [key for key, lie in self.contents.contents.items() if any(c.allocated for c in lie)]
		self.allocations = Allocations(self.ctx, pinned)
		self.pinned_for: dict[tuple[Demand | None, Key], list[str]] = defaultdict(list)
		demands = {row.demand for p in self.postings for row in p.rows if row.demand and row.key in pinned}
		for r in self.stock.of_demands((d.demand_type, d.demand_name) for d in demands):
			if r.allocated:
				self.pinned_for[(r.demand, (r.item_code, r.warehouse))].append(r.name)

	def _keys_that_leave(self, rows: Sequence[tuple[Posting, PostingRow]]) -> set[Key]:
		return {row.key for _, row in rows if row.qty < 0} | {k for k in self.keys if self.change[k] < 0}

	def _restate(self) -> None:
		"""What the rows do not explain is taken from the books, for items with batches or serial numbers lot by lot."""
		rests = {key: self.change[key] - self.explained[key] for key in self.keys}
		as_explained = {
			key: self.before[key].on_hand + self.explained[key]
			for key, rest in rests.items()
			if rest and not self.stock.was_empty(key)
		}
		for key in borne_out_by_ledger(self.ctx, as_explained):
			rests[key] = ZERO
		suspect = [key for key in self.keys if rests[key] or not self.told]
		tracked = lots.tracked_items(self.ctx, {item for item, _ in suspect})
		suspect = [key for key in suspect if key[0] in tracked]
		if not self.told:
			# lots are read without a lock; whoever posted since told of them
			for key in self.stock.moved_since_seen(suspect):
				rests[key] = ZERO
				suspect.remove(key)
		in_books = lots.in_books(self.ctx, suspect)
		lying = lots.lying(self.ctx, [key for key in suspect if tracked[key[0]]])
		for key in self.keys:
			differing = (
				lots.differences(
					in_books[key],
					self.contents.contents[key],
					((s, at["batch_no"] or "") for s, at in self._lying_now(key, lying[key]).items()),
				)
				if key in in_books
				else []
			)
			rest = rests[key] - sum((lot.qty for lot in differing), ZERO)
			if not differing and not rest:
				continue
			kind = "Opening" if self.stock.was_empty(key) and rests[key] > 0 else "Restated by Books"
			self.unexplained[key] = kind
			self.serials.update(lying[key])
			for lot in (*differing, *((lots.Lot(rest),) if rest else ())):
				row = PostingRow(*key, lot.qty, batch_no=lot.batch_no, serial_no=lot.serial_no)
				self._move(row, kind, self.postings[0])

	def _lying_now(self, key: Key, before: dict[str, Row]) -> dict[str, Row]:
		"""The serial numbers in this position once what is planned has moved."""
		there = dict(before)
		for m in self.movements:
			if m.serial_no and (m.item_code, m.warehouse) == key:
				if m.qty < 0:
					there.pop(m.serial_no, None)
				else:
					there[m.serial_no] = {"bin": m.bin, "batch_no": m.batch_no}
		return there

	def _rows_that_moved(self, posting: Posting) -> list[PostingRow]:
		"""The voucher's rows, one per document row, bin and lot; those that undo themselves drop out."""
		if posting.cancelled:
			return self._reversed(posting)
		# what is counted by batch or serial number, ERPNext takes out whole and brings in as counted
		counted = {
			row.key: row for row in posting.rows if posting.counted and not (row.batch_no or row.serial_no)
		}
		sums: dict[tuple[Key, str, str, str, str], PostingRow] = {}
		for row in posting.rows:
			if row.key in counted:
				continue
			where = (row.key, row.detail_no, row.bin, row.batch_no, row.serial_no)
			old = sums.get(where)
			sums[where] = replace(old, qty=old.qty + row.qty) if old else row
		changed = [
			replace(row, qty=self.change[key]) for key, row in sorted(counted.items()) if self.change[key]
		]
		moved = [row for _, row in sorted(sums.items(), key=lambda kv: kv[0]) if row.qty]
		return changed + sorted(moved, key=lambda row: row.qty > 0)

	def _reversed(self, posting: Posting) -> list[PostingRow]:
		"""A cancellation takes back our own movements of the voucher, from and to the bins they touched."""
		t = table("Stock Movement")
		sql, params = compiled(
			Query.from_(t)
			.select(
				t.item_code,
				t.warehouse,
				t.bin,
				t.voucher_detail_no,
				t.batch_no,
				t.serial_no,
				t.stock_status,
				t.received_at,
				t.qty,
			)
			.where(t.voucher_type == value(posting.voucher_type))
			.where(t.voucher_no == value(posting.voucher_no))
			.where(t.kind.notin([value(kind) for kind in UNEXPLAINED]))
		)
		sums: dict[PostingRow, Decimal] = defaultdict(lambda: ZERO)
		received: dict[PostingRow, datetime | None] = {}
		for r in self.ctx.store.rows(sql, params):
			row = PostingRow(
				r["item_code"],
				r["warehouse"],
				ZERO,
				r["voucher_detail_no"] or "",
				bin=r["bin"],
				batch_no=r["batch_no"] or "",
				serial_no=r["serial_no"] or "",
				stock_status=r["stock_status"],
			)
			sums[row] -= from_store(r["qty"])
			received[row] = r["received_at"]
		touched = set(self.keys)
		reversed_ = [
			replace(row, qty=qty, received_at=received[row])
			for row, qty in sums.items()
			if qty and row.key in touched
		]
		return sorted(reversed_, key=lambda row: (row.qty > 0, row.key, row.detail_no, row.bin))

	def _revision(self, posting: Posting) -> int:
		"""How often the voucher was settled before; where there is none, the moment stands for it."""
		voucher = (posting.voucher_type, posting.voucher_no)
		if voucher not in self.revisions:
			self.revisions[voucher] = (
				self._settled_before(voucher)
				if posting.voucher_no
				else int(self.ctx.clock.now().timestamp() * 1000) % 2**31
			)
		return self.revisions[voucher]

	def _settled_before(self, voucher: tuple[str, str]) -> int:
		last = self.ctx.store.rows(
			"SELECT MAX(revision) AS last FROM `tabStock Movement`"
			" WHERE voucher_type = %(type)s AND voucher_no = %(no)s",
			{"type": voucher[0], "no": voucher[1]},
		)[0]["last"]
		return 0 if last is None else int(last) + 1

	def _move(self, row: PostingRow, kind: str, posting: Posting) -> None:
		"""Plan one row's movements: in to its bin or Unplaced; out of its bin, then by the removal strategy."""
		parts = self._parts(row)
		if row.detail_no and not kind:
			parts = self.held.carried(
				(posting.voucher_type, posting.voucher_no, row.detail_no, *row.lot), parts
			)
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
					kind=kind or ("Incoming" if row.qty > 0 else "Outgoing"),
					posting_datetime=posting.posting_datetime,
					batch_no=part.batch_no,
					serial_no=row.serial_no,
					stock_status=part.stock_status,
					received_at=row.received_at,
					voucher_type=posting.voucher_type,
					voucher_no=posting.voucher_no,
					voucher_detail_no=row.detail_no,
					revision=self._revision(posting),
					reason=self.reason,
				)
			)

	def _parts(self, row: PostingRow) -> list[BinContent]:
		"""Signed: where a row's quantity goes to or comes from. A serial number is taken where it lies."""
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
		lies = self.serials.pop(row.serial_no, None) if row.serial_no else None
		if lies and lies["warehouse"] == row.warehouse:
			batch_no = lies["batch_no"] or ""
			for a in self.allocations.of(self.pinned_for[(row.demand, row.key)]):
				if (a.bin, a.batch_no) == (lies["bin"], batch_no):
					self._unpin(row, a, min(-row.qty, a.qty))
					break
			return [BinContent(lies["bin"], row.qty, batch_no=batch_no, stock_status=lies["stock_status"])]
		strategy = self.strategies.get(row.key, NEAREST_BIN)
		own = self._pinned_parts(row)
		rest = -row.qty - sum((part.qty for part in own), ZERO)
		for part in own:
			self.contents.put(row.key, replace(part, qty=-part.qty))
		others = self.contents.take(row.key, rest, row.bin, unplaced, row.batch_no, strategy) if rest else []
		for part in own:
			self.contents.put(row.key, part)
		return [replace(content, qty=-content.qty) for content in merged_parts(own + others)]

	def _pinned_parts(self, row: PostingRow) -> list[BinContent]:
		"""What is pinned to bins for the row's own demand leaves from there first."""
		parts: list[BinContent] = []
		rest = -row.qty
		for a in self.allocations.of(self.pinned_for[(row.demand, row.key)]):
			if a.batch_no == row.batch_no and (part := min(rest, a.qty)):
				self._unpin(row, a, part)
				parts.append(BinContent(a.bin, part, batch_no=a.batch_no))
				rest -= part
		return parts

	def _unpin(self, row: PostingRow, a: Allocation, qty: Decimal) -> None:
		"""It leaves for whom it was pinned, and is pinned no more."""
		self.allocations.take(a, qty)
		r = self.stock.current(a.reservation)
		self.stock.put(replace(r, allocated=r.allocated - qty))
		self.contents.unpin(row.key, a.bin, a.batch_no, qty)

	def _usable(self, bin: str, key: Key) -> str:
		"""A named bin, if it still is one of the warehouse and in use."""
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

	def _follow_demands(self) -> None:
		rows = [(p, row) for p in self.postings for row in p.rows if row.demand]
		loaded = self.stock.of_demands(
			(row.demand.demand_type, row.demand.demand_name) for _, row in rows if row.demand
		)
		names: dict[tuple[Demand | None, Key], list[str]] = defaultdict(list)
		for r in loaded:
			names[(r.demand, (r.item_code, r.warehouse))].append(r.name)
		for posting, row in rows:
			theirs = [self.stock.current(name) for name in names[(row.demand, row.key)]]
			changed: list[Reservation] = []
			if posting.cancelled and row.qty > 0:
				changed = wanted_again_among(theirs, row.qty)
			elif row.qty < 0:
				changed = consumed_among(theirs, -row.qty)
			for r in changed:
				self.stock.put(r)
		self.stock.fill_waiting(self.keys)

	def _check_reserved(self) -> None:
		short = [key for key in self.keys if self.stock.positions[key].takes_from_reserved]
		if not short:
			return
		if self.stock.sweep_expired(short):
			self.stock.fill_waiting(short)
		for key in short:
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
		position = self.stock.positions[key]
		keeping = [r for r in self.stock.open_on([key]) if r.reserved]
		owners = [
			{"reservation": r.name, "demand": r.demand.label, "reserved": to_text(r.reserved)}
			for r in keeping
		]
		return Conflict(
			"Item {item_code} in {warehouse}: this would take {missing} that is kept for {owners}. Reserved stock"
			" leaves only for those it is kept for; release a reservation first.",
			code="takes_reserved_stock",
			item_code=key[0],
			warehouse=key[1],
			missing=to_text(-position.available),
			owners=kept_for(keeping),
			reservations=owners[:50],
		)


def _of_one_posting_each(movements: Sequence[Movement]) -> list[Movement]:
	"""What comes back to one bin from several, disabled since, is one movement."""
	merged: dict[str, Movement] = {}
	for m in movements:
		same = merged.get(m.posting_key)
		merged[m.posting_key] = replace(same, qty=same.qty + m.qty) if same else m
	return list(merged.values())
