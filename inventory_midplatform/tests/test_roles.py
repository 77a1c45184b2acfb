"""Our roles on ERPNext's own documents: they read the masters and finish the drafts made for them, no more."""

from decimal import Decimal
from typing import Any

import frappe

from inventory_midplatform.domain import roles
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.setup import erpnext_permissions
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.approval_records import approval_policy, approved_request
from inventory_midplatform.tests.inbound_records import inbound_records
from inventory_midplatform.tests.kpi_records import kpi_records
from inventory_midplatform.tests.outbound_records import outbound_records
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

OF_EVERYBODY = {"Approval Delegation": ["read", "create"], "Approval Request": ["read"]}
"""What everybody in the desk may do, with what is their own: whoever may read a document may be asked to approve it."""


class TestRoles(SiteTestCase):
	def may(self, user: str, doctype: str) -> list[str]:
		frappe.set_user(user)
		try:
			kinds = ("read", "write", "create", "submit", "cancel", "delete")
			return [kind for kind in kinds if frappe.has_permission(doctype, kind)]
		finally:
			frappe.set_user("Administrator")

	def test_every_role_reads_the_masters_and_writes_none(self) -> None:
		for role in roles.ROLES:
			user = erp.user([role])
			for doctype in erpnext_permissions.MASTERS:
				with self.subTest(role=role, doctype=doctype):
					self.assertEqual(self.may(user, doctype), ["read"])

	def test_drafts_are_finished_by_the_roles_they_are_made_for(self) -> None:
		finish = ["read", "write", "submit"]
		buyer, storekeeper = erp.user([roles.BUYER]), erp.user([roles.OPERATOR])
		self.assertEqual(self.may(buyer, "Material Request"), finish)
		self.assertEqual(self.may(storekeeper, "Material Request"), ["read"])
		self.assertEqual(self.may(storekeeper, "Stock Entry"), finish)
		self.assertEqual(self.may(buyer, "Stock Entry"), ["read"])
		for role in (
			roles.INSPECTOR,
			roles.INTEGRATION,
		):  # they may not see costs, and get no to-dos
			user = erp.user([role])
			self.assertEqual([self.may(user, doctype) for doctype in erpnext_permissions.DRAFTS], [[], []])

	def test_a_storekeeper_receives_and_ships_batches_and_serial_numbers(self) -> None:
		platform = SitePlatform()
		platform.settings(outbound=True, inbound=True, outbound_check="Off")
		self.addCleanup(platform.settings, outbound=False, inbound=False)
		storekeeper, place = erp.user([roles.OPERATOR]), erp.warehouse()
		self.assertEqual(
			self.may(storekeeper, erpnext_permissions.BUNDLE), ["read", "write", "create", "submit", "cancel"]
		)
		self.assertEqual(self.may(erp.user([roles.BUYER]), erpnext_permissions.BUNDLE), [])
		batch, serials = erp.unique("B"), [erp.unique("S") for _ in range(2)]
		goods: list[tuple[str, dict[str, Any]]] = [
			(erp.item(has_batch_no=1), {"batch_no": batch}),
			(erp.item(has_serial_no=1), {"serial_nos": serials}),
		]
		lines = [PostingLine(item, place, Decimal(2), Decimal(10)) for item, _ in goods]
		frappe.db.commit()
		bin = platform.make_bin(place)
		with platform.context() as ctx:
			bought = ctx.books.purchase(erp.supplier(), lines)

		def step(operation: str, **arguments: Any) -> Any:
			return platform.call(operation, user=storekeeper, **arguments)["data"]

		name = platform.call("inbound.list_tasks", search=bought)["tasks"][0]["name"]
		line_of = {line["item_code"]: line["line"] for line in step("inbound.arrive", name=name)["lines"]}
		for item, numbers in goods:
			step("inbound.receive", name=name, line=line_of[item], qty=2, **numbers)
		step("inbound.finish_receiving", name=name)
		for item, numbers in goods:
			step("inbound.put_away", name=name, line=line_of[item], bin=bin, qty=2, **numbers)
		with platform.context() as ctx:
			sold = ctx.books.order(erp.customer(), lines)
		task = platform.call("outbound.list_tasks", search=sold)["tasks"][0]["name"]
		numbers_of = dict(goods)
		for pick in step("outbound.accept", name=task)["picks"]:
			numbers = numbers_of[pick["item_code"]]
			step("outbound.pick", name=task, line=pick["line"], bin=pick["bin"], qty=2, **numbers)
		step("outbound.finish_picking", name=task)
		self.assertEqual(step("outbound.ship", name=task)["state"], "Shipped")
		self.assertEqual([self.on_hand(item, place) for item, _ in goods], [0, 0])

	def test_rules_of_an_earlier_release_are_updated_and_no_others(self) -> None:
		where = {"parent": "Stock Entry", "permlevel": 0}
		others = frappe.get_all("DocPerm", {**where, "role": ("not in", roles.ROLES)}, ["*"], order_by="name")
		frappe.db.set_value("DocPerm", {**where, "role": roles.OPERATOR}, "create", 1)
		earlier = frappe.get_doc("DocPerm", {**where, "role": roles.BUYER}).as_dict()
		frappe.get_doc({**earlier, "name": None, "role": roles.INSPECTOR}).db_insert()
		erpnext_permissions.create()
		frappe.db.commit()
		self.assertEqual(
			frappe.get_all("DocPerm", {**where, "role": roles.OPERATOR}, pluck="create", order_by="name"), [0]
		)
		self.assertFalse(frappe.db.exists("DocPerm", {**where, "role": roles.INSPECTOR}))
		self.assertEqual(
			frappe.get_all("DocPerm", {**where, "role": ("not in", roles.ROLES)}, ["*"], order_by="name"),
			others,
		)

	def test_storekeeper_and_buyer_submit_their_drafts_and_close_their_todos(self) -> None:
		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, 10)
		storekeeper, buyer = erp.user([roles.OPERATOR]), erp.user([roles.BUYER])
		supervisor = erp.user([roles.SUPERVISOR])
		frappe.db.set_value("Warehouse", place, "inventory_storekeeper", storekeeper)
		frappe.db.commit()
		platform = SitePlatform()
		for request_type, person in (("Issue", storekeeper), ("Purchase", buyer)):
			with self.subTest(request_type=request_type):
				lines = [{"item_code": item, "qty": 2}]
				name = platform.call(
					"request.create", user=buyer, request_type=request_type, warehouse=place, items=lines
				)["name"]
				made = approved_request(platform, name, buyer, supervisor)
				about = {
					"reference_type": made["created_doctype"],
					"reference_name": made["created_document"],
					"allocated_to": person,
				}
				self.assertEqual(frappe.db.get_value("ToDo", about, "status"), "Open")
				frappe.set_user(person)
				frappe.get_doc(made["created_doctype"], made["created_document"]).submit()
				frappe.set_user("Administrator")
				frappe.db.commit()
				self.assertEqual(frappe.db.get_value("ToDo", about, "status"), "Closed")
		self.assertEqual(self.on_hand(item, place), 8)

	def test_a_user_without_our_roles_sees_none_of_our_records(self) -> None:
		stranger = erp.user(["Employee"])
		for doctype in frappe.get_all(
			"DocType", {"module": "Inventory Midplatform", "istable": 0}, pluck="name", order_by="name"
		):
			with self.subTest(doctype=doctype):
				self.assertEqual(self.may(stranger, doctype), OF_EVERYBODY.get(doctype, []))
				if doctype in OF_EVERYBODY:
					frappe.set_user(stranger)
					self.assertEqual(frappe.get_list(doctype, order_by="name"), [])
					frappe.set_user("Administrator")


