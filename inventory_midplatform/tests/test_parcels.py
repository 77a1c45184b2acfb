"""Where a site uses ERPNext's Packing Slip and Shipment, an order's packages become those documents."""

from typing import Any

import frappe

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import switch
from inventory_midplatform.tests.test_outbound_desk import OutboundDeskCase

SETTINGS = ("create_packing_slips", "create_shipments")


class TestParcels(OutboundDeskCase):
	def setUp(self) -> None:
		super().setUp()
		switch(outbound_check="Off", **dict.fromkeys(SETTINGS, 1))
		self.addCleanup(switch, outbound_check="On", **dict.fromkeys(SETTINGS, 0))

	def picked(self, name: str) -> str:
		"""As any order of these tests, naming the batch of each pick."""
		for p in self.call("outbound.accept", name=name)["data"]["picks"]:
			about = {key: p[key] for key in ("line", "bin", "qty", "batch_no")}
			self.call("outbound.pick", name=name, **about)
		return str(p["line"])

	def to_ship(self, qty: float = 10, **of_order: Any) -> tuple[str, str]:
		"""Return an order that is ready to be shipped, and its line."""
		order = erp.sales_order(self.item, self.place, qty, **of_order)
		frappe.db.commit()
		name = frappe.db.get_value("Outbound Order", {"source_name": order.name})
		line = self.picked(name)
		self.call("outbound.finish_picking", name=name)
		return name, line

	def pack(self, name: str, line: str, qty: float, **more: Any) -> None:
		self.call("pack.pack", name=name, lines=[{"line": line, "qty": qty}], **more)

	def ship(self, name: str) -> Any:
		data = self.call("outbound.ship", name=name)["data"]
		frappe.db.commit()
		return frappe.get_doc("Delivery Note", data["delivery_document"])

	def slips(self, note: str) -> list[Any]:
		names = frappe.get_all("Packing Slip", {"delivery_note": note}, pluck="name", order_by="from_case_no")
		return [frappe.get_doc("Packing Slip", name) for name in names]

	def shipments(self, note: str) -> list[Any]:
		rows = frappe.get_all(
			"Shipment Delivery Note", {"delivery_note": note}, pluck="parent", order_by="parent"
		)
		return [frappe.get_doc("Shipment", name) for name in rows]

	def test_a_packing_slip_for_each_package_and_a_shipment_of_all(self) -> None:
		name, line = self.to_ship()
		self.pack(name, line, 6, weight=2.5, carrier="SF", tracking_no="SF1")
		self.pack(name, line, 4, weight=1.5)
		note = self.ship(name)
		self.assertEqual(note.docstatus, 1)
		slips = self.slips(note.name)
		self.assertEqual(
			[
				(s.docstatus, s.from_case_no, s.to_case_no, s.gross_weight_pkg, s.gross_weight_uom)
				for s in slips
			],
			[(1, 1, 1, 2.5, "Kg"), (1, 2, 2, 1.5, "Kg")],
		)
		self.assertEqual(
			[(row.item_code, row.qty) for s in slips for row in s.items], [(self.item, 6), (self.item, 4)]
		)
		self.assertEqual(note.items[0].packed_qty, 10)
		(shipment,) = self.shipments(note.name)
		self.assertEqual(
			(shipment.docstatus, shipment.carrier, shipment.awb_number, shipment.delivery_customer),
			(0, "SF", "SF1", note.customer),
		)
		self.assertEqual([(p.weight, p.count) for p in shipment.shipment_parcel], [(2.5, 1), (1.5, 1)])
		self.assertEqual(shipment.value_of_goods, note.base_grand_total)

	def test_a_cancelled_delivery_takes_them_back_and_ships_again(self) -> None:
		name, line = self.to_ship()
		self.pack(name, line, 10, weight=1)
		note = self.ship(name)
		erp.cancel(note)
		frappe.db.commit()
		self.assertEqual([s.docstatus for s in self.slips(note.name)], [2])
		self.assertEqual(self.shipments(note.name), [])
		self.call("outbound.finish_picking", name=name)
		self.pack(name, line, 10, weight=1)
		again = self.ship(name)
		self.assertEqual([s.docstatus for s in self.slips(again.name)], [1])
		self.assertEqual(len(self.shipments(again.name)), 1)

	def test_units_and_batches_of_the_deliverys_rows(self) -> None:
		item = erp.item(has_batch_no=1, create_new_batch=1, batch_number_series=f"{erp.unique('B')}-.###")
		document = frappe.get_doc("Item", item)
		document.append("uoms", {"uom": "Box", "conversion_factor": 5})
		document.save()
		for qty in (5, 10):
			erp.receipt(item, self.place, qty)
		self.item = item
		row = {
			"item_code": item,
			"warehouse": self.place,
			"qty": 3,
			"uom": "Box",
			"conversion_factor": 5,
			"rate": 1,
		}
		name, line = self.to_ship(items=[row])
		self.pack(name, line, 5)
		self.pack(name, line, 10)
		note = self.ship(name)
		# a row for each batch, in the order of their names
		self.assertEqual(sorted(row.qty for row in note.items), [1, 2])
		self.assertEqual([sum(r.qty for r in s.items) for s in self.slips(note.name)], [1, 2])
		(shipment,) = self.shipments(note.name)
		self.assertEqual(shipment.shipment_parcel, [])  # nobody weighed them

	def test_the_parts_of_a_bundle(self) -> None:
		bundle, part = erp.item(is_stock_item=0), self.item
		erp.insert("Product Bundle", new_item_code=bundle, items=[{"item_code": part, "qty": 2}])
		row = {"item_code": bundle, "warehouse": self.place, "qty": 4, "rate": 1}
		name, line = self.to_ship(items=[row])
		self.pack(name, line, 3)
		self.pack(name, line, 5)
		note = self.ship(name)
		self.assertEqual(
			[(r.item_code, r.qty, bool(r.pi_detail)) for s in self.slips(note.name) for r in s.items],
			[(part, 3, True), (part, 5, True)],
		)

	def test_what_is_in_no_package_is_refused_and_without_packages_there_is_no_slip(self) -> None:
		name, line = self.to_ship(4)
		self.pack(name, line, 3)
		with self.assertRaises(Conflict) as refused:
			self.ship(name)
		self.assertEqual(refused.exception.code, "not_all_packed")
		self.pack(name, line, 1)
		self.assertEqual(len(self.slips(self.ship(name).name)), 2)
		name, _ = self.to_ship(4)
		self.assertEqual(self.slips(self.ship(name).name), [])

	def test_switched_off_there_are_none(self) -> None:
		switch(**dict.fromkeys(SETTINGS, 0))
		name, line = self.to_ship()
		self.pack(name, line, 10, weight=1)
		note = self.ship(name)
		self.assertEqual((self.slips(note.name), self.shipments(note.name)), ([], []))
