"""Who is limited to a warehouse or a company sees and changes nothing of the others: by no operation, list or report."""

import json
from collections.abc import Callable
from typing import Any

import frappe
from frappe import client
from frappe.desk import reportview
from frappe.desk.doctype.number_card import number_card
from frappe.desk.form.load import getdoc
from frappe.desk.search import search_link

from inventory_midplatform.adapters.site import permissions
from inventory_midplatform.api.operation import OPERATIONS
from inventory_midplatform.domain import roles
from inventory_midplatform.domain.errors import NotPermitted
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.approval_records import approval_policy
from inventory_midplatform.tests.inbound_records import inbound_records
from inventory_midplatform.tests.kpi_records import kpi_records
from inventory_midplatform.tests.outbound_records import outbound_records
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

MODULE = "Inventory Midplatform"
REFUSED, EACH, NOTHING = "refused", "each of them is refused", "nothing of it is answered"

OF_ANOTHER_WAREHOUSE: dict[str, tuple[str, dict[str, Any]]] = {
	"approval.add_approver": (REFUSED, {"name": "approval", "approver": "Administrator", "place": "After"}),
	"approval.approve": (REFUSED, {"name": "approval"}),
	"approval.approve_many": (EACH, {"names": ["approval"]}),
	"approval.attach": (REFUSED, {"name": "approval", "file_name": "a.txt", "content": ""}),
	"approval.comment": (REFUSED, {"name": "approval", "text": "Hm"}),
	"approval.delegate": (REFUSED, {"name": "approval", "to": "Administrator"}),
	"approval.documents": (NOTHING, {"doctype": "Inventory Request"}),
	"approval.get": (REFUSED, {"name": "approval"}),
	"approval.list": (NOTHING, {}),
	"approval.numbers": (REFUSED, {"name": "approval"}),
	"approval.people": (REFUSED, {"name": "approval"}),
	"approval.reject": (REFUSED, {"name": "approval", "reason": "No"}),
	"approval.remind": (REFUSED, {"name": "approval"}),
	"approval.replay": (NOTHING, {"policy": "approval_policy"}),
	"approval.request": (REFUSED, {"doctype": "Inventory Request", "name": "request"}),
	"approval.return": (REFUSED, {"name": "approval", "reason": "No"}),
	"approval.try_policy": (REFUSED, {"policy": "approval_policy", "name": "request"}),
	"approval.withdraw": (REFUSED, {"name": "approval"}),
	"inbound.arrive": (REFUSED, {"name": "inbound"}),
	"inbound.arrive_truck": (REFUSED, {"warehouse": "other", "truck": "A1"}),
	"inbound.book_slot": (REFUSED, {"name": "inbound"}),
	"inbound.cancel": (REFUSED, {"name": "inbound"}),
	"inbound.expect": (
		REFUSED,
		{"warehouse": "other", "items": [{"item_code": "item", "qty": 1}], "reason": "Found"},
	),
	"inbound.expect_return": (
		REFUSED,
		{
			"delivery_note": "delivery_note",
			"warehouse": "other",
			"items": [{"item_code": "item", "qty": 1}],
		},
	),
	"inbound.finish_putting_away": (REFUSED, {"name": "inbound"}),
	"inbound.finish_receiving": (REFUSED, {"name": "inbound"}),
	"inbound.get": (REFUSED, {"name": "inbound"}),
	"inbound.inspect": (REFUSED, {"name": "inbound", "line": "inbound_line", "accepted": 1}),
	"inbound.list_tasks": (REFUSED, {"warehouse": "other"}),
	"inbound.cross_dock": (
		REFUSED,
		{"name": "inbound", "line": "inbound_line", "outbound_order": "outbound", "qty": 1},
	),
	"inbound.put_away": (REFUSED, {"name": "inbound", "line": "inbound_line", "bin": "bin", "qty": 1}),
	"inbound.list_to_put_away": (REFUSED, {"warehouse": "other"}),
	"inbound.put_away_walk": (
		REFUSED,
		{"warehouse": "other", "item_code": "item", "bin": "bin", "qty": 1},
	),
	"inbound.receive": (REFUSED, {"name": "inbound", "line": "inbound_line", "qty": 1}),
	"inbound.supplier_performance": (REFUSED, {"warehouse": "other"}),
	"inbound.undo_receive": (REFUSED, {"name": "inbound", "line": "inbound_line", "qty": 1}),
	"ledger.verify": (NOTHING, {}),
	"outbound.accept": (REFUSED, {"name": "outbound"}),
	"outbound.cancel": (REFUSED, {"name": "outbound"}),
	"outbound.check": (REFUSED, {"name": "outbound", "counted": []}),
	"outbound.finish_picking": (REFUSED, {"name": "outbound"}),
	"outbound.get": (REFUSED, {"name": "outbound"}),
	"outbound.list_staging": (REFUSED, {"warehouse": "other"}),
	"outbound.list_tasks": (REFUSED, {"warehouse": "other"}),
	"outbound.pick": (REFUSED, {"name": "outbound", "line": "line", "bin": "unplaced", "qty": 1}),
	"outbound.reopen": (REFUSED, {"name": "outbound"}),
	"outbound.report_short": (
		REFUSED,
		{"name": "outbound", "line": "line", "bin": "unplaced", "qty": 1, "reason": "Not There"},
	),
	"outbound.ship": (REFUSED, {"name": "outbound"}),
	"outbound.unpick": (REFUSED, {"name": "outbound", "line": "line", "qty": 1}),
	"pack.get": (REFUSED, {"name": "outbound"}),
	"pack.pack": (REFUSED, {"name": "outbound"}),
	"pack.scan": (REFUSED, {"code": "item", "warehouse": "other"}),
	"kpi.list": (REFUSED, {"warehouse": "other"}),
	"kpi.why": (REFUSED, {"kpi": "Count Accuracy", "warehouse": "other"}),
	"pack.unscan": (REFUSED, {"name": "outbound", "code": "item"}),
	"pack.unpack": (REFUSED, {"package": "package"}),
	"replenishment.create_material_requests": (REFUSED, {"warehouse": "other"}),
	"replenishment.suggest": (REFUSED, {"warehouse": "other"}),
	"request.cancel": (REFUSED, {"name": "request"}),
	"request.create": (
		REFUSED,
		{"request_type": "Issue", "warehouse": "other", "items": [{"item_code": "item", "qty": 1}]},
	),
	"request.get": (REFUSED, {"name": "request"}),
	"request.submit": (REFUSED, {"name": "request"}),
	"reservation.allocate": (REFUSED, {"name": "reservation"}),
	"reservation.deallocate": (REFUSED, {"name": "reservation"}),
	"reservation.get": (REFUSED, {"name": "reservation"}),
	"reservation.list": (NOTHING, {"warehouse": "other"}),
	"reservation.release": (REFUSED, {"name": "reservation"}),
	"reservation.reserve": (REFUSED, {"item_code": "item", "warehouse": "other", "qty": 1}),
	"reservation.reassign": (
		REFUSED,
		{"name": "reservation", "demand_type": "Shop Order", "demand_name": "another"},
	),
	"scan.look_up": (REFUSED, {"code": "outbound"}),
	"stock.available_to_promise": (
		REFUSED,
		{"item_code": "item", "warehouse": "other", "by_date": "2099-01-01"},
	),
	"stock.explain": (REFUSED, {"item_code": "item", "warehouse": "other"}),
	"stock.get_position": (REFUSED, {"item_code": "item", "warehouse": "other"}),
	"stock.bin_counted": (REFUSED, {"warehouse": "other", "bin": "unplaced"}),
	"stock.block": (
		REFUSED,
		{"item_code": "item", "warehouse": "other", "bin": "unplaced", "qty": 1, "stock_status": "Quality"},
	),
	"stock.list_positions": (NOTHING, {"warehouse": "other"}),
	"stock.list_refills": (REFUSED, {"warehouse": "other"}),
	"stock.refill": (
		REFUSED,
		{"item_code": "item", "warehouse": "other", "from_bin": "unplaced", "qty": 1},
	),
	"stock.move": (
		REFUSED,
		{"item_code": "item", "warehouse": "other", "from_bin": "unplaced", "to_bin": "bin", "qty": 1},
	),
	"stock.unblock": (
		REFUSED,
		{"item_code": "item", "warehouse": "other", "bin": "unplaced", "qty": 1, "stock_status": "Quality"},
	),
	"stock.suggest_put_away": (REFUSED, {"item_code": "item", "warehouse": "other", "qty": 1}),
	"stock.suggest_removal": (REFUSED, {"item_code": "item", "warehouse": "other", "qty": 1}),
	"view.query": (REFUSED, {"dataset": "stock", "params": {"warehouse": "other"}, "measures": ["items"]}),
	"view.values": (NOTHING, {"dataset": "ages", "field": "warehouse"}),
	"wave.cancel": (REFUSED, {"name": "wave"}),
	"wave.close": (REFUSED, {"name": "wave"}),
	"wave.count_ready": (REFUSED, {"warehouse": "other"}),
	"wave.create": (REFUSED, {"warehouse": "other"}),
	"wave.finish_picking": (REFUSED, {"name": "wave"}),
	"wave.get": (REFUSED, {"name": "wave"}),
	"wave.list": (REFUSED, {"warehouse": "other"}),
	"wave.pick": (REFUSED, {"name": "wave", "item_code": "item", "bin": "unplaced", "qty": 1}),
	"wave.release": (REFUSED, {"name": "wave"}),
	"wave.report_short": (
		REFUSED,
		{"name": "wave", "item_code": "item", "bin": "unplaced", "qty": 1, "reason": "Not There"},
	),
}
"""What each operation does for whoever asks about a warehouse they may not see; a word stands for what the test made."""

