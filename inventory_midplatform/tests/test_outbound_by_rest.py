"""Who may do what with an Outbound Order, a wave and at the pack station, over a site's REST API and its desk."""

from typing import Any

import frappe

from inventory_midplatform.domain.roles import MANAGER, OPERATOR, ROLES, SUPERVISOR
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.by_rest import RESOURCE, ByRest
from inventory_midplatform.tests.outbound_by_rest import OutboundByRest
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform
from inventory_midplatform.tests.waves_by_rest import WavesByRest
from inventory_midplatform.tests.wsgi_client import Response, send

SHARED = ("item", "mine", "other", "customer", "made", "users", "keys")
"""What the classes of this module make once: stock, and a user with a key for each role."""

made_once: dict[str, Any] = {}


class OverWsgi(ByRest):
	"""Requests are answered by Frappe's application in this process; those that are allowed are rolled back."""

	undone = True
	users: dict[str, str]

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()
		if not made_once:
			cls.stock()
			cls.users, cls.keys = {}, {}
			for role in ROLES:
				cls.users[role], cls.keys[role] = racing.user_with_key([role])
				erp.insert("User Permission", user=cls.users[role], allow="Warehouse", for_value=cls.mine)
			frappe.db.commit()
			made_once.update({name: getattr(cls, name) for name in SHARED})
		for name, value in made_once.items():
			setattr(cls, name, value)
		cls.platform.settings(outbound=True, outbound_check="On")
		cls.addClassCleanup(cls.platform.settings, outbound=False)

	def send(self, method: str, path: str, key: str, **payload: Any) -> Response:
		frappe.db.rollback()
		return send(method, path, key, payload)

	def send_undone(self, path: str, key: str, **payload: Any) -> Response:
		frappe.db.rollback()
		return send("POST", path, key, payload, undo=True)


class TestWavesByRest(OverWsgi, WavesByRest, SiteTestCase):
	pass


class TestOutboundByRest(OverWsgi, OutboundByRest, SiteTestCase):
	def test_who_is_in_charge_assigns_an_order_by_rest_and_by_the_desk(self) -> None:
		name = self.new_in_state("To Pick")
		for role in (MANAGER, SUPERVISOR):
			put = {"assignee": self.users[OPERATOR], "priority": 3}
			done = self.send("PUT", f"{RESOURCE}Outbound Order/{name}", self.keys[role], **put)
			self.assertEqual(done.status_code, 200, done.text[:500])
			self.assertEqual(
				(done.json()["data"]["assignee"], done.json()["data"]["priority"]), (*put.values(),)
			)
			form = frappe.parse_json(frappe.get_doc("Outbound Order", name).as_json())
			sent = frappe.as_json({**form, "priority": 5})
			saved = self.send(
				"POST",
				"/api/method/frappe.desk.form.save.savedocs",
				self.keys[role],
				doc=sent,
				action="Save",
			)
			self.assertEqual(saved.status_code, 200, saved.text[:500])
			self.assertEqual(frappe.db.get_value("Outbound Order", name, "priority"), 5)

	def test_other_entry_points_of_the_desk(self) -> None:
		data = self.order_in("To Ship", self.mine)
		name, line = data["name"], data["lines"][0]["line"]
		before, doctype = self.stored("Outbound Order", name), "Outbound Order"
		form = frappe.parse_json(frappe.get_doc(doctype, name).as_json())
		of_line = {"doctype": "Outbound Order Line", "name": line}
		entry_points: list[tuple[str, dict[str, Any]]] = [
			("frappe.client.submit", {"doc": form}),
			("frappe.client.cancel", {"doctype": doctype, "name": name}),
			("frappe.client.delete", {"doctype": doctype, "name": name}),
			(
				"frappe.client.set_value",
				{"doctype": doctype, "name": name, "fieldname": "state", "value": "Shipped"},
			),
			("frappe.client.set_value", {**of_line, "fieldname": "picked_qty", "value": 4}),
			("frappe.client.delete", of_line),
			("frappe.client.save", {"doc": {**form, "state": "Shipped"}}),
			("frappe.client.insert", {"doc": {**form, "name": None, "state": "To Ship"}}),
			("frappe.client.rename_doc", {"doctype": doctype, "old_name": name, "new_name": "X"}),
			("frappe.desk.form.save.savedocs", {"doc": frappe.as_json(form), "action": "Submit"}),
			(
				"frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs",
				{"doctype": doctype, "docnames": [name], "action": "update", "data": {"state": "Shipped"}},
			),
		]
		for entry_point, arguments in entry_points:
			for role in (MANAGER, SUPERVISOR, OPERATOR):
				with self.subTest(entry_point=entry_point, role=role, arguments=list(arguments)):
					self.send("POST", f"/api/method/{entry_point}", self.keys[role], **arguments)
					self.assertEqual(self.stored("Outbound Order", name), before)
