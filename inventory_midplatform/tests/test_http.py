"""The API over HTTP on a served site: who is let in, what is refused and how, and that quantities keep their digits."""

import json
import re
from typing import Any
from unittest.mock import patch

import frappe
import requests

from inventory_midplatform.api.operation import OPERATIONS, PATH
from inventory_midplatform.domain.errors import InsufficientStock
from inventory_midplatform.domain.roles import OPERATION_ROLES
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform


class TestHTTP(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.item, cls.place = erp.item(stock_uom="Kg"), erp.warehouse()
		erp.receipt(cls.item, cls.place, 100, uom="Kg")
		cls.user, cls.key = racing.user_with_key(["Inventory Integration"])
		_, cls.stranger = racing.user_with_key([])
		cls.server = racing.serving(workers=1)
		cls.url = cls.server.__enter__()
		cls.addClassCleanup(cls.server.__exit__, None, None, None)

	def send(
		self, operation: str, method: str = "POST", token: str | None = None, **request: Any
	) -> requests.Response:
		token = self.key if token is None else token
		headers = {
			**racing.host(),
			**({"Authorization": f"token {token}"} if token else {}),
			**request.pop("headers", {}),
		}
		response = requests.request(
			method, f"{self.url}/api/method/{PATH}{operation}", headers=headers, timeout=60, **request
		)
		frappe.db.rollback()
		return response

	def assert_refused(self, response: requests.Response, status: int, code: str) -> None:
		self.assertEqual(
			(response.status_code, response.json()["error"]["code"]), (status, code), response.text[:500]
		)
		self.assertEqual(sorted(response.json()["error"]), ["code", "details", "message"])
		self.assertTrue(response.json()["exc_type"])
		self.assertNotIn("Traceback", response.text)

	def reserve(self, **arguments: Any) -> requests.Response:
		return self.send(
			"reservation.reserve", json={"item_code": self.item, "warehouse": self.place, **arguments}
		)

	def test_who_is_let_in(self) -> None:
		for operation in OPERATIONS.values():
			method = "POST" if operation.writes else "GET"
			with self.subTest(operation=operation.name):
				self.assert_refused(self.send(operation.name, method, token=""), 401, "not_authenticated")
				self.assert_refused(
					self.send(operation.name, method, token="no:key"), 401, "not_authenticated"
				)
				self.assert_refused(
					self.send(operation.name, method, token=self.stranger), 403, "not_permitted"
				)
				self.assertTrue(OPERATION_ROLES[operation.name])

	def test_what_changes_something_is_not_called_by_get(self) -> None:
		for operation in OPERATIONS.values():
			if operation.writes:
				self.assert_refused(self.send(operation.name, "GET"), 405, "method_not_allowed")

	def test_a_number_that_would_take_for_ever_to_make_whole(self) -> None:
		headers = {"Content-Type": "application/json"}
		response = self.send("stock.list_positions", data='{"limit": 1E+999999999}', headers=headers)
		self.assert_refused(response, 400, "invalid_argument")

	def test_bodies_that_are_not_json(self) -> None:
		for body in ("{bad", "[1, 2]", '"text"', '{"qty": 1'):
			with self.subTest(body=body):
				response = self.send(
					"reservation.reserve", data=body, headers={"Content-Type": "application/json"}
				)
				self.assert_refused(response, 400, "malformed_json")

	def test_bad_quantities(self) -> None:
		raw = (
			"0",
			"-1",
			"NaN",
			"Infinity",
			"-Infinity",
			"12345678901234567890",
			"0.0000000001",
			'"a word"',
			"null",
			"true",
			"[]",
		)
		for qty in raw:
			with self.subTest(qty=qty):
				body = f'{{"item_code": {json.dumps(self.item)}, "warehouse": {json.dumps(self.place)}, "qty": {qty}}}'
				response = self.send(
					"reservation.reserve", data=body, headers={"Content-Type": "application/json"}
				)
				self.assert_refused(response, 400, "invalid_quantity")
		self.assertEqual(self.position(self.item, self.place)["reserved"], 0)

	def test_other_bad_arguments(self) -> None:
		self.assert_refused(self.send("reservation.reserve", json={}), 400, "missing_argument")
		self.assert_refused(self.reserve(qty=1, quantity=1), 400, "unknown_argument")
		self.assert_refused(self.reserve(qty=1, shortage_policy="Maybe"), 400, "invalid_argument")
		self.assert_refused(self.send("stock.destroy", json={}), 404, "unknown_operation")
		self.assert_refused(
			self.send("stock.get_position", "GET", params={"item_code": "?", "warehouse": self.place}),
			404,
			"unknown_item",
		)

	def test_quantities_have_all_their_digits(self) -> None:
		made = self.reserve(qty="0.123456789")
		self.assertEqual(made.json()["message"]["reserved_qty"], 0.123456789)
		name = made.json()["message"]["name"]
		stored = frappe.db.sql(
			"SELECT CAST(reserved_qty AS CHAR) FROM `tabInventory Reservation` WHERE name = %s", name
		)[0][0]
		self.assertEqual(stored, "0.123456789")
		exact = self.send(
			"reservation.reserve",
			data=json.dumps({"item_code": self.item, "warehouse": self.place, "qty": 1}).replace(
				": 1}", ": 1.000000001}"
			),
			headers={"Content-Type": "application/json"},
		)
		self.assertEqual(exact.json()["message"]["qty"], 1.000000001)
		for reservation in (name, exact.json()["message"]["name"]):
			self.assertEqual(self.send("reservation.release", json={"name": reservation}).status_code, 200)
		self.assertEqual(self.position(self.item, self.place)["reserved"], 0)

	def test_a_call_sent_twice_under_one_key_is_done_once(self) -> None:
		headers = {"Idempotency-Key": erp.unique("key")}
		payload = {"item_code": self.item, "warehouse": self.place, "qty": 7}
		first = self.send("reservation.reserve", json=payload, headers=headers)
		again = self.send("reservation.reserve", json=payload, headers=headers)
		self.assertEqual((first.status_code, first.json()), (again.status_code, again.json()))
		self.assertEqual(self.position(self.item, self.place)["reserved"], 7)
		other = self.send("reservation.reserve", json={**payload, "qty": 8}, headers=headers)
		self.assert_refused(other, 422, "key_reused")
		self.send("reservation.release", json={"name": first.json()["message"]["name"]})

	def test_more_than_available_says_what_is_left(self) -> None:
		response = self.reserve(qty=101)
		self.assert_refused(response, 409, "insufficient_stock")
		self.assertEqual(response.json()["error"]["details"]["available"], "100")

	def test_errors_speak_the_users_language(self) -> None:
		frappe.db.set_value("User", self.user, "language", "zh")
		frappe.db.commit()
		frappe.clear_cache(user=self.user)
		self.addCleanup(frappe.db.commit)  # Frappe notes on the user's row when they were last seen
		self.addCleanup(frappe.db.set_value, "User", self.user, "language", "en")
		message = self.reserve(qty=101).json()["error"]["message"]
		self.assertRegex(message, "[\u4e00-\u9fff]")
		self.assertIn("101", message)

	def test_what_frappe_writes_after_a_call_waits_as_always(self) -> None:
		"""For a lock on the user's row, say: a call that is kept would be answered by a page with 500."""
		waits = "SELECT @@SESSION.innodb_lock_wait_timeout, @@GLOBAL.innodb_lock_wait_timeout"
		where = {"item_code": self.item, "warehouse": self.place}
		platform = SitePlatform()
		platform.call("stock.get_position", **where)
		here, everywhere = frappe.db.sql(waits)[0]
		self.assertEqual(here, everywhere)
		with self.assertRaises(InsufficientStock):
			platform.call("reservation.reserve", qty=101, **where)
		here, everywhere = frappe.db.sql(waits)[0]
		self.assertEqual(here, everywhere)

	def test_each_statement_of_an_operation_waits_shortly(self) -> None:
		ran: list[str] = []
		sql = type(frappe.local.db).sql

		def recorded(database: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
			ran.append(str(query).strip())
			return sql(database, query, *args, **kwargs)

		platform = SitePlatform()
		with patch.object(type(frappe.local.db), "sql", recorded):
			made = platform.call("reservation.reserve", item_code=self.item, warehouse=self.place, qty=1)
			platform.call("reservation.release", name=made["name"])
		waiting = [q for q in ran if re.search(r"(?i)\b(insert|update)\b", q)]
		self.assertGreater(len(waiting), 5)
		for query in waiting:
			self.assertRegex(query, r"^SET STATEMENT innodb_lock_wait_timeout = 4 FOR |FOR UPDATE WAIT 4$")

	def test_forms_and_query_strings(self) -> None:
		form = self.send(
			"reservation.reserve", data={"item_code": self.item, "warehouse": self.place, "qty": "2.5"}
		)
		self.assertEqual(form.json()["message"]["reserved_qty"], 2.5)
		self.send("reservation.release", json={"name": form.json()["message"]["name"]})
		page = self.send("stock.list_positions", "GET", params={"warehouse": self.place, "limit": "1"})
		self.assertEqual([p["item_code"] for p in page.json()["message"]["positions"]], [self.item])

	def test_the_ledgers_tables_are_closed_to_rest_writes(self) -> None:
		_, admin = racing.user_with_key(["System Manager", "Inventory Manager"])
		for doctype in (
			"Stock Movement",
			"Bin Stock",
			"Stock Position",
			"Inventory Reservation",
			"Stock Operation Log",
		):
			name = frappe.get_all(doctype, pluck="name", limit=1, order_by="name")[0]
			path = f"{self.url}/api/resource/{doctype}"
			headers = {**racing.host(), "Authorization": f"token {admin}"}
			with self.subTest(doctype=doctype):
				read = requests.get(f"{path}/{name}", headers=headers, timeout=60)
				self.assertEqual(read.status_code, 200, read.text[:300])
				for method, url in (("POST", path), ("PUT", f"{path}/{name}"), ("DELETE", f"{path}/{name}")):
					response = requests.request(
						method, url, headers=headers, json={"item_code": self.item}, timeout=60
					)
					self.assertEqual(response.status_code, 403, response.text[:300])
