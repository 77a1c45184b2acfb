"""On a site: neither a list in the desk nor a statement of ours reads a whole table. As tests/standalone holds it too."""

from collections.abc import Callable
from typing import Any

import frappe

from inventory_midplatform.adapters.site.books import SiteBooks
from inventory_midplatform.adapters.site.store import SiteStore
from inventory_midplatform.domain import roles
from inventory_midplatform.services.demand import sources
from inventory_midplatform.services.reconciliation import opening_stock
from inventory_midplatform.services.reservation import document_sync, reservations
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.hot_statements import MANY, Recorder, whole_reads
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

MODULE = "Inventory Midplatform"
ROWS = 3000
ITEM, WAREHOUSE = "CONCAT('HOT-', seq)", "CONCAT('HOT-', seq MOD 40)"
WHERE = {"item_code": ITEM, "warehouse": WAREHOUSE}
DONE = "DATE_SUB(NOW(6), INTERVAL seq MINUTE)"

FILLED: dict[str, dict[str, str]] = {
	"Bin": {**WHERE, "actual_qty": "0"},
	"Bin Stock": {**WHERE, "bin": ITEM, "stock_status": "'Available'"},
	"Inventory Alert": {**WHERE, "alert_type": "'Adjustment'", "status": "'Closed'"},
	"Inventory Request": {"warehouse": WAREHOUSE, "status": "'Approved'", "docstatus": "1"},
	"Inventory Request Item": {"item_code": ITEM, "parent": ITEM},
	"Inventory Reservation": {
		**WHERE,
		"status": "'Consumed'",
		"demand_type": "'Sales Order'",
		"demand_name": ITEM,
		"qty": "1",
		"consumed_qty": "1",
	},
	"Material Request": {
		"docstatus": "1",
		"inventory_origin": "'Low Stock'",
		"material_request_type": "ELT(1 + seq MOD 3, 'Purchase', 'Material Issue', 'Material Transfer')",
		"per_ordered": "100",
		"status": "'Ordered'",
	},
	"Material Request Item": {**WHERE, "parent": ITEM},
	"Packed Item": {**WHERE, "parent": ITEM, "parent_detail_docname": ITEM},
	"Receipt Layer": {**WHERE, "received_on": f"DATE({DONE})", "batch_no": "''"},
	"Sales Order": {"docstatus": "1", "status": "'Completed'", "per_delivered": "100"},
	"Sales Order Item": {**WHERE, "parent": ITEM},
	"Bin Allocation": {**WHERE, "reservation": ITEM, "bin": ITEM},
	"Stock Entry": {"docstatus": "1", "per_transferred": "100"},
	"Stock Entry Detail": {"item_code": ITEM, "parent": ITEM},
	"Stock Ledger Entry": {
		**WHERE,
		"posting_datetime": DONE,
		"voucher_type": "'Stock Entry'",
		"voucher_no": ITEM,
	},
	"Stock Movement": {
		**WHERE,
		"bin": ITEM,
		"kind": "'Incoming'",
		"posting_key": ITEM,
		"posting_datetime": DONE,
		"voucher_type": "'Purchase Receipt'",
		"voucher_no": ITEM,
		"stock_status": "'Available'",
		"batch_no": "''",
		"stock_owner": "''",
	},
	"Stock Operation Log": {**WHERE, "operation": "'Reserve'", "user": "'HOT'", "reference_name": ITEM},
	"Stock Position": WHERE,
	"Stock Snapshot": {**WHERE, "snapshot_date": "'2020-02-20'"},
	"Warehouse Bin": {"warehouse": WAREHOUSE, "bin_code": ITEM},
	"Work Order": {
		"docstatus": "1",
		"status": "'Completed'",
		"skip_transfer": "1",
		"from_wip_warehouse": "seq MOD 30 = 0",
	},
	"Work Order Item": {"item_code": ITEM, "parent": ITEM},
	"Warehouse Zone": {"warehouse": WAREHOUSE, "zone_code": ITEM},
}
"""Columns as SQL in which ``seq`` counts: thousands of rows of work long done, none of which breaks a invariant."""


