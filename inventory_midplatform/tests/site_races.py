"""Races over HTTP on a site."""

from typing import Any, ClassVar

import frappe
import requests

from inventory_midplatform.ports import Row
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.races_over_http import Races
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

PATH = "/api/method/inventory_midplatform.api.v1."


class SiteRaces(Races, SiteTestCase):
	where = "on a site"
	few = 2
	roles: ClassVar[list[str]]
	"""Of the person as whom all calls are sent."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()
		_, key = racing.user_with_key(cls.roles)
		cls.headers = {**racing.host(), "Authorization": f"token {key}"}
		off = {name: False for name, value in cls.settings.items() if value is True}
		cls.addClassCleanup(cls.platform.settings, **off)
		server = racing.serving(workers=5)
		cls.url = server.__enter__()
		cls.addClassCleanup(server.__exit__, None, None, None)

	def post(self, operation: str, payload: Row, key: str) -> tuple[int, str]:
		"""Send a call of ours, or one of Frappe's by its path."""
		path = operation if operation.startswith("/") else PATH + operation
		headers = {**self.headers, "Idempotency-Key": key}
		response = requests.post(f"{self.url}{path}", json=payload, headers=headers, timeout=60)
		return response.status_code, response.text

	def together(self, calls: Any) -> list[str]:
		try:
			return super().together(calls)
		finally:
			frappe.db.rollback()
