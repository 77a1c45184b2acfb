"""The machine that test_stateful.py gives its rules to: what they draw, how a step is taken and what must be true after it."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, multiple
from platforms import Clock, StandalonePlatform
from stateful_bins import ON_HOLD, Place, Refused
from stateful_model import Entry, Model
from stateful_reservations import Claim, Row

from inventory_midplatform.adapters.standalone.schema import doctypes
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import STEP, ZERO, from_store, to_text
from inventory_midplatform.ports import Context, PostingLine

OPENING = 5

NEVER_CHANGED = {"API Key", "Company", "Has Role", "UOM", "User"}

quantities = st.one_of(
	st.integers(1, 12).map(Decimal), st.integers(1, 12_000).map(lambda n: Decimal(n) / 1000)
)
items = st.sampled_from([0, 0, 0, 1, 1, 2, 2, 3])
"""Plain, with batches, with serial numbers, with both: where less is drawn from, more meets."""
warehouses = st.sampled_from([0, 0, 1])
handled = st.one_of(st.sampled_from([1, 2, 4]), quantities)
"""A quantity, or the divisor of what lies there."""
nths = st.integers(0, 31)
picks = st.integers(0, 3)
parts = st.sampled_from([None, 1, 2, 3, 0])
"""All, said or not, a half or a third of it, or more than there is."""


class Drawn(NamedTuple):
	item: int
	warehouse: int
	qty: Decimal
	pick: int = 0
	"""Which batch, which serial numbers, which row."""
	bin: int | None = None


drawn = st.builds(Drawn, items, warehouses, quantities, picks, st.sampled_from([None, None, 0, 1, 2]))


class Machine(RuleBasedStateMachine):
	platform: StandalonePlatform
	clock: Clock
	seen: Counter[tuple[str, str]]
	"""How often each rule was allowed ("") and refused with which code."""
	called: set[str]
	"""Operations of the API that a rule has called."""

	def begin(self) -> list[str]:
		"""Stock, reservations, something on hold; answers two orders, the first of them delivered in part."""
		make = self.platform
		make.settings(block_expired_batches=True)
		numbered = {"has_serial_no": 1, "stock_uom": "Nos"}
		made: dict[str, dict[str, Any]] = {
			"PLAIN": {},
			"BATCHES": {"has_batch_no": 1},
			"SERIALS": numbered,
			"BOTH": {"has_batch_no": 1, **numbered},
		}
		self.items = [make.make_item(name=i, item_code=i, **values) for i, values in made.items()]
		self.warehouses = [make.make_warehouse(name=name) for name in ("NEAR", "FAR")]
		self.bins = {
			w: [
				f"UNPLACED - {w}",
				*(make.make_bin(w, bin_code=c, sequence=n) for n, c in ((1, "B"), (2, "A"))),
			]
			for w in self.warehouses
		}
		has = {item: ("has_batch_no" in values, "has_serial_no" in values) for item, values in made.items()}
		self.batches = {
			item: [
				make.create("Batch", {"name": b, "batch_id": b, "item": item})
				for b in (f"{item}-1", f"{item}-2")
			]
			if has_batches
			else [""]
			for item, (has_batches, _) in has.items()
		}
		self.numbers: dict[str, list[str]] = {i: [] for i in self.items}
		"""Item → the serial numbers there ever were."""
		self.customer = make.make_customer()
		self.model = Model(has, self.bins)
		self.model.name_of_new = self.name_of_new
		opening = [
			self.line(Drawn(i, w, Decimal(OPENING), pick, bin), arrives=True)
			for i, item in enumerate(self.items)
			for w in range(len(self.warehouses))
			for pick in range(len(self.batches[item]))
			for bin in (None, 1)
		]
		# what is there for every rule to begin with proves nothing of the rules
		self.seen = Counter()
		self.post("receive", lambda: self.platform.books.receive(opening), opening)
		for item in (self.items[0], self.items[-1]):
			self.pin(self.keep((item, self.warehouses[0]), Decimal(3))["name"])
		for item, warehouse in zip(self.items[:2], self.warehouses, strict=True):
			place = Place(item, warehouse, self.bins[warehouse][1], self.batches[item][0])
			held = place._replace(status=ON_HOLD[0])
			where = {"bin": place.bin, "stock_status": held.status}
			self.handle("stock.block", place, held, Decimal(2), 0, True, **where)
		short = (self.items[1], self.warehouses[1])
		self.keep(short, self.model.available(short) + 3, "Partial")
		wanted = [
			PostingLine(item, self.warehouses[0], Decimal(2)) for item in (self.items[0], self.items[-1])
		]
		books = self.platform.books
		orders = [self.ordered("order", lambda: books.order(self.customer, wanted)) for _ in range(2)]
		delivered = {min(self.model.orders[orders[0]].rows): Decimal(1)}
		self.step(
			"deliver",
			lambda: books.deliver(orders[0], delivered),
			lambda model, voucher: model.deliver(voucher, orders[0], delivered),
		)
		del self.seen
		return orders

	def teardown(self) -> None:
		"""The next run finds nothing of this one: not what it broke, and not so much to look through."""
		with self.platform.context() as ctx:
			for doctype in doctypes().values():
				if not doctype.single and doctype.name not in NEVER_CHANGED:
					ctx.store.execute(f"DELETE FROM `tab{doctype.name}`")

	# what must be true after every step

	@invariant()
	def the_invariants_hold(self) -> None:
		assert self.platform.verify() == []

	@invariant()
	def the_model_agrees(self) -> None:
		found, model = self.projections(), self.model
		keys = [(item, warehouse) for item in self.items for warehouse in self.warehouses]
		assert found["positions"] == {
			key: (
				model.there(key),
				model.there(key) - model.there(key, statuses=(AVAILABLE,)),
				model.reserved(key),
				sum((c.waiting for c in model.claims.values() if c.key == key), ZERO),
			)
			for key in keys
		}
		assert found["lies"] == model.lies
		assert found["serials"] == model.serials
		assert found["reservations"] == {
			c.name: (c.key, c.demand, c.reserved, c.waiting, c.consumed, c.released, c.allocated)
			for c in model.claims.values()
		}
		assert found["pins"] == {
			(c.name, *w): qty for c in model.claims.values() for w, qty in c.pins.items()
		}

	@invariant()
	def what_is_kept_is_there(self) -> None:
		model = self.model
		for item, warehouse in {place.key for place in model.lies} | {c.key for c in model.claims.values()}:
			assert model.available((item, warehouse)) >= 0
		for claim in model.claims.values():
			assert claim.allocated <= claim.reserved, claim
			for bin, batch in claim.pins:
				assert model.free(Place(*claim.key, bin, batch)) >= 0, claim
			# nobody waits for what is there
			if claim.waiting and not model.expired(claim):
				takes = min(STEP, claim.waiting) if claim.shortage_policy == "Partial" else claim.waiting
				assert model.available(claim.key) < takes, claim

	def projections(self) -> dict[str, Any]:
		"""What the platform has of this machine's items, in the model's words."""
		asked = {"items": self.items}
		with self.platform.context() as ctx:
			positions, lies, serials, reservations, pins = (
				ctx.store.rows(f"SELECT * FROM `tab{doctype}` WHERE item_code IN %(items)s", asked)
				for doctype in (
					"Stock Position",
					"Bin Stock",
					"Serial Location",
					"Inventory Reservation",
					"Bin Allocation",
				)
			)
		key = ("item_code", "warehouse")
		place = (*key, "bin", "batch_no", "stock_status")
		demand = ("demand_type", "demand_name", "demand_line")

		def text(row: Any, *columns: str) -> Any:
			return tuple(row[c] or "" for c in columns)

		def numbers(row: Any, *columns: str) -> Any:
			return tuple(from_store(row[c]) for c in columns)

		parts = ("reserved_qty", "waiting_qty", "consumed_qty", "released_qty", "allocated_qty")
		return {
			"positions": {
				text(r, *key): numbers(r, "on_hand", "on_hold", "reserved", "waiting") for r in positions
			},
			"lies": {Place(*text(r, *place)): from_store(r["qty"]) for r in lies if from_store(r["qty"])},
			"serials": {r["serial_no"]: Place(*text(r, *place)) for r in serials},
			"reservations": {
				r["name"]: (text(r, *key), text(r, *demand), *numbers(r, *parts)) for r in reservations
			},
			"pins": {text(r, "reservation", "bin", "batch_no"): from_store(r["qty"]) for r in pins},
		}

	def layers(self) -> list[tuple[Any, ...]]:
		rows = self.platform.rows(
			"SELECT item_code, warehouse, batch_no, received_on, remaining_qty FROM `tabReceipt Layer`"
			" WHERE item_code IN %(items)s ORDER BY item_code, warehouse, batch_no, received_on",
			items=self.items,
		)
		return [(*list(r.values())[:-1], from_store(r["remaining_qty"])) for r in rows]

	# a step

	def step(self, what: str, act: Callable[[], Any], expect: Callable[[Model, Any], object]) -> Any:
		"""The platform acts, and the model says what comes of it, or that it is refused and why."""
		answer, error = None, None
		try:
			answer = act()
		except InventoryError as refused:
			error = refused
			note(f"{error.code}: {error}")
		now, expected = self.model.copied(), ""
		now.now, now.deallocated = self.clock.now(), 0
		try:
			expect(now, answer)
		except Refused as refused:
			expected = refused.code
		self.seen[what, expected] += 1
		self.seen["deallocated", ""] += now.deallocated
		assert expected == (error.code if error else ""), error
		if expected:
			return multiple()
		self.model = now
		return answer

	def call(
		self, operation: str, expect: Callable[[Model, Any], object], what: str = "", **arguments: Any
	) -> Any:
		self.called.add(operation)
		return self.step(
			what or operation.split(".")[1], lambda: self.platform.call(operation, **arguments), expect
		)

	def post(
		self, what: str, post: Callable[[], Any], chosen: Sequence[PostingLine], sign: int = 1, to: str = ""
	) -> Any:
		entries: list[Entry] = []
		for x in chosen:
			for qty, serial in x.parts:
				key = (x.item_code, x.warehouse)
				entry = Entry(key, sign * qty, len(entries), x.bin, x.batch_no, serial)
				entries.append(entry)
				if to:
					entries.append(entry._replace(key=(x.item_code, to), qty=qty, bin=""))
		return self.step(what, post, lambda model, voucher: model.post(voucher, entries))

	def ordered(self, what: str, make: Callable[[], str]) -> Any:
		name = make()
		rows = self.platform.books.order_rows(name)
		kept = self.platform.rows(
			"SELECT name, demand_line FROM `tabInventory Reservation` WHERE demand_name = %(order)s",
			order=name,
		)
		wanted = {r["name"]: Row((r["item_code"], r["warehouse"]), r["stock_qty"]) for r in rows}
		reservations = {r["demand_line"]: r["name"] for r in kept}
		return self.step(what, lambda: name, lambda model, _: model.order(name, wanted, reservations))

	def name_of_new(self, demand: tuple[str, str, str]) -> str:
		kept = self.platform.rows(
			"SELECT name FROM `tabInventory Reservation` WHERE demand_name = %(order)s AND demand_line = %(line)s",
			order=demand[1],
			line=demand[2],
		)
		return next((r["name"] for r in kept if r["name"] not in self.model.claims), "")

	def in_context(self, act: Callable[[Context], Any]) -> Any:
		with self.platform.context() as ctx:
			return act(ctx)

	def keep(
		self,
		key: Key,
		qty: Decimal,
		shortage_policy: str = "Refuse",
		priority: int = 0,
		expires_at: datetime | None = None,
	) -> Any:
		return self.call(
			"reservation.reserve",
			lambda model, answer: model.reserve(
				Claim(
					answer and answer["name"],
					key,
					waiting=qty,
					shortage_policy=shortage_policy,
					priority=priority,
					expires_at=expires_at,
				)
			),
			item_code=key[0],
			warehouse=key[1],
			qty=to_text(qty),
			shortage_policy=shortage_policy,
			priority=priority,
			expires_at=expires_at and expires_at.isoformat(),
		)

	def pin(self, name: str, qty: Decimal | None = None, strategy: str = "", batch: str = "") -> None:
		self.call(
			"reservation.allocate",
			lambda model, answer: model.allocate(
				name,
				qty,
				batch,
				{
					(a["bin"], a["batch_no"]): from_store(a["qty"])
					for a in (answer["allocations"] if answer else ())
				},
			),
			name=name,
			qty=qty and to_text(qty),
			strategy=strategy,
			batch_no=batch,
		)

	# what is drawn

	def key(self, x: Drawn) -> Key:
		return self.items[x.item], self.warehouses[x.warehouse]

	def batch(self, x: Drawn) -> str:
		batches = self.batches[self.items[x.item]]
		return batches[x.pick % len(batches)]

	def whole(self, x: Drawn) -> Decimal:
		"""What has serial numbers is ordered by the piece."""
		return Decimal(int(x.qty) % 3 + 1) if self.model.has[self.items[x.item]][1] else x.qty

	def line(self, x: Drawn, arrives: bool = False) -> PostingLine:
		item, warehouse = key = self.key(x)
		batch, bin = self.batch(x), "" if x.bin is None else self.bins[warehouse][x.bin]
		if not self.model.has[item][1]:
			return PostingLine(item, warehouse, x.qty, Decimal(10), bin, batch)
		known, many = self.numbers[item], int(self.whole(x))
		if arrives and (x.pick < 3 or not known):
			serials = [f"{item}-N{len(known) + n:03}" for n in range(many)]
			known += serials
		elif arrives:
			serials = known[int(x.qty) % len(known) :][:1]
		else:
			here = sorted(s for s, p in self.model.serials.items() if (p.key, p.batch) == (key, batch))
			serials = here[x.pick % (len(here) or 1) :][:many] or known[:1]
		return PostingLine(item, warehouse, Decimal(len(serials)), Decimal(10), bin, batch, tuple(serials))

	def place(self, nth: int, statuses: Sequence[str]) -> Place:
		"""Where something lies in one of the statuses; somewhere where nothing does."""
		lying = sorted(
			(place for place in self.model.lies if place.status in statuses),
			key=lambda place: (self.items.index(place.item_code), place),
		)
		nowhere = Place(self.items[0], self.warehouses[0], self.bins[self.warehouses[0]][0], "", statuses[-1])
		place = lying[nth % len(lying)] if lying else nowhere
		note(f"{place}")
		return place

	def handle(
		self,
		operation: str,
		place: Place,
		to: Place,
		qty: Decimal | int,
		pick: int,
		named: bool,
		**where: str,
	) -> None:
		"""Move ``qty``, or that fraction of what lies there; with its serial numbers, and its batch where it is named."""
		wanted = qty if isinstance(qty, Decimal) else self.part(self.model.lies.get(place, ZERO), qty)
		serials: list[str] = []
		if self.model.has[place.item_code][1]:
			near = place._replace(batch="")
			here = sorted(s for s, p in self.model.serials.items() if p._replace(batch="") == near)
			serials = here[pick % (len(here) or 1) :][: int(wanted) % 3 + 1]
			wanted = Decimal(len(serials) + (pick == 3) or 1)
		batch = place.batch if named else ""
		self.call(
			operation,
			lambda model, _: model.move(place._replace(batch=""), to, wanted, batch, serials),
			**where,
			item_code=place.item_code,
			warehouse=place.warehouse,
			batch_no=batch,
			serial_nos=serials,
			qty=to_text(wanted),
		)

	def some_claim(self, nth: int, first: Callable[[Claim], object] = lambda claim: claim.open) -> Claim:
		"""Those with something to do ``first``, the newest of them first."""
		claims = sorted(self.model.claims.values(), key=lambda c: (bool(first(c)), c.name), reverse=True)
		note(f"{claims[nth % len(claims)]}")
		return claims[nth % len(claims)]

	def part(self, whole: Decimal, part: int) -> Decimal:
		"""A part of ``whole``, or for it to be refused more than that: where ``part`` is 0, and where there is nothing."""
		return whole + 1 if part == 0 else round(whole / part, 9) or Decimal(1)

	def part_if_said(self, whole: Decimal, part: int | None) -> Decimal | None:
		return None if part is None else self.part(whole, part)
