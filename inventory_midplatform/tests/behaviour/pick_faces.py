"""A pick face is refilled from other bins: below its minimum, and before orders want more than is in it."""

from datetime import date
from typing import Any

from inventory_midplatform.domain.roles import BUYER, OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.storage_case import StorageCase


class PickFaceBehaviour(StorageCase):
	"""50 of an item lie in a reserve bin; its home bin is refilled below 4, up to 20."""

	def setUp(self) -> None:
		super().setUp()
		self.face = self.bin("A1", sequence=1)
		self.store_bin = self.bin("R1", sequence=90)
		self.receive(self.item, self.warehouse, 40, self.store_bin)
		self.move(self.store_bin, 10)
		self.scope = {"item_code": self.item, "fixed_bin": self.face}
		self.policy(**self.scope, pick_face_minimum=4, pick_face_maximum=20)

	def due(self, **more: Any) -> list[Row]:
		found: list[Row] = self.platform.call("stock.list_refills", warehouse=self.warehouse, **more)[
			"refills"
		]
		return found

	def refill(self, qty: Any, **more: Any) -> Row:
		about = {
			"item_code": self.item,
			"warehouse": self.warehouse,
			"from_bin": self.store_bin,
			"qty": qty,
			**more,
		}
		result: Row = self.platform.call("stock.refill", **about)
		return result

	def test_an_empty_pick_face_is_refilled_to_its_maximum(self) -> None:
		(task,) = self.due()
		self.assertEqual((task["bin_code"], task["left"], task["refill_qty"]), ("A1", 0, 20))
		self.assertEqual([(b["bin_code"], b["qty"]) for b in task["from_bins"]], [("R1", 20)])
		moved = self.refill(20, user=self.platform.make_user([OPERATOR]))
		self.assertEqual((moved["to_bin"], moved["warnings"]), (self.face, []))
		self.assertEqual(self.due(), [])

	def test_it_is_due_only_below_its_minimum(self) -> None:
		self.refill(4)
		self.assertEqual(self.due(), [])
		self.move(self.store_bin, 1, self.face)
		self.assertEqual(self.due()[0]["refill_qty"], 17)

	def test_what_is_allocated_in_it_does_not_count(self) -> None:
		self.refill(20)
		reserved = self.reserve(self.item, self.warehouse, 17)
		self.platform.call("reservation.allocate", name=reserved["name"], qty=17)
		self.assertEqual((self.due()[0]["left"], self.due()[0]["refill_qty"]), (3, 17))

	def test_it_is_due_before_the_next_wave_needs_more_than_is_in_it(self) -> None:
		self.refill(10)
		self.reserve(self.item, self.warehouse, 10)
		self.assertEqual(self.due(), [])
		self.reserve(self.item, self.warehouse, 1)
		(task,) = self.due()
		self.assertEqual((task["to_allocate"], task["left"], task["refill_qty"]), (11, 10, 10))

	def test_orders_for_more_than_its_maximum_do_not_make_a_full_one_due(self) -> None:
		self.refill(20)
		self.reserve(self.item, self.warehouse, 45)
		self.assertEqual(self.due(), [])

	def test_nothing_is_due_where_nothing_is_left_to_refill_with(self) -> None:
		self.refill(3)
		self.platform.call(
			"stock.block",
			item_code=self.item,
			warehouse=self.warehouse,
			bin=self.store_bin,
			qty=47,
			stock_status="Damaged",
		)
		self.assertEqual(self.due(), [])

	def test_it_is_refilled_no_further_than_its_bin_has_room(self) -> None:
		small = self.bin("A2", sequence=2, capacity_qty=7)
		item = self.platform.make_item()
		self.receive(item, self.warehouse, 30, self.store_bin)
		self.policy(item_code=item, fixed_bin=small, pick_face_minimum=1, pick_face_maximum=20)
		(task,) = self.due(item_code=item)
		self.assertEqual(task["refill_qty"], 7)
		self.refill(7, item_code=item)
		self.assertEqual(self.due(item_code=item), [])

	def test_the_batch_that_expires_first_is_brought_first_and_no_expired_one(self) -> None:
		item = self.platform.make_item(has_batch_no=1, has_expiry_date=1)
		late, soon, gone = (
			self.platform.make_batch(item, expiry_date=day)
			for day in (date(2099, 1, 1), date(2098, 1, 1), date(2097, 1, 1))
		)
		for batch in (late, soon, gone):
			self.receive(item, self.warehouse, 6, self.store_bin, batch_no=batch)
		self.expire(gone)
		where = self.bin("A3", sequence=3)
		self.policy(
			item_code=item,
			fixed_bin=where,
			pick_face_minimum=1,
			pick_face_maximum=10,
			removal_strategy="FEFO",
		)
		(task,) = self.due(item_code=item)
		self.assertEqual([(b["batch_no"], b["qty"]) for b in task["from_bins"]], [(soon, 6), (late, 4)])

	def test_those_that_orders_wait_for_come_first_and_the_list_pages(self) -> None:
		other = self.platform.make_item()
		self.receive(other, self.warehouse, 30, self.store_bin)
		self.policy(
			item_code=other, fixed_bin=self.bin("Z9", sequence=99), pick_face_minimum=1, pick_face_maximum=5
		)
		self.assertEqual([task["item_code"] for task in self.due()], [self.item, other])
		self.reserve(other, self.warehouse, 1)
		page = self.platform.call("stock.list_refills", warehouse=self.warehouse, limit=1)
		self.assertEqual(([t["item_code"] for t in page["refills"]], page["has_more"]), ([other], True))
		page = self.platform.call("stock.list_refills", warehouse=self.warehouse, limit=1, offset=1)
		self.assertEqual(([t["item_code"] for t in page["refills"]], page["has_more"]), ([self.item], False))

	def test_more_than_is_there_is_not_brought(self) -> None:
		with self.refused("insufficient_in_bin"):
			self.refill(51)
		self.assertEqual(self.due()[0]["left"], 0)

	def test_an_item_without_a_pick_face_is_not_refilled(self) -> None:
		item = self.platform.make_item()
		self.receive(item, self.warehouse, 5)
		with self.refused("no_pick_face"):
			self.refill(1, item_code=item, from_bin=self.unplaced)

	def test_who_may_refill(self) -> None:
		with self.refused("not_permitted", 403):
			self.refill(1, user=self.platform.make_user([BUYER]))

	def test_a_policy_whose_pick_face_cannot_be_is_refused(self) -> None:
		item = self.platform.make_item()
		limits = {"pick_face_minimum": 4, "pick_face_maximum": 20}
		with self.refused("pick_face_without_item", 400):
			self.policy(fixed_bin=self.face, **limits)
		with self.refused("missing_argument", 400):
			self.policy(item_code=item, **limits)
		for minimum, maximum in ((4, 3), (4, 0)):
			with self.refused("wrong_pick_face", 400):
				self.policy(
					item_code=item, fixed_bin=self.face, pick_face_minimum=minimum, pick_face_maximum=maximum
				)
