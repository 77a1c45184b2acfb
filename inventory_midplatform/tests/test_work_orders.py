"""Work Orders reserve what they are going to take, from one warehouse or several, and are followed through what is made."""

from typing import Any

import frappe
from frappe.utils import add_days, now_datetime, nowdate, nowtime

from inventory_midplatform.adapters.site.demand_documents import sync
from inventory_midplatform.adapters.site.jobs import syncing_documents
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import switch
from inventory_midplatform.tests.test_other_demands import DemandCase


class TestWorkOrders(DemandCase):
	def setUp(self) -> None:
		super().setUp()
		self.part, self.place = self.stocked(20)
		self.product, self.in_progress = erp.item(), erp.warehouse()
		self.bom = erp.bom(self.product, self.part)

	def order(self, qty: float, **values: Any) -> Any:
		return erp.work_order(self.product, self.bom, self.place, self.in_progress, qty, **values)

	def assert_reservations(self, order: Any, reserved: float, waiting: float, consumed: float) -> None:
		self.assertEqual(self.reservations_of(order), [(self.part, self.place, reserved, waiting, consumed)])

	def test_required_items_are_reserved_and_consumed_by_the_transfer(self) -> None:
		order = self.order(5)
		self.assert_reservations(order, 10, 0, 0)
		moved = erp.work_order_entry(order.name, "Material Transfer for Manufacture", 2)
		self.assert_reservations(order, 6, 0, 4)
		erp.work_order_entry(order.name, "Manufacture", 2)
		self.assert_reservations(order, 6, 0, 4)
		erp.work_order_entry(order.name, "Material Transfer for Manufacture", 3)
		self.assert_reservations(order, 0, 0, 10)
		erp.work_order_entry(order.name, "Manufacture", 3)
		self.assert_reservations(order, 0, 0, 10)
		self.assertEqual(self.on_hand(self.product, self.place), 5)
		self.assertEqual(moved.docstatus, 1)

	def test_a_cancelled_transfer_is_reserved_again(self) -> None:
		order = self.order(5)
		moved = erp.work_order_entry(order.name, "Material Transfer for Manufacture", 2)
		erp.cancel(moved)
		self.assert_reservations(order, 10, 0, 0)

	def test_without_a_transfer_manufacture_consumes_it(self) -> None:
		order = self.order(5, skip_transfer=1)
		self.assert_reservations(order, 10, 0, 0)
		made = erp.work_order_entry(order.name, "Manufacture", 2)
		self.assert_reservations(order, 6, 0, 4)
		erp.cancel(made)
		self.assert_reservations(order, 10, 0, 0)

	def test_what_is_short_waits(self) -> None:
		order = self.order(12)
		self.assert_reservations(order, 20, 4, 0)
		erp.receipt(self.part, self.place, 4)
		self.assert_reservations(order, 24, 0, 0)

	def test_stopped_and_resumed(self) -> None:
		from erpnext.manufacturing.doctype.work_order.work_order import stop_unstop

		order = self.order(5)
		erp.work_order_entry(order.name, "Material Transfer for Manufacture", 2)
		stop_unstop(order.name, "Stopped")
		self.assert_reservations(order, 0, 0, 4)
		stop_unstop(order.name, "Resumed")
		self.assert_reservations(order, 6, 0, 4)

	def test_closed(self) -> None:
		from erpnext.manufacturing.doctype.work_order.work_order import close_work_order

		order = self.order(5)
		close_work_order(order.name, "Closed")
		self.assert_reservations(order, 0, 0, 0)

	def test_cancelled(self) -> None:
		order = self.order(5)
		erp.cancel(order)
		self.assert_reservations(order, 0, 0, 0)
		self.assertEqual(self.position(self.part, self.place)["reserved"], 0)

	def test_a_deleted_one_leaves_nothing_to_the_next_of_its_number(self) -> None:
		order = self.order(10)
		self.call("reservation.release", name=self.named(order), qty=15)
		self.assert_reservations(order, 5, 0, 0)
		erp.cancel(order)
		name = order.name
		frappe.delete_doc("Work Order", name)
		frappe.db.commit()
		again = self.order(10)
		self.assertEqual(again.name, name)
		open_now = [row for row in self.reservations_of(again) if row[2] or row[3]]
		self.assertEqual(open_now, [(self.part, self.place, 20, 0, 0)])

	def test_a_cancelled_return_is_no_delivery(self) -> None:
		from erpnext.manufacturing.doctype.work_order.work_order import make_stock_return_entry

		order = self.order(10)
		erp.work_order_entry(order.name, "Material Transfer for Manufacture", 5)
		erp.work_order_entry(order.name, "Manufacture", 2)
		returned = make_stock_return_entry(order.name)
		returned.update({"posting_date": nowdate(), "posting_time": nowtime()})
		erp.submit(returned)
		self.assertEqual(self.on_hand(self.part, self.place), 16)
		self.assert_reservations(order, 10, 0, 10)
		other = erp.sales_order(self.part, self.place, 6)
		self.assertEqual(self.reservations_of(other), [(self.part, self.place, 6, 0, 0)])
		with self.assertRaises(frappe.ValidationError) as refused:
			erp.cancel(frappe.get_doc("Stock Entry", returned.name))
		self.assertIn(other.name, str(refused.exception))
		frappe.db.rollback()
		self.assert_reservations(order, 10, 0, 10)
		erp.cancel(frappe.get_doc("Sales Order", other.name))
		erp.cancel(frappe.get_doc("Stock Entry", returned.name))
		self.assert_reservations(order, 10, 0, 10)

	def test_a_completed_one_has_nothing_outstanding(self) -> None:
		"""Its transfer was for less than required, and production was finished with it."""
		order = self.order(2)
		entry = frappe.get_doc(_entry_of(order.name, "Material Transfer for Manufacture", 2))
		entry.items[0].qty = 3
		erp.submit(entry)
		self.assert_reservations(order, 1, 0, 3)
		made = frappe.get_doc(_entry_of(order.name, "Manufacture", 2))
		made.items[0].qty = 3
		erp.submit(made)
		order.reload()
		self.assertEqual(order.status, "Completed")
		self.assert_reservations(order, 0, 0, 3)
		erp.cancel(made)
		self.assert_reservations(order, 1, 0, 3)

	def test_a_request_that_fetches_for_a_work_order_does_not_reserve_it_twice(self) -> None:
		order = self.order(5)
		rows = [
			{
				"item_code": self.part,
				"warehouse": self.in_progress,
				"from_warehouse": self.place,
				"qty": 10,
			}
		]
		request = erp.material_request("Material Transfer", rows, work_order=order.name)
		self.assertEqual(self.reservations_of(request), [])
		self.assertEqual(self.promised(), (10, []))
		switch(reserve_for_work_orders=0, reserve_for_material_requests=0)
		self.call("reservation.release", name=self.named(order))
		other = erp.material_request("Material Transfer", rows, work_order=order.name)
		self.assertEqual(self.reservations_of(other), [])
		self.assertEqual(self.promised(), (10, [("Work Order", -10)]))
		switch(reserve_for_material_requests=1)
		sync(other)
		self.assertEqual(self.reservations_of(other), [(self.part, self.place, 10, 0, 0)])
		self.assertEqual(self.promised(), (10, []))

	def promised(self) -> tuple[float, list[tuple[str, float]]]:
		"""Of the part, now, and what the projection takes of it."""
		found = self.call("stock.available_to_promise", item_code=self.part, warehouse=self.place)
		return found["promised"], [(step["document_type"], step["qty"]) for step in found["projection"]]

	def named(self, document: Any) -> str:
		about = {"demand_type": document.doctype, "demand_name": document.name}
		return str(frappe.get_last_doc("Inventory Reservation", about).name)

	def test_switched_off_nothing_is_reserved(self) -> None:
		switch(reserve_for_work_orders=0)
		order = self.order(5)
		self.assertEqual(self.reservations_of(order), [])
		erp.work_order_entry(order.name, "Material Transfer for Manufacture", 5)

	def test_their_demand_counts_as_need_reserved_or_not(self) -> None:
		level = {"warehouse": self.place, "warehouse_reorder_level": 15, "material_request_type": "Purchase"}
		part = frappe.get_doc("Item", self.part)
		part.append("reorder_levels", {**level, "warehouse_reorder_qty": 1})
		part.save()
		order = self.order(5)
		for reserve, unreserved in ((1, 0), (0, 10)):
			switch(reserve_for_work_orders=reserve)
			if not reserve:
				self.call("reservation.release", name=self.named(order))
			(low,) = self.call("replenishment.suggest", item_code=self.part)["suggestions"]
			self.assertEqual((low["why"]["unreserved"], low["why"]["level"]), (unreserved, 10))

	def test_what_they_make_and_take_is_promised_by_date(self) -> None:
		switch(reserve_for_work_orders=0)
		start, end = add_days(now_datetime(), 2), add_days(now_datetime(), 4)
		order = self.order(5, expected_delivery_date=end.date(), planned_start_date=start)
		made = self.call("stock.available_to_promise", item_code=self.product, warehouse=self.place, qty=5)
		self.assertEqual((made["promised"], made["earliest_date"]), (0, str(end.date())))
		promise = self.call("stock.available_to_promise", item_code=self.part, warehouse=self.place)
		self.assertEqual(
			[(s["document_type"], s["document"], s["date"], s["balance"]) for s in promise["projection"]],
			[("Work Order", order.name, str(start.date()), 10)],
		)
		self.assertEqual(promise["promised"], 10)
		switch(reserve_for_work_orders=1)
		for _ in syncing_documents():
			pass
		again = self.call("stock.available_to_promise", item_code=self.part, warehouse=self.place)
		self.assertEqual((again["promised"], again["projection"]), (10, []))