class TestUserPermissions(SiteTestCase):
	def test_a_warehouse_or_company_permission_limits_every_list_and_record(self) -> None:
		mine, other = erp.warehouse(), erp.warehouse()
		item = erp.item()
		platform = SitePlatform()
		platform.settings(outbound=True, inbound=True)
		self.addCleanup(platform.settings, outbound=False, inbound=False)
		for place in (mine, other):
			erp.receipt(item, place, 10)
			erp.receipt(erp.item(**erp.SERIALS), place, 1)
			erp.insert("Warehouse Zone", zone_code="Z", warehouse=place)
			erp.insert("Storage Policy", warehouse=place)
			frappe.db.commit()
			reserved = platform.call("reservation.reserve", item_code=item, warehouse=place, qty=3)
			platform.call("reservation.allocate", name=reserved["name"])
			lines = [{"item_code": item, "qty": 1}]
			request = platform.call("request.create", request_type="Issue", warehouse=place, items=lines)
			policy = approval_policy(platform, place)
			self.addCleanup(platform.update, "Approval Policy", policy, {"enabled": 0})
			platform.call("approval.request", doctype="Inventory Request", name=request["name"])
			inbound_records(platform, item, place)
			outbound_records(platform, item, place)
			kpi_records(platform, place)
		user = erp.user([roles.MANAGER])
		erp.insert("User Permission", user=user, allow="Warehouse", for_value=mine)
		frappe.db.commit()
		from inventory_midplatform import hooks

		frappe.set_user(user)
		for doctype in hooks.has_permission:
			if not frappe.get_meta(doctype).has_field("warehouse"):
				continue
			with self.subTest(doctype=doctype):
				seen = frappe.get_list(doctype, pluck="warehouse", order_by="name", limit=0)
				self.assertNotIn(other, seen)
				if doctype != "Inventory Alert":
					self.assertIn(mine, seen)
					hidden = frappe.get_all(doctype, {"warehouse": other}, pluck="name", order_by="name")[0]
					self.assertFalse(frappe.has_permission(doctype, "read", hidden))

	def test_a_company_permission_limits_records_that_name_only_a_warehouse(self) -> None:
		place, item = erp.warehouse(), erp.item()
		erp.receipt(item, place, 10)
		other = erp.unique("Company")
		erp.insert("Company", company_name=other, abbr=other[-6:], default_currency="CNY", country="China")
		user = erp.user([roles.MANAGER])
		erp.insert("User Permission", user=user, allow="Company", for_value=other)
		frappe.db.commit()
		frappe.set_user(user)
		self.assertEqual(
			frappe.get_list("Stock Position", {"item_code": item}, pluck="name", order_by="name"), []
		)
		hidden = frappe.get_all("Stock Position", {"item_code": item}, pluck="name", order_by="name")[0]
		self.assertFalse(frappe.has_permission("Stock Position", "read", hidden))
