"""Who is limited to a warehouse or a company sees and changes nothing of the others: by no operation, list or report."""

import json
from collections.abc import Callable
from typing import Any

import frappe
from frappe import client
from frappe.desk import query_report, reportview
from frappe.desk.doctype.number_card import number_card
from frappe.desk.form.load import getdoc
from frappe.desk.search import search_link

from inventory_midplatform.adapters.site import permissions
from inventory_midplatform.api.operation import OPERATIONS
from inventory_midplatform.domain import roles
from inventory_midplatform.domain.errors import NotPermitted
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

MODULE = "Inventory Midplatform"
REFUSED, NOTHING = "refused", "nothing of it is answered"

OF_ANOTHER_WAREHOUSE: dict[str, tuple[str, dict[str, Any]]] = {
	"ledger.verify": (NOTHING, {}),
	"replenishment.create_material_requests": (REFUSED, {"warehouse": "other"}),
	"replenishment.suggest": (REFUSED, {"warehouse": "other"}),
	"request.act": (REFUSED, {"name": "request", "action": "Ask for Approval"}),
	"request.create": (
		REFUSED,
		{"request_type": "Issue", "warehouse": "other", "items": [{"item_code": "item", "qty": 1}]},
	),
	"request.get": (REFUSED, {"name": "request"}),
	"reservation.allocate": (REFUSED, {"name": "reservation"}),
	"reservation.deallocate": (REFUSED, {"name": "reservation"}),
	"reservation.get": (REFUSED, {"name": "reservation"}),
	"reservation.list": (NOTHING, {"warehouse": "other"}),
	"reservation.release": (REFUSED, {"name": "reservation"}),
	"reservation.reserve": (REFUSED, {"item_code": "item", "warehouse": "other", "qty": 1}),
	"reservation.transfer": (
		REFUSED,
		{"name": "reservation", "demand_type": "Shop Order", "demand_name": "another"},
	),
	"stock.available_to_promise": (
		REFUSED,
		{"item_code": "item", "warehouse": "other", "by_date": "2099-01-01"},
	),
	"stock.explain": (REFUSED, {"item_code": "item", "warehouse": "other"}),
	"stock.get_position": (REFUSED, {"item_code": "item", "warehouse": "other"}),
	"stock.hold": (
		REFUSED,
		{"item_code": "item", "warehouse": "other", "bin": "unplaced", "qty": 1, "stock_status": "Quality"},
	),
	"stock.list_positions": (NOTHING, {"warehouse": "other"}),
	"stock.move": (
		REFUSED,
		{"item_code": "item", "warehouse": "other", "from_bin": "unplaced", "to_bin": "bin", "qty": 1},
	),
	"stock.release_hold": (
		REFUSED,
		{"item_code": "item", "warehouse": "other", "bin": "unplaced", "qty": 1, "stock_status": "Quality"},
	),
	"stock.suggest_put_away": (REFUSED, {"item_code": "item", "warehouse": "other", "qty": 1}),
	"stock.suggest_removal": (REFUSED, {"item_code": "item", "warehouse": "other", "qty": 1}),
}
"""What each operation does for whoever asks about a warehouse they may not see; a word stands for what the test made."""

WITHOUT_WAREHOUSE = {"meta.openapi", "stock.list_strategies"}
"""Operations that are about no stock at all."""