class TestWorkOrdersOfTwoWarehouses(DemandCase):
	"""ERPNext writes what was transferred of an item, all of it, into each of the item's rows."""

	def setUp(self) -> None:
		super().setUp()
		self.part, self.first = self.stocked(20)
		self.second, self.in_progress = erp.warehouse(), erp.warehouse()
		erp.receipt(self.part, self.second, 20)
		self.product, self.of_bom = erp.item(), erp.item()
		self.bom = erp.bom(self.product, self.of_bom)

	def order(self, **values: Any) -> Any:
		"""Six pieces of the part are to come from the first warehouse, four from the second.

		A part that the storekeeper adds: what the BOM wants of an item, ERPNext writes into each row of it.
		"""
		order = erp.insert(
			"Work Order",
			production_item=self.product,
			bom_no=self.bom,
			qty=2,
			company=erp.company(),
			source_warehouse="",
			wip_warehouse=self.in_progress,
			fg_warehouse=self.first,
			**{"planned_start_date": now_datetime(), **values},
		)
		order.required_items[0].include_item_in_manufacturing = 0
		for place, qty in ((self.first, 6), (self.second, 4)):
			order.append(
				"required_items",
				{
					"item_code": self.part,
					"source_warehouse": place,
					"required_qty": qty,
					"include_item_in_manufacturing": 1,
				},
			)
		order.submit()
		return order

	def issued(self, order: Any, *parts: tuple[str, float], purpose: str = "", **of_row: Any) -> Any:
		"""A Stock Entry takes so much from each warehouse for the order."""
		entry = frappe.get_doc(_entry_of(order.name, purpose or "Material Transfer for Manufacture", 1))
		entry.items = [row for row in entry.items if row.is_finished_item]
		to = {} if purpose else {"t_warehouse": self.in_progress}
		for warehouse, qty in parts:
			row = {"item_code": self.part, "uom": "Nos", "stock_uom": "Nos", "conversion_factor": 1}
			entry.append("items", {**row, **to, "s_warehouse": warehouse, "qty": qty, **of_row})
		return erp.submit(entry)

	def assert_reservations(
		self, order: Any, first: tuple[float, float], second: tuple[float, float]
	) -> None:
		"""Reserved and consumed in each of both warehouses, and so it stays when the order is followed by night."""
		expected = sorted([(self.first, *first), (self.second, *second)])
		for _ in range(2):
			found = [
				(place, reserved, consumed) for _, place, reserved, _, consumed in self.reservations_of(order)
			]
			self.assertEqual(sorted(found), expected)
			for _ in syncing_documents():
				pass

	def test_what_was_transferred_from_one_is_still_outstanding_from_the_other(self) -> None:
		order = self.order()
		self.assert_reservations(order, (6, 0), (4, 0))
		self.issued(order, (self.first, 6))
		order.reload()
		self.assertEqual([row.transferred_qty for row in order.required_items], [0, 6, 6])
		self.assert_reservations(order, (0, 6), (4, 0))
		last = self.issued(order, (self.second, 4))
		self.assert_reservations(order, (0, 6), (0, 4))
		erp.cancel(last)
		self.assert_reservations(order, (0, 6), (4, 0))

	def test_a_part_from_each_and_from_the_second_first(self) -> None:
		order = self.order()
		self.issued(order, (self.second, 3))
		self.assert_reservations(order, (6, 0), (1, 3))
		self.issued(order, (self.first, 2), (self.second, 1))
		self.assert_reservations(order, (4, 2), (0, 4))

	def test_what_came_from_a_third_warehouse_is_not_outstanding_the_first_row_first(self) -> None:
		order, third = self.order(), erp.warehouse()
		erp.receipt(self.part, third, 9)
		self.issued(order, (third, 7))
		self.assert_reservations(order, (0, 0), (3, 0))

	def test_without_a_transfer_manufacture_takes_it_from_both(self) -> None:
		order = self.order(skip_transfer=1)
		self.issued(order, (self.second, 3), purpose="Manufacture")
		self.assert_reservations(order, (6, 0), (1, 3))

	def test_an_alternative_that_was_taken_counts_for_its_item(self) -> None:
		other = erp.item()
		erp.receipt(other, self.second, 5)
		order = self.order()
		self.issued(order, (self.second, 3), item_code=other, original_item=self.part)
		self.assert_reservations(order, (6, 0), (1, 0))

	def test_what_is_not_reserved_of_it_is_promised_to_nobody_else(self) -> None:
		switch(reserve_for_work_orders=0)
		order = self.order(planned_start_date=add_days(now_datetime(), 2))
		self.issued(order, (self.first, 6))
		for place, demanded in ((self.first, []), (self.second, [(order.name, 16)])):
			promise = self.call("stock.available_to_promise", item_code=self.part, warehouse=place)
			self.assertEqual([(s["document"], s["balance"]) for s in promise["projection"]], demanded)


def _entry_of(order: str, purpose: str, qty: float) -> Any:
	from erpnext.manufacturing.doctype.work_order.work_order import make_stock_entry

	return make_stock_entry(order, purpose, qty)
