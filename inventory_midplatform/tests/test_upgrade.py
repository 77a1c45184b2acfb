"""A site of an earlier release is upgraded: its rows are read, patched and checked by this one."""

import json
from pathlib import Path
from typing import Any

import frappe

from inventory_midplatform import install
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.domain.errors import InsufficientStock
from inventory_midplatform.services import verification
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import pos_documents as pos
from inventory_midplatform.tests import release_fixture
from inventory_midplatform.tests.site_case import SiteTestCase, switch
from inventory_midplatform.tests.site_platform import SitePlatform

RELEASES = ("0.1.0",)
NUMBERS = {
	"Stock Movement": ("qty", "revision", "posting_key", "kind", "bin", "voucher_no", "posting_datetime"),
	"Bin Stock": ("item_code", "bin", "batch_no", "stock_status", "qty", "allocated_qty"),
	"Stock Position": ("item_code", "warehouse", "on_hand", "on_hold", "reserved", "waiting"),
	"Inventory Reservation": (
		"demand_type",
		"demand_name",
		"demand_line",
		"status",
		"qty",
		"reserved_qty",
		"waiting_qty",
		"consumed_qty",
		"released_qty",
	),
}


def patches() -> list[str]:
	lines = (Path(install.__file__).parent / "patches.txt").read_text(encoding="utf-8").splitlines()
	return [line.strip() for line in lines if line.strip() and not line.startswith(("[", "#"))]


def run_patches() -> None:
	for patch in patches():
		frappe.get_attr(f"{patch}.execute")()
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
		self.assert_laws_hold()

	def test_every_number_of_an_earlier_release_is_the_same_and_the_laws_hold(self) -> None:
		for release in RELEASES:
			with self.subTest(release=release):
				tables = release_fixture.read(release_fixture.folder_of(release))
				release_fixture.load(tables)
				try:
					# what `bench migrate` does with our app once the tables have their new columns
					run_patches()
					run_patches()  # a migration that failed half way is run again
					install.after_migrate()
					frappe.db.commit()
					self.assert_unchanged(tables)
					self.assert_laws_hold()
					self.assert_it_works_on()
				finally:
					frappe.db.rollback()
					self.remove(tables)

	def assert_unchanged(self, tables: dict[str, Any]) -> None:
		for doctype, fields in NUMBERS.items():
			columns = tables[doctype]["columns"]
			before = {
				row[columns.index("name")]: [row[columns.index(field)] for field in fields]
				for row in tables[doctype]["rows"]
			}
			self.assertTrue(before, doctype)
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

	def assert_it_works_on(self) -> None:
		"""What came along can be promised, and no more than that."""
		platform, shop = SitePlatform(), self.place("Fixture Shop")
		asked = {"item_code": "FIXTURE-BOLT", "warehouse": shop}
		platform.call("reservation.reserve", qty=20, **asked)
		with self.assertRaises(InsufficientStock) as raised:
			platform.call("reservation.reserve", qty=6, **asked)
		self.assertEqual(raised.exception.details["available"], "5")
		self.assert_laws_hold()

	def place(self, warehouse_name: str) -> str:
		return str(frappe.db.get_value("Warehouse", {"warehouse_name": warehouse_name}))

	def rows(self, tables: dict[str, Any], doctype: str, *fields: str) -> list[tuple[Any, ...]]:
		columns = tables[doctype]["columns"]
		return [tuple(row[columns.index(field)] for field in fields) for row in tables[doctype]["rows"]]

	def remove(self, tables: dict[str, Any]) -> None:
		"""All of the items, with what came to them after they were loaded."""
		for (item,) in self.rows(tables, "Item", "name"):
			for doctype in release_fixture.OURS:
				if frappe.get_meta(doctype).has_field("item_code"):
					frappe.db.delete(doctype, {"item_code": item})
		release_fixture.remove(tables)

	def test_the_fixture_breaks_when_a_number_is_lost(self) -> None:
		"""The laws are what finds it: a fixture that always passes would show nothing."""
		tables = release_fixture.read(release_fixture.folder_of(RELEASES[0]))
		columns = tables["Bin Stock"]["columns"]
		tables["Bin Stock"]["rows"][0][columns.index("qty")] += 1
		release_fixture.load(tables)
		try:
			laws = {f["law"] for f in verification.verify(site_context())["findings"]}
			self.assertEqual(laws, {"movements", "bins", "layers"})
			with self.assertRaises(AssertionError):
				self.assert_unchanged(release_fixture.read(release_fixture.folder_of(RELEASES[0])))
		finally:
			self.remove(tables)

	def test_pos_invoices_open_at_the_upgrade_keep_their_stock(self) -> None:
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
