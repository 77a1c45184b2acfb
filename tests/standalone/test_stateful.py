"""All services through their doors in any order, beside a model of a few dicts that must agree after every step.

Hypothesis chooses the steps and shortens what fails. The same steps every time, unless
INVENTORY_MIDPLATFORM_EXAMPLES says how many random sequences to try.

A new operation is a new rule; what it changes on hand goes through ``_change``, what it keeps for somebody into
``claims``.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
	Bundle,
	RuleBasedStateMachine,
	consumes,
	initialize,
	invariant,
	multiple,
	rule,
	run_state_machine_as_test,
)
from platforms import StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import STEP, ZERO, from_store, to_text
from inventory_midplatform.domain.reservation import IfShort
from inventory_midplatform.ports import PostingLine, Voucher
from inventory_midplatform.services import reservation

EXAMPLES = os.environ.get("INVENTORY_MIDPLATFORM_EXAMPLES")
STEPS = 40
OPENING = Decimal(8)

quantities = st.one_of(
	st.integers(1, 20).map(Decimal), st.integers(1, 20_000).map(lambda n: Decimal(n) / 1000)
)
places = st.tuples(st.integers(0, 1), st.integers(0, 1))
lines = st.lists(st.tuples(places, quantities), min_size=1, max_size=3)


class Clock:
	"""The machine's own, put forward."""

	def __init__(self) -> None:
		self.ahead = timedelta()

	def now(self) -> datetime:
		return datetime.now() + self.ahead


@dataclass
class Claim:
	"""What a demand wants kept: its open quantity, until ``expires_at``."""

	key: Key
	open: Decimal
	expires_at: datetime | None = None


@dataclass
class Row:
	key: Key
	qty: Decimal
	delivered: Decimal = ZERO

	@property
	def outstanding(self) -> Decimal:
		return self.qty - self.delivered


@dataclass
class Order:
	rows: dict[str, Row]
	closed: bool = False


@dataclass
class Posted:
	"""What a voucher changed on hand, and of which order's rows it delivered."""

	changes: dict[Key, Decimal]
	order: str = ""
	delivered: Mapping[str, Decimal] = field(default_factory=dict)


