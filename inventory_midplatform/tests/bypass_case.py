"""What tests of going round an approval share: users, policies, documents, and every call that might submit one."""

import csv
import io
from collections.abc import Iterator
from typing import Any, ClassVar

import frappe
import requests
from frappe.core.doctype.data_import.importer import Importer

from inventory_midplatform.ports import Row
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.approval_records import drawn
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

REQUEST, ORDER, ENTRY = "Inventory Request", "Purchase Order", "Stock Entry"
DOCTYPES = (REQUEST, ORDER, ENTRY)
APPROVALS = "/api/method/inventory_midplatform.api.v1."
STRONG = ("Inventory Manager", "Purchase Manager", "Stock Manager", "System Manager")
"""Who may write, submit, cancel, amend and import all of them."""


class BypassCase(SiteTestCase):
	keys: ClassVar[dict[str, str]] = {}
	buyer: str
	strong: str
	supervisor: str
	approver: str

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()
		cls.item, cls.place, cls.supplier = erp.item(), erp.warehouse(), erp.supplier()
		erp.receipt(cls.item, cls.place, 1000)
		for name, roles in (
			("buyer", ["Inventory Buyer"]),
			("strong", list(STRONG)),
			("supervisor", ["Warehouse Supervisor"]),
			# reads an order and an entry, and may submit neither
			("approver", ["Inventory Director", "Accounts User"]),
		):
			user, cls.keys[name] = racing.user_with_key(roles)
			setattr(cls, name, user)
		cls.add_read_right(ORDER, "Inventory Director")
		frappe.db.commit()
		server = racing.serving(workers=1)
		cls.url = server.__enter__()
		cls.addClassCleanup(server.__exit__, None, None, None)

	@classmethod
	def add_read_right(cls, doctype: str, role: str) -> None:
		row = {"parent": doctype, "parenttype": "DocType", "parentfield": "permissions", "role": role}
		if not frappe.db.exists("DocPerm", row):
			frappe.get_doc({"doctype": "DocPerm", **row, "permlevel": 0, "read": 1, "idx": 99}).db_insert()
			frappe.clear_cache(doctype=doctype)
			cls.addClassCleanup(frappe.clear_cache, doctype=doctype)
			cls.addClassCleanup(frappe.db.delete, "DocPerm", row)

	@classmethod
	def add_policy(cls, doctype: str, **values: Any) -> str:
		"""Enable a policy for the documents of this class, which the approver approves."""
		field = {ORDER: "supplier", ENTRY: "from_warehouse", REQUEST: "warehouse"}[doctype]
		value = cls.supplier if doctype == ORDER else cls.place
		of_this_class = {"step": 0, "field": field, "comparison": "=", "value": value}
		row = {"step": 1, "approver": "User", "user": cls.approver}
		name = cls.platform.create(
			"Approval Policy", drawn([row], [of_this_class], document_type=doctype, **values)
		)
		cls.addClassCleanup(cls.platform.update, "Approval Policy", name, {"enabled": 0})
		return name

	def values(self, doctype: str, rate: float = 10) -> Row:
		values: Row = {"doctype": doctype, "company": self.company}
		line: Row = {"item_code": self.item, "qty": 5}
		if doctype == REQUEST:
			about = {
				"request_type": "Purchase",
				"warehouse": self.place,
				"required_by": frappe.utils.nowdate(),
			}
			return {**values, **about, "items": [{**line, "uom": "Nos", "rate": rate}]}
		if doctype == ORDER:
			about = {"supplier": self.supplier, "schedule_date": frappe.utils.nowdate()}
			return {**values, **about, "items": [{**line, "rate": rate, "warehouse": self.place}]}
		about = {"stock_entry_type": "Material Issue", "from_warehouse": self.place}
		return {**values, **about, "items": [{**line, "s_warehouse": self.place}]}

	def send(self, method: str, path: str, who: str, **payload: Any) -> requests.Response:
		headers = {**racing.host(), "Authorization": f"token {self.keys[who]}"}
		payload = frappe.parse_json(frappe.as_json(payload))
		response = requests.request(method, f"{self.url}{path}", headers=headers, json=payload, timeout=60)
		frappe.db.rollback()
		return response

	def make(self, doctype: str, who: str = "strong", **more: Any) -> str:
		made = self.send("POST", f"/api/resource/{doctype}", who, **{**self.values(doctype), **more})
		self.assertEqual(made.status_code, 200, made.text)
		return str(made.json()["data"]["name"])

	def call(self, operation: str, who: str, **arguments: Any) -> Row:
		answer = self.send("POST", f"{APPROVALS}{operation}", who, **arguments)
		self.assertEqual(answer.status_code, 200, answer.text)
		result: Row = answer.json()["message"]
		return result

	def requested(self, doctype: str, name: str, who: str = "strong") -> Row:
		return self.call("approval.request", who, doctype=doctype, name=name)

	def approved(self, doctype: str, name: str) -> Row:
		asked = self.requested(doctype, name)
		return self.call("approval.approve", "approver", name=asked["name"])

	def state(self, doctype: str, name: str) -> tuple[int, str]:
		frappe.db.rollback()
		field = "workflow_state" if frappe.get_meta(doctype).has_field("workflow_state") else "name"
		docstatus, state = frappe.db.get_value(doctype, name, ["docstatus", field])
		return int(docstatus), str(state) if field != "name" else ""

	# every way round

	def ways_round(self, doctype: str, name: str) -> Iterator[tuple[str, str, str, Row]]:
		"""Yield (what it is, method, path, arguments) of every call that might submit a document or change its state."""
		document = frappe.get_doc(doctype, name).as_dict()
		path, method = f"/api/resource/{doctype}/{name}", "/api/method/"
		for change in (
			{"docstatus": 1},
			{"workflow_state": "Approved"},
			{"workflow_state": "Approved", "docstatus": 1},
			{"status": "Approved", "docstatus": 1},
		):
			yield f"PUT {change}", "PUT", path, change
		yield "run_method", "POST", path, {"run_method": "submit"}
		yield "client.submit", "POST", f"{method}frappe.client.submit", {"doc": {**document, "docstatus": 1}}
		about = {"doctype": doctype, "name": name}
		for field, value in (("docstatus", 1), ("workflow_state", "Approved")):
			arguments = {**about, "fieldname": field, "value": value}
			yield f"set_value {field}", "POST", f"{method}frappe.client.set_value", arguments
			one = [{"doctype": doctype, "docname": name, field: value}]
			yield (
				f"bulk_update {field}",
				"POST",
				f"{method}frappe.client.bulk_update",
				{"docs": frappe.as_json(one)},
			)
		for change in ({"docstatus": 1}, {"docstatus": 1, "workflow_state": "Approved"}):
			yield (
				f"client.save {change}",
				"POST",
				f"{method}frappe.client.save",
				{"doc": {**document, **change}},
			)
		saved = {"doc": frappe.as_json(document), "action": "Submit"}
		yield "savedocs", "POST", f"{method}frappe.desk.form.save.savedocs", saved
		many = {"doctype": doctype, "docnames": frappe.as_json([name]), "action": "submit"}
		bulk = "frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs"
		yield "bulk edit", "POST", f"{method}{bulk}", many
		action = {"doc": frappe.as_json(document), "action": "Approve"}
		yield "Workflow", "POST", f"{method}frappe.model.workflow.apply_workflow", action
		actions = {"docnames": frappe.as_json([name]), "doctype": doctype, "action": "Approve"}
		yield "Workflow in bulk", "POST", f"{method}frappe.model.workflow.bulk_workflow_approval", actions

	def assert_no_way_round(self, doctype: str, name: str, *who: str) -> None:
		before = self.state(doctype, name)
		self.assertEqual(before[0], 0)
		for what, method, path, arguments in list(self.ways_round(doctype, name)):
			for user in who or ("strong",):
				with self.subTest(what=what, doctype=doctype, user=user):
					response = self.send(method, path, user, **arguments)
					self.assertLess(response.status_code, 500, response.text[:500])
					self.assertEqual(self.state(doctype, name), before)

	def assert_not_imported(self, doctype: str) -> None:
		with self.subTest(what="data import", doctype=doctype):
			self.assertEqual(self.imported(doctype), [0])

	def imported(self, doctype: str) -> list[int]:
		"""Run a data import of a new document that submits what it imported; return the docstatus of what is there after it."""
		values = self.values(doctype)
		line = values.pop("items")[0]
		row = {**values, **{f"items.{field}": value for field, value in line.items()}}
		del row["doctype"]
		stream = io.StringIO()
		csv.writer(stream).writerows([list(row), list(row.values())])
		before = set(frappe.get_all(doctype, pluck="name", order_by="name"))
		frappe.set_user(self.strong)
		try:
			name = f"{erp.unique('import')}.csv"
			file = erp.insert("File", file_name=name, content=stream.getvalue(), is_private=1)
			imported = erp.insert(
				"Data Import",
				reference_doctype=doctype,
				import_type="Insert New Records",
				submit_after_import=1,
				import_file=file.file_url,
			)
			frappe.db.commit()
			Importer(doctype, data_import=imported).import_data()
			frappe.db.commit()
		finally:
			frappe.db.rollback()
			frappe.set_user("Administrator")
		after = frappe.get_all(doctype, {"owner": self.strong}, ["name", "docstatus"], order_by="name")
		return [row.docstatus for row in after if row.name not in before] or [0]
