"""Every entry point into the site, found by looking for them: who is let in, what a read changes, what stays closed to all."""

import importlib
import json
import pkgutil
from typing import Any

import frappe
import requests
from frappe.core.doctype.data_import.data_import import start_import

import inventory_midplatform
from inventory_midplatform.adapters.site.http import function_name
from inventory_midplatform.api.operation import OPERATIONS
from inventory_midplatform.domain import roles
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.approval_records import approval_delegation, approval_policy
from inventory_midplatform.tests.inbound_records import inbound_records
from inventory_midplatform.tests.kpi_records import kpi_records
from inventory_midplatform.tests.outbound_records import outbound_records
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

MODULE = "Inventory Midplatform"
PACKAGE = inventory_midplatform.__name__
HTTP = f"{PACKAGE}.adapters.site.http"
FRAPPES_OWN = {
	*(
		f"{PACKAGE}.adapters.site.permissions.{function}"
		for function in ("get_count", "search_link", "search_widget")
	),
	f"{PACKAGE}.adapters.site.number_cards.get",
	f"{PACKAGE}.inventory_midplatform.dashboard_chart_source.inventory_view.inventory_view.get",
}
"""Entry points of Frappe's shape: some ask for the right to read what is counted or looked for, cards and charts show a
sentence where they are refused (test_dashboards).
"""

ACCEPTS_GET: dict[str, dict[str, Any]] = {
	"approval.count": {},
	"approval.get": {"name": "approval"},
	"approval.get_away": {},
	"approval.list": {},
	"approval.numbers": {"name": "approval"},
	"approval.people": {"name": "approval"},
	"approval.check_policy": {"content": "{}"},
	"approval.documents": {"doctype": "Inventory Request"},
	"approval.get_policy": {"name": "approval_policy"},
	"approval.list_policies": {},
	"approval.policy_fields": {"doctype": "Inventory Request"},
	"approval.policy_people": {},
	"approval.replay": {"policy": "approval_policy"},
	"approval.templates": {},
	"approval.try_policy": {"policy": "approval_policy", "name": "request"},
	"inbound.get": {"name": "inbound"},
	"inbound.list_tasks": {},
	"inbound.list_to_put_away": {"warehouse": "warehouse"},
	"inbound.supplier_performance": {},
	"kpi.list": {},
	"kpi.why": {"kpi": "Count Accuracy", "warehouse": "warehouse"},
	"ledger.verify": {},
	"meta.me": {},
	"meta.openapi": {},
	"outbound.get": {"name": "outbound"},
	"outbound.list_staging": {},
	"outbound.list_tasks": {},
	"pack.get": {"name": "outbound"},
	"replenishment.suggest": {},
	"request.get": {"name": "request"},
	"reservation.get": {"name": "reservation"},
	"reservation.list": {},
	"scan.look_up": {"code": "outbound"},
	"stock.available_to_promise": {"item_code": "item", "warehouse": "warehouse", "by_date": "day"},
	"stock.explain": {"item_code": "item", "warehouse": "warehouse"},
	"stock.get_position": {"item_code": "item", "warehouse": "warehouse"},
	"stock.list_positions": {},
	"stock.list_refills": {},
	"stock.list_strategies": {},
	"stock.suggest_put_away": {"item_code": "item", "warehouse": "warehouse", "qty": "one"},
	"stock.suggest_removal": {"item_code": "item", "warehouse": "warehouse", "qty": "one"},
	"view.datasets": {},
	"view.query": {"dataset": "stock", "measures": '["items"]'},
	"view.values": {"dataset": "stock", "field": "item_code"},
	"wave.count_ready": {"warehouse": "warehouse"},
	"wave.get": {"name": "wave"},
	"wave.list": {},
}
"""Operations that may be called by GET, each with what it takes: words for what the test made, or values. A GET is followed by
whoever is sent a link, so one that is added here changes nothing, ever."""

CLOSED = (
	"Bin Allocation",
	"Bin Stock",
	"Idempotency Key",
	"Inventory KPI Baseline",
	"Inventory KPI Value",
	"Inventory Reservation",
	"Receipt Layer",
	"Serial Location",
	"Stock Movement",
	"Stock Operation Log",
	"Stock Position",
	"Stock Snapshot",
)
"""What services alone write: closed to everybody, Administrator too."""

WATCHED = ("Singles", "Material Request", "Stock Entry", "Sales Order", "Bin", "Warehouse", "Item")
"""ERPNext's tables in which a call of ours might leave something."""


