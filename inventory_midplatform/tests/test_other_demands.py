"""Material Requests, and demands that ERPNext does not know, reserve what they are going to take."""

from typing import Any

import frappe
from frappe.utils import nowdate

from inventory_midplatform.adapters.site.context import SiteUnitOfWork
from inventory_midplatform.adapters.site.jobs import syncing_documents
from inventory_midplatform.api.operation import operation_named, perform
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import EveryDemandReserves, switch


class DemandCase(EveryDemandReserves):
	def call(self, operation: str, /, **arguments: Any) -> Any:
		frappe.db.commit()
		return perform(SiteUnitOfWork(), operation_named(operation), arguments)

	def stocked(self, qty: float) -> tuple[str, str]:
		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, qty)
		frappe.db.commit()
		return item, place

	def reservations_of(self, document: Any) -> list[tuple[str, str, float, float, float]]:
		"""Item, warehouse, reserved, waiting and consumed of each reservation of a document."""
		frappe.db.commit()
		rows = frappe.get_all(
			"Inventory Reservation",
			{"demand_type": document.doctype, "demand_name": document.name},
			["item_code", "warehouse", "reserved_qty", "waiting_qty", "consumed_qty"],
			order_by="name",
			as_list=True,
		)
		return [tuple(row) for row in rows]


class TestMaterialRequests(DemandCase):
	def issue(self, item: str, place: str, qty: float, **values: Any) -> Any:
		return erp.material_request(
			"Material Issue", [{"item_code": item, "warehouse": place, "qty": qty, **values}]
		)

	def test_an_issue_is_reserved_where_it_leaves_and_consumed_by_its_stock_entry(self) -> None:
		item, place = self.stocked(10)
		request = self.issue(item, place, 6)
		self.assertEqual(self.reservations_of(request), [(item, place, 6, 0, 0)])
		first = erp.submit(erp.entry_for_request(request.name, qty=2))
		self.assertEqual(self.reservations_of(request), [(item, place, 4, 0, 2)])
		erp.submit(erp.entry_for_request(request.name))
		self.assertEqual(self.reservations_of(request), [(item, place, 0, 0, 6)])
		self.assertEqual(self.position(item, place)["reserved"], 0)
		erp.cancel(first)
		self.assertEqual(self.reservations_of(request), [(item, place, 2, 0, 4)])

	def test_units_are_converted(self) -> None:
		item, place = self.stocked(30)
		document = frappe.get_doc("Item", item)
		document.append("uoms", {"uom": "Box", "conversion_factor": 12})
		document.save()
		request = self.issue(item, place, 2, uom="Box", conversion_factor=12)
		self.assertEqual(self.reservations_of(request), [(item, place, 24, 0, 0)])
		erp.submit(erp.entry_for_request(request.name))
		self.assertEqual(self.reservations_of(request), [(item, place, 0, 0, 24)])

	def test_others_may_not_take_it(self) -> None:
		item, place = self.stocked(10)
		request = self.issue(item, place, 6)
		with self.assertRaises(frappe.ValidationError) as refused:
			erp.issue(item, place, 5)
		self.assertIn(request.name, str(refused.exception))
		frappe.db.rollback()
		erp.issue(item, place, 4)

	def test_what_is_reserved_for_an_issue_is_not_missing_twice(self) -> None:
		"""ERPNext takes an open issue off what is on order; what is reserved is off what is available already."""
		for reserves in (1, 0):
			switch(reserve_for_material_requests=reserves)
			item, place = self.stocked(30)
			document = frappe.get_doc("Item", item)
			level = {"warehouse": place, "warehouse_reorder_level": 20, "warehouse_reorder_qty": 1}
			document.append("reorder_levels", {**level, "material_request_type": "Purchase"})
			document.save()
			self.issue(item, place, 15)
			suggestion = self.call("replenishment.suggest", warehouse=place)["suggestions"][0]
			self.assertEqual((suggestion["suggested_qty"], suggestion["why"]["level"]), (5, 15), reserves)

	def test_what_is_short_waits_and_is_filled(self) -> None:
		item, place = self.stocked(10)
		request = self.issue(item, place, 12)
		self.assertEqual(self.reservations_of(request), [(item, place, 10, 2, 0)])
		erp.receipt(item, place, 5)
		self.assertEqual(self.reservations_of(request), [(item, place, 12, 0, 0)])

	def test_a_transfer_is_reserved_in_the_warehouse_it_leaves(self) -> None:
		item, place = self.stocked(10)
		to = erp.warehouse()
		by_row = erp.material_request(
			"Material Transfer", [{"item_code": item, "warehouse": to, "from_warehouse": place, "qty": 3}]
		)
		self.assertEqual(self.reservations_of(by_row), [(item, place, 3, 0, 0)])
		by_head = erp.material_request(
			"Material Transfer", [{"item_code": item, "warehouse": to, "qty": 4}], set_from_warehouse=place
		)
		self.assertEqual(self.reservations_of(by_head), [(item, place, 4, 0, 0)])
		erp.submit(erp.entry_for_request(by_row.name))
		self.assertEqual(self.reservations_of(by_row), [(item, place, 0, 0, 3)])
		self.assertEqual(self.position(item, to), {"on_hand": 3, "on_hold": 0, "reserved": 0})

	def test_a_transfer_by_transit_is_consumed_when_it_is_sent(self) -> None:
		from erpnext.stock.doctype.stock_entry.stock_entry import make_stock_in_entry

		item, place = self.stocked(10)
		to, transit = erp.warehouse(), erp.warehouse(warehouse_type="Transit")
		request = erp.material_request(
			"Material Transfer", [{"item_code": item, "warehouse": to, "from_warehouse": place, "qty": 3}]
		)
		entry = erp.entry_for_request(request.name, t_warehouse=transit)
		entry.add_to_transit = 1
		sent = erp.submit(entry)
		self.assertEqual(self.reservations_of(request), [(item, place, 0, 0, 3)])
		promise = self.call("stock.available_to_promise", item_code=item, warehouse=to)
		self.assertEqual(
			[(s["document"], s["qty"], s["date"]) for s in promise["projection"]],
			[(request.name, 3, nowdate())],
		)
		erp.submit(make_stock_in_entry(sent.name))
		self.assertEqual(self.reservations_of(request), [(item, place, 0, 0, 3)])
		self.assertEqual(self.on_hand(item, to), 3)

	def test_without_a_source_or_for_buying_nothing_is_reserved(self) -> None:
		item, place = self.stocked(10)
		for request in (
			erp.material_request("Material Transfer", [{"item_code": item, "warehouse": place, "qty": 3}]),
			erp.material_request("Purchase", [{"item_code": item, "warehouse": place, "qty": 3}]),
		):
			self.assertEqual(self.reservations_of(request), [])

	def test_a_stopped_request_releases_and_a_resumed_one_demands_again(self) -> None:
		from erpnext.stock.doctype.material_request.material_request import update_status

		item, place = self.stocked(10)
		request = self.issue(item, place, 6)
		update_status(request.name, "Stopped")
		self.assertEqual(self.reservations_of(request), [(item, place, 0, 0, 0)])
		update_status(request.name, "Submitted")
		self.assertEqual(self.reservations_of(request), [(item, place, 6, 0, 0)])

	def test_a_cancelled_request_releases(self) -> None:
		item, place = self.stocked(10)
		request = self.issue(item, place, 6)
		erp.cancel(request)
		self.assertEqual(self.reservations_of(request), [(item, place, 0, 0, 0)])
		self.assertEqual(self.position(item, place)["reserved"], 0)

	def test_what_leaves_from_elsewhere_is_no_longer_reserved_until_it_is_cancelled(self) -> None:
		item, place = self.stocked(10)
		other = erp.warehouse()
		erp.receipt(item, other, 5)
		request = self.issue(item, place, 6)
		entry = erp.submit(erp.entry_for_request(request.name, s_warehouse=other, qty=5))
		self.assertEqual(self.reservations_of(request), [(item, place, 1, 0, 0)])
		erp.cancel(entry)
		self.assertEqual(self.reservations_of(request), [(item, place, 6, 0, 0)])

	def test_switched_off_nothing_is_reserved_and_what_was_is_released(self) -> None:
		item, place = self.stocked(10)
		before = self.issue(item, place, 3)
		switch(reserve_for_material_requests=0)
		self.assertEqual(self.reservations_of(self.issue(item, place, 3)), [])
		erp.submit(erp.entry_for_request(before.name))
		self.assertEqual(self.reservations_of(before), [(item, place, 0, 0, 3)])

	def test_those_submitted_before_it_was_switched_on_are_synced_at_night(self) -> None:
		item, place = self.stocked(10)
		switch(reserve_for_material_requests=0)
		request = self.issue(item, place, 3)
		switch(reserve_for_material_requests=1)
		frappe.db.commit()
		for _ in syncing_documents():
			pass
		self.assertEqual(self.reservations_of(request), [(item, place, 3, 0, 0)])


