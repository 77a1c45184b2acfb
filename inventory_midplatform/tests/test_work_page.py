"""The storekeeper's page on a served site: who gets it, what it knows, and its worker and manifest."""

import json
import re
from typing import Any

import frappe
import requests
from frappe.utils.password import update_password

from inventory_midplatform.domain.roles import OPERATOR
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.site_case import SiteTestCase

PASSWORD = "Walks-the-aisles-2026"


class TestWorkPage(SiteTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.user, _ = racing.user_with_key([OPERATOR])
		update_password(cls.user, PASSWORD)
		frappe.db.commit()
		cls.server = racing.serving(workers=1)
		cls.url = cls.server.__enter__()
		cls.addClassCleanup(cls.server.__exit__, None, None, None)

	def session(self) -> requests.Session:
		session = requests.Session()
		session.headers.update(racing.host())
		return session

	def logged_in(self) -> requests.Session:
		session = self.session()
		answer = session.post(
			f"{self.url}/api/method/login", data={"usr": self.user, "pwd": PASSWORD}, timeout=60
		)
		self.assertEqual(answer.status_code, 200, answer.text[:300])
		return session

	def boot(self, page: str) -> dict[str, Any]:
		found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', page, re.S)
		assert found, page[:500]
		boot: dict[str, Any] = json.loads(found.group(1))
		return boot

	def test_a_guest_is_sent_to_the_login(self) -> None:
		answer = self.session().get(f"{self.url}/inventory/work", timeout=60, allow_redirects=False)
		self.assertEqual(answer.status_code, 200)
		self.assertIn('location.replace("/login?redirect-to="', answer.text)
		self.assertNotIn('id="boot"', answer.text, "a guest gets no token")

	def test_the_page_lets_its_user_write(self) -> None:
		session = self.logged_in()
		answer = session.get(f"{self.url}/inventory/work", timeout=60)
		self.assertEqual(answer.status_code, 200, answer.text[:300])
		boot = self.boot(answer.text)
		self.assertEqual((boot["site"], boot["user"]), (True, self.user))
		self.assertNotIn("navbar", answer.text, "the page stands alone, without the website around it")
		refused = "/api/method/inventory_midplatform.api.v1.stock.block"
		without = session.post(f"{self.url}{refused}", json={}, timeout=60)
		self.assertEqual(without.json()["error"]["code"], "csrf_token")
		token = {"X-Frappe-CSRF-Token": boot["csrf_token"]}
		with_token = session.post(f"{self.url}{refused}", json={}, headers=token, timeout=60)
		self.assertNotEqual(with_token.json()["error"]["code"], "csrf_token")
		again = self.boot(session.get(f"{self.url}/inventory/work", timeout=60).text)
		self.assertEqual(again["csrf_token"], boot["csrf_token"], "a token asked for again is the same")

	def test_the_worker_may_see_the_page_and_contains_no_token(self) -> None:
		answer = self.logged_in().get(f"{self.url}/inventory/work-worker.js", timeout=60)
		self.assertEqual(answer.status_code, 200)
		self.assertIn("javascript", answer.headers["Content-Type"])
		self.assertIn('"page": "/inventory/work"', answer.text)
		self.assertNotIn("csrf_token", answer.text)

	def test_the_page_can_be_installed(self) -> None:
		answer = self.session().get(f"{self.url}/inventory/work-app.json", timeout=60)
		manifest = json.loads(answer.text)
		self.assertEqual((manifest["start_url"], manifest["display"]), ("/inventory/work", "standalone"))
