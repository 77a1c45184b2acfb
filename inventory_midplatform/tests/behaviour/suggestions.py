"""Suggestions: which bins are suggested for putting away and removal, and why."""

from datetime import date, timedelta

from inventory_midplatform.domain.roles import BUYER, OPERATOR
from inventory_midplatform.tests.behaviour.storage_case import StorageCase
from inventory_midplatform.tests.platform import unique


class SuggestionBehaviour(StorageCase):
	# putting away

	def test_without_a_policy_bins_with_the_item_come_first_then_empty_ones(self) -> None:
		self.bin("E-01", sequence=1)
		self.move(self.bin("S-02", sequence=2, capacity_qty=3), 2)
		suggested = self.put_away(5)
		self.assertEqual(self.parts(suggested), {"S-02": 1, "E-01": 4})
		self.assertEqual((suggested["policy"], suggested["rest"], suggested["why_rest"]), ("", 0, None))
		self.assertEqual(
			[part["reason"]["sentence"] for part in suggested["bins"]],
			[
				"2 of the item is here already.",
				"It is empty, and number 1 in the walking order.",
			],
		)

	def test_a_suggestion_moves_nothing(self) -> None:
		self.bin("E-01")
		self.put_away(5)
		self.removal(5)
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"UNPLACED": 10})

	def test_the_fixed_bin_is_filled_to_its_capacity_and_the_rest_is_shown(self) -> None:
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

	def test_the_zone_of_a_policy_limits_the_other_strategies_too(self) -> None:
		zone = self.platform.make_zone(self.warehouse)
		self.bin("E-01", sequence=1)
		self.bin("Z-01", zone=zone, sequence=2)
		self.policy(put_away_strategy="Empty Bin", zone=zone)
		self.assertEqual(self.parts(self.put_away(5)), {"Z-01": 5})

	def test_items_are_not_mixed_if_the_policy_forbids_it(self) -> None:
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

	def test_batches_are_not_mixed_if_the_policy_forbids_it(self) -> None:
		"""Stock without a batch counts as a batch of its own."""
		self.move(self.bin("S-01"), 2)
		self.policy(put_away_strategy="Same Item", allow_mixed_batches=0)
		self.assertEqual(self.parts(self.put_away(5)), {"S-01": 5})
		self.assertEqual(self.put_away(5, batch_no=unique("B"))["bins"], [])

	def test_disabled_bins_and_zones_and_the_unplaced_bin_are_not_suggested(self) -> None:
		closed = self.platform.make_zone(self.warehouse)
		self.bin("D-01", disabled=1)
		self.bin("Z-01", zone=closed)
		self.platform.update("Warehouse Zone", closed, {"disabled": 1})
		suggested = self.put_away(5)
		self.assertEqual((suggested["bins"], suggested["rest"]), ([], 5))
		self.assertEqual(suggested["why_rest"]["sentence"], "5 fits nowhere: no bin is suitable.")

	def test_whole_units_are_not_split(self) -> None:
		item = self.platform.make_item(stock_uom="Nos")
		self.bin("E-01", capacity_qty=2.5)
		suggested = self.put_away(4, item)
		self.assertEqual((self.parts(suggested), suggested["rest"]), ({"E-01": 2}, 2))

	# taking out

	def test_without_a_policy_the_unplaced_bin_comes_first_then_the_walking_order(self) -> None:
		self.move(self.bin("A-02", sequence=2), 3)
		self.move(self.bin("A-01", sequence=1), 3)
		suggested = self.removal(9)
		self.assertEqual(list(self.parts(suggested).items()), [("UNPLACED", 4), ("A-01", 3), ("A-02", 2)])
		self.assertEqual(suggested["strategy"], "Nearest Bin")
		self.assertEqual(
			suggested["bins"][1]["reason"]["sentence"], "Its bin is number 1 in the walking order."
		)

	def test_the_strategy_is_the_callers_or_the_policys(self) -> None:
		self.move(self.bin("A-01", sequence=1), 6)
		self.assertEqual(self.parts(self.removal(5)), {"UNPLACED": 4, "A-01": 1})
		self.policy(removal_strategy="Fewest Bins")
		self.assertEqual(self.parts(self.removal(5)), {"A-01": 5})
		self.assertEqual(self.parts(self.removal(5, strategy="Nearest Bin")), {"UNPLACED": 4, "A-01": 1})

	def test_every_strategy_gives_a_reason(self) -> None:
		self.move(self.bin("A-01", sequence=1), 6)
		names = self.platform.call("stock.list_strategies")
		self.assertLessEqual({"FIFO", "FEFO", "LIFO", "Nearest Bin", "Fewest Bins"}, set(names["removal"]))
		self.assertLessEqual({"Fixed Bin", "Same Item", "Empty Bin", "Zone"}, set(names["put_away"]))
		for name in names["removal"]:
			suggested = self.removal(8, strategy=name)
			self.assertEqual(sum(self.parts(suggested).values()), 8, name)
			self.assertTrue(all(part["reason"]["sentence"] for part in suggested["bins"]), name)

	def test_a_missing_quantity_is_shown_with_the_reason(self) -> None:
		suggested = self.removal(12)
		self.assertEqual((self.parts(suggested), suggested["rest"]), ({"UNPLACED": 10}, 2))
		self.assertEqual(suggested["why_rest"]["values"], {"found": "10", "qty": "12"})
		self.assertEqual(self.removal(1, batch_no=unique("B"))["rest"], 1)

	def test_an_unknown_strategy_is_refused(self) -> None:
		with self.refused("unknown_strategy", 400, strategy="Random"):
			self.removal(1, strategy="Random")

	def test_stock_issued_in_the_books_leaves_by_the_policy(self) -> None:
		self.move(self.bin("A-01", sequence=1), 6)
		self.policy(removal_strategy="Fewest Bins")
		self.issue(self.item, self.warehouse, 5)
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"UNPLACED": 4, "A-01": 1})

	def test_fifo_goes_by_receipt_in_any_bin_and_a_move_does_not_change_the_age(self) -> None:
		far, near = self.bin("A-09", sequence=9), self.bin("A-01", sequence=1)
		self.move(far, 10)
		self.receive(self.item, self.warehouse, 10, bin=near)
		self.policy(removal_strategy="FIFO")
		self.assertEqual(self.parts(self.removal(12)), {"A-09": 10, "A-01": 2})
		self.issue(self.item, self.warehouse, 12)
		self.assertEqual(self.in_bins(self.item, self.warehouse), {"A-01": 8})
		self.assertEqual(list(self.parts(self.removal(1, strategy="LIFO"))), ["A-01"])

	def test_fifo_ignores_receipts_that_have_left_a_bin(self) -> None:
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

	def test_fefo_removes_the_batch_that_expires_first(self) -> None:
		item, warehouse = self.stocked(0, has_batch_no=1)
		late, soon = (self.platform.make_batch(item, date(2090, month, 1)) for month in (9, 3))
		self.receive(item, warehouse, 5, batch_no=late)
		self.receive(item, warehouse, 5, batch_no=soon)
		found = self.platform.call(
			"stock.suggest_removal", item_code=item, warehouse=warehouse, qty=7, strategy="FEFO"
		)
		self.assertEqual([(p["batch_no"], p["qty"]) for p in found["bins"]], [(soon, 5), (late, 2)])

	def test_an_expired_batch_is_not_suggested_and_its_bins_are_shown(self) -> None:
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
			[(p["bin_code"], p["batch_no"], p["qty"]) for p in found["unusable"]],
			[("UNPLACED", gone, 3), ("A-01", gone, 5)],
		)
		self.assertEqual(
			found["unusable"][0]["reason"]["sentence"],
			f"It expired on {today - timedelta(1)}, so it is suggested only where its batch is requested.",
		)
		self.assertEqual(
			found["why_rest"]["sentence"],
			"Only 6 of 9 is in bins, available, not allocated and usable; 8 more is there but has expired or is disabled.",
		)

	def test_an_expired_batch_is_shown_even_if_nothing_is_missing(self) -> None:
		item, warehouse, gone, good = self.three_expired()
		found = self.removal(5, item, warehouse=warehouse, strategy="FEFO")
		self.assertEqual([(p["batch_no"], p["qty"]) for p in found["bins"]], [(good, 5)])
		self.assertEqual([(p["batch_no"], p["qty"]) for p in found["unusable"]], [(gone, 3)])
		self.assertEqual((found["rest"], found["why_rest"]), (0, None))

	def test_a_named_expired_batch_is_suggested_and_the_reason_says_that_it_expired(self) -> None:
		item, warehouse, gone, _ = self.three_expired()
		found = self.removal(4, item, warehouse=warehouse, batch_no=gone)
		self.assertEqual([(p["batch_no"], p["qty"]) for p in found["bins"]], [(gone, 3)])
		self.assertEqual(
			found["bins"][0]["reason"]["sentence"],
			f"Batch {gone} was requested. It expired on 2020-02-29.",
		)
		self.assertEqual((found["unusable"], found["rest"]), ([], 1))
		self.assertEqual(found["why_rest"]["values"], {"found": "3", "qty": "4"})

	def test_another_expired_batch_is_not_shown_if_a_batch_is_named(self) -> None:
		item, warehouse, _, good = self.three_expired()
		found = self.removal(9, item, warehouse=warehouse, batch_no=good)
		self.assertEqual((found["unusable"], found["why_rest"]["values"]), ([], {"found": "5", "qty": "9"}))
		self.assertEqual(
			found["bins"][0]["reason"]["sentence"],
			f"Batch {good} was requested.",
		)

	def test_a_disabled_batch_is_never_suggested(self) -> None:
		"""A recalled batch is disabled in ERPNext, which then no longer picks it."""
		item, warehouse, recalled, good = self.six_and_four()
		self.platform.update("Batch", recalled, {"disabled": 1})
		for strategy in self.platform.call("stock.list_strategies")["removal"]:
			found = self.removal(5, item, warehouse=warehouse, strategy=strategy)
			self.assertEqual([(p["batch_no"], p["qty"]) for p in found["bins"]], [(good, 4)], strategy)
			self.assertEqual(found["rest"], 1, strategy)
		self.assertEqual(
			[(p["batch_no"], p["qty"], p["reason"]["sentence"]) for p in found["unusable"]],
			[(recalled, 6, f"Batch {recalled} is disabled.")],
		)
		self.assertEqual(found["why_rest"]["values"], {"found": "4", "qty": "5", "unusable": "6"})
		for suggest in (self.removal, self.put_away):
			with self.refused("disabled_batch", 400, batch_no=recalled):
				suggest(1, item, warehouse=warehouse, batch_no=recalled)
		self.platform.update("Batch", recalled, {"disabled": 0})
		found = self.removal(5, item, warehouse=warehouse, batch_no=recalled)
		self.assertEqual([(p["batch_no"], p["qty"]) for p in found["bins"]], [(recalled, 5)])

	def test_a_batch_of_another_item_is_refused(self) -> None:
		item, warehouse, _, _ = self.six_and_four()
		other = self.platform.make_batch(self.platform.make_item(has_batch_no=1))
		for suggest in (self.removal, self.put_away):
			with self.refused("batch_of_other_item", 400, batch_no=other, item_code=item):
				suggest(1, item, warehouse=warehouse, batch_no=other)

	def test_stock_in_a_disabled_zone_is_not_suggested(self) -> None:
		zone = self.platform.make_zone(self.warehouse)
		shelf = self.bin("Z-01", zone=zone)
		self.move(shelf, 6)
		self.platform.update("Warehouse Zone", zone, {"disabled": 1})
		found = self.removal(5)
		self.assertEqual((self.parts(found), found["rest"]), ({"UNPLACED": 4}, 1))
		self.assertEqual(
			[(p["bin_code"], p["qty"], p["reason"]["sentence"]) for p in found["unusable"]],
			[("Z-01", 6, "Its bin or zone is disabled.")],
		)
		moved = self.platform.call(
			"stock.move",
			item_code=self.item,
			warehouse=self.warehouse,
			from_bin=self.unplaced,
			to_bin=shelf,
			qty=1,
		)
		self.assertEqual([w["sentence"] for w in moved["warnings"]], ["Its bin or zone is disabled."])

	def six_and_four(self) -> tuple[str, str, str, str]:
		"""Create an item and a warehouse with 6 of a batch that expires first, and 4 of another."""
		item, warehouse = self.stocked(0, has_batch_no=1)
		first, second = (self.platform.make_batch(item, date(2090, 1, day)) for day in (1, 2))
		self.receive(item, warehouse, 6, batch_no=first)
		self.receive(item, warehouse, 4, batch_no=second)
		return item, warehouse, first, second

	def three_expired(self) -> tuple[str, str, str, str]:
		"""Create an item and a warehouse with 3 of an expired batch and 5 of a good one."""
		item, warehouse = self.stocked(0, has_batch_no=1)
		gone, good = (self.platform.make_batch(item, date(2090, 1, day)) for day in (1, 2))
		self.receive(item, warehouse, 3, batch_no=gone)
		self.receive(item, warehouse, 5, batch_no=good)
		self.expire(gone)
		return item, warehouse, gone, good

	# who

	def test_suggestions_are_for_storekeepers_of_the_warehouse(self) -> None:
		storekeeper = self.platform.make_user([OPERATOR], [self.warehouse])
		stranger = self.platform.make_user([OPERATOR], [self.platform.make_warehouse()])
		buyer = self.platform.make_user([BUYER])
		for suggest in (self.put_away, self.removal):
			suggest(1, user=storekeeper)
			with self.refused("warehouse_not_permitted", 403):
				suggest(1, user=stranger)
			with self.refused("not_permitted", 403):
				suggest(1, user=buyer)