class Services(RuleBasedStateMachine):
	platform: StandalonePlatform
	clock: Clock
	seen: Counter[tuple[str, bool]]
	"""How often each rule was allowed and refused."""

	reservations = Bundle("reservations")
	orders = Bundle("orders")
	cancelled_orders = Bundle("cancelled_orders")
	vouchers = Bundle("vouchers")

	@initialize()
	def start(self) -> None:
		make = self.platform
		self.items = [make.make_item() for _ in range(2)]
		self.warehouses = [make.make_warehouse() for _ in range(2)]
		self.bins = {w: [f"UNPLACED - {w}", make.make_bin(w), make.make_bin(w)] for w in self.warehouses}
		self.customer = make.make_customer()
		self.on_hand: dict[Key, Decimal] = {(i, w): ZERO for i in self.items for w in self.warehouses}
		self.claims: dict[str, Claim] = {}
		"""By the reservation's name, or by the order's row that it is for."""
		self.made: dict[str, Order] = {}
		self.posted: dict[Voucher, Posted] = {}
		# the first stock to come makes a warehouse's Unplaced bin
		for key in self.on_hand:
			self.platform.books.receive([PostingLine(*key, OPENING, Decimal(10))])
			self.on_hand[key] = OPENING

	# stock enters and leaves

	@rule(target=vouchers, what=lines, bin=st.integers(0, 2))
	def receive(self, what: Any, bin: int) -> Any:
		chosen = [self._line(place, qty, self.bins[self._key(place)[1]][bin]) for place, qty in what]
		return self._post("receive", lambda: self.platform.books.receive(chosen), self._sums(chosen))

	@rule(target=vouchers, what=lines)
	def issue(self, what: Any) -> Any:
		chosen = [self._line(place, qty) for place, qty in what]
		return self._post("issue", lambda: self.platform.books.issue(chosen), self._sums(chosen, -1))

	@rule(target=vouchers, place=places, qty=quantities)
	def transfer(self, place: Any, qty: Decimal) -> Any:
		line = self._line(place, qty)
		target = self.warehouses[1 - place[1]]
		changes = {(line.item_code, line.warehouse): -qty, (line.item_code, target): qty}
		return self._post("transfer", lambda: self.platform.books.transfer([line], target), changes)

	@rule(target=vouchers, place=places, qty=st.one_of(st.just(ZERO), quantities))
	def count(self, place: Any, qty: Decimal) -> Any:
		line, key = self._line(place, qty), self._key(place)
		assume(qty != self.on_hand[key])
		return self._post("count", lambda: self.platform.books.count([line]), {key: qty - self.on_hand[key]})

	@rule(voucher=consumes(vouchers))
	def cancel(self, voucher: Voucher) -> None:
		posted = self.posted[voucher]
		back = {key: -qty for key, qty in posted.changes.items()}
		closed = bool(posted.order) and self.made[posted.order].closed
		with self._expecting("cancel", not closed and self._may_leave(back)) as done:
			self.platform.books.cancel(voucher)
		if done():
			self._change(back)
			for name, qty in posted.delivered.items():
				self.made[posted.order].rows[name].delivered -= qty
			if posted.order:
				self._follow(posted.order)

	# orders

	@rule(target=orders, what=lines)
	def order(self, what: Any) -> str:
		chosen = [self._line(place, qty) for place, qty in what]
		return self._ordered(self.platform.books.order(self.customer, chosen))

	@rule(target=vouchers, order=orders, part=st.sampled_from([1, 2, 4]))
	def deliver(self, order: str, part: int) -> Any:
		made = self.made[order]
		wanted = {n: round(r.outstanding / part, 3) for n, r in made.rows.items()}
		wanted = {n: q for n, q in wanted.items() if 0 < q <= made.rows[n].outstanding}
		changes: dict[Key, Decimal] = {}
		for name, qty in wanted.items():
			key = made.rows[name].key
			changes[key] = changes.get(key, ZERO) - qty
		kept = self._kept_for(order, wanted)
		allowed = bool(wanted) and not made.closed and self._may_leave(changes, kept)
		posted = Posted(changes, order, wanted)
		voucher = self._post(
			"deliver", lambda: self.platform.books.deliver(order, wanted), changes, allowed, posted
		)
		if isinstance(voucher, Voucher):
			for name, qty in wanted.items():
				made.rows[name].delivered += qty
			self._follow(order)
		return voucher

	@rule(
		order=orders,
		how=st.sampled_from(["update", "close", "reopen"]),
		qty=quantities,
		chance=st.integers(0, 2),
	)
	def change(self, order: str, how: str, qty: Decimal, chance: int) -> None:
		made = self.made[order]
		if how == "update":
			self._update(order, qty, chance)
		elif how == "close":
			self.platform.books.close_order(order)
			made.closed = True
		else:
			self.platform.books.reopen_order(order)
			made.closed = False
		self._follow(order)

	def _update(self, order: str, qty: Decimal, chance: int) -> None:
		made = self.made[order]
		name = sorted(made.rows)[chance % len(made.rows)]
		row = made.rows[name]
		with self._expecting("update", qty >= row.delivered) as done:
			self.platform.books.update_order(order, {name: qty})
		if done():
			row.qty = qty
			made.closed = False

	@rule(target=cancelled_orders, order=consumes(orders))
	def cancel_order(self, order: str) -> Any:
		made = self.made[order]
		with self._expecting("cancel_order", not any(row.delivered for row in made.rows.values())) as done:
			self.platform.books.cancel_order(order)
		if not done():
			return multiple()
		made.closed = True
		self._follow(order)
		return order

	@rule(target=orders, order=consumes(cancelled_orders))
	def amend(self, order: str) -> str:
		return self._ordered(self.platform.books.amend_order(order))

	# reservations

	@rule(
		target=reservations,
		place=places,
		qty=quantities,
		if_short=st.sampled_from([x.value for x in IfShort]),
		priority=st.integers(0, 2),
		hours=st.sampled_from([None, None, 1, 5]),
	)
	def reserve(self, place: Any, qty: Decimal, if_short: str, priority: int, hours: int | None) -> Any:
		item, warehouse = key = self._key(place)
		expires_at = hours and (self.clock.now() + timedelta(hours=hours)).replace(microsecond=0)
		allowed = if_short != IfShort.REFUSE.value or qty <= self.on_hand[key] - self._kept(key)
		with self._expecting("reserve", allowed) as done:
			answer = self.platform.call(
				"reservation.reserve",
				item_code=item,
				warehouse=warehouse,
				qty=to_text(qty),
				if_short=if_short,
				priority=priority,
				expires_at=expires_at and expires_at.isoformat(),
			)
		if not done():
			return multiple()
		self.claims[answer["name"]] = Claim(key, qty, expires_at or None)
		return answer["name"]

	@rule(name=reservations, part=st.sampled_from([None, 1, 2, 3]))
	def release(self, name: str, part: int | None) -> None:
		claim = self.claims[name]
		qty = part and round(claim.open / part, 9)
		assume(qty is None or qty > 0)
		with self._expecting("release", claim.open > 0) as done:
			self.platform.call("reservation.release", name=name, qty=qty and to_text(qty))
		if done():
			claim.open -= claim.open if qty is None else qty

	@rule(hours=st.sampled_from([0, 1, 3]))
	def sweep(self, hours: int) -> None:
		self.clock.ahead += timedelta(hours=hours)
		with self.platform.context() as ctx:
			reservation.sweep(ctx)
		for claim in self.claims.values():
			if self._expired(claim):
				claim.open = ZERO

	# inside a warehouse

	@rule(place=places, qty=quantities, bins=st.permutations([0, 1, 2]))
	def move(self, place: Any, qty: Decimal, bins: list[int]) -> None:
		item, warehouse = self._key(place)
		source, target = (self.bins[warehouse][n] for n in bins[:2])
		before = self._in_bins(item, warehouse)
		with self._expecting("move", before.get(source, ZERO) >= qty) as done:
			self.platform.call(
				"stock.move",
				item_code=item,
				warehouse=warehouse,
				from_bin=source,
				to_bin=target,
				qty=to_text(qty),
			)
		if done():
			before[source] -= qty
			before[target] = before.get(target, ZERO) + qty
			assert self._in_bins(item, warehouse) == {bin: qty for bin, qty in before.items() if qty}

	# what must be true after every step

	@invariant()
	def the_laws_hold(self) -> None:
		assert self.platform.verify() == []

	@invariant()
	def the_model_agrees(self) -> None:
		rows = self.platform.rows(
			"SELECT item_code, warehouse, on_hand, reserved FROM `tabStock Position`"
			" WHERE warehouse IN %(warehouses)s",
			warehouses=self.warehouses,
		)
		found = {(r["item_code"], r["warehouse"]): from_store(r["on_hand"]) for r in rows}
		assert {**dict.fromkeys(self.on_hand, ZERO), **found} == self.on_hand
		free = {
			(r["item_code"], r["warehouse"]): from_store(r["on_hand"]) - from_store(r["reserved"])
			for r in rows
		}
		for r in self._open_rows():
			claim = self.claims[r["demand_line"] or r["name"]]
			key = (r["item_code"], r["warehouse"])
			waiting = from_store(r["waiting_qty"])
			open_ = from_store(r["reserved_qty"]) + waiting
			if not open_ and self._expired(claim):
				claim.open = ZERO  # swept when somebody else wanted it
			assert (key, open_) == (claim.key, claim.open), r
			# nobody waits for what is there
			if waiting and not self._expired(claim):
				takes = min(waiting, STEP) if r["if_short"] == IfShort.PARTIAL.value else waiting
				assert free[key] < takes, r

	# the model

	def _key(self, place: tuple[int, int]) -> Key:
		return self.items[place[0]], self.warehouses[place[1]]

	def _line(self, place: tuple[int, int], qty: Decimal, bin: str = "") -> PostingLine:
		return PostingLine(*self._key(place), qty, Decimal(10), bin)

	def _sums(self, chosen: list[PostingLine], sign: int = 1) -> dict[Key, Decimal]:
		sums: dict[Key, Decimal] = {}
		for line in chosen:
			key = (line.item_code, line.warehouse)
			sums[key] = sums.get(key, ZERO) + sign * line.qty
		return sums

	def _post(
		self,
		what: str,
		post: Callable[[], Voucher],
		changes: dict[Key, Decimal],
		allowed: bool | None = None,
		posted: Posted | None = None,
	) -> Any:
		with self._expecting(what, self._may_leave(changes) if allowed is None else allowed) as done:
			voucher = post()
		if not done():
			return multiple()
		self._change(changes)
		self.posted[voucher] = posted or Posted(changes)
		return voucher

	def _change(self, changes: dict[Key, Decimal]) -> None:
		for key, qty in changes.items():
			self.on_hand[key] += qty

	def _may_leave(self, changes: dict[Key, Decimal], own: Mapping[Key, Decimal] | None = None) -> bool:
		"""Whether the books and the reservations of others allow it; ``own`` is kept for whom it goes to."""
		return all(
			qty >= 0 or self.on_hand[key] + qty >= self._kept(key) - (own or {}).get(key, ZERO)
			for key, qty in changes.items()
		)

	def _kept(self, key: Key) -> Decimal:
		"""What is kept of a position by reservations whose time is not over."""
		return sum(
			(
				from_store(r["reserved_qty"])
				for r in self._open_rows()
				if (r["item_code"], r["warehouse"]) == key
				and not self._expired(self.claims[r["demand_line"] or r["name"]])
			),
			ZERO,
		)

	def _kept_for(self, order: str, wanted: Mapping[str, Decimal]) -> dict[Key, Decimal]:
		kept: dict[Key, Decimal] = {}
		for r in self._open_rows():
			if r["demand_name"] == order:
				key = (r["item_code"], r["warehouse"])
				part = min(from_store(r["reserved_qty"]), wanted.get(r["demand_line"], ZERO))
				kept[key] = kept.get(key, ZERO) + part
		return kept

	def _open_rows(self) -> list[dict[str, Any]]:
		return self.platform.rows(
			"SELECT name, demand_name, demand_line, item_code, warehouse, reserved_qty, waiting_qty, if_short"
			" FROM `tabInventory Reservation` WHERE warehouse IN %(warehouses)s",
			warehouses=self.warehouses,
		)

	def _expired(self, claim: Claim) -> bool:
		return claim.expires_at is not None and claim.expires_at <= self.clock.now()

	def _ordered(self, name: str) -> str:
		rows = self.platform.books.order_rows(name)
		self.made[name] = Order(
			{r["name"]: Row((r["item_code"], r["warehouse"]), r["stock_qty"]) for r in rows}
		)
		self._follow(name)
		return name

	def _follow(self, order: str) -> None:
		"""What an order wants kept is what is outstanding, unless it is closed."""
		made = self.made[order]
		for name, row in made.rows.items():
			self.claims[name] = Claim(row.key, ZERO if made.closed else row.outstanding)

	def _in_bins(self, item: str, warehouse: str) -> dict[str, Decimal]:
		rows = self.platform.rows(
			"SELECT bin, qty FROM `tabBin Stock` WHERE item_code = %(item)s AND warehouse = %(warehouse)s",
			item=item,
			warehouse=warehouse,
		)
		return {r["bin"]: from_store(r["qty"]) for r in rows if from_store(r["qty"])}

	@contextmanager
	def _expecting(self, what: str, allowed: bool) -> Iterator[Callable[[], bool]]:
		"""The block succeeds where the model allows it, else it is refused with an error of the domain's."""
		refused: list[InventoryError] = []
		try:
			yield lambda: not refused
		except InventoryError as error:
			refused.append(error)
		self.seen[what, allowed] += 1
		assert all(error.http_status_code < 500 for error in refused), refused
		assert allowed is not bool(refused), (refused and (refused[0].code, str(refused[0]))) or "not refused"


