"""Documents of ERPNext that become Outbound Orders: requests, work orders, bundles; and rows that are no task."""

from typing import Any

import frappe
from frappe.desk.notifications import get_open_count

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import EveryDemandReserves
from inventory_midplatform.tests.site_platform import SitePlatform


class TestOutboundSources(EveryDemandReserves):
	def setUp(self) -> None:
		super().setUp()
		self.platform = SitePlatform()
		self.platform.settings(
			outbound=True,
			outbound_check="Off",
			outbound_for_material_requests=True,
			outbound_for_work_orders=True,
		)
		self.addCleanup(self.platform.settings, outbound=False)
		self.item, self.place = erp.item(), erp.warehouse()
		erp.receipt(self.item, self.place, 10)
		frappe.db.commit()

	def tasks(self, document: str) -> list[Any]:
		frappe.db.commit()
		found: list[Any] = self.platform.call("outbound.list_tasks", search=document)["tasks"]
		return found

	def shipped(self, document: str) -> Any:
		"""Accept, pick all and ship the one task of a document; returns the voucher it left by."""
		(task,) = self.tasks(document)
		data = self.platform.call("outbound.accept", name=task["name"])["data"]
		for p in data["picks"]:
			picked = {key: p[key] for key in ("line", "bin", "qty", "batch_no")}
			self.platform.call("outbound.pick", name=data["name"], **picked)
		self.platform.call("outbound.finish_picking", name=data["name"])
		data = self.platform.call("outbound.ship", name=data["name"])["data"]
		self.assertEqual(data["state"], "Shipped")
		self.assertEqual(self.tasks(document), [])
		for doctype, name in (
			(data["source_type"], document),
			(data["delivery_doctype"], data["delivery_document"]),
		):
			self.assertEqual(self.connected(doctype, name), 1, f"the connections of the {doctype}")
		return frappe.get_doc(data["delivery_doctype"], data["delivery_document"])

	def connected(self, doctype: str, name: str) -> int:
		"""Return how many Outbound Orders the form of a document shows."""
		found = get_open_count(doctype, name)["count"]["external_links_found"]
		return sum(link["count"] for link in found if link["doctype"] == "Outbound Order")

	def test_a_material_issue(self) -> None:
		request = erp.material_request(
			"Material Issue", [{"item_code": self.item, "qty": 4, "warehouse": self.place}]
		)
		entry = self.shipped(request.name)
		self.assertEqual((entry.docstatus, entry.purpose), (1, "Material Issue"))
		self.assertEqual(self.position(self.item, self.place), {"on_hand": 6, "on_hold": 0, "reserved": 0})
		self.assertEqual(frappe.db.get_value("Material Request", request.name, "per_ordered"), 100)

	def test_a_material_transfer(self) -> None:
		to = erp.warehouse()
		row = {"item_code": self.item, "qty": 4, "warehouse": to, "from_warehouse": self.place}
		request = erp.material_request("Material Transfer", [row])
		(task,) = self.tasks(request.name)
		self.assertEqual(task["warehouse"], self.place)
		entry = self.shipped(request.name)
		self.assertEqual((entry.purpose, entry.items[0].t_warehouse), ("Material Transfer", to))
		self.assertEqual((self.on_hand(self.item, self.place), self.on_hand(self.item, to)), (6, 4))

	def test_without_the_setting_they_make_no_task(self) -> None:
		self.platform.settings(outbound_for_material_requests=False)
		row = {"item_code": self.item, "qty": 4, "warehouse": self.place}
		self.assertEqual(self.tasks(erp.material_request("Material Issue", [row]).name), [])

	def test_material_of_a_work_order(self) -> None:
		product, in_progress = erp.item(), erp.warehouse()
		order = erp.work_order(product, erp.bom(product, self.item, 2), self.place, in_progress, 3)
		entry = self.shipped(order.name)
		self.assertEqual(
			(entry.purpose, entry.fg_completed_qty, entry.items[0].t_warehouse),
			("Material Transfer for Manufacture", 3, in_progress),
		)
		self.assertEqual(self.position(self.item, self.place), {"on_hand": 4, "on_hold": 0, "reserved": 0})
		self.assertEqual(self.on_hand(self.item, in_progress), 6)
		order.reload()
		self.assertEqual(order.required_items[0].transferred_qty, 6)

	def test_an_entry_typed_by_hand_leaves_the_picking_to_be_done(self) -> None:
		row = {"item_code": self.item, "qty": 4, "warehouse": self.place}
		request = erp.material_request("Material Issue", [row])
		(task,) = self.tasks(request.name)
		erp.submit(erp.entry_for_request(request.name))
		(after,) = self.tasks(request.name)
		data = self.platform.call("outbound.get", name=task["name"])
		self.assertEqual((after["name"], data["is_posted"]), (task["name"], True))

	def test_a_bundle_is_picked_as_its_parts(self) -> None:
		other, bundle = erp.item(), erp.item(is_stock_item=0)
		erp.receipt(other, self.place, 10)
		parts = [{"item_code": self.item, "qty": 1}, {"item_code": other, "qty": 2}]
		erp.insert("Product Bundle", new_item_code=bundle, items=parts)
		order = erp.sales_order(bundle, self.place, 3)
		(task,) = self.tasks(order.name)
		data = self.platform.call("outbound.get", name=task["name"])
		self.assertEqual({x["item_code"]: x["qty"] for x in data["lines"]}, {self.item: 3, other: 6})
		note = self.shipped(order.name)
		self.assertEqual([(row.item_code, row.qty) for row in note.items], [(bundle, 3)])
		self.assertEqual((self.on_hand(self.item, self.place), self.on_hand(other, self.place)), (7, 4))

	def test_services_and_what_the_supplier_delivers_make_no_task(self) -> None:
		service = erp.item(is_stock_item=0)
		self.assertEqual(self.tasks(erp.sales_order(service, self.place, 1).name), [])
		order = frappe.copy_doc(erp.sales_order(self.item, self.place, 1))
		order.items[0].update({"delivered_by_supplier": 1, "supplier": erp.supplier()})
		erp.submit(order)
		self.assertEqual(self.tasks(order.name), [])

	def test_an_order_on_hold_shows_the_reason_that_was_typed(self) -> None:
		order = erp.sales_order(self.item, self.place, 2)
		(task,) = self.tasks(order.name)
		order.reload()
		order.add_comment("Comment", "Reason for hold: the customer has not paid")
		order.update_status("On Hold")
		(on_hold,) = self.tasks(order.name)
		self.assertEqual(
			(on_hold["name"], on_hold["state"], on_hold["on_hold_reason"]),
			(task["name"], "On Hold", "the customer has not paid"),
		)
		order.reload()
		order.update_status("Draft")
		self.assertEqual(self.tasks(order.name)[0]["state"], "To Accept")
