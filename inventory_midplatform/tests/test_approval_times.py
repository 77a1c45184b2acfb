"""Jobs of approvals on a site: time limits acted on, one request after the other; delegations on their days; MariaDB's plans."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import frappe

from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.adapters.site.context import SiteNotifier
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.ports import Row
from inventory_midplatform.services.approval import deciding, delegations, time_outs
from inventory_midplatform.tests import site_platform as sites
from inventory_midplatform.tests.approval_records import drawn
from inventory_midplatform.tests.site_case import SiteTestCase

SUPERVISOR = "Warehouse Supervisor"


class TestApprovalJobs(SiteTestCase):
	platform: sites.SitePlatform

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.platform = sites.SitePlatform()
		cls.platform.settings(ledger=True, approval=True)
		cls.item, cls.warehouse = cls.platform.make_item(), cls.platform.make_warehouse()
		cls.buyer = cls.platform.make_user(["Inventory Buyer"])
		cls.first, cls.second = (cls.platform.make_user([SUPERVISOR]) for _ in range(2))
		row = {"step": 1, "approver": "User", "user": cls.first, "time_limit": 8, "on_time_out": "Approve"}
		of_this_test = {"step": 0, "field": "warehouse", "comparison": "=", "value": cls.warehouse}
		all_day = {"day_begins": "00:00:00", "day_ends": "00:00:00"}
		name = cls.platform.create("Approval Policy", drawn([row], [of_this_test], **all_day))
		cls.addClassCleanup(cls.platform.update, "Approval Policy", name, {"enabled": 0})

	def requested(self) -> str:
		made = self.platform.call(
			"request.create",
			request_type="Purchase",
			warehouse=self.warehouse,
			items=[{"item_code": self.item, "qty": 1, "rate": 1}],
			user=self.buyer,
		)
		about = {"doctype": "Inventory Request", "name": made["name"]}
		return str(self.platform.call("approval.request", **about, user=self.buyer)["name"])

	def state(self, name: str) -> Row:
		found: Row = self.platform.call("approval.get", name=name)
		return found

	def later(self, **time: float) -> None:
		self.platform.put_clock(timedelta(**time))
		self.addCleanup(self.platform.put_clock, timedelta())

	def test_one_that_fails_does_not_stop_the_others(self) -> None:
		names = [self.requested() for _ in range(3)]
		self.later(hours=9)
		act = time_outs.act

		def failing(ctx: Any, name: str) -> str:
			if name == names[1]:
				act(ctx, name)
				raise Conflict("Nobody can approve it.", code="nobody_to_approve")
			return act(ctx, name)

		with patch.object(time_outs, "act", failing):
			jobs.act_on_time_limits()
		self.assertEqual([self.state(name)["state"] for name in names], ["Approved", "Open", "Approved"])
		logged = frappe.get_all(
			"Error Log", {"method": ("like", f"%{names[1]}%")}, ["error"], order_by="name"
		)
		self.assertEqual([log.error for log in logged], ["Nobody can approve it."])
		jobs.act_on_time_limits()
		self.assertEqual(self.state(names[1])["state"], "Approved")

	def test_switched_off_nothing_is_acted_on(self) -> None:
		name = self.requested()
		self.later(hours=9)
		self.platform.settings(approval=False)
		self.addCleanup(self.platform.settings, approval=True)
		jobs.act_on_time_limits()
		self.platform.settings(approval=True)
		self.assertEqual(self.state(name)["state"], "Open")
		jobs.act_on_time_limits()

	def test_a_delegation_begins_and_ends_by_the_job(self) -> None:
		name = self.requested()
		today = frappe.utils.getdate()
		period = {"from_date": today + timedelta(1), "to_date": today + timedelta(2)}
		self.platform.call("approval.set_away", delegate=self.second, **period, user=self.first)
		for days, waits_for in ((0, self.first), (1, self.second), (3, self.first)):
			# before the time limit, which is eight hours after the request
			with patch.object(time_outs, "due", lambda ctx: []):
				self.later(days=days)
				jobs.act_on_time_limits()
			self.assertEqual(self.state(name)["waits_for"], [waits_for], days)

	def test_a_delegation_in_the_form(self) -> None:
		"""Its own rules are those of the operation; what waits is asked again when it is saved."""
		name = self.requested()
		today = frappe.utils.nowdate()
		values = {"user": self.first, "delegate": self.second, "from_date": today, "to_date": today}
		frappe.set_user(self.first)
		made = frappe.get_doc({"doctype": delegations.DOCTYPE, **values, "enabled": 1}).insert()
		frappe.db.commit()
		self.assertEqual(self.state(name)["waits_for"], [self.second])
		self.assertEqual(made.reload().is_applied, 1)
		with self.assertRaisesRegex(frappe.ValidationError, "End it first"):
			frappe.delete_doc(delegations.DOCTYPE, made.name, ignore_permissions=True)
		frappe.db.rollback()
		frappe.set_user(self.second)
		other = frappe.get_doc(delegations.DOCTYPE, made.name)
		other.enabled = 0
		with self.assertRaisesRegex(frappe.ValidationError, "managers"):
			other.save()
		frappe.db.rollback()
		frappe.set_user(self.first)
		made = frappe.get_doc(delegations.DOCTYPE, made.name)
		made.enabled = 0
		made.save()
		frappe.db.commit()
		frappe.set_user("Administrator")
		self.assertEqual(self.state(name)["waits_for"], [self.first])

	def test_those_who_are_asked_are_reminded(self) -> None:
		name = self.requested()
		told: list[Any] = []
		with (
			patch.object(SiteNotifier, "inform", lambda self, users, *a, **k: told.append(list(users))),
			self.platform.context() as ctx,
		):
			deciding.remind(ctx, name)
		self.assertEqual(told, [[self.first]])

	def test_due_requests_are_found_by_an_index(self) -> None:
		for sql in (time_outs.OVERDUE, time_outs.TO_REMIND):
			with self.subTest(sql):
				self.platform.call("approval.count")
				plan = frappe.db.sql(f"EXPLAIN {sql}", {"now": frappe.utils.now_datetime()}, as_dict=True)
				self.assertEqual(len(plan), 1)
				self.assertEqual((plan[0].table, plan[0].type), ("tabApproval Request", "range"))
				self.assertIn("approval_request_state_", plan[0].key)