@pytest.fixture(params=["sqlite", "mariadb"])
def url_of_its_own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
	"""A database nobody else fills: every step checks all of it."""
	if request.param == "sqlite":
		yield f"sqlite:///{tmp_path}/stateful.sqlite"
		return
	url = request.getfixturevalue("mariadb_url")
	with Standalone(url).context() as ctx:
		ctx.store.execute(
			"CREATE DATABASE IF NOT EXISTS stateful CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
		)
	yield f"{url.rpartition('/')[0]}/stateful"
	with Standalone(url).context() as ctx:
		ctx.store.execute("DROP DATABASE stateful")


def test_a_delivery_of_a_closed_order_is_not_cancelled(sqlite: StandalonePlatform) -> None:
	"""As in ERPNext: the order would be half open, with less kept for it than it wants."""
	item, warehouse, books = sqlite.make_item(), sqlite.make_warehouse(), sqlite.books
	books.receive([PostingLine(item, warehouse, Decimal(8), Decimal(10))])
	order = books.order(sqlite.make_customer(), [PostingLine(item, warehouse, Decimal(6))])
	note = books.deliver(order, {books.order_rows(order)[0]["name"]: Decimal(2)})
	books.close_order(order)
	with pytest.raises(InventoryError) as refused:
		books.cancel(note)
	assert refused.value.code == "order_closed"
	books.reopen_order(order)
	books.cancel(note)
	position = sqlite.call("stock.get_position", item_code=item, warehouse=warehouse)
	assert (position["on_hand"], position["reserved"]) == (8, 6)


def test_services_agree_with_a_model(url_of_its_own: str) -> None:
	clock, seen = Clock(), Counter[tuple[str, bool]]()
	platform = StandalonePlatform(Standalone(url_of_its_own, clock))
	machine = type("ServicesHere", (Services,), {"platform": platform, "clock": clock, "seen": seen})
	run_state_machine_as_test(
		machine,
		settings=settings(
			max_examples=int(EXAMPLES or 40),
			stateful_step_count=STEPS,
			derandomize=EXAMPLES is None,
			database=None,
			deadline=None,
			suppress_health_check=list(HealthCheck),
			print_blob=False,
		),
	)
	print(f"\nallowed: {counts(seen, True)}\nrefused: {counts(seen, False)}")
	assert min(counts(seen, True).values()) >= 5, "a rule hardly ever did anything"


def counts(seen: Counter[tuple[str, bool]], allowed: bool) -> dict[str, int]:
	return {what: seen[what, allowed] for what in sorted({what for what, _ in seen})}
