"""ERPNext's masters are renamed, disabled and deleted as before, and the ledger goes along."""

from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.reporting import positions
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.locations import bin_moves
from inventory_midplatform.services.locations.stock_in_bin import StockInBin
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SWITCHES, SiteTestCase, switch
from inventory_midplatform.tests.site_platform import SitePlatform


class TestMasters(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.place = erp.item(), erp.warehouse()

	def test_an_unused_warehouse_may_be_deleted(self) -> None:
		frappe.delete_doc("Warehouse", self.place)
		frappe.db.commit()
		self.assertFalse(frappe.db.exists("Warehouse Bin", {"warehouse": self.place}))

	def test_a_warehouse_with_a_history_may_not(self) -> None:
		erp.cancel(erp.receipt(self.item, self.place, 5))
		frappe.db.commit()
		with self.assertRaises(frappe.ValidationError):
			frappe.delete_doc("Warehouse", self.place)
		frappe.db.rollback()
		self.assertTrue(frappe.db.exists("Warehouse Bin", {"warehouse": self.place}))

	def test_a_company_where_nothing_ever_moved_may_be_deleted(self) -> None:
		company = self.new_company()
		self.assertTrue(frappe.db.exists("Warehouse Bin", {"company": company}))
		frappe.delete_doc("Company", company)
		frappe.db.commit()
		self.assertFalse(frappe.db.exists("Warehouse Bin", {"company": company}))

	def test_deleting_a_companys_transactions_leaves_bins_zones_and_policies(self) -> None:
		company = self.new_company()
		place = f"Stores - {company[-6:]}"
		erp.insert("Warehouse Zone", zone_code="Z", warehouse=place)
		shelf = erp.insert("Warehouse Bin", bin_code="B", warehouse=place).name
		erp.insert("Storage Policy", warehouse=place)
		frappe.db.commit()
		ours = ("Warehouse Zone", "Warehouse Bin", "Storage Policy")
		before = {doctype: frappe.db.count(doctype, {"company": company}) for doctype in ours}
		# ERPNext saves the company, which hides a field of its Purchase Receipt for good
		hidden = {"doc_type": "Purchase Receipt", "field_name": "provisional_expense_account"}
		if not frappe.db.exists("Property Setter", hidden):
			self.addCleanup(frappe.db.commit)
			self.addCleanup(frappe.db.delete, "Property Setter", hidden)
		deletion = erp.insert("Transaction Deletion Record", company=company, process_in_single_transaction=1)
		deletion.submit()
		frappe.db.commit()
		deletion.start_deletion_tasks()
		frappe.db.commit()
		deletion.reload()
		self.assertEqual(deletion.status, "Completed")
		self.assertEqual(
			{doctype: frappe.db.count(doctype, {"company": company}) for doctype in ours}, before
		)
		self.assertTrue(frappe.db.exists("Warehouse Bin", shelf))

	def new_company(self) -> str:
		name = erp.unique("Company")
		erp.insert("Company", company_name=name, abbr=name[-6:], default_currency="CNY", country="China")
		frappe.db.commit()
		return name

	def test_a_cancelled_voucher_may_be_deleted_where_erpnext_lets_it(self) -> None:
		frappe.db.set_single_value("Accounts Settings", "delete_linked_ledger_entries", 1)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.set_single_value, "Accounts Settings", "delete_linked_ledger_entries", 0)
		voucher = erp.receipt(self.item, self.place, 5)
		erp.cancel(voucher)
		frappe.delete_doc("Stock Entry", voucher.name)
		frappe.db.commit()
		moved = frappe.get_all("Stock Movement", {"voucher_no": voucher.name}, pluck="qty", order_by="name")
		self.assertEqual(moved, [5, -5])

	def test_a_warehouse_of_a_long_name_has_an_unplaced_bin_too(self) -> None:
		suffix = f" - {frappe.db.get_value('Company', self.company, 'abbr')}"
		name = (erp.unique("0W") + "x" * 140)[: 140 - len(suffix)]
		place = erp.insert("Warehouse", warehouse_name=name, company=self.company).name
		frappe.flags.warehouse_account_map = {}
		self.assertEqual(len(place), 140)
		erp.receipt(self.item, place, 5)
		frappe.db.commit()
		self.assertEqual(self.on_hand(self.item, place), 5)

	def test_who_sent_a_key_may_be_deleted(self) -> None:
		platform = SitePlatform()
		user = platform.make_user(["Inventory Integration"])
		erp.receipt(self.item, self.place, 5)
		frappe.db.commit()
		about = {"item_code": self.item, "warehouse": self.place}
		made = platform.call("reservation.reserve", user=user, key=erp.unique("key"), qty=1, **about)
		platform.call("reservation.release", name=made["name"])
		frappe.delete_doc("User", user)
		frappe.db.commit()
		self.assertFalse(frappe.db.exists("User", user))

	def test_item_and_warehouse_renamed(self) -> None:
		erp.receipt(self.item, self.place, 5)
		order = erp.sales_order(self.item, self.place, 3)
		item = frappe.rename_doc("Item", self.item, erp.unique("RENAMED"))
		place = frappe.rename_doc("Warehouse", self.place, erp.unique("RENAMED"), force=True)
		frappe.flags.warehouse_account_map = {}
		frappe.db.commit()
		self.assertEqual(self.position(item, place), {"on_hand": 5, "on_hold": 0, "reserved": 3})
		self.assert_invariants()
		erp.delivery_for(order.name)
		erp.receipt(item, place, 4)
		frappe.db.commit()
		self.assertEqual(self.position(item, place), {"on_hand": 6, "on_hold": 0, "reserved": 0})
		why = positions.explain(site_context(), item, place)
		self.assertEqual([(b["bin_code"], b["qty"]) for b in why["bins"]], [("UNPLACED", 6)])

	def test_a_warehouse_disabled_with_stock_gets_its_opening_stock(self) -> None:
		from inventory_midplatform.adapters.site.jobs import recording_opening_stock

		self.addCleanup(lambda: switch(**dict.fromkeys(SWITCHES, 1)))
		switch(**dict.fromkeys(SWITCHES, 0))
		place = erp.warehouse()
		erp.receipt(self.item, place, 5)
		frappe.db.set_value("Warehouse", place, "disabled", 1)
		switch(**dict.fromkeys(SWITCHES, 1))
		for _ in recording_opening_stock():
			pass
		self.assertEqual(self.on_hand(self.item, place), 5)

	def test_two_items_become_one(self) -> None:
		other = self.two_items_in_one_place()
		frappe.rename_doc("Item", other, self.item, merge=True)
		frappe.db.commit()
		erp.run_queued_reposts()
		frappe.db.commit()
		self.assertEqual(self.position(self.item, self.place), {"on_hand": 12, "on_hold": 0, "reserved": 5})
		for doctype in ("Bin Stock", "Stock Position", "Stock Movement", "Inventory Reservation"):
			self.assertFalse(frappe.db.exists(doctype, {"item_code": other}), doctype)
		why = positions.explain(site_context(), self.item, self.place)
		self.assertEqual(
			sorted((b["bin_code"], b["qty"]) for b in why["bins"]), [("A-01", 2), ("UNPLACED", 10)]
		)
		self.assert_invariants()
		erp.issue(self.item, self.place, 7)
		frappe.db.commit()
		self.assertEqual(self.on_hand(self.item, self.place), 5)

	def test_who_waited_for_one_of_two_items_is_served_by_both(self) -> None:
		place, old, new = erp.warehouse(), erp.item(), erp.item()
		erp.receipt(old, place, 1)
		erp.receipt(new, place, 10)
		frappe.db.commit()
		made = SitePlatform().call(
			"reservation.reserve", item_code=old, warehouse=place, qty=6, shortage_policy="Wait"
		)["name"]
		frappe.rename_doc("Item", old, new, merge=True)
		frappe.db.commit()
		kept = SitePlatform().call("reservation.get", name=made)
		self.assertEqual((kept["item_code"], kept["status"]), (new, "Reserved"))

	def test_two_items_become_one_with_every_switch_off(self) -> None:
		other = self.two_items_in_one_place()
		switch(**dict.fromkeys(SWITCHES, 0))
		try:
			frappe.rename_doc("Item", other, self.item, merge=True)
			frappe.db.commit()
			erp.run_queued_reposts()
			frappe.db.commit()
		finally:
			frappe.db.rollback()
			switch(**dict.fromkeys(SWITCHES, 1))
		self.assertEqual(self.position(self.item, self.place), {"on_hand": 12, "on_hold": 0, "reserved": 5})

	def two_items_in_one_place(self) -> str:
		"""5 of 12 reserved, the other item's 7 partly put away."""
		other = erp.item()
		erp.receipt(self.item, self.place, 5)
		erp.receipt(other, self.place, 7)
		erp.sales_order(self.item, self.place, 3)
		erp.sales_order(other, self.place, 2)
		shelf = erp.insert("Warehouse Bin", bin_code="A-01", warehouse=self.place).name
		frappe.db.commit()
		unplaced = bin_stock.unplaced_bins(site_context(), [self.place])[self.place]
		bin_moves.move(site_context(), StockInBin(other, self.place, unplaced, Decimal(2)), shelf)
		frappe.db.commit()
		return other

	def test_the_desks_rename_folds_nothing_before_its_job_runs(self) -> None:
		from unittest import mock

		from inventory_midplatform.adapters.site import merges
		from inventory_midplatform.adapters.site.overrides import item as item_events

		other = self.two_items_in_one_place()
		asked = {"cmd": "frappe.model.rename_doc.update_document_title", "enqueue": "true"}
		with (
			mock.patch.dict(frappe.local.form_dict, asked),
			mock.patch.object(merges, "is_scheduler_inactive", return_value=False),
		):
			item_events.before_rename(frappe.get_doc("Item", other), "before_rename", other, self.item, True)
		self.assertEqual(self.on_hand(other, self.place), 7)

	def test_of_two_storage_policies_of_one_scope_a_merge_leaves_one(self) -> None:
		elsewhere = erp.warehouse()
		groups = [self.item_group() for _ in range(2)]
		for field, doctype, old, new in (
			("item_code", "Item", erp.item(), self.item),
			("item_group", "Item Group", *groups),
		):
			first, second = (
				erp.insert("Storage Policy", warehouse=self.place, **{field: of}).name for of in (old, new)
			)
			alone = erp.insert("Storage Policy", warehouse=elsewhere, **{field: old}).name
			frappe.db.commit()
			with patch.object(frappe, "msgprint") as shown:
				frappe.rename_doc(doctype, old, new, merge=True, force=True)
			frappe.db.commit()
			self.assertIn(
				f"Deleted: {first}",
				[call.args[0].partition(" remains. ")[2] for call in shown.call_args_list],
			)
			self.assertEqual(
				frappe.get_all(
					"Storage Policy", {field: new}, ["name", "warehouse"], order_by="creation", as_list=True
				),
				((second, self.place), (alone, elsewhere)),
			)
			self.assertFalse(frappe.db.exists("Storage Policy", first))
			logged = frappe.get_all(
				"Stock Operation Log",
				{"operation": "Merge", "from_value": first},
				["to_value", "reason"],
				order_by="name",
			)
			self.assertEqual([(row.to_value, row.reason) for row in logged], [(second, f"{old} → {new}")])

	def test_of_two_warehouses_the_storage_policy_that_is_enabled_remains(self) -> None:
		old, new = erp.warehouse(), erp.warehouse()
		enabled = erp.insert("Storage Policy", warehouse=old).name
		disabled = erp.insert("Storage Policy", warehouse=new, disabled=1).name
		frappe.db.commit()
		frappe.rename_doc("Warehouse", old, new, merge=True, force=True)
		frappe.db.commit()
		self.assertEqual(
			frappe.get_all("Storage Policy", {"warehouse": new}, pluck="name", order_by="name"), [enabled]
		)
		self.assertFalse(frappe.db.exists("Storage Policy", disabled))

	def item_group(self) -> str:
		above = frappe.get_all("Item Group", {"is_group": 1}, pluck="name", order_by="lft", limit=1)[0]
		values = {"item_group_name": erp.unique("Group"), "parent_item_group": above}
		return str(erp.insert("Item Group", **values).name)

	def test_a_warehouse_with_a_history_is_merged_into_none(self) -> None:
		erp.receipt(self.item, self.place, 5)
		frappe.db.commit()
		with self.assertRaises(frappe.ValidationError) as raised:
			frappe.rename_doc("Warehouse", self.place, erp.warehouse(), merge=True, force=True)
		self.assertIn("cannot be merged", str(raised.exception))
		frappe.db.rollback()
		frappe.flags.warehouse_account_map = {}

	def test_an_unused_warehouse_is_merged(self) -> None:
		other = erp.warehouse()
		erp.receipt(self.item, other, 5)
		order = erp.sales_order(self.item, self.place, 2)
		frappe.db.commit()
		with self.assertRaises(frappe.ValidationError):
			frappe.rename_doc("Warehouse", self.place, other, merge=True, force=True)
		frappe.db.rollback()
		erp.cancel(order)
		frappe.db.delete("Bin", {"warehouse": self.place})  # ERPNext's own would stand against it
		frappe.db.commit()
		frappe.rename_doc("Warehouse", self.place, other, merge=True, force=True)
		frappe.flags.warehouse_account_map = {}
		frappe.db.commit()
		self.assertEqual(frappe.db.count("Warehouse Bin", {"warehouse": other, "is_unplaced": 1}), 1)
		self.assertEqual(self.on_hand(self.item, other), 5)

	def test_an_item_that_was_only_ordered_may_be_deleted(self) -> None:
		order = erp.sales_order(self.item, self.place, 3)
		frappe.db.commit()
		erp.cancel(order)
		frappe.delete_doc("Sales Order", order.name)
		frappe.db.commit()
		self.assertTrue(frappe.db.exists("Inventory Reservation", {"item_code": self.item}))
		frappe.delete_doc("Item", self.item)
		frappe.db.commit()
		for doctype in ("Item", "Stock Position", "Inventory Reservation"):
			field = "name" if doctype == "Item" else "item_code"
			self.assertFalse(frappe.db.exists(doctype, {field: self.item}), doctype)

	def test_an_item_that_waits_or_moved_may_not(self) -> None:
		waits = erp.item()
		frappe.db.commit()
		SitePlatform().call(
			"reservation.reserve", item_code=waits, warehouse=self.place, qty=3, shortage_policy="Wait"
		)
		erp.cancel(erp.receipt(self.item, self.place, 5))
		frappe.db.commit()
		for item in (waits, self.item):
			with self.subTest(item=item):
				with self.assertRaises(frappe.LinkExistsError):
					frappe.delete_doc("Item", item)
				frappe.db.rollback()
				self.assertTrue(frappe.db.exists("Stock Position", {"item_code": item}))

	def test_a_users_bin_that_took_the_code_becomes_the_unplaced_bin(self) -> None:
		bin = f"UNPLACED - {self.place}"
		frappe.db.set_value("Warehouse Bin", bin, {"is_unplaced": 0, "disabled": 1})
		frappe.db.commit()
		erp.receipt(self.item, self.place, 5)
		frappe.db.commit()
		self.assertEqual(frappe.db.get_value("Warehouse Bin", bin, ["is_unplaced", "disabled"]), (1, 0))
		self.assertEqual(self.on_hand(self.item, self.place), 5)

	def test_an_unplaced_bin_another_made_meanwhile_is_no_error(self) -> None:
		"""A read that began before the other's commit does not see it: writing has to."""
		from unittest import mock

		frappe.db.commit()
		ctx = site_context()
		rows = type(ctx.store).rows

		def blind(store: Any, sql: str, params: Any = None) -> Any:
			return (
				[] if "is_unplaced = 1" in sql or "bin_code = %(code)s" in sql else rows(store, sql, params)
			)

		with mock.patch.object(type(ctx.store), "rows", blind):
			found = bin_stock.unplaced_bins(ctx, [self.place])
		self.assertEqual(found, {self.place: f"UNPLACED - {self.place}"})
		frappe.db.commit()
		self.assertEqual(frappe.db.count("Warehouse Bin", {"warehouse": self.place}), 1)

	def test_a_renamed_warehouses_bin_does_not_stand_against_a_new_one_of_its_name(self) -> None:
		name = frappe.db.get_value("Warehouse", self.place, "warehouse_name")
		frappe.rename_doc("Warehouse", self.place, erp.unique("RENAMED"), force=True)
		frappe.flags.warehouse_account_map = {}
		again = erp.insert("Warehouse", warehouse_name=name, company=self.company).name
		frappe.flags.warehouse_account_map = {}
		erp.receipt(self.item, again, 5)
		frappe.db.commit()
		self.assertEqual(again, self.place)
		bins = frappe.get_all("Warehouse Bin", {"warehouse": again}, ["is_unplaced"], order_by="name")
		self.assertEqual([b.is_unplaced for b in bins], [1])
		self.assertEqual(self.on_hand(self.item, again), 5)

	def test_erpnexts_features_are_not_switched_on_beside_the_midplatforms(self) -> None:
		for theirs, ours in (
			("enable_stock_reservation", "Reserve Stock"),
			("auto_indent", "Replenish Low Stock"),
		):
			with self.subTest(theirs=theirs):
				settings = frappe.get_doc("Stock Settings")
				settings.set(theirs, 1)
				with self.assertRaises(frappe.ValidationError) as raised:
					settings.save()
				self.assertIn(ours, str(raised.exception))
				frappe.db.rollback()
		frappe.get_doc("Stock Settings").save()
		frappe.db.rollback()
