"""Storage Policies: which bins are suggested for putting away and taking out, and why."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from inventory_midplatform.domain.roles import BUYER, OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.services import storage
from inventory_midplatform.tests.behaviour.base import Behaviour
from inventory_midplatform.tests.platform import unique


class StorageBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(10)
		self.unplaced = f"UNPLACED - {self.warehouse}"

	# doing

	def bin(self, code: str, **values: Any) -> str:
		return self.platform.make_bin(self.warehouse, bin_code=code, **values)

	def policy(self, **values: Any) -> str:
		return self.platform.create("Storage Policy", {"warehouse": self.warehouse, **values})

	def put_away(self, qty: Any, /, item_code: str = "", **more: Any) -> Row:
		answer: Row = self.platform.call(
			"stock.suggest_put_away",
			**{"item_code": item_code or self.item, "warehouse": self.warehouse, "qty": qty, **more},
		)
		return answer

	def removal(self, qty: Any, /, item_code: str = "", **more: Any) -> Row:
		answer: Row = self.platform.call(
			"stock.suggest_removal",
			**{"item_code": item_code or self.item, "warehouse": self.warehouse, "qty": qty, **more},
		)
		return answer

	def move(self, to_bin: str, qty: Any, from_bin: str = "") -> None:
		self.platform.call(
			"stock.move",
			item_code=self.item,
			warehouse=self.warehouse,
			from_bin=from_bin or self.unplaced,
			to_bin=to_bin,
			qty=qty,
		)

	def group(self, parent: str = "") -> str:
		name = unique("Group")
		values = {"name": name, "item_group_name": name, "is_group": 1}
		return self.platform.create(
			"Item Group", {**values, "parent_item_group": parent} if parent else values
		)

	def parts(self, suggestion: Row) -> dict[str, Any]:
		return {part["bin_code"]: part["qty"] for part in suggestion["bins"]}

	# putting away

	def test_without_a_policy_it_joins_its_own_and_then_goes_into_an_empty_bin(self) -> None:
		self.bin("E-01", sequence=1)
		self.move(self.bin("S-02", sequence=2, capacity_qty=3), 2)
		suggested = self.put_away(5)
		self.assertEqual(self.parts(suggested), {"S-02": 1, "E-01": 4})
		self.assertEqual((suggested["policy"], suggested["rest"], suggested["why_rest"]), ("", 0, None))
		self.assertEqual(
			[part["reason"]["sentence"] for part in suggested["bins"]],
			[
				"2 of the item lies here already.",
				"It is empty, and number 1 in the walking order.",
			],
		)

	def test_a_suggestion_moves_nothing(self) -> None:
		self.bin("E-01")
		self.put_away(5)
		self.removal(5)
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"UNPLACED": 10})

	def test_the_fixed_bin_takes_what_it_holds_and_the_rest_is_said(self) -> None:
		self.bin("E-01")
		fixed = self.bin("F-01", capacity_qty=4)
		name = self.policy(item_code=self.item, put_away_strategy="Fixed Bin", fixed_bin=fixed)
		suggested = self.put_away("6.5")
		self.assertEqual(self.parts(suggested), {"F-01": 4})
		self.assertEqual((suggested["policy"], suggested["rest"]), (name, 2.5))
		self.assertEqual(
			suggested["why_rest"]["values"], {"qty": "2.5", "found": "1", "mixed": "0", "full": "1"}
		)

	def test_a_zone_is_filled_in_walking_order(self) -> None:
		zone = self.platform.make_zone(self.warehouse)
		self.bin("Z-02", zone=zone, sequence=2, capacity_qty=3)
		self.bin("Z-01", zone=zone, sequence=3, capacity_qty=3)
		self.bin("E-01", sequence=1)
		self.policy(put_away_strategy="Zone", zone=zone)
		self.assertEqual(list(self.parts(self.put_away(5)).items()), [("Z-02", 3), ("Z-01", 2)])
		self.assertEqual(self.put_away(7)["rest"], 1)

	def test_a_policys_zone_bounds_the_other_strategies_too(self) -> None:
		zone = self.platform.make_zone(self.warehouse)
		self.bin("E-01", sequence=1)
		self.bin("Z-01", zone=zone, sequence=2)
		self.policy(put_away_strategy="Empty Bin", zone=zone)
		self.assertEqual(self.parts(self.put_away(5)), {"Z-01": 5})

	def test_other_items_are_not_joined_where_the_policy_forbids_it(self) -> None:
		zone = self.platform.make_zone(self.warehouse)
		shared = self.bin("Z-01", zone=zone, sequence=1)
		self.bin("Z-02", zone=zone, sequence=2, capacity_qty=1)
		self.receive(self.platform.make_item(), self.warehouse, 1, bin=shared)
		name = self.policy(put_away_strategy="Zone", zone=zone)
		self.assertEqual(self.parts(self.put_away(5)), {"Z-01": 5})
		self.platform.update("Storage Policy", name, {"allow_mixed_items": 0})
		suggested = self.put_away(5)
		self.assertEqual(self.parts(suggested), {"Z-02": 1})
		self.assertEqual(suggested["why_rest"]["values"]["mixed"], "1")

	def test_another_batch_is_not_joined_where_the_policy_forbids_it(self) -> None:
		"""Stock without a batch is a batch of its own."""
		self.move(self.bin("S-01"), 2)
		self.policy(put_away_strategy="Same Item", allow_mixed_batches=0)
		self.assertEqual(self.parts(self.put_away(5)), {"S-01": 5})
		self.assertEqual(self.put_away(5, batch_no=unique("B"))["bins"], [])

	def test_nothing_is_suggested_into_a_disabled_bin_or_zone_nor_into_unplaced(self) -> None:
		closed = self.platform.make_zone(self.warehouse)
		self.bin("D-01", disabled=1)
		self.bin("Z-01", zone=closed)
		self.platform.update("Warehouse Zone", closed, {"disabled": 1})
		suggested = self.put_away(5)
		self.assertEqual((suggested["bins"], suggested["rest"]), ([], 5))
		self.assertEqual(suggested["why_rest"]["sentence"], "5 fits nowhere: no bin comes into question.")

	def test_what_is_counted_in_pieces_is_not_cut(self) -> None:
		item = self.platform.make_item(stock_uom="Nos")
		self.bin("E-01", capacity_qty=2.5)
		suggested = self.put_away(4, item)
		self.assertEqual((self.parts(suggested), suggested["rest"]), ({"E-01": 2}, 2))

	# taking out

	def test_without_a_policy_unplaced_leaves_first_and_then_the_walk(self) -> None:
		self.move(self.bin("A-02", sequence=2), 3)
		self.move(self.bin("A-01", sequence=1), 3)
		suggested = self.removal(9)
		self.assertEqual(list(self.parts(suggested).items()), [("UNPLACED", 4), ("A-01", 3), ("A-02", 2)])
		self.assertEqual(suggested["strategy"], "Nearest Bin")
		self.assertEqual(
			suggested["bins"][1]["reason"]["sentence"], "Its bin is number 1 in the walking order."
		)

	def test_a_policy_or_the_caller_names_the_strategy(self) -> None:
		self.move(self.bin("A-01", sequence=1), 6)
		self.assertEqual(self.parts(self.removal(5)), {"UNPLACED": 4, "A-01": 1})
		self.policy(removal_strategy="Fewest Bins")
		self.assertEqual(self.parts(self.removal(5)), {"A-01": 5})
		self.assertEqual(self.parts(self.removal(5, strategy="Nearest Bin")), {"UNPLACED": 4, "A-01": 1})

	def test_every_strategy_answers_with_a_reason(self) -> None:
		self.move(self.bin("A-01", sequence=1), 6)
		names = self.platform.call("stock.list_strategies")
		self.assertLessEqual({"FIFO", "FEFO", "LIFO", "Nearest Bin", "Fewest Bins"}, set(names["removal"]))
		self.assertLessEqual({"Fixed Bin", "Same Item", "Empty Bin", "Zone"}, set(names["put_away"]))
		for name in names["removal"]:
			suggested = self.removal(8, strategy=name)
			self.assertEqual(sum(self.parts(suggested).values()), 8, name)
			self.assertTrue(all(part["reason"]["sentence"] for part in suggested["bins"]), name)

	def test_what_is_not_there_is_said(self) -> None:
		suggested = self.removal(12)
		self.assertEqual((self.parts(suggested), suggested["rest"]), ({"UNPLACED": 10}, 2))
		self.assertEqual(suggested["why_rest"]["values"], {"found": "10", "qty": "12"})
		self.assertEqual(self.removal(1, batch_no=unique("B"))["rest"], 1)

	def test_an_unknown_strategy_is_refused(self) -> None:
		with self.refused("unknown_strategy", 400, strategy="Random"):
			self.removal(1, strategy="Random")

	def test_what_the_books_issue_leaves_by_the_policy(self) -> None:
		self.move(self.bin("A-01", sequence=1), 6)
		self.policy(removal_strategy="Fewest Bins")
		self.issue(self.item, self.warehouse, 5)
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"UNPLACED": 4, "A-01": 1})

	def test_fifo_goes_by_receipt_whatever_the_bin_and_a_move_keeps_the_age(self) -> None:
		far, near = self.bin("A-09", sequence=9), self.bin("A-01", sequence=1)
		self.move(far, 10)
		self.receive(self.item, self.warehouse, 10, bin=near)
		self.policy(removal_strategy="FIFO")
		self.assertEqual(self.parts(self.removal(12)), {"A-09": 10, "A-01": 2})
		self.issue(self.item, self.warehouse, 12)
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"A-01": 8})
		self.assertEqual(list(self.parts(self.removal(1, strategy="LIFO"))), ["A-01"])

	def test_fifo_does_not_go_by_what_has_left_a_bin(self) -> None:
		item, warehouse = self.stocked(0)
		shelves = {code: self.platform.make_bin(warehouse, bin_code=code) for code in ("A", "B")}
		with self.platform.context() as ctx:
			now = ctx.clock.now().replace(microsecond=0)
		for days_ago, code in ((90, "A"), (60, "B"), (30, "A")):
			line = self.line(item, warehouse, 10, shelves[code])
			self.platform.books.receive([line], at=now - timedelta(days_ago))
		self.issue(item, warehouse, 10, bin=shelves["A"])

		def first(strategy: str) -> str:
			found = self.platform.call(
				"stock.suggest_removal", item_code=item, warehouse=warehouse, qty=5, strategy=strategy
			)
			(part,) = found["bins"]
			return str(part["bin_code"])

		self.assertEqual(first("FIFO"), "B")
		self.issue(item, warehouse, 10, bin=shelves["A"])
		self.receive(item, warehouse, 5, bin=shelves["B"])
		self.assertEqual(first("LIFO"), "B")

	def test_fefo_takes_the_batch_that_expires_first(self) -> None:
		item, warehouse = self.stocked(0, has_batch_no=1)
		late, soon = (self.platform.make_batch(item, date(2090, month, 1)) for month in (9, 3))
		self.receive(item, warehouse, 5, batch_no=late)
		self.receive(item, warehouse, 5, batch_no=soon)
		found = self.platform.call(
			"stock.suggest_removal", item_code=item, warehouse=warehouse, qty=7, strategy="FEFO"
		)
		self.assertEqual([(p["batch_no"], p["qty"]) for p in found["bins"]], [(soon, 5), (late, 2)])

	def test_what_has_expired_is_not_suggested_and_the_answer_says_where_it_lies(self) -> None:
		item, warehouse = self.stocked(0, has_batch_no=1)
		with self.platform.context() as ctx:
			today = ctx.clock.now().date()
		gone, last_day, late = (
			self.platform.make_batch(item, today + timedelta(days)) for days in (1, 0, 30)
		)
		shelf = self.platform.make_bin(warehouse, bin_code="A-01", sequence=1)
		self.receive(item, warehouse, 5, batch_no=gone, bin=shelf)
		for batch, qty in ((gone, 3), (last_day, 4), (late, 2)):
			self.receive(item, warehouse, qty, batch_no=batch)
		self.expire(gone, today - timedelta(1))
		for strategy in self.platform.call("stock.list_strategies")["removal"]:
			found = self.removal(9, item, warehouse=warehouse, strategy=strategy)
			self.assertEqual(sum(p["qty"] for p in found["bins"]), 6, strategy)
			self.assertEqual({p["batch_no"] for p in found["bins"]}, {last_day, late}, strategy)
			self.assertEqual(found["rest"], 3, strategy)
		self.assertEqual(
			[(p["bin_code"], p["batch_no"], p["qty"]) for p in found["expired"]],
			[("UNPLACED", gone, 3), ("A-01", gone, 5)],
		)
		self.assertEqual(
			found["expired"][0]["reason"]["sentence"],
			f"It expired on {today - timedelta(1)}, so it is suggested only where its batch is asked for.",
		)
		self.assertEqual(
			found["why_rest"]["sentence"],
			"Only 6 of 9 lies in the bins available and allocated to nobody; 8 more lies there and has expired.",
		)

	def test_an_expired_batch_is_told_even_where_nothing_is_missing(self) -> None:
		item, warehouse, gone, good = self.some_expired()
		found = self.removal(5, item, warehouse=warehouse, strategy="FEFO")
		self.assertEqual([(p["batch_no"], p["qty"]) for p in found["bins"]], [(good, 5)])
		self.assertEqual([(p["batch_no"], p["qty"]) for p in found["expired"]], [(gone, 3)])
		self.assertEqual((found["rest"], found["why_rest"]), (0, None))

	def test_an_expired_batch_that_is_asked_for_is_suggested_and_said_to_have_expired(self) -> None:
		item, warehouse, gone, _ = self.some_expired()
		found = self.removal(4, item, warehouse=warehouse, batch_no=gone)
		self.assertEqual([(p["batch_no"], p["qty"]) for p in found["bins"]], [(gone, 3)])
		self.assertEqual(
			found["bins"][0]["reason"]["sentence"],
			f"Batch {gone} was asked for. It expired on 2020-02-29.",
		)
		self.assertEqual((found["expired"], found["rest"]), ([], 1))
		self.assertEqual(found["why_rest"]["values"], {"found": "3", "qty": "4"})

	def test_expired_stock_of_another_batch_is_not_told_of_where_one_is_asked_for(self) -> None:
		item, warehouse, _, good = self.some_expired()
		found = self.removal(9, item, warehouse=warehouse, batch_no=good)
		self.assertEqual((found["expired"], found["why_rest"]["values"]), ([], {"found": "5", "qty": "9"}))
		self.assertEqual(
			found["bins"][0]["reason"]["sentence"],
			f"Batch {good} was asked for.",
		)

	def some_expired(self) -> tuple[str, str, str, str]:
		"""An item and a warehouse where three of an expired batch and five of a good one lie."""
		item, warehouse = self.stocked(0, has_batch_no=1)
		gone, good = (self.platform.make_batch(item, date(2090, 1, day)) for day in (1, 2))
		self.receive(item, warehouse, 3, batch_no=gone)
		self.receive(item, warehouse, 5, batch_no=good)
		self.expire(gone)
		return item, warehouse, gone, good

	# which policy

	def test_the_most_specific_policy_counts_alone(self) -> None:
		above, foreign = self.group(), self.group()
		group = self.group(above)
		item = self.platform.make_item(item_group=group)
		self.receive(item, self.warehouse, 1)
		self.policy(item_group=foreign, removal_strategy="LIFO")
		for scope, strategy in (
			({}, "FEFO"),
			({"item_group": above}, "LIFO"),
			({"item_group": group}, "Fewest Bins"),
			({"item_code": item}, ""),
		):
			name = self.policy(**scope, removal_strategy=strategy)
			suggested = self.removal(1, item)
			self.assertEqual(
				(suggested["policy"], suggested["strategy"]), (name, strategy or "Nearest Bin"), scope
			)
		self.platform.update("Storage Policy", name, {"disabled": 1})
		self.assertEqual(self.removal(1, item)["strategy"], "Fewest Bins")
		self.assertEqual(self.removal(1)["strategy"], "FEFO", "an item of no such group")

	def test_policies_of_many_keys_take_two_statements_at_most(self) -> None:
		group = self.group()
		items = [self.platform.make_item(item_group=group) for _ in range(3)]
		keys = [(item, self.warehouse) for item in (self.item, *items)]

		def found() -> tuple[dict[str, str], int]:
			with self.platform.context() as ctx:
				store = _Counting(ctx.store)
				strategies = storage.removal_strategies(replace(ctx, store=store), keys)
				return {item: s.name for (item, _), s in strategies.items()}, store.statements

		self.assertEqual(found(), ({}, 1))
		self.policy(removal_strategy="FIFO")
		self.assertEqual(found(), (dict.fromkeys((self.item, *items), "FIFO"), 1))
		self.policy(item_group=group, removal_strategy="LIFO")
		self.policy(item_code=items[0], removal_strategy="FEFO")
		expected = {self.item: "FIFO", items[0]: "FEFO", items[1]: "LIFO", items[2]: "LIFO"}
		self.assertEqual(found(), (expected, 2))

	def test_a_policy_whose_strategy_is_gone_lets_stock_leave_but_is_not_followed(self) -> None:
		name = self.policy(removal_strategy="FIFO")
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabStorage Policy` SET removal_strategy = 'Of an App' WHERE name = %(name)s",
				{"name": name},
			)
		with self.platform.context() as ctx:
			self.assertEqual(storage.removal_strategies(ctx, [(self.item, self.warehouse)]), {})
		with self.refused("unknown_strategy", 400):
			self.removal(1)
		self.issue(self.item, self.warehouse, 1)

	# what makes a policy valid

	def test_one_policy_a_scope(self) -> None:
		group = self.group()
		for scope in ({}, {"item_code": self.item}, {"item_group": group}):
			name = self.policy(**scope)
			with self.refused("second_policy", policy=name):
				self.policy(**scope, disabled=1)
			self.platform.update("Storage Policy", name, {"removal_strategy": "FIFO"})
		elsewhere = self.platform.make_warehouse()
		self.platform.create("Storage Policy", {"warehouse": elsewhere, "item_code": self.item})

	def test_an_item_and_a_group_at_once_are_refused(self) -> None:
		with self.refused("two_scopes", 400):
			self.policy(item_code=self.item, item_group=self.group())

	def test_bin_and_zone_lie_in_the_policys_warehouse(self) -> None:
		other = self.platform.make_warehouse()
		with self.refused("wrong_warehouse", 400):
			self.policy(zone=self.platform.make_zone(other))
		with self.refused("wrong_warehouse", 400):
			self.policy(fixed_bin=self.platform.make_bin(other))
		with self.refused("unplaced_bin", 400):
			self.policy(fixed_bin=self.unplaced)
		with self.refused("disabled_bin", 400):
			self.policy(fixed_bin=self.bin("D-01", disabled=1))

	def test_a_strategy_is_known_and_has_what_it_needs(self) -> None:
		for field in ("put_away_strategy", "removal_strategy"):
			with self.refused("unknown_strategy", 400, strategy="Random"):
				self.policy(**{field: "Random"})
		for strategy, needed in (("Fixed Bin", "fixed_bin"), ("Zone", "zone")):
			with self.refused("missing_argument", 400, argument=needed):
				self.policy(put_away_strategy=strategy)

	# who

	def test_suggestions_are_for_keepers_of_the_warehouse(self) -> None:
		keeper = self.platform.make_user([OPERATOR], [self.warehouse])
		stranger = self.platform.make_user([OPERATOR], [self.platform.make_warehouse()])
		buyer = self.platform.make_user([BUYER])
		for suggest in (self.put_away, self.removal):
			suggest(1, user=keeper)
			with self.refused("warehouse_not_permitted", 403):
				suggest(1, user=stranger)
			with self.refused("not_permitted", 403):
				suggest(1, user=buyer)


class _Counting:
	"""A store that counts the statements it is asked to read by."""

	def __init__(self, store: Any):
		self._store = store
		self.statements = 0

	def rows(self, sql: str, params: Any = None) -> list[Row]:
		self.statements += 1
		rows: list[Row] = self._store.rows(sql, params or {})
		return rows

	def __getattr__(self, name: str) -> Any:
		return getattr(self._store, name)