class TestOtherDemands(DemandCase):
	def test_a_demand_that_erpnext_does_not_know_is_an_ordinary_record_of_the_desk(self) -> None:
		item, place = self.stocked(10)
		made = self.call(
			"reservation.reserve",
			item_code=item,
			warehouse=place,
			qty=4,
			demand_type="Shop Order",
			demand_name="#1001",
		)
		document = frappe.get_doc("Inventory Reservation", made["name"])
		self.assertEqual(document.get_invalid_links(), ([], []))
		self.assertEqual(
			frappe.get_list(
				"Inventory Reservation",
				{"demand_type": "Shop Order", "item_code": item},
				pluck="demand_name",
				order_by="name",
			),
			["#1001"],
		)

	def test_a_row_that_was_dropped_does_not_give_a_delivery_its_stock_away(self) -> None:
		"""ERPNext changes the order's status in the middle of a delivery; a closed reservation of a dropped row looked as
		if the order had been re-opened, and what was being delivered went to those who waited."""
		from erpnext.controllers.accounts_controller import update_child_qty_rate

		item, place = self.stocked(10)
		order = frappe.get_doc(
			{
				"doctype": "Sales Order",
				"customer": erp.customer(),
				"company": erp.company(),
				"transaction_date": nowdate(),
				"delivery_date": nowdate(),
				"items": [
					{"item_code": item, "warehouse": place, "qty": qty, "rate": erp.PRICE} for qty in (10, 1)
				],
			}
		)
		erp.submit(order)
		row = order.items[0]
		update_child_qty_rate(
			"Sales Order",
			frappe.as_json(
				[
					{
						"docname": row.name,
						"item_code": item,
						"qty": 10,
						"rate": row.rate,
						"uom": row.uom,
						"conversion_factor": 1,
						"delivery_date": nowdate(),
					}
				]
			),
			order.name,
		)
		waits = erp.sales_order(item, place, 10)
		erp.delivery_for(order.name)
		self.assertEqual(self.reservations_of(order)[0], (item, place, 0, 0, 10))
		self.assertEqual(self.reservations_of(waits), [(item, place, 0, 10, 0)])
