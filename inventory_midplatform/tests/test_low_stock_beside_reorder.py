"""Our low stock and ERPNext's reorder job on the same stock, item by item; docs/decisions/0010 explains what differs."""

from collections.abc import Callable
from typing import Any

import frappe
from erpnext.stock import reorder_item
from frappe.utils import add_days, flt, nowdate

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services.replenishment import material_requests
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase, switch
from inventory_midplatform.tests.site_platform import SitePlatform

Requested = list[tuple[str, float, str, str, int]]
"""Of each row requested: warehouse ("here", "other"), quantity, unit, type, days until it is needed."""

BOXES = {"purchase_uom": "Box", "uoms": [{"uom": "Box", "conversion_factor": 12}]}
"""An item that is bought by the box of twelve."""


class TestLowStockBesideReorder(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()
		root = frappe.db.get_value(
			"Warehouse",
			{"company": cls.company, "is_group": 1, "parent_warehouse": ("is", "not set")},
			order_by="lft",
		)
		cls.group = erp.warehouse(is_group=1, parent_warehouse=root)
		cls.here, cls.other = (erp.warehouse(parent_warehouse=cls.group) for _ in range(2))

	# the same stock given to both

	def item(self, *levels: dict[str, Any], **values: Any) -> str:
		return erp.item(reorder_levels=list(levels), **values)

	def level(self, level: float, qty: float, type_: str = "Purchase", **more: Any) -> dict[str, Any]:
		row = {"warehouse": self.here, "material_request_type": type_}
		return {**row, "warehouse_reorder_level": level, "warehouse_reorder_qty": qty, **more}

	def erpnext(self, item: str) -> Requested:
		"""What ERPNext's job requests of the item, with its switch on; rolled back."""
		consider = reorder_item.get_items_for_reorder

		def only_this() -> Any:
			return {code: rows for code, rows in consider().items() if code == item}

		frappe.db.set_single_value("Stock Settings", "auto_indent", 1)
		reorder_item.get_items_for_reorder = only_this
		try:
			made = reorder_item.reorder_item() or []
			return self.rows([request.name for request in made])
		finally:
			reorder_item.get_items_for_reorder = consider
			frappe.db.rollback()

	def midplatform(self, item: str) -> Requested:
		"""What our job drafts of the item; rolled back."""
		try:
			done = material_requests.create_material_requests(site_context(), item_code=item)
			self.assertEqual(done["failed"], [])
			return self.rows([draft["material_request"] for draft in done["created"]])
		finally:
			frappe.db.rollback()

	def rows(self, requests: list[str]) -> Requested:
		place = {self.here: "here", self.other: "other"}
		found = []
		for name in requests:
			request = frappe.get_doc("Material Request", name)
			for row in request.items:
				self.assertEqual(flt(row.stock_qty), flt(row.qty) * flt(row.conversion_factor))
				days = frappe.utils.date_diff(row.schedule_date, nowdate())
				where = place.get(row.warehouse, row.warehouse)
				found.append((where, flt(row.qty), row.uom, request.material_request_type, days))
		return sorted(found)

	def assert_same(self, item: str, *expected: tuple[str, float, str, str, int]) -> None:
		frappe.db.commit()
		self.assertEqual(self.erpnext(item), sorted(expected), "ERPNext")
		self.assertEqual(self.midplatform(item), sorted(expected), "midplatform")

	def assert_differs(self, item: str, erpnext: Requested, midplatform: Requested) -> None:
		"""An expected difference; its reason is in docs/decisions/0010."""
		frappe.db.commit()
		self.assertNotEqual(erpnext, midplatform)
		self.assertEqual(self.erpnext(item), erpnext, "ERPNext")
		self.assertEqual(self.midplatform(item), midplatform, "midplatform")

	# what is the same

	def test_levels_and_quantities(self) -> None:
		for on_hand, level, qty, requested in (
			(10, 10, 30, 30),
			(4, 10, 30, 30),
			(10, 100, 30, 90),
			(11, 10, 30, 0),
			(0, 0, 50, 50),
			(1, 0, 50, 0),
			(0, 10.5, 1, 11),
			(0, -1, 5, 0),
		):
			with self.subTest(on_hand=on_hand, level=level, qty=qty):
				item = self.item(self.level(level, qty))
				if on_hand:
					erp.receipt(item, self.here, on_hand)
				self.assert_same(item, *([("here", requested, "Nos", "Purchase", 0)] if requested else []))

	def test_a_purchase_unit(self) -> None:
		item = self.item(self.level(20, 30), **BOXES)
		erp.receipt(item, self.here, 5)
		self.assert_same(item, ("here", 3, "Box", "Purchase", 0))

	def test_a_purchase_unit_that_can_be_split(self) -> None:
		litres = {"purchase_uom": "Litre", "uoms": [{"uom": "Litre", "conversion_factor": 12}]}
		self.assert_same(self.item(self.level(20, 30), **litres), ("here", 2.5, "Litre", "Purchase", 0))

	def test_types_other_than_purchase_are_in_stock_uom(self) -> None:
		for type_, requested in (("Transfer", "Material Transfer"), ("Manufacture", "Manufacture")):
			with self.subTest(type_):
				item = self.item(self.level(20, 30, type_), **BOXES)
				self.assert_same(item, ("here", 30, "Nos", requested, 0))

	def test_the_lead_time(self) -> None:
		item = self.item(self.level(20, 30), lead_time_days=9)
		self.assert_same(item, ("here", 30, "Nos", "Purchase", 9))

	def test_a_group_of_warehouses(self) -> None:
		for in_other, requested in ((21, 0), (20, 30), (5, 30)):
			with self.subTest(in_other):
				item = self.item(self.level(20, 30, warehouse_group=self.group))
				erp.receipt(item, self.other, in_other)
				self.assert_same(item, *([("here", requested, "Nos", "Purchase", 0)] if requested else []))

	def test_items_and_warehouses_out_of_use(self) -> None:
		disabled = erp.warehouse()
		for change in ({"disabled": 1}, {"end_of_life": nowdate()}, {"end_of_life": add_days(nowdate(), -1)}):
			with self.subTest(**change):
				item = self.item(self.level(20, 30))
				frappe.db.set_value("Item", item, change)
				self.assert_same(item)
		item = self.item(self.level(20, 30, warehouse=disabled))
		frappe.db.set_value("Warehouse", disabled, "disabled", 1)
		self.assert_same(item)
		item = self.item(self.level(20, 30))
		frappe.db.set_value("Item", item, "end_of_life", add_days(nowdate(), 1))
		self.assert_same(item, ("here", 30, "Nos", "Purchase", 0))

	def test_the_template_itself(self) -> None:
		item = self.item(self.level(20, 30))
		frappe.db.set_value("Item", item, "has_variants", 1)
		self.assert_same(item)

	def test_every_part_of_the_projected_quantity(self) -> None:
		"""On hand 30 and level 20: 10 more leaving or 1 more coming decides."""
		parts: dict[str, tuple[float, Callable[[str], Any]]] = {
			"a Sales Order": (30, lambda item: erp.sales_order(item, self.here, 10)),
			"a smaller Sales Order": (0, lambda item: erp.sales_order(item, self.here, 9)),
			"a Sales Order above what is on hand": (45, lambda item: erp.sales_order(item, self.here, 55)),
			"a Sales Order and a Purchase Order": (
				0,
				lambda item: (
					erp.sales_order(item, self.here, 40),
					self.platform.order_from_supplier(item, self.here, 31),
				),
			),
			"a Sales Order and a request": (
				0,
				lambda item: (erp.sales_order(item, self.here, 40), self.request("Purchase", item, 31)),
			),
			"a request to issue": (30, lambda item: self.request("Material Issue", item, 10)),
			"a Work Order of it": (
				0,
				lambda item: (erp.sales_order(item, self.here, 40), self.make(item, 31)),
			),
			"a Work Order from it": (30, lambda item: self.make(erp.item(), 10, item)),
		}
		for name, (requested, work) in parts.items():
			with self.subTest(name):
				item = self.item(self.level(20, 30))
				erp.receipt(item, self.here, 30)
				work(item)
				self.assert_same(item, *([("here", requested, "Nos", "Purchase", 0)] if requested else []))

	def request(self, type_: str, item: str, qty: float) -> Any:
		return erp.material_request(type_, [{"item_code": item, "qty": qty, "warehouse": self.here}])

	def make(self, product: str, qty: float, part: str = "") -> Any:
		return erp.work_order(product, erp.bom(product, part or erp.item(), 1), self.here, self.other, qty)

	# what differs, and why: docs/decisions/0010

	def test_variants_have_the_levels_of_their_template(self) -> None:
		template, variant = self.item(self.level(20, 30)), erp.item()
		frappe.db.set_value("Item", template, "has_variants", 1)
		frappe.db.set_value("Item", variant, "variant_of", template)
		self.assert_differs(variant, [], [("here", 30, "Nos", "Purchase", 0)])

	def test_nothing_is_requested_to_be_issued(self) -> None:
		item = self.item(self.level(20, 30, "Material Issue"))
		self.assert_differs(item, [("here", 30, "Nos", "Material Issue", 0)], [])

	def test_two_rows_of_one_warehouse_request_once(self) -> None:
		item = self.item(self.level(20, 30), self.level(10, 15, "Manufacture"))
		purchase = ("here", 30, "Nos", "Purchase", 0)
		self.assert_differs(item, sorted([purchase, ("here", 15, "Nos", "Manufacture", 0)]), [purchase])

	def test_two_warehouses_of_one_group_request_once(self) -> None:
		inside = {"warehouse_group": self.group}
		item = self.item(self.level(20, 30, **inside), self.level(20, 30, warehouse=self.other, **inside))
		both = [(where, 30, "Nos", "Purchase", 0) for where in ("here", "other")]
		self.assert_differs(item, both, sorted(both, key=lambda row: self.place(row[0]))[:1])

	def place(self, name: str) -> str:
		return str({"here": self.here, "other": self.other}[name])

	def test_a_minimum_order_quantity(self) -> None:
		item = self.item(self.level(20, 30), min_order_qty=50)
		self.assert_differs(item, [("here", 30, "Nos", "Purchase", 0)], [("here", 50, "Nos", "Purchase", 0)])

	def test_a_purchase_unit_without_a_conversion(self) -> None:
		item = self.item(self.level(20, 30))
		frappe.db.set_value("Item", item, "purchase_uom", "Box")
		self.assert_differs(item, [("here", 30, "Box", "Purchase", 0)], [("here", 30, "Nos", "Purchase", 0)])

	def test_a_safety_stock(self) -> None:
		default = {"company": self.company, "default_warehouse": self.here}
		item = self.item(safety_stock=7, item_defaults=[default])
		self.assert_differs(item, [], [("here", 7, "Nos", "Purchase", 0)])

	def test_stock_on_hold_and_reserved_by_hand(self) -> None:
		for name, change in (
			("stock.block", {"stock_status": "Damaged"}),
			("reservation.reserve", {"demand_type": "Other"}),
		):
			with self.subTest(name):
				item = self.item(self.level(20, 30))
				erp.receipt(item, self.here, 30)
				frappe.db.commit()
				about = {"item_code": item, "warehouse": self.here, "qty": 10}
				if name == "stock.block":
					change = {**change, "bin": self.unplaced()}
				self.platform.call(name, **about, **change)
				self.assert_differs(item, [], [("here", 30, "Nos", "Purchase", 0)])

	def unplaced(self) -> str:
		return str(frappe.db.get_value("Warehouse Bin", {"warehouse": self.here, "is_unplaced": 1}))

	def test_a_request_to_transfer_out(self) -> None:
		item = self.item(self.level(20, 30))
		erp.receipt(item, self.here, 30)
		row = {"item_code": item, "qty": 10, "from_warehouse": self.here, "warehouse": self.other}
		erp.material_request("Material Transfer", [row])
		self.assert_differs(item, [], [("here", 30, "Nos", "Purchase", 0)])

	def test_stock_in_transit_in_another_unit(self) -> None:
		"""4 boxes of 12 sent for a request, 1 Box and 12 Nos of them received: 24 are still to come."""
		item, source, transit = self.item(self.level(50, 5), **BOXES), erp.warehouse(), erp.warehouse()
		erp.receipt(item, source, 48)
		request = self.boxes_requested(item, source)
		entry = erp.entry_for_request(request.name, s_warehouse=source, t_warehouse=transit)
		entry.add_to_transit = 1
		erp.submit(entry)
		self.receive(entry.name, item, transit, 1, "Box", 12)
		self.receive(entry.name, item, transit, 12, "Nos", 1)
		frappe.db.commit()
		(low,) = self.platform.call("replenishment.suggest", item_code=item)["suggestions"]
		self.assertEqual((low["why"]["available"], low["why"]["in_transit"]), (24, 24))
		self.assert_differs(item, [("here", 3, "Box", "Purchase", 0)], [("here", 1, "Box", "Purchase", 0)])

	def boxes_requested(self, item: str, source: str) -> Any:
		row = {"item_code": item, "qty": 4, "uom": "Box", "conversion_factor": 12}
		return erp.material_request(
			"Material Transfer", [{**row, "from_warehouse": source, "warehouse": self.here}]
		)

	def receive(self, sent: str, item: str, transit: str, qty: float, uom: str, factor: float) -> None:
		from erpnext.stock.doctype.stock_entry.stock_entry import make_stock_in_entry

		document = make_stock_in_entry(sent)
		for row in document.items:
			row.update({"qty": qty, "uom": uom, "conversion_factor": factor, "transfer_qty": qty * factor})
		erp.submit(document)

	def test_orders_that_reserve_nothing_count_all_the_same(self) -> None:
		switch(sales_order_policy="Off")
		self.addCleanup(switch, sales_order_policy="Partial")
		item = self.item(self.level(20, 30))
		erp.receipt(item, self.here, 30)
		erp.sales_order(item, self.here, 10)
		self.assert_same(item, ("here", 30, "Nos", "Purchase", 0))