class TestHotStatements(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.place = erp.warehouse()
		low = {"warehouse": cls.place, "warehouse_reorder_level": 500, "warehouse_reorder_qty": 1}
		cls.item = erp.item(reorder_levels=[{**low, "material_request_type": "Purchase"}])
		erp.receipt(cls.item, cls.place, 50)
		cls.storekeeper = erp.user([roles.MANAGER])
		erp.insert("User Permission", user=cls.storekeeper, allow="Warehouse", for_value=cls.place)
		frappe.db.commit()
		cls.addClassCleanup(cls.empty)
		cls.empty()
		for doctype, columns in FILLED.items():
			values = {"name": ITEM, "creation": DONE, "modified": DONE, "owner": "'Administrator'", **columns}
			frappe.db.sql(
				f"INSERT INTO `tab{doctype}` ({', '.join(values)}) SELECT {', '.join(values.values())}"
				f" FROM seq_1_to_{ROWS}"
			)
		frappe.db.commit()
		for doctype in FILLED:
			frappe.db.sql_ddl(f"ANALYZE TABLE `tab{doctype}`")

	@classmethod
	def empty(cls) -> None:
		for doctype in FILLED:
			frappe.db.sql(f"DELETE FROM `tab{doctype}` WHERE name LIKE 'HOT-%%'")
		frappe.db.commit()

	def assert_none_reads_a_whole_table(self, recorder: Recorder, least: int) -> None:
		frappe.set_user("Administrator")
		self.assertGreaterEqual(len(recorder.statements), least)
		big = [f"tab{doctype}" for doctype in FILLED]
		for statement in recorder.statements.values():
			plan = frappe.db.sql(f"EXPLAIN {statement.sql}", statement.params or (), as_dict=True)
			with self.subTest(what=statement.scenario, sql=statement.sql):
				self.assertEqual(whole_reads(plan, big), [])

	def test_the_tables_are_big(self) -> None:
		for doctype in FILLED:
			self.assertGreaterEqual(frappe.db.count(doctype), MANY, doctype)
		plan = frappe.db.sql("EXPLAIN SELECT name FROM `tabStock Movement` WHERE reason = 'x'", as_dict=True)
		self.assertTrue(whole_reads(plan, ["tabStock Movement"]))

	def test_lists_in_the_desk(self) -> None:
		recorder = Recorder()
		for doctype in FILLED:
			meta = frappe.get_meta(doctype)
			if meta.module != MODULE or meta.istable:
				continue
			filters: list[dict[str, Any]] = [{}]
			for field in meta.fields:
				if field.in_standard_filter and field.fieldname in FILLED[doctype]:
					value = FILLED[doctype][field.fieldname].strip("'")
					filters.append({field.fieldname: "HOT-7" if "seq" in value else value})
			for user in ("Administrator", self.storekeeper):
				frappe.set_user(user)
				for wanted in filters:
					what = f"{doctype} {wanted} of {user}"
					with recorder.recording(type(frappe.local.db), ("sql",), what):
						frappe.get_list(
							doctype,
							wanted,
							["name", "modified"],
							order_by=f"`tab{doctype}`.{meta.sort_field} {meta.sort_order}",
							limit=20,
						)
		self.assert_none_reads_a_whole_table(recorder, 40)

	def test_operations_and_documents(self) -> None:
		platform, recorder = SitePlatform(), Recorder()
		about = {"item_code": self.item, "warehouse": self.place}
		held = platform.call("reservation.reserve", qty=1, **about)["name"]
		platform.settings(sales_order_policy="Off")
		order = erp.submit(
			frappe.get_doc(
				{
					"doctype": "Sales Order",
					"customer": erp.customer(),
					"company": self.company,
					"delivery_date": frappe.utils.nowdate(),
					"items": [{"item_code": self.item, "warehouse": self.place, "qty": 2, "rate": 20}],
				}
			)
		)
		frappe.db.commit()
		platform.settings(sales_order_policy="Partial")

		def in_context(work: Callable[..., Any]) -> None:
			with platform.context() as ctx:
				work(ctx)

		work: dict[str, Callable[[], Any]] = {
			"reserve": lambda: platform.call("reservation.reserve", qty=1, **about),
			"reserve for a row": lambda: platform.call(
				"reservation.reserve",
				qty=1,
				demand_type="Sales Order",
				demand_name=order.name,
				demand_line=order.items[0].name,
				**about,
			),
			"wait": lambda: platform.call("reservation.reserve", qty=400, shortage_policy="Wait", **about),
			"release": lambda: platform.call("reservation.release", name=held),
			"explain": lambda: platform.call("stock.explain", **about),
			"positions": lambda: platform.call("stock.list_positions", user=self.storekeeper),
			"reservations": lambda: platform.call("reservation.list", user=self.storekeeper),
			"receipt": lambda: erp.receipt(self.item, self.place, 5),
			"receipt of yesterday": lambda: erp.receipt(self.item, self.place, 5, days_ago=1),
			"issue": lambda: erp.issue(self.item, self.place, 1),
			"order": lambda: in_context(lambda ctx: document_sync.sync(ctx, "Sales Order", order.name)),
			"order's rows": lambda: in_context(
				lambda ctx: document_sync.row_quantities(ctx, sources.SALES_ORDER, order.name)
			),
			"open orders": lambda: in_context(
				lambda ctx: document_sync.open_documents(ctx, sources.SALES_ORDER)
			),
			"release_expired": lambda: in_context(reservations.release_expired),
			"repost": lambda: in_context(lambda ctx: opening_stock.suspects(ctx, [self.item])),
			"low stock": lambda: platform.call("replenishment.suggest", item_code=self.item),
			"promise": lambda: platform.call("stock.available_to_promise", **about),
			"request": lambda: platform.call(
				"request.create",
				request_type="Issue",
				warehouse=self.place,
				items=[{"item_code": self.item, "qty": 1}],
			),
		}
		for name, piece in work.items():
			with recorder.recording(SiteStore, ("rows", "execute"), name):
				piece()
		with recorder.recording(type(frappe.local.db), ("sql",), "what the stock ledger says"):
			SiteBooks().ledger_balances([(self.item, self.place)])
			SiteBooks().ledger_totals([(self.item, self.place)], locked=True)
			entries = SiteBooks().ledger_entries([(self.item, self.place)], frappe.utils.getdate())
			SiteBooks().entries_of_rows([entry.detail_no for entry in entries])
			SiteBooks().posted_entries([entry.voucher for entry in entries])
			SiteBooks().next_counts({(self.item, self.place): frappe.utils.now_datetime()})
			SiteBooks().balances_after(frappe.utils.getdate(), [self.item])
			frappe.db.commit()
		self.assert_none_reads_a_whole_table(recorder, 30)
