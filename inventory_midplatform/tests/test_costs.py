"""Costs are visible only to users who may see them, at every entry point that reads, writes or acts on a request."""

from typing import Any

import frappe
import requests

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.site_case import SiteTestCase

DOCTYPE = "Inventory Request"
RATE = 1234.5


class TestCosts(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.item, cls.place = erp.item(last_purchase_rate=RATE), erp.warehouse()
		frappe.db.set_value("Item", cls.item, "last_purchase_rate", RATE)
		frappe.db.commit()
		_, cls.operator = racing.user_with_key(["Warehouse Operator"])
		_, cls.supervisor = racing.user_with_key(["Warehouse Supervisor"])
		_, cls.buyer = racing.user_with_key(["Inventory Buyer"])
		cls.server = racing.serving(workers=1)
		cls.url = cls.server.__enter__()
		cls.addClassCleanup(cls.server.__exit__, None, None, None)

	def values(self, **line: Any) -> dict[str, Any]:
		return {
			"doctype": DOCTYPE,
			"request_type": "Purchase",
			"company": self.company,
			"warehouse": self.place,
			"required_by": frappe.utils.nowdate(),
			"items": [{"item_code": self.item, "qty": 2, "uom": "Nos", **line}],
		}

	def send(self, method: str, path: str, key: str, **payload: Any) -> requests.Response:
		headers = {**racing.host(), "Authorization": f"token {key}"}
		where = {"params" if method == "GET" else "json": payload}
		response = requests.request(method, f"{self.url}/api/{path}", headers=headers, timeout=60, **where)
		frappe.db.rollback()
		self.assertEqual(response.status_code, 200, response.text[:500])
		return response

	def make(self, key: str, **line: Any) -> tuple[str, requests.Response]:
		response = self.send("POST", f"resource/{DOCTYPE}", key, **self.values(**line))
		return response.json()["data"]["name"], response

	def entry_points(self, name: str, key: str) -> dict[str, requests.Response]:
		"""Every entry point that shows a request."""
		document = frappe.get_doc(DOCTYPE, name).as_json()
		lines = f"`tab{DOCTYPE} Item`"
		return {
			"resource": self.send("GET", f"resource/{DOCTYPE}/{name}", key),
			"resource list": self.send("GET", f"resource/{DOCTYPE}", key, fields='["*"]', limit=1000),
			"list with lines": self.send(
				"GET",
				f"resource/{DOCTYPE}",
				key,
				fields=f'["name", "amount", "{lines}.rate", "{lines}.amount"]',
				limit=1000,
			),
			"client.get": self.send("GET", "method/frappe.client.get", key, doctype=DOCTYPE, name=name),
			"client.get_list of lines": self.send(
				"GET",
				"method/frappe.client.get_list",
				key,
				doctype=f"{DOCTYPE} Item",
				parent=DOCTYPE,
				fields='["rate", "amount", "item_code"]',
				limit_page_length=1000,
			),
			"getdoc": self.send(
				"GET", "method/frappe.desk.form.load.getdoc", key, doctype=DOCTYPE, name=name
			),
			"savedocs": self.send(
				"POST", "method/frappe.desk.form.save.savedocs", key, doc=document, action="Save"
			),
			"update": self.send("PUT", f"resource/{DOCTYPE}/{name}", key, purpose=erp.unique("why")),
			"set_value": self.send(
				"POST",
				"method/frappe.client.set_value",
				key,
				doctype=DOCTYPE,
				name=name,
				fieldname="purpose",
				value=erp.unique("why"),
			),
			"report view": self.send(
				"POST",
				"method/frappe.desk.reportview.get",
				key,
				doctype=DOCTYPE,
				fields=f'["name", "amount", "{lines}.rate"]',
			),
			"search for more fields": self.send(
				"GET",
				"method/frappe.desk.search.search_widget",
				key,
				doctype=DOCTYPE,
				txt="",
				filters=f'{{"name": "{name}"}}',
				filter_fields='["amount"]',
				as_dict=1,
				ignore_user_permissions=1,
			),
			"operation": self.send("GET", "method/inventory_midplatform.api.v1.request.get", key, name=name),
		}

	def test_no_entry_point_shows_costs_to_an_operator(self) -> None:
		name, made = self.make(self.operator)
		for entry_point, response in {"create": made, **self.entry_points(name, self.operator)}.items():
			with self.subTest(entry_point=entry_point):
				self.assertNotRegex(response.text, r"\b(1234\.5|2469)\b")  # not some moment's digits
		step = self.send(
			"POST",
			"method/inventory_midplatform.api.v1.approval.request",
			self.operator,
			doctype=DOCTYPE,
			name=name,
		)
		asked = step.json()["message"]["name"]
		seen = self.send("GET", f"resource/Approval Request/{asked}", self.operator)
		self.assertNotRegex(seen.text, r"\b(1234\.5|2469)\b")
		self.assertNotRegex(step.text, r"\b(1234\.5|2469)\b")
		self.assertEqual(self.stored(name), (RATE, 2 * RATE, 2 * RATE))

	def test_a_buyer_sees_costs_at_the_same_entry_points(self) -> None:
		name, _ = self.make(self.buyer)
		entry_points = self.entry_points(name, self.buyer)
		entry_points.pop(
			"client.get_list of lines"
		)  # Frappe shows no field of a higher level there, to nobody
		for entry_point, response in entry_points.items():
			with self.subTest(entry_point=entry_point):
				self.assertRegex(response.text, r"\b(1234\.5|2469)\b")

	def test_the_search_finds_no_lines_of_requests(self) -> None:
		name, _ = self.make(self.operator)
		params = {
			"doctype": f"{DOCTYPE} Item",
			"txt": "",
			"filters": f'{{"parent": "{name}"}}',
			"filter_fields": '["rate", "amount"]',
			"as_dict": 1,
			"reference_doctype": DOCTYPE,
			"ignore_user_permissions": 1,
		}
		headers = {**racing.host(), "Authorization": f"token {self.operator}"}
		path = f"{self.url}/api/method/frappe.desk.search.search_widget"
		response = requests.get(path, params=params, headers=headers, timeout=60)
		self.assertEqual(response.status_code, 403)
		self.assertNotIn(str(RATE), response.text)

	def test_an_operators_rate_is_ignored_and_a_buyers_counts(self) -> None:
		cheap, _ = self.make(self.operator, rate=0.01)
		self.assertEqual(self.stored(cheap), (RATE, 2 * RATE, 2 * RATE))
		estimated, _ = self.make(self.buyer, rate=30)
		self.assertEqual(self.stored(estimated), (30, 60, 60))
		items = frappe.parse_json(frappe.get_doc(DOCTYPE, estimated).as_json())["items"]
		items[0].update(qty=3, rate=0.01)
		self.send("PUT", f"resource/{DOCTYPE}/{estimated}", self.operator, items=items)
		self.assertEqual(self.stored(estimated), (30, 90, 90))

	def stored(self, name: str) -> tuple[float, float, float]:
		document = frappe.get_doc(DOCTYPE, name)
		return document.items[0].rate, document.items[0].amount, document.amount