def modules() -> list[str]:
	"""Every module of the package but those that run when they are imported."""
	found = pkgutil.walk_packages(inventory_midplatform.__path__, f"{PACKAGE}.")
	return [module.name for module in found if not module.name.endswith(".__main__")]


def endpoints() -> dict[str, Any]:
	"""Path below /api/method/ → the whitelisted function, for every one of ours."""
	for name in modules():
		importlib.import_module(name)
	ours = [f for f in frappe.whitelisted if f.__module__.split(".")[0] == PACKAGE]
	return {f"{f.__module__}.{f.__qualname__}": f for f in ours}


class EntryPoints(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.item, cls.place = erp.item(), erp.warehouse()
		erp.receipt(cls.item, cls.place, 10)
		erp.receipt(erp.item(**erp.SERIALS), cls.place, 1)
		frappe.db.commit()
		platform = SitePlatform()
		platform.settings(outbound=True, inbound=True)
		cls.addClassCleanup(platform.settings, outbound=False, inbound=False)
		where = {"item_code": cls.item, "warehouse": cls.place}
		cls.reservation = platform.call("reservation.reserve", key=erp.unique("key"), qty=1, **where)["name"]
		platform.call("reservation.allocate", name=cls.reservation)
		lines = [{"item_code": cls.item, "qty": 1}]
		cls.request = platform.call("request.create", request_type="Issue", warehouse=cls.place, items=lines)[
			"name"
		]
		cls.policy = approval_policy(platform, cls.place)
		cls.addClassCleanup(platform.update, "Approval Policy", cls.policy, {"enabled": 0})
		cls.approval = platform.call("approval.request", doctype="Inventory Request", name=cls.request)[
			"name"
		]
		cls.inbound = inbound_records(platform, cls.item, cls.place)["inbound"]
		made = outbound_records(platform, cls.item, cls.place)
		kpi_records(platform, cls.place)
		cls.outbound, cls.wave = made["outbound"], made["wave"]
		erp.insert("Warehouse Zone", zone_code=erp.unique("Z"), warehouse=cls.place)
		erp.insert("Storage Policy", warehouse=cls.place)
		erp.insert("Inspection Plan", item_code=cls.item, method="All")
		approval_delegation(platform)
		erp.insert("Receiving Tolerance", item_code=cls.item, over_percent=1)
		erp.insert("Inventory Alert", alert_type="Adjustment", status="Open", **where, message="a test's")
		frappe.db.commit()
		_, cls.stranger = racing.user_with_key([])
		_, cls.manager = racing.user_with_key([roles.MANAGER, "System Manager"])
		cls.administrator = cls.key_of_administrator()
		cls.server = racing.serving(workers=1)
		cls.url = cls.server.__enter__()
		cls.addClassCleanup(cls.server.__exit__, None, None, None)

	@classmethod
	def key_of_administrator(cls) -> str:
		user = frappe.get_doc("User", "Administrator")
		user.api_key = user.api_secret = frappe.generate_hash(length=15)
		secret = user.api_secret
		user.save(ignore_permissions=True)
		frappe.db.commit()
		return f"{user.api_key}:{secret}"

	def send(self, method: str, path: str, key: str, **request: Any) -> requests.Response:
		headers = {**racing.host(), **({"Authorization": f"token {key}"} if key else {})}
		answer = requests.request(method, f"{self.url}/api/{path}", headers=headers, timeout=60, **request)
		frappe.db.rollback()
		return answer

	def content(self) -> dict[str, Any]:
		"""A sum over the content of every table of ours and of those beside it."""
		frappe.db.rollback()
		ours = frappe.get_all("DocType", {"module": MODULE, "issingle": 0}, pluck="name", order_by="name")
		tables = ", ".join(f"`tab{doctype}`" for doctype in (*ours, *WATCHED))
		sums = dict(frappe.db.sql(f"CHECKSUM TABLE {tables}"))
		frappe.db.rollback()
		return sums


class TestModules(SiteTestCase):
	def test_every_module_can_be_imported(self) -> None:
		self.assertGreater(len(modules()), 80)
		for name in modules():
			with self.subTest(module=name):
				importlib.import_module(name)


class TestEndpoints(EntryPoints):
	def test_there_is_an_endpoint_for_every_operation_and_few_more(self) -> None:
		of_operations = {f"{HTTP}.{function_name(name)}" for name in OPERATIONS}
		jobs = f"{PACKAGE}.adapters.site.jobs"
		others = {*FRAPPES_OWN, f"{jobs}.enqueue_rebuild", f"{jobs}.enqueue_opening_stock"}
		others.add(f"{PACKAGE}.adapters.site.history.enqueue_back_fill")
		others.add(f"{jobs}.enqueue_kpis")
		others.add(f"{PACKAGE}.adapters.site.mailed_reports.make_weekly")
		self.assertEqual(set(endpoints()) - of_operations, others)
		self.assertLessEqual(of_operations, set(endpoints()))
		self.assertEqual([path for path, f in endpoints().items() if f in frappe.guest_methods], [])

	def test_guests_and_users_without_a_role_are_refused_at_every_entry_point(self) -> None:
		before = self.content()
		paths = [*endpoints(), *(operation.path for operation in OPERATIONS.values())]
		paths = [path for path in paths if path not in FRAPPES_OWN]
		self.assertGreater(len(paths), 30)
		for path in paths:
			for key, status, code in (("", 401, "not_authenticated"), (self.stranger, 403, "not_permitted")):
				with self.subTest(path=path, status=status):
					answer = self.send("POST", f"method/{path}", key, json={})
					self.assertEqual(answer.status_code, status, answer.text[:300])
					error = answer.json()["error"]
					self.assertEqual((error["code"], sorted(error)), (code, ["code", "details", "message"]))
					self.assertTrue(answer.json()["exc_type"])
		self.assertEqual(self.content(), before)

	def test_what_accepts_get_is_known(self) -> None:
		methods = frappe.allowed_http_methods_for_whitelisted_func
		accepting = {path for path, f in endpoints().items() if set(methods[f]) - {"POST"}}
		self.assertEqual(
			accepting, {*FRAPPES_OWN, *(f"{HTTP}.{function_name(name)}" for name in ACCEPTS_GET)}
		)

	def test_what_accepts_get_changes_nothing(self) -> None:
		before = self.content()
		made = {
			"item": self.item,
			"warehouse": self.place,
			"reservation": self.reservation,
			"request": self.request,
			"approval": self.approval,
			"approval_policy": self.policy,
			"inbound": self.inbound,
			"outbound": self.outbound,
			"wave": self.wave,
			"one": "1",
			"day": frappe.utils.nowdate(),
		}
		for name, arguments in ACCEPTS_GET.items():
			with self.subTest(operation=name):
				self.assertFalse(OPERATIONS[name].writes)
				params = {argument: made.get(what, what) for argument, what in arguments.items()}
				answer = self.send("GET", f"method/{OPERATIONS[name].path}", self.manager, params=params)
				self.assertEqual(answer.status_code, 200, answer.text[:300])
		self.assertEqual(self.content(), before)

	def test_the_desk_learns_what_its_user_may_call(self) -> None:
		for user, known, unknown in (
			(erp.user([roles.OPERATOR]), "stock.move", "replenishment.create_material_requests"),
			(erp.user([roles.BUYER]), "replenishment.create_material_requests", "stock.move"),
			(erp.user(["Sales User"]), "stock.explain", "reservation.reserve"),
			(erp.user(["Employee"]), "", "stock.explain"),
		):
			frappe.set_user(user)
			boot = frappe._dict()
			for hook in frappe.get_hooks("extend_bootinfo"):
				if hook.startswith(PACKAGE):
					frappe.get_attr(hook)(boot)
			self.assertEqual(boot.inventory_operations, roles.allowed(frappe.get_roles(user)))
			self.assertNotIn(unknown, boot.inventory_operations)
			if known:
				self.assertIn(known, boot.inventory_operations)


class TestRecords(EntryPoints):
	def test_a_stranger_is_refused_by_every_doctype(self) -> None:
		before = self.content()
		found = frappe.get_all(
			"DocType", {"module": MODULE}, ["name", "issingle", "istable"], order_by="name"
		)
		self.assertGreater(len(found), 10)
		for doctype in found:
			name = doctype.name if doctype.issingle else self.any_record(doctype.name)
			values = {"item_code": self.item, "warehouse": self.place, "qty": 1}
			document = {**frappe.get_doc(doctype.name, name).as_dict(), "docstatus": 1}
			entry_points: list[tuple[str, str, Any]] = [
				("GET", f"resource/{doctype.name}", None),
				("GET", f"resource/{doctype.name}/{name}", None),
				("POST", f"resource/{doctype.name}", values),
				("PUT", f"resource/{doctype.name}/{name}", values),
				("DELETE", f"resource/{doctype.name}/{name}", None),
				("POST", "method/frappe.client.submit", {"doc": frappe.as_json(document)}),
				("POST", "method/frappe.client.get_list", {"doctype": doctype.name}),
				("POST", "method/frappe.client.get_count", {"doctype": doctype.name}),
			]
			if doctype.issingle:
				entry_points = entry_points[1:2] + entry_points[3:4]
			for method, path, payload in entry_points:
				with self.subTest(doctype=doctype.name, entry_point=f"{method} {path}"):
					answer = self.send(method, path, self.stranger, json=payload)
					self.assertEqual(answer.status_code, 403, answer.text[:300])
		self.assertEqual(self.content(), before)

	def any_record(self, doctype: str) -> str:
		return str(frappe.get_all(doctype, pluck="name", order_by="name", limit=1)[0])

	def test_the_ledger_and_reservations_are_shut_to_everybody(self) -> None:
		for doctype in CLOSED:
			before, name = self.content(), self.any_record(doctype)
			field = "qty" if frappe.get_meta(doctype).has_field("qty") else "owner"
			document = frappe.get_doc(doctype, name).as_dict()
			new = {**document, "name": erp.unique("NEW"), "__islocal": 1}
			change = {"doctype": doctype, "docname": name, field: "9"}
			entry_points: list[tuple[str, str, Any]] = [
				("POST", f"resource/{doctype}", new),
				("PUT", f"resource/{doctype}/{name}", {field: "9"}),
				("DELETE", f"resource/{doctype}/{name}", None),
				("POST", "method/frappe.client.insert", {"doc": new}),
				("POST", "method/frappe.client.insert_many", {"docs": [new]}),
				("POST", "method/frappe.client.save", {"doc": {**document, field: "9"}}),
				(
					"POST",
					"method/frappe.client.set_value",
					{"doctype": doctype, "name": name, "fieldname": field, "value": "9"},
				),
				("POST", "method/frappe.client.delete", {"doctype": doctype, "name": name}),
				("POST", "method/frappe.client.bulk_update", {"docs": json.dumps([change])}),
				(
					"POST",
					"method/frappe.client.rename_doc",
					{"doctype": doctype, "old_name": name, "new_name": erp.unique("NEW")},
				),
				(
					"POST",
					"method/frappe.model.rename_doc.update_document_title",
					{"doctype": doctype, "docname": name, "name": erp.unique("NEW")},
				),
				(
					"POST",
					"method/frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs",
					{
						"doctype": doctype,
						"docnames": json.dumps([name]),
						"action": "update",
						"data": json.dumps({field: "9"}),
					},
				),
				(
					"POST",
					"method/frappe.desk.reportview.delete_items",
					{"doctype": doctype, "items": json.dumps([name])},
				),
				(
					"POST",
					"method/frappe.desk.form.save.savedocs",
					{"doc": frappe.as_json({**document, field: "9"}), "action": "Save"},
				),
			]
			for key in (self.administrator, self.manager):
				for method, path, payload in entry_points:
					with self.subTest(doctype=doctype, entry_point=f"{method} {path}"):
						body = json.loads(frappe.as_json(payload)) if payload else None
						answer = self.send(method, path, key, json=body)
						if path.startswith("resource"):
							self.assertEqual(answer.status_code, 403, answer.text[:300])
						self.assertEqual(self.content(), before)

	def test_nothing_is_imported_into_the_ledger(self) -> None:
		name = self.any_record("Stock Position")
		for kind, row in (
			("Insert New Records", {"Item": erp.item(), "Warehouse": self.place, "On Hand": 5}),
			("Update Existing Records", {"ID": name, "On Hand": 999}),
		):
			with self.subTest(kind=kind):
				before = self.content()
				table = ",".join(map(str, row)) + "\n" + ",".join(map(str, row.values())) + "\n"
				file = erp.insert("File", file_name=f"{erp.unique('rows')}.csv", content=table, is_private=1)
				data_import = erp.insert(
					"Data Import",
					reference_doctype="Stock Position",
					import_type=kind,
					import_file=file.file_url,
				)
				frappe.db.commit()
				start_import(data_import.name)
				self.assertNotIn("Success", frappe.db.get_value("Data Import", data_import.name, "status"))
				self.assertEqual(self.content(), before)
