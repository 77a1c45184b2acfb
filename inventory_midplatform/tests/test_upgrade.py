"""A site of an earlier release is upgraded: its rows are read, patched and checked by this one."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import frappe
from frappe.model.sync import sync_for
from frappe.model.workflow import apply_workflow

from inventory_midplatform import install
from inventory_midplatform.adapters.site.context import SETTINGS, site_context, site_settings
from inventory_midplatform.domain.errors import Conflict, InsufficientStock
from inventory_midplatform.patches.v0_3_0 import (
	cancelled_reservations,
	check_is_a_choice,
	rename_fields,
	rename_values,
)
from inventory_midplatform.services.reconciliation import verification
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import pos_documents as pos
from inventory_midplatform.tests import release_fixture
from inventory_midplatform.tests.approval_records import SHIPPED
from inventory_midplatform.tests.site_case import SiteTestCase, begin_history, switch
from inventory_midplatform.tests.site_platform import SitePlatform

RELEASES = ("0.1.0", "0.2.0")
NUMBERS = {
	"Stock Movement": ("qty", "revision", "posting_key", "kind", "bin", "voucher_no", "posting_datetime"),
	"Bin Stock": ("item_code", "bin", "batch_no", "stock_status", "qty", "allocated_qty"),
	"Stock Position": ("item_code", "warehouse", "on_hand", "on_hold", "reserved", "waiting"),
	"Bin Allocation": ("reservation", "bin", "batch_no", "qty"),
	"Serial Location": ("serial_no", "bin", "stock_status"),
	"Stock Operation Log": ("operation", "reference_name", "qty", "from_value", "to_value"),
	"Inventory Alert": ("alert_type", "status", "item_code", "warehouse"),
	"Inventory Request": ("status", "amount", "created_document"),
	"Storage Policy": ("warehouse", "item_code", "fixed_bin", "removal_strategy"),
	"Inventory Reservation": (
		"demand_type",
		"demand_name",
		"demand_line",
		"shortage_policy",
		"status",
		"qty",
		"reserved_qty",
		"waiting_qty",
		"consumed_qty",
		"released_qty",
	),
}


def patches(section: str) -> list[str]:
	"""Return the patches of a section of patches.txt."""
	text = (Path(install.__file__).parent / "patches.txt").read_text(encoding="utf-8")
	lines = text.split(f"[{section}]")[1].split("[")[0].splitlines()
	return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def run_patches() -> None:
	"""Do what `bench migrate` does with our app: patches, tables synced from DocTypes, more patches."""
	for section in ("pre_model_sync", "post_model_sync"):
		for patch in patches(section):
			frappe.get_attr(f"{patch}.execute")()
		if section == "pre_model_sync":
			sync_for("inventory_midplatform", force=True)
	frappe.db.commit()


class TestUpgrade(SiteTestCase):
	def test_html_that_was_taken_before_is_harmless_after(self) -> None:
		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, 5)
		frappe.db.commit()
		platform = SitePlatform()
		made = platform.call("reservation.reserve", item_code=item, warehouse=place, qty=2)["name"]
		platform.call("reservation.allocate", name=made)
		evil = f"{erp.unique('E')}<img src='x' onerror=alert(1)>"
		for doctype, column in (
			("Inventory Reservation", "name"),
			("Bin Allocation", "reservation"),
			("Stock Operation Log", "reference_name"),
		):
			table = frappe.qb.DocType(doctype)
			frappe.qb.update(table).set(table[column], evil).where(table[column] == made).run()
		frappe.db.set_value("Inventory Reservation", evil, {"demand_name": evil, "reason": "5 < 6 <b>"})
		frappe.db.commit()
		run_patches()
		harmless = evil.replace("<", "‹").replace(">", "›").replace("'", "’")
		kept = platform.call("reservation.get", name=harmless)
		self.assertEqual((kept["demand_name"], kept["reason"]), (evil.replace("<", "‹"), "5 < 6 ‹b>"))
		platform.call("reservation.deallocate", name=harmless)
		platform.call("reservation.release", name=harmless)
		self.assert_invariants()

	def test_every_number_of_an_earlier_release_is_the_same_and_every_invariant_is_true(self) -> None:
		for release in RELEASES:
			with self.subTest(release=release):
				tables = release_fixture.read(release_fixture.folder_of(release))
				with release_fixture.loaded(tables):
					began = site_settings().history_from  # the site's own, where a release left no settings
					begin_history(None)
					if began:
						self.addCleanup(begin_history, str(began))
					run_patches()
					run_patches()  # a migration that failed half way is run again
					install.after_migrate()
					frappe.db.commit()
					self.assert_unchanged(tables)
					self.assert_old_values_are_gone()
					self.assertEqual(site_settings().history_from, frappe.utils.getdate())
					self.assert_invariants_of(tables)
					self.assert_it_works_on()
					self.assert_invariants_of(tables)

	def assert_invariants_of(self, tables: dict[str, Any]) -> None:
		"""Check every invariant; the history only where the release left ERPNext's stock ledger, which says how it begins."""
		has_ledger = "Stock Ledger Entry" in tables
		found = verification.verify(site_context())["findings"]
		self.assertEqual([f for f in found if has_ledger or f["invariant"] != "history"], [])

	def assert_unchanged(self, tables: dict[str, Any]) -> None:
		"""Every row has its values, those that were renamed under their new names."""
		for doctype, fields in NUMBERS.items():
			if doctype not in tables:
				continue
			columns = tables[doctype]["columns"]
			old_name = {new: old for old, new in [rename_fields.COLUMNS.get(doctype, ("", ""))]}
			before = {
				row[columns.index("name")]: [
					rename_values.VALUES.get((doctype, field), {}).get(value, value)
					for field in fields
					for value in [row[columns.index(old_name.get(field, field))]]
				]
				for row in tables[doctype]["rows"]
			}
			self.assertTrue(before, doctype)
			if doctype == "Inventory Reservation":
				before = {name: self.with_its_document_gone(fields, row) for name, row in before.items()}
			after = {
				row[0]: json.loads(json.dumps(list(row[1:]), default=str))
				for row in frappe.get_all(
					doctype,
					{"name": ("in", list(before))},
					["name", *fields],
					order_by="name",
					as_list=True,
				)
			}
			self.assertEqual(after, before, doctype)

	def with_its_document_gone(self, fields: tuple[str, ...], values: list[Any]) -> list[Any]:
		"""Return the values of a reservation: the fixture has no orders, and ended reservations of a deleted one say so."""
		of = dict(zip(fields, values, strict=True))
		if (
			of["demand_type"] in cancelled_reservations.DEMAND_TYPES
			and of["status"] in cancelled_reservations.ENDED
		):
			of["status"] = "Cancelled"
		return list(of.values())

	def assert_old_values_are_gone(self) -> None:
		for (doctype, field), renamed in {**rename_values.VALUES, **rename_values.SENTENCES}.items():
			self.assertFalse(frappe.db.exists(doctype, {field: ("in", list(renamed))}), (doctype, field))
		for doctype, (old, _) in rename_fields.COLUMNS.items():
			self.assertNotIn(old, frappe.db.get_table_columns(doctype))

	def assert_it_works_on(self) -> None:
		"""What came along can be promised, and no more than that."""
		platform, shop = SitePlatform(), self.place("Fixture Shop")
		bolts = {"item_code": "FIXTURE-BOLT", "warehouse": shop}
		available = Decimal(str(platform.call("stock.get_position", **bolts)["available"]))
		self.assertGreater(available, 10)
		platform.call("reservation.reserve", qty=available - 5, **bolts)
		with self.assertRaises(InsufficientStock) as raised:
			platform.call("reservation.reserve", qty=6, **bolts)
		self.assertEqual(raised.exception.details["available"], "5")

	def test_the_check_that_was_a_box_to_tick_is_a_choice(self) -> None:
		about = {"doctype": SETTINGS, "field": "outbound_check"}
		for stored, mode in (("1", "On"), ("0", "Off"), ("Over an Amount", "Over an Amount")):
			with self.subTest(stored=stored):
				frappe.db.delete("Singles", about)
				frappe.db.sql(
					"INSERT INTO `tabSingles` VALUES (%(doctype)s, %(field)s, %(value)s)",
					{**about, "value": stored},
				)
				check_is_a_choice.execute()
				frappe.db.commit()
				self.assertEqual(site_settings().outbound_check, mode)
				switch(outbound_check=mode)
		switch(outbound_check="Off")

	def test_what_administrators_and_users_changed_comes_along(self) -> None:
		tables = release_fixture.read(release_fixture.folder_of("0.2.0"))
		with release_fixture.loaded(tables):
			for _ in range(2):
				run_patches()
			install.after_migrate()
			frappe.db.commit()
			self.assert_settings_and_fields()
			self.assert_workflow()
			self.assert_saved_filters()

	def assert_settings_and_fields(self) -> None:
		self.assertTrue(site_settings().block_expired_batches)
		stores = self.place("Fixture Stores")
		self.assertEqual(frappe.db.get_value("Warehouse", stores, "inventory_storekeeper"), "Administrator")
		field = frappe.get_meta("Warehouse").get_field("inventory_storekeeper")
		self.assertEqual((field.label, field.in_standard_filter), ("Storekeeper", 1))
		self.assertIsNone(frappe.get_meta("Warehouse").get_field("inventory_keeper"))
		policy = frappe.get_meta("Inventory Reservation").get_field("shortage_policy")
		self.assertEqual(policy.in_standard_filter, 1)
		order = frappe.db.get_value(
			"Property Setter", {"doc_type": "Warehouse", "property": "field_order"}, "value"
		)
		self.assertIn("inventory_storekeeper", json.loads(order))

	def assert_workflow(self) -> None:
		"""The Workflow has the new action everywhere, also where an administrator added a transition."""
		actions = frappe.get_all(
			"Workflow Transition",
			{"parent": "Inventory Request Approval"},
			["action", "allowed"],
			order_by="idx",
			as_list=True,
		)
		self.assertIn(("Request Approval", "Inventory Director"), actions)
		self.assertIn(("Request Approval", "Quality Inspector"), actions)
		self.assertNotIn("Ask for Approval", {action for action, _ in actions})
		self.assertFalse(frappe.db.exists("Workflow Action Master", "Ask for Approval"))
		self.assertEqual(
			frappe.db.get_value(
				"Inventory Request", "FIXTURE-INV-REQ-2026-00004", ["status", "workflow_state"]
			),
			("Pending", "Pending Director"),
		)
		self.assertEqual(frappe.db.get_value("Approval Policy", SHIPPED, ["enabled", "version"]), (0, 0))
		platform, line = SitePlatform(), {"item_code": "FIXTURE-NUT", "qty": 1, "rate": 10}
		made = platform.call(
			"request.create", request_type="Purchase", warehouse=self.place("Fixture Stores"), items=[line]
		)["name"]
		with self.assertRaises(Conflict) as raised:
			platform.call("request.submit", name=made)
		self.assertEqual(raised.exception.code, "not_by_approval")
		after = apply_workflow(frappe.get_doc("Inventory Request", made), "Request Approval")
		self.assertEqual((after.workflow_state, after.status), ("Pending Supervisor", "Pending"))
		frappe.delete_doc("Inventory Request", made, force=True)
		frappe.db.commit()

	def test_what_waits_in_the_workflow_goes_on_as_approval_requests(self) -> None:
		"""Nobody edited the Workflow: it is gone, and who decided what in it still counts."""
		tables = release_fixture.read(release_fixture.folder_of("0.2.0"))
		steps = tables["Workflow Transition"]
		next_state = steps["columns"].index("next_state")
		state = steps["columns"].index("state")
		steps["rows"] = [
			r for r in steps["rows"] if (r[state], r[next_state]) != ("Draft", "Pending Director")
		]
		buyer, supervisor, director = (
			self.user_of_the_release(*user)
			for user in (
				("user-fcecd17e@example.com", "Inventory Buyer"),
				("user-16d40d5d@example.com", "Warehouse Supervisor"),
				("user-60ce96b0@example.com", "Inventory Director"),
			)
		)
		with release_fixture.loaded(tables):
			for _ in range(2):
				run_patches()
			install.after_migrate()
			frappe.db.commit()
			self.assert_unchanged(tables)
			self.assertFalse(frappe.db.exists("Workflow", {"document_type": "Inventory Request"}))
			self.assertFalse(frappe.db.exists("Workflow State", "Pending Supervisor"))
			self.assertFalse(frappe.db.exists("Inventory Request", {"workflow_state": ("is", "set")}))
			policy = frappe.get_doc("Approval Policy", SHIPPED)
			self.assertEqual((policy.enabled, policy.conditions[0].value), (1, "1000"))
			found = {
				number: self.approval_of(f"FIXTURE-INV-REQ-2026-0000{number}") for number in range(1, 10)
			}
			self.assertEqual({n for n, a in found.items() if a}, {3, 4, 7, 8})
			for number, at_step, asked in ((3, 1, supervisor), (8, 1, supervisor), (4, 3, director)):
				approval = found[number]
				self.assertEqual((approval["state"], approval["step"]), ("Open", at_step))
				self.assertEqual(approval["applicant"], buyer)
				self.assertIn(asked, approval["waits_for"])
			self.assertIn(
				("Approved", supervisor), [(d["decision"], d["user"]) for d in found[4]["decisions"]]
			)
			self.assertEqual((found[7]["state"], found[7]["waits_for"]), ("Rejected", []))
			platform = SitePlatform()
			platform.call("approval.reject", name=found[3]["name"], user=supervisor, reason="Too late.")
			self.assertEqual(
				frappe.db.get_value(
					"Inventory Request", "FIXTURE-INV-REQ-2026-00003", ["status", "rejection_reason"]
				),
				("Rejected", "Too late."),
			)

	def user_of_the_release(self, email: str, role: str) -> str:
		if not frappe.db.exists("User", email):
			roles = [{"role": role}]
			erp.insert("User", email=email, first_name=role, roles=roles, send_welcome_email=0)
			frappe.db.commit()
		return email

	def approval_of(self, document: str) -> Any:
		about = {"only": "of_document", "doctype": "Inventory Request", "document": document}
		platform = SitePlatform()
		found = platform.call("approval.list", **about)["requests"]
		self.assertLessEqual(len(found), 1, document)
		return platform.call("approval.get", name=found[0]["name"]) if found else None

	def assert_saved_filters(self) -> None:
		filters = dict(
			frappe.get_all(
				"List Filter",
				{"filter_name": ("like", "Fixture: %")},
				["filter_name", "filters"],
				order_by="filter_name",
				as_list=True,
			)
		)
		self.assertEqual(
			{name: json.loads(text)[0][1:4] for name, text in filters.items()},
			{
				"Fixture: books": ["alert_type", "=", "Books Discrepancy"],
				"Fixture: short": ["shortage_policy", "=", "Wait"],
				"Fixture: unexplained": ["kind", "in", ["Opening Stock", "Adjustment"]],
			},
		)
		report = json.loads(frappe.db.get_value("Report", "Fixture Short Reservations", "json"))
		self.assertIn(["shortage_policy", "Inventory Reservation"], report["columns"])
		self.assertEqual(report["sort_by"], "Inventory Reservation.shortage_policy")
		self.assertEqual(report["filters"][0][1:4], ["shortage_policy", "=", "Wait"])
		card = frappe.db.get_value("Number Card", {"document_type": "Stock Operation Log"}, "filters_json")
		self.assertEqual(json.loads(card)[0][1:4], ["operation", "=", "Reassign"])

	def place(self, warehouse_name: str) -> str:
		return str(frappe.db.get_value("Warehouse", {"warehouse_name": warehouse_name}))

	def test_the_fixture_breaks_when_a_number_is_lost(self) -> None:
		"""The invariants are what finds it: a fixture that always passes would show nothing."""
		for release in RELEASES:
			tables = release_fixture.read(release_fixture.folder_of(release))
			columns = tables["Bin Stock"]["columns"]
			tables["Bin Stock"]["rows"][0][columns.index("qty")] += 1
			with self.subTest(release=release), release_fixture.loaded(tables):
				rename_fields.execute()
				rename_values.execute()
				cancelled_reservations.execute()
				invariants = {f["invariant"] for f in verification.verify(site_context())["findings"]}
				self.assertLessEqual({"movements", "bins"}, invariants)
				with self.assertRaises(AssertionError):
					self.assert_unchanged(release_fixture.read(release_fixture.folder_of(release)))

	def test_pos_invoices_open_at_the_upgrade_reserve_their_stock(self) -> None:
		item, place = erp.item(), erp.warehouse()
		erp.receipt(item, place, 10, days_ago=1)
		profile = pos.profile(place)
		pos.opening(profile)
		switch(reservation_enabled=0)
		pos.invoice(profile, item, 4, erp.customer())
		switch(reservation_enabled=1)
		self.assertEqual(self.position(item, place)["reserved"], 0)
		run_patches()
		self.assertEqual(self.position(item, place)["reserved"], 4)