WITHOUT_WAREHOUSE = {
	"approval.check_policy",
	"approval.count",
	"approval.get_policy",
	"approval.list_policies",
	"approval.policy_fields",
	"approval.policy_people",
	"approval.save_policy",
	"approval.switch_off",
	"approval.switch_on",
	"approval.templates",
	"approval.end_away",
	"approval.get_away",
	"approval.set_away",
	"meta.me",
	"meta.openapi",
	"stock.list_strategies",
	"view.datasets",
}
"""Operations that are about no stock at all."""


VIEWS = {"stock": "value", "ages": "items", "alerts": "alerts", "inbound": "orders", "outbound": "orders"}

OF_NO_WAREHOUSE = (
	"Approval Delegation",
	"Approval Policy",
	"Idempotency Key",
	"Inspection Plan",
	"Inventory KPI",
	"Receiving Tolerance",
)
"""DocTypes that are about no warehouse: rules for items and suppliers."""


class Limited(SiteTestCase):
	"""One user limited to a warehouse, one to a company in which nothing lies; all that is asked for lies in another."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		platform = SitePlatform()
		platform.settings(outbound=True, inbound=True)
		cls.addClassCleanup(platform.settings, outbound=False, inbound=False)
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
			policy = approval_policy(platform, place)
			cls.addClassCleanup(platform.update, "Approval Policy", policy, {"enabled": 0})
			asking = {"doctype": "Inventory Request", "name": cls.made["request"]}
			cls.made["approval"] = platform.call("approval.request", **asking)["name"]
			cls.made["approval_policy"] = policy
			cls.made.update(inbound_records(platform, cls.item, place))
			cls.made.update(outbound_records(platform, cls.item, place))
			kpi_records(platform, place)
			cls.made["zone"] = erp.insert("Warehouse Zone", zone_code="Z", warehouse=place).name
			cls.made["bin"] = erp.insert("Warehouse Bin", bin_code="B", warehouse=place).name
			erp.insert("Storage Policy", warehouse=place)
			face = {"pick_face_minimum": 1, "pick_face_maximum": 5, "fixed_bin": cls.made["bin"]}
			erp.insert("Storage Policy", warehouse=place, item_code=cls.item, **face)
			erp.insert(
				"Inventory Alert",
				alert_type="Adjustment",
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
		cls.storekeeper = erp.user(roles.ROLES)
		erp.insert("User Permission", user=cls.storekeeper, allow="Warehouse", for_value=cls.mine)
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

	def assert_nothing_of_the_other(self, result: Any, mine: bool | None = None) -> None:
		text = frappe.as_json(result)
		self.assertNotIn(self.other, text)
		for what in ("reservation", "request", "approval", "outbound", "inbound", "wave", "package"):
			self.assertNotIn(self.made[what], text)
		if mine is not None:
			self.assertEqual(self.mine in text, mine, text[:500])


class TestOperationsOfLimitedUsers(Limited):
	def test_every_operation_is_tried(self) -> None:
		self.assertEqual(set(OPERATIONS), set(OF_ANOTHER_WAREHOUSE) | WITHOUT_WAREHOUSE)

	def test_a_permission_for_one_of_our_doctypes_limits_operations_too(self) -> None:
		storekeeper = erp.user(roles.ROLES)
		of_positions = {"apply_to_all_doctypes": 0, "applicable_for": "Stock Position"}
		erp.insert(
			"User Permission", user=storekeeper, allow="Warehouse", for_value=self.mine, **of_positions
		)
		frappe.db.commit()
		platform, item = SitePlatform(), self.item
		platform.call("stock.get_position", user=storekeeper, item_code=item, warehouse=self.mine)
		with self.assertRaises(NotPermitted):
			platform.call("stock.get_position", user=storekeeper, item_code=item, warehouse=self.other)

	def filled(self, value: Any) -> Any:
		if isinstance(value, dict):
			return {key: self.filled(v) for key, v in value.items()}
		if isinstance(value, list):
			return [self.filled(v) for v in value]
		return self.made.get(value, value) if isinstance(value, str) else value

	def test_no_operation_shows_or_changes_anything_of_another_warehouse(self) -> None:
		platform = SitePlatform()
		before = self.content()
		for user in (self.storekeeper, self.foreigner):
			for operation, (expected, arguments) in OF_ANOTHER_WAREHOUSE.items():
				with self.subTest(operation=operation, user=user):
					if expected == REFUSED:
						with self.assertRaises(NotPermitted) as raised:
							platform.call(operation, user=user, **self.filled(arguments))
						self.assertEqual(raised.exception.code, "warehouse_not_permitted")
					elif expected == EACH:
						results = platform.call(operation, user=user, **self.filled(arguments))["results"]
						codes = {result["error"]["code"] for result in results}
						self.assertEqual(codes, {"warehouse_not_permitted"})
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
			("inbound.list_tasks", {}),
			("outbound.list_staging", {}),
			("outbound.list_tasks", {}),
			("wave.list", {}),
			("replenishment.suggest", {"item_code": self.item}),
			("stock.list_positions", {"company": self.company}),
			("view.values", {"dataset": "stock", "field": "warehouse"}),
			*(
				("view.query", {"dataset": name, "group": [{"field": "warehouse"}], "measures": [measure]})
				for name, measure in VIEWS.items()
			),
		):
			with self.subTest(operation=operation):
				result = platform.call(operation, user=self.storekeeper, limit=500, **arguments)
				self.assert_nothing_of_the_other(result, mine=None if "suggest" in operation else True)
				result = platform.call(operation, user=self.foreigner, limit=500, **arguments)
				self.assert_nothing_of_the_other(result, mine=False)
		checked = platform.call("ledger.verify", user=self.foreigner)["checked"]
		self.assertEqual(set(checked.values()), {0})


class TestListsOfLimitedUsers(Limited):
	def doctypes(self) -> list[str]:
		"""Every DocType of ours that has a list, and in which both warehouses have something."""
		found = frappe.get_all(
			"DocType",
			{"module": MODULE, "istable": 0, "issingle": 0, "name": ("not in", OF_NO_WAREHOUSE)},
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
				for user, mine in ((self.storekeeper, True), (self.foreigner, False)):
					with self.subTest(doctype=doctype, way=way, user=user):
						result = self.as_user(user, ask, **form, page_length=100000, start=0)
						self.assert_nothing_of_the_other(result, None if way.startswith("search") else mine)

	def exported(self, doctype: str) -> Any:
		frappe.local.form_dict.update(file_format_type="CSV", title=doctype)
		reportview.export_query()
		content = frappe.response.get("filecontent")
		return content.decode("utf-8") if isinstance(content, bytes) else content

	def test_a_report_that_is_mailed(self) -> None:
		"""Frappe makes it as Administrator, for its reader."""
		report = frappe.get_doc("Report", "Realtime Stock")
		for user, seen in ((self.storekeeper, [self.mine]), (self.foreigner, [])):
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
						self.assertEqual(bool(self.as_user(self.storekeeper, ask, **form)), seen)
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
				for user in (self.storekeeper, self.foreigner):
					with self.subTest(doctype=doctype, way=way, user=user):
						with self.assertRaises(frappe.PermissionError):
							self.as_user(user, ask)
						frappe.db.rollback()
			value = self.as_user(
				self.storekeeper, lambda d=doctype, n=name: client.get_value(d, "warehouse", {"name": n})
			)
			self.assertFalse(value)

	def test_lines_are_seen_where_their_document_is(self) -> None:
		for lines_doctype, parent in permissions.LINES_OF.items():

			def lines(doctype: str = lines_doctype, parent: str = parent) -> Any:
				of_item = {"item_code": self.item} if frappe.get_meta(doctype).has_field("item_code") else {}
				return client.get_list(doctype, ["parent", *of_item], of_item, order_by="name", parent=parent)

			with self.subTest(doctype=lines_doctype):
				# of an approval a line says who requested it, and one who is asked
				expected = 2 if lines_doctype == "Approval Decision" else 1
				self.assertEqual(len(self.as_user(self.storekeeper, lines)), expected)
				self.assert_nothing_of_the_other(self.as_user(self.storekeeper, lines))
				self.assertEqual(self.as_user(self.foreigner, lines), [])
				others = frappe.get_all(parent, {"warehouse": self.other}, pluck="name", order_by="name")
				line = frappe.get_all(
					lines_doctype, {"parent": ("in", others)}, pluck="name", order_by="name"
				)[0]
				for user in (self.storekeeper, self.foreigner):
					with self.assertRaises(frappe.PermissionError):
						self.as_user(user, lambda d=lines_doctype, n=line: client.get(d, n))

	def test_nobody_moves_a_record_to_a_warehouse_they_may_not_see(self) -> None:
		for doctype in ("Warehouse Zone", "Warehouse Bin", "Inventory Request"):
			name = frappe.get_all(doctype, {"warehouse": self.mine}, pluck="name", order_by="name")[0]
			with self.subTest(doctype=doctype):
				with self.assertRaises((frappe.PermissionError, frappe.ValidationError)):
					self.as_user(
						self.storekeeper,
						lambda d=doctype, n=name: client.set_value(d, n, "warehouse", self.other),
					)
				frappe.db.rollback()
				self.assertEqual(frappe.db.get_value(doctype, name, "warehouse"), self.mine)

	def test_number_cards(self) -> None:
		counting = {"module": MODULE, "type": "Document Type"}
		cards = frappe.get_all("Number Card", counting, pluck="name", order_by="name")
		self.assertTrue(cards)
		for name in cards:
			with self.subTest(card=name):
				card = frappe.get_doc("Number Card", name)
				about = {"filters": json.loads(card.filters_json), "order_by": "name", "limit_page_length": 0}
				expected = self.as_user(
					self.storekeeper,
					lambda c=card, a=about: client.get_list(c.document_type, ["name"], **a),
				)

				def shown(c: Any = card) -> Any:
					return number_card.get_result(c.as_dict(), c.filters_json)

				self.assertEqual(self.as_user(self.storekeeper, shown) or 0, len(expected))
				self.assertFalse(self.as_user(self.foreigner, shown))