class Limited(SiteTestCase):
	"""One user limited to a warehouse, one to a company in which nothing lies; all that is asked for lies in another."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		platform = SitePlatform()
		cls.item, cls.mine, cls.other = erp.item(safety_stock=1000), erp.warehouse(), erp.warehouse()
		cls.made: dict[str, Any] = {"item": cls.item, "other": cls.other}
		for place in (cls.mine, cls.other):
			erp.receipt(cls.item, place, 10)
			erp.receipt(erp.item(**erp.SERIALS), place, 1)
			frappe.db.commit()
			cls.made["reservation"] = platform.call(
				"reservation.reserve", item_code=cls.item, warehouse=place, qty=3
			)["name"]
			platform.call("reservation.allocate", name=cls.made["reservation"], qty=1)
			lines = [{"item_code": cls.item, "qty": 1, "rate": 7}]
			cls.made["request"] = platform.call(
				"request.create", request_type="Issue", warehouse=place, items=lines
			)["name"]
			cls.made["zone"] = erp.insert("Warehouse Zone", zone_code="Z", warehouse=place).name
			cls.made["bin"] = erp.insert("Warehouse Bin", bin_code="B", warehouse=place).name
			erp.insert("Storage Policy", warehouse=place)
			erp.insert(
				"Inventory Alert",
				alert_type="Restated by Books",
				status="Open",
				item_code=cls.item,
				warehouse=place,
				message=f"about {place}",
			)
		cls.made["unplaced"] = f"UNPLACED - {cls.other}"
		company = erp.unique("Company")
		erp.insert(
			"Company", company_name=company, abbr=company[-6:], default_currency="CNY", country="China"
		)
		cls.keeper = erp.user(roles.ROLES)
		erp.insert("User Permission", user=cls.keeper, allow="Warehouse", for_value=cls.mine)
		cls.foreigner = erp.user(roles.ROLES)
		erp.insert("User Permission", user=cls.foreigner, allow="Company", for_value=company)
		frappe.db.commit()

	def tearDown(self) -> None:
		frappe.local.form_dict = frappe._dict()
		super().tearDown()

	def content(self) -> dict[str, Any]:
		doctypes = frappe.get_all("DocType", {"module": MODULE, "issingle": 0}, pluck="name", order_by="name")
		tables = ", ".join(f"`tab{doctype}`" for doctype in (*doctypes, "Material Request", "ToDo"))
		return dict(frappe.db.sql(f"CHECKSUM TABLE {tables}"))

	def assert_nothing_of_the_other(self, answer: Any, mine: bool | None = None) -> None:
		text = frappe.as_json(answer)
		self.assertNotIn(self.other, text)
		self.assertNotIn(self.made["reservation"], text)
		self.assertNotIn(self.made["request"], text)
		if mine is not None:
			self.assertEqual(self.mine in text, mine, text[:500])


class TestOperationsOfLimitedUsers(Limited):
	def test_every_operation_is_tried(self) -> None:
		self.assertEqual(set(OPERATIONS), set(OF_ANOTHER_WAREHOUSE) | WITHOUT_WAREHOUSE)

	def test_a_permission_for_one_of_our_doctypes_limits_operations_too(self) -> None:
		keeper = erp.user(roles.ROLES)
		of_positions = {"apply_to_all_doctypes": 0, "applicable_for": "Stock Position"}
		erp.insert("User Permission", user=keeper, allow="Warehouse", for_value=self.mine, **of_positions)
		frappe.db.commit()
		platform, item = SitePlatform(), self.item
		platform.call("stock.get_position", user=keeper, item_code=item, warehouse=self.mine)
		with self.assertRaises(NotPermitted):
			platform.call("stock.get_position", user=keeper, item_code=item, warehouse=self.other)

	def filled(self, value: Any) -> Any:
		if isinstance(value, dict):
			return {key: self.filled(v) for key, v in value.items()}
		if isinstance(value, list):
			return [self.filled(v) for v in value]
		return self.made.get(value, value) if isinstance(value, str) else value

	def test_no_operation_shows_or_changes_anything_of_another_warehouse(self) -> None:
		platform = SitePlatform()
		before = self.content()
		for user in (self.keeper, self.foreigner):
			for operation, (expected, arguments) in OF_ANOTHER_WAREHOUSE.items():
				with self.subTest(operation=operation, user=user):
					if expected == REFUSED:
						with self.assertRaises(NotPermitted) as raised:
							platform.call(operation, user=user, **self.filled(arguments))
						self.assertEqual(raised.exception.code, "warehouse_not_permitted")
					else:
						self.assert_nothing_of_the_other(
							platform.call(operation, user=user, **self.filled(arguments))
						)
		self.assertEqual(self.content(), before)

	def test_what_names_no_warehouse_is_about_ones_own(self) -> None:
		platform = SitePlatform()
		for operation, arguments in (
			("stock.list_positions", {"item_code": self.item}),
			("reservation.list", {"item_code": self.item}),
			("replenishment.suggest", {"item_code": self.item}),
			("stock.list_positions", {"company": self.company}),
		):
			with self.subTest(operation=operation):
				answer = platform.call(operation, user=self.keeper, limit=500, **arguments)
				self.assert_nothing_of_the_other(answer, mine=None if "suggest" in operation else True)
				answer = platform.call(operation, user=self.foreigner, limit=500, **arguments)
				self.assert_nothing_of_the_other(answer, mine=False)
		checked = platform.call("ledger.verify", user=self.foreigner)["checked"]
		self.assertEqual(set(checked.values()), {0})


class TestListsOfLimitedUsers(Limited):
	def doctypes(self) -> list[str]:
		"""Every DocType of ours that has a list, and in which both warehouses have something."""
		found = frappe.get_all(
			"DocType",
			{"module": MODULE, "istable": 0, "issingle": 0, "name": ("!=", "Idempotency Key")},
			pluck="name",
			order_by="name",
		)
		self.assertGreaterEqual(len(found), 9)
		for doctype in found:
			self.assertEqual(
				len(frappe.get_all(doctype, {"warehouse": self.other}, limit=1, order_by="name")), 1
			)
		return found

	def as_user(self, user: str, ask: Callable[[], Any], **form: Any) -> Any:
		frappe.set_user(user)
		frappe.local.form_dict = frappe._dict(form)
		frappe.local.response = frappe._dict(docs=[])
		try:
			return ask()
		finally:
			frappe.set_user("Administrator")

	def test_lists(self) -> None:
		for doctype in self.doctypes():
			form = {"doctype": doctype, "fields": '["name", "warehouse"]', "filters": "[]"}
			ways: dict[str, Callable[[], Any]] = {
				"client.get_list": lambda d=doctype: client.get_list(
					d, ["name", "warehouse"], order_by="name", limit_page_length=0
				),
				"reportview.get": reportview.get,
				"search_link": lambda d=doctype: search_link(d, "", page_length=100000),
				"search_link that asks for more": lambda d=doctype: permissions.search_link(
					d, txt="", page_length=100000, ignore_user_permissions=True
				),
				"search_widget that asks for more": lambda d=doctype: permissions.search_widget(
					d, txt="", page_length=100000, ignore_user_permissions=True, as_dict=True
				),
				"export": lambda d=doctype: self.exported(d),
			}
			for way, ask in ways.items():
				for user, mine in ((self.keeper, True), (self.foreigner, False)):
					with self.subTest(doctype=doctype, way=way, user=user):
						answer = self.as_user(user, ask, **form, page_length=100000, start=0)
						self.assert_nothing_of_the_other(answer, None if way.startswith("search") else mine)

	def exported(self, doctype: str) -> Any:
		frappe.local.form_dict.update(file_format_type="CSV", title=doctype)
		reportview.export_query()
		content = frappe.response.get("filecontent")
		return content.decode("utf-8") if isinstance(content, bytes) else content

	def test_a_report_that_is_mailed(self) -> None:
		"""Frappe makes it as Administrator, for its reader."""
		report = frappe.get_doc("Report", "Realtime Stock")
		for user, seen in ((self.keeper, [self.mine]), (self.foreigner, [])):
			with self.subTest(user=user):
				_, rows = report.get_data(
					limit=100,
					user=user,
					filters={"item_code": self.item},
					as_dict=True,
					ignore_prepared_report=True,
					are_default_filters=False,
				)
				self.assertEqual([row["warehouse"] for row in rows if row.get("warehouse")], seen)

	def test_counts(self) -> None:
		for doctype in self.doctypes():
			for warehouse, seen in ((self.other, False), (self.mine, True)):
				filters = json.dumps({"warehouse": warehouse})
				ways: dict[str, Callable[[], Any]] = {
					"client.get_count": lambda d=doctype, f=filters: permissions.get_count(d, f),
					"reportview.get_count": reportview.get_count,
				}
				for way, ask in ways.items():
					with self.subTest(doctype=doctype, way=way, warehouse=warehouse):
						form = {"doctype": doctype, "filters": filters, "fields": '["name"]'}
						self.assertEqual(bool(self.as_user(self.keeper, ask, **form)), seen)
						self.assertEqual(self.as_user(self.foreigner, ask, **form), 0)

	def test_records(self) -> None:
		for doctype in self.doctypes():
			name = frappe.get_all(doctype, {"warehouse": self.other}, pluck="name", order_by="name")[0]
			ways: dict[str, Callable[[], Any]] = {
				"client.get": lambda d=doctype, n=name: client.get(d, n),
				"getdoc": lambda d=doctype, n=name: getdoc(d, n),
				"delete": lambda d=doctype, n=name: client.delete(d, n),
				"set_value": lambda d=doctype, n=name: client.set_value(d, n, "warehouse", self.mine),
			}
			for way, ask in ways.items():
				for user in (self.keeper, self.foreigner):
					with self.subTest(doctype=doctype, way=way, user=user):
						with self.assertRaises(frappe.PermissionError):
							self.as_user(user, ask)
						frappe.db.rollback()
			value = self.as_user(
				self.keeper, lambda d=doctype, n=name: client.get_value(d, "warehouse", {"name": n})
			)
			self.assertFalse(value)

	def test_lines_of_a_request_are_seen_where_the_request_is(self) -> None:
		def lines() -> Any:
			return client.get_list(
				"Inventory Request Item",
				["parent", "item_code"],
				{"item_code": self.item},
				order_by="name",
				parent="Inventory Request",
			)

		self.assertEqual(len(self.as_user(self.keeper, lines)), 1)
		self.assert_nothing_of_the_other(self.as_user(self.keeper, lines))
		self.assertEqual(self.as_user(self.foreigner, lines), [])

	def test_nobody_takes_a_record_of_theirs_to_another_warehouse(self) -> None:
		for doctype in ("Warehouse Zone", "Warehouse Bin", "Inventory Request"):
			name = frappe.get_all(doctype, {"warehouse": self.mine}, pluck="name", order_by="name")[0]
			with self.subTest(doctype=doctype):
				with self.assertRaises((frappe.PermissionError, frappe.ValidationError)):
					self.as_user(
						self.keeper,
						lambda d=doctype, n=name: client.set_value(d, n, "warehouse", self.other),
					)
				frappe.db.rollback()
				self.assertEqual(frappe.db.get_value(doctype, name, "warehouse"), self.mine)

	def test_reports(self) -> None:
		reports = frappe.get_all("Report", {"module": MODULE}, pluck="name", order_by="name")
		self.assertTrue(reports)
		for report in reports:
			with self.subTest(report=report):
				for user, mine in ((self.keeper, True), (self.foreigner, False)):
					answer = self.as_user(
						user,
						lambda r=report: query_report.run(
							r, {"item_code": self.item}, ignore_prepared_report=True
						),
					)
					self.assert_nothing_of_the_other(answer, mine)

	def test_number_cards(self) -> None:
		cards = frappe.get_all("Number Card", {"module": MODULE}, pluck="name", order_by="name")
		self.assertTrue(cards)
		for name in cards:
			with self.subTest(card=name):
				card = frappe.get_doc("Number Card", name)
				filters = json.loads(card.filters_json)
				expected = self.as_user(
					self.keeper,
					lambda c=card, f=filters: client.get_list(
						c.document_type, ["name"], f, order_by="name", limit_page_length=0
					),
				)
				shown = self.as_user(
					self.keeper, lambda c=card: number_card.get_result(c.as_dict(), c.filters_json)
				)
				self.assertEqual(shown or 0, len(expected))
				self.assertFalse(
					self.as_user(
						self.foreigner, lambda c=card: number_card.get_result(c.as_dict(), c.filters_json)
					)
				)
