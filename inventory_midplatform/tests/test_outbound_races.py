"""Two storekeepers at once, over HTTP on a site."""

from typing import Any

import frappe
import requests

from inventory_midplatform.domain.roles import OPERATOR, SUPERVISOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.outbound_races import OutboundRaces
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

PATH = "/api/method/inventory_midplatform.api.v1."


class TestOutboundRaces(OutboundRaces, SiteTestCase):
	where = "on a site"
	few = 2

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()
		_, key = racing.user_with_key([OPERATOR, SUPERVISOR])
		cls.headers = {**racing.host(), "Authorization": f"token {key}"}
		cls.addClassCleanup(cls.platform.settings, outbound=False)
		server = racing.serving(workers=5)
		cls.url = server.__enter__()
		cls.addClassCleanup(server.__exit__, None, None, None)

	def post(self, operation: str, payload: Row, key: str) -> tuple[int, str]:
		headers = {**self.headers, "Idempotency-Key": key}
		response = requests.post(f"{self.url}{PATH}{operation}", json=payload, headers=headers, timeout=60)
		return response.status_code, response.text

	def together(self, calls: Any) -> list[str]:
		try:
			return super().together(calls)
		finally:
			frappe.db.rollback()
