"""Two approvers at once, an approver and a time limit at once, over HTTP on a site."""

import multiprocessing
from pathlib import Path
from typing import Any, ClassVar

import frappe
import requests

from inventory_midplatform.domain.errors import Conflict, InventoryError
from inventory_midplatform.ports import Row
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.approval_races import AS, ApprovalRaceCase, ApprovalRaces
from inventory_midplatform.tests.approval_time_races import ApprovalTimeRaces
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform

PATH = "/api/method/inventory_midplatform.api.v1."


class RacesOnSite(ApprovalRaceCase, SiteTestCase):
	where = "on a site"
	few = 2

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = SitePlatform()
		cls.host = racing.host()  # Frappe's own are not known to other threads
		server = racing.serving(workers=5)
		cls.url = server.__enter__()
		cls.addClassCleanup(server.__exit__, None, None, None)

	def user_with_key(self, roles: list[str]) -> tuple[str, str]:
		return racing.user_with_key(roles)

	def post(self, operation: str, payload: Row, key: str) -> tuple[int, str]:
		sent = {name: value for name, value in payload.items() if name != AS}
		token = f"token {self.keys[payload[AS]]}"
		headers = {**self.host, "Authorization": token, "Idempotency-Key": key}
		response = requests.post(f"{self.url}{PATH}{operation}", json=sent, headers=headers, timeout=60)
		return response.status_code, response.text

	def together(self, calls: Any) -> list[str]:
		try:
			return super().together(calls)
		finally:
			frappe.db.rollback()


class TestApprovalRaces(ApprovalRaces, RacesOnSite):
	pass


class TestApprovalTimeRaces(ApprovalTimeRaces, RacesOnSite):
	"""The job runs in two processes of their own, as it does on a site with two workers."""

	workers: ClassVar[Any]

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.workers = multiprocessing.get_context("spawn").Pool(
			2, _connect, (frappe.local.site, str(Path(frappe.local.sites_path).resolve()))
		)
		cls.addClassCleanup(cls.workers.terminate)

	def act(self, name: str) -> str:
		done, code = self.workers.apply(_act, (name,))
		if code:
			raise Conflict(code, code=code)
		return str(done)


def _connect(site: str, sites_path: str) -> None:
	frappe.init(site=site, sites_path=sites_path)
	frappe.connect()
	frappe.set_user("Administrator")


def _act(name: str) -> tuple[str, str]:
	"""Act on a request's time limit; return what was done, and the code of a refusal."""
	from inventory_midplatform.adapters.site.context import SiteUnitOfWork
	from inventory_midplatform.api.operation import in_transaction
	from inventory_midplatform.services.approval import time_outs

	try:
		return in_transaction(SiteUnitOfWork(), lambda ctx: time_outs.act(ctx, name)), ""
	except InventoryError as error:
		return "", error.code
