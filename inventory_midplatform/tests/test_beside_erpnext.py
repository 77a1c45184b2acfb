"""ERPNext's Pick List, Putaway Rule, Product Bundle and subcontracting beside us: they post, we settle and follow."""

from typing import Any

import frappe
from frappe.utils import nowdate

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase


class BesideErpnext(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.place = erp.item(), erp.warehouse()

	def assert_position(self, on_hand: float, reserved: float = 0, item: str = "", place: str = "") -> None:
		"""As we have it and, what is on hand, as ERPNext has it; with all invariants holding."""
		frappe.db.commit()
		where = {"item_code": item or self.item, "warehouse": place or self.place}
		self.assertEqual(
			self.position(**where), {"on_hand": on_hand, "on_hold": 0, "reserved": reserved}, where
		)
		self.assertEqual(frappe.db.get_value("Bin", where, "actual_qty") or 0, on_hand)
		self.assert_invariants()

	def movements(self, document: Any) -> list[tuple[str, float]]:
		rows = frappe.get_all(
			"Stock Movement", {"voucher_no": document.name}, ["warehouse", "qty"], order_by="warehouse, qty"
		)
		return [(row.warehouse, row.qty) for row in rows]


class TestPickList(BesideErpnext):
	def pick(self, order: Any) -> Any:
		from erpnext.selling.doctype.sales_order.sales_order import create_pick_list

		picked = create_pick_list(order.name)
		picked.insert()
		picked.submit()
		frappe.db.commit()
		return picked

	def delivery_of(self, picked: Any) -> Any:
		from erpnext.stock.doctype.pick_list.pick_list import create_delivery_note

		note = create_delivery_note(picked.name)
		note.submit()
		frappe.db.commit()
		return note

	def test_a_reserved_order_is_picked_and_delivered_and_its_reservation_consumed(self) -> None:
		erp.receipt(self.item, self.place, 10)
		order, other = erp.sales_order(self.item, self.place, 6), erp.sales_order(self.item, self.place, 4)
		self.assert_position(10, 10)
		picked = self.pick(order)
		self.assert_position(10, 10)
		note = self.delivery_of(picked)
		self.assert_position(4, 4)
		self.assertEqual(self.reservation(order), ("Consumed", 0, 6))
		self.assertEqual(self.reservation(other), ("Reserved", 4, 0))
		erp.cancel(note)
		self.assert_position(10, 10)
		self.assertEqual(self.reservation(order), ("Reserved", 6, 0))

	def test_picked_from_elsewhere_the_order_has_nothing_reserved_at_its_own_warehouse(self) -> None:
		"""Where the order's own warehouse has too little, ERPNext picks from others of the company too."""
		elsewhere = erp.warehouse()
		erp.receipt(self.item, elsewhere, 3)
		erp.receipt(self.item, self.place, 5)
		order = erp.sales_order(self.item, self.place, 8)
		self.assertEqual(self.reservation(order), ("Partially Reserved", 5, 0))
		self.delivery_of(self.pick(order))
		self.assert_position(0, 0)
		self.assert_position(0, 0, place=elsewhere)
		waiting = frappe.db.get_value(
			"Stock Position", {"item_code": self.item, "warehouse": self.place}, "waiting"
		)
		self.assertEqual(waiting, 0)

	def test_what_a_pick_list_found_but_is_reserved_for_others_is_refused_at_delivery(self) -> None:
		"""A Pick List looks at ERPNext's figures; nobody's reserved stock leaves with it all the same."""
		erp.receipt(self.item, self.place, 10)
		erp.sales_order(self.item, self.place, 7)
		late = erp.sales_order(self.item, self.place, 6)
		picked = self.pick(late)
		with self.assertRaises(frappe.ValidationError) as raised:
			self.delivery_of(picked)
		self.assertIn("reserved for", str(raised.exception))
		frappe.db.rollback()
		self.assert_position(10, 10)

	def reservation(self, order: Any) -> tuple[str, float, float]:
		row = frappe.get_all(
			"Inventory Reservation",
			{"demand_name": order.name},
			["status", "reserved_qty", "consumed_qty"],
			order_by="name",
		)[0]
		return row.status, row.reserved_qty, row.consumed_qty


class TestPutawayRule(BesideErpnext):
	def test_a_receipt_split_by_rules_settles_where_it_was_put(self) -> None:
		other = erp.warehouse()
		for place, capacity, priority in ((self.place, 6, 1), (other, 20, 2)):
			erp.insert(
				"Putaway Rule",
				company=self.company,
				item_code=self.item,
				warehouse=place,
				capacity=capacity,
				priority=priority,
				stock_uom="Nos",
				uom="Nos",
				conversion_factor=1,
			)
		waiting = erp.sales_order(self.item, other, 3)
		received = erp.submit(
			frappe.get_doc(
				{
					"doctype": "Purchase Receipt",
					"supplier": erp.supplier(),
					"company": self.company,
					"apply_putaway_rule": 1,
					"items": [
						{
							"item_code": self.item,
							"warehouse": self.place,
							"qty": 10,
							"stock_qty": 10,
							"rate": erp.PRICE,
							"conversion_factor": 1,
						}
					],
				}
			)
		)
		self.assertEqual(sorted(row.qty for row in received.items), [4, 6])
		self.assert_position(6)
		self.assert_position(4, 3, place=other)
		self.assertEqual(sorted(self.movements(received)), sorted([(self.place, 6), (other, 4)]))
		erp.cancel(waiting)
		erp.cancel(received)
		self.assert_position(0)
		self.assert_position(0, place=other)


class TestProductBundle(BesideErpnext):
	def setUp(self) -> None:
		super().setUp()
		self.part = erp.item()
		self.bundle = erp.item(is_stock_item=0)
		erp.insert(
			"Product Bundle",
			new_item_code=self.bundle,
			items=[{"item_code": self.item, "qty": 2}, {"item_code": self.part, "qty": 1}],
		)
		erp.receipt(self.item, self.place, 20)
		erp.receipt(self.part, self.place, 10)

	def test_packed_items_are_reserved_delivered_returned_and_taken_back(self) -> None:
		order = erp.sales_order(self.bundle, self.place, 5)
		self.assert_position(20, 10)
		self.assert_position(10, 5, item=self.part)
		note = erp.delivery_for(order.name, 3)
		self.assert_position(14, 4)
		self.assert_position(7, 2, item=self.part)
		returned = erp.delivery_return(note.name, 1)
		self.assert_position(16, 6)
		self.assert_position(8, 3, item=self.part)
		erp.cancel(returned)
		self.assert_position(14, 4)
		erp.cancel(note)
		self.assert_position(20, 10)
		self.assert_position(10, 5, item=self.part)

	def test_parts_reserved_for_others_do_not_leave_in_a_bundle(self) -> None:
		erp.sales_order(self.part, self.place, 8)
		frappe.db.commit()
		with self.assertRaises(frappe.ValidationError) as raised:
			erp.delivery_note(self.bundle, self.place, 3)
		self.assertIn(self.part, str(raised.exception))
		frappe.db.rollback()
		erp.delivery_note(self.bundle, self.place, 2)
		self.assert_position(16)
		self.assert_position(8, 8, item=self.part)


class TestSubcontracting(BesideErpnext):
	def order(self, product: str, at_supplier: str, qty: float) -> Any:
		from erpnext.buying.doctype.purchase_order.purchase_order import make_subcontracting_order

		service = erp.item(is_stock_item=0)
		bought = erp.submit(
			frappe.get_doc(
				{
					"doctype": "Purchase Order",
					"supplier": erp.supplier(),
					"company": self.company,
					"is_subcontracted": 1,
					"supplier_warehouse": at_supplier,
					"schedule_date": nowdate(),
					"items": [
						{
							"item_code": service,
							"fg_item": product,
							"fg_item_qty": qty,
							"qty": qty,
							"rate": 3,
							"warehouse": self.place,
						}
					],
				}
			)
		)
		order = make_subcontracting_order(bought.name)
		order.supplier_warehouse = at_supplier
		order.set_reserve_warehouse = self.place
		for row in order.items:
			row.warehouse = self.place
		order.insert()
		for row in order.supplied_items:
			row.reserve_warehouse = self.place
		order.save()
		order.submit()
		return order

	def test_parts_are_sent_used_up_and_taken_back(self) -> None:
		from erpnext.controllers.subcontracting_controller import make_rm_stock_entry
		from erpnext.subcontracting.doctype.subcontracting_order.subcontracting_order import (
			make_subcontracting_receipt,
		)

		erp.receipt(self.item, self.place, 30)
		product, at_supplier = erp.item(is_sub_contracted_item=1), erp.warehouse()
		bom = erp.bom(product, self.item)
		frappe.db.set_value("Item", product, "default_bom", bom)
		order = self.order(product, at_supplier, 5)
		entry = frappe.get_doc(make_rm_stock_entry(order.name))
		for row in entry.items:
			row.s_warehouse = self.place
		sent = erp.submit(entry)
		self.assertEqual(sent.purpose, "Send to Subcontractor")
		self.assert_position(20)
		self.assert_position(10, place=at_supplier)
		received = erp.submit(make_subcontracting_receipt(order.name))
		self.assert_position(0, place=at_supplier)
		self.assert_position(5, item=product)
		erp.cancel(received)
		self.assert_position(10, place=at_supplier)
		self.assert_position(0, item=product)
		erp.cancel(sent)
		self.assert_position(30)
		self.assert_position(0, place=at_supplier)

	def test_parts_reserved_for_others_are_not_sent(self) -> None:
		from erpnext.controllers.subcontracting_controller import make_rm_stock_entry

		erp.receipt(self.item, self.place, 12)
		erp.sales_order(self.item, self.place, 5)
		product, at_supplier = erp.item(is_sub_contracted_item=1), erp.warehouse()
		frappe.db.set_value("Item", product, "default_bom", erp.bom(product, self.item))
		order = self.order(product, at_supplier, 5)
		frappe.db.commit()
		entry = frappe.get_doc(make_rm_stock_entry(order.name))
		for row in entry.items:
			row.s_warehouse = self.place
		with self.assertRaises(frappe.ValidationError) as raised:
			erp.submit(entry)
		self.assertIn("reserved for", str(raised.exception))
		frappe.db.rollback()
		self.assert_position(12, 5)
