"""People who are away: who decides for them, from when to when, and what is refused."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.ports import Row
from inventory_midplatform.services.approval import asking, delegations
from inventory_midplatform.tests.behaviour.approvals import DIRECTOR, SUPERVISOR, ApprovalCase, by, user_row


class Counted:
	"""A store that keeps the statements it reads by."""

	def __init__(self, store: Any):
		self._store = store
		self.sent: list[str] = []

	def rows(self, sql: str, params: Any = None) -> list[Row]:
		self.sent.append(sql)
		return list(self._store.rows(sql, params))

	def __getattr__(self, name: str) -> Any:
		return getattr(self._store, name)


class ApprovalsAwayBehaviour(ApprovalCase):
	def today(self) -> date:
		with self.platform.context() as ctx:
			return ctx.clock.now().date()

	def away(self, user: str, delegate: str, begins: int = 0, days: int = 7, **more: Any) -> Row:
		"""Let a user be away from so many days from now, for so many days; ends after the test."""
		first = self.today() + timedelta(begins)
		period = {"from_date": first, "to_date": first + timedelta(days - 1)}
		result: Row = self.platform.call("approval.set_away", delegate=delegate, **period, **more, user=user)
		for one in result["mine"]:
			self.addCleanup(self.platform.update, delegations.DOCTYPE, one["name"], {"enabled": 0})
		return result

	def read(self, request: Row) -> Row:
		found: Row = self.platform.call("approval.get", name=request["name"])
		return found

	def run_job(self) -> None:
		"""As the job every ten minutes does, for all delegations that began or ended."""
		with self.platform.context() as ctx:
			changed = delegations.changed(ctx)
			names = {name for one in changed for name in delegations.waiting(ctx, one)}
		for name in sorted(names):
			with self.platform.context() as ctx:
				asking.ask_again(ctx, name)
		with self.platform.context() as ctx:
			for one in changed:
				delegations.applied(ctx, one)

	# who is asked

	def test_the_delegate_is_asked_and_decides(self) -> None:
		self.policy(user_row(self.supervisor))
		self.away(self.supervisor, self.director, reason="At the fair")
		request = self.requested()
		self.assertEqual(request["waits_for"], [self.director])
		self.assertEqual(self.todos(request), {self.director})
		with self.refused("not_asked", 403):
			self.approve(request, self.supervisor)
		request = self.approve(request, self.director)
		self.assertEqual(request["state"], "Approved")
		decided = [d for d in request["decisions"] if d["decision"] == "Approved"]
		self.assertEqual([(d["user"], d["other_user"]) for d in decided], [(self.director, self.supervisor)])

	def test_the_one_who_is_asked_reads_why(self) -> None:
		self.policy(user_row(self.supervisor))
		self.away(self.supervisor, self.director)
		name = self.requested()["name"]
		reasons = self.platform.call("approval.get", name=name, user=self.director)["reasons"]
		self.assertIn(
			("{user} is away, and you decide instead.", self.supervisor),
			[(reason["template"], reason["values"].get("user")) for reason in reasons],
		)
		self.assertEqual(self.platform.call("approval.get", name=name, user=self.supervisor)["name"], name)

	def test_what_waits_already_is_asked_again_at_both_ends(self) -> None:
		self.policy(user_row(self.supervisor, time_limit=8), user_row(self.supervisor, 2), ask_once=0)
		request = self.requested()
		self.away(self.supervisor, self.director)
		now = self.read(request)
		self.assertEqual(now["waits_for"], [self.director])
		self.assertEqual(self.todos(request), {self.director})
		self.assertEqual(now["due_at"], request["due_at"], "nobody gets more time by that")
		self.approve(request, self.director)
		self.platform.call("approval.end_away", user=self.supervisor)
		self.assertEqual(self.read(request)["waits_for"], [self.supervisor])
		self.assertEqual(self.todos(request), {self.supervisor})
		self.assertEqual(self.approve(request, self.supervisor)["state"], "Approved")

	def test_it_begins_and_ends_by_itself_on_its_days(self) -> None:
		self.policy(user_row(self.supervisor))
		request = self.requested()
		self.away(self.supervisor, self.director, begins=2, days=3)
		for days, waits_for in (
			(0, self.supervisor),
			(2, self.director),
			(4, self.director),
			(5, self.supervisor),
		):
			self.later(days=days)
			self.run_job()
			self.assertEqual(self.read(request)["waits_for"], [waits_for], days)
			self.assertEqual(self.todos(request), {waits_for}, days)
		with self.platform.context() as ctx:
			self.assertEqual(delegations.changed(ctx), [])

	def test_a_delegate_who_is_away_delegates_on(self) -> None:
		self.policy(user_row(self.supervisor))
		self.away(self.supervisor, self.inspector)
		self.away(self.inspector, self.director)
		request = self.requested()
		self.assertEqual(request["waits_for"], [self.director])
		self.platform.call("approval.end_away", user=self.inspector)
		self.assertEqual(self.read(request)["waits_for"], [self.inspector])

	def test_a_delegate_who_cannot_decide_leaves_it_to_the_person(self) -> None:
		"""Gone, without the warehouse, or whose own request it is."""
		elsewhere = self.platform.make_user([SUPERVISOR], [self.platform.make_warehouse()])
		gone = self.platform.make_user([DIRECTOR])
		self.policy(user_row(self.supervisor))
		for delegate in (gone, elsewhere, self.buyer):
			self.away(self.supervisor, delegate)
			with self.platform.context() as ctx:
				ctx.store.execute("UPDATE `tabUser` SET enabled = 0 WHERE name = %(user)s", {"user": gone})
			self.assertEqual(self.requested()["waits_for"], [self.supervisor], delegate)
			self.platform.call("approval.end_away", user=self.supervisor)

	def test_nobody_gets_their_own_approved_by_a_delegate(self) -> None:
		manager = self.platform.make_user(["Inventory Manager"], [self.warehouse])
		self.policy(user_row(self.supervisor))
		self.away(self.supervisor, self.director)
		request = self.requested(self.document(user=self.supervisor), user=self.supervisor)
		self.assertNotIn(self.director, request["waits_for"])
		self.assertIn(manager, request["waits_for"])

	def test_one_of_a_role_is_away(self) -> None:
		second = self.platform.make_user([SUPERVISOR], [self.warehouse])
		self.policy(by(SUPERVISOR))
		self.away(self.supervisor, self.director)
		request = self.requested()
		self.assertLessEqual({self.director, second}, set(request["waits_for"]))
		self.assertNotIn(self.supervisor, request["waits_for"])
		self.assertEqual(self.approve(request, self.director)["state"], "Approved")

	def test_who_decides_for_another_and_for_themselves_is_asked_once(self) -> None:
		self.policy(user_row(self.supervisor, counting="All"), user_row(self.director, counting="All"))
		self.away(self.supervisor, self.director)
		request = self.requested()
		self.assertEqual(request["waits_for"], [self.director])
		self.assertEqual(self.approve(request, self.director)["state"], "Approved")

	def test_delegated_to_somebody_who_is_away(self) -> None:
		self.policy(user_row(self.supervisor))
		self.away(self.inspector, self.director)
		request = self.requested()
		about = {"name": request["name"], "to": self.inspector, "user": self.supervisor}
		request = self.platform.call("approval.delegate", **about)
		self.assertEqual(request["waits_for"], [self.director])

	def test_everybody_is_read_in_one_statement(self) -> None:
		"""However many approvers there are, and however many of them are away."""
		counted = []
		for number in (1, 6):
			people = [self.platform.make_user([SUPERVISOR], [self.warehouse]) for _ in range(number)]
			for user in people:
				self.away(user, self.director)
			self.policy(*(user_row(user, counting="All") for user in people), priority=-number)
			name = self.document()
			with self.platform.context(self.buyer) as ctx:
				statements = Counted(ctx.store)
				asking.begin(replace(ctx, store=statements), "Inventory Request", name)
			counted.append(sum("tabApproval Delegation" in sql for sql in statements.sent))
		self.assertEqual(counted, [1, 1])

	# what is refused

	def test_refused(self) -> None:
		today = self.today()
		week = {"from_date": today, "to_date": today + timedelta(7)}
		call = self.platform.call
		cases: Any = (
			("delegate_is_user", 400, {"delegate": self.supervisor, **week}),
			(
				"to_before_from",
				400,
				{"delegate": self.director, "from_date": today, "to_date": today - timedelta(1)},
			),
			(
				"is_over",
				400,
				{
					"delegate": self.director,
					"from_date": today - timedelta(9),
					"to_date": today - timedelta(2),
				},
			),
			("markup", 400, {"delegate": self.director, "reason": "<b>fair</b>", **week}),
		)
		for code, status, arguments in cases:
			with self.subTest(code), self.refused(code, status):
				call("approval.set_away", **arguments, user=self.supervisor)
		with self.assertRaises(InvalidInput):
			call("approval.set_away", delegate="nobody@example.com", **week, user=self.supervisor)
		disabled = self.platform.make_user([DIRECTOR])
		with self.platform.context() as ctx:
			ctx.store.execute("UPDATE `tabUser` SET enabled = 0 WHERE name = %(user)s", {"user": disabled})
		with self.refused("user_disabled", 400, user=disabled):
			call("approval.set_away", delegate=disabled, **week, user=self.supervisor)
		self.assertEqual(call("approval.get_away", user=self.supervisor)["mine"], [])
		with self.refused("not_away"):
			call("approval.end_away", user=self.supervisor)
		self.platform.settings(approval=False)
		with self.refused("module_off"):
			call("approval.set_away", delegate=self.director, **week, user=self.supervisor)

	def test_overlapping_delegations_are_refused(self) -> None:
		self.away(self.supervisor, self.director, begins=3, days=3)
		for begins, days in ((0, 4), (5, 4), (4, 1), (0, 30)):
			with self.refused("overlapping_delegation", delegate=self.director):
				self.away(self.supervisor, self.inspector, begins=begins, days=days)
		self.away(self.supervisor, self.inspector, begins=0, days=3)
		mine = self.platform.call("approval.get_away", user=self.supervisor)["mine"]
		self.assertEqual(
			[(one["delegate"], one["is_now"]) for one in mine],
			[(self.inspector, True), (self.director, False)],
		)

	def test_delegations_that_lead_back_are_refused(self) -> None:
		self.away(self.supervisor, self.inspector, days=5)
		self.away(self.inspector, self.director, begins=2, days=5)
		with self.refused("leads_back", delegate=self.supervisor):
			self.away(self.director, self.supervisor, begins=3)
		self.away(self.director, self.supervisor, begins=5, days=2)

	def test_one_s_own_only_but_managers(self) -> None:
		manager = self.platform.make_user(["Inventory Manager"])
		today = self.today()
		values = {
			"user": self.supervisor,
			"delegate": self.director,
			"from_date": today,
			"to_date": today,
			"enabled": 1,
		}
		with self.refused("not_own_delegation", 403):
			self.platform.create(delegations.DOCTYPE, values, user=self.director)
		name = self.platform.create(delegations.DOCTYPE, values, user=manager)
		with self.refused("not_own_delegation", 403):
			self.platform.update(delegations.DOCTYPE, name, {"enabled": 0}, user=self.director)
		away = self.platform.call("approval.get_away", user=self.director)
		self.assertEqual([one["user"] for one in away["for_others"]], [self.supervisor])
		self.assertIn(self.supervisor, away["names"])
		self.assertEqual(self.platform.call("approval.end_away", user=self.supervisor)["mine"], [])

	def test_who_decides_is_not_changed_once_it_has_begun(self) -> None:
		name = self.away(self.supervisor, self.director)["mine"][0]["name"]
		with self.refused("delegation_began"):
			self.platform.update(delegations.DOCTYPE, name, {"delegate": self.inspector})
		with self.platform.context() as ctx, self.refused("delegation_in_force"):
			delegations.require_ended(ctx.documents.values(delegations.DOCTYPE, name))

	def test_many_that_wait_are_left_to_the_job(self) -> None:
		self.policy(user_row(self.supervisor))
		requests = [self.requested() for _ in range(3)]
		self.addCleanup(setattr, delegations, "AT_ONCE", delegations.AT_ONCE)
		delegations.AT_ONCE = 2
		self.away(self.supervisor, self.director)
		self.assertEqual(self.read(requests[0])["waits_for"], [self.supervisor])
		self.run_job()
		for request in requests:
			self.assertEqual(self.read(request)["waits_for"], [self.director])

	def test_a_trial_says_who_is_away(self) -> None:
		policy = self.policy(by(SUPERVISOR))
		self.away(self.supervisor, self.director)
		arguments = {
			"policy": policy,
			"name": self.document(),
			"user": self.platform.make_user(["Inventory Manager"]),
		}
		step = self.platform.call("approval.try_policy", **arguments)["steps"][0]
		self.assertIn({"user": self.supervisor, "to": self.director}, step["delegated"])
		self.assertIn(self.director, step["waits_for"])
		sentences = [reason["sentence"] for reason in step["reasons"]]
		away = [s for s in sentences if s.startswith(f"{self.supervisor} is away until")]
		self.assertTrue(away and away[0].endswith(f"delegated to {self.director}."), sentences)
		self.assertFalse([s for s in sentences if "may not see" in s and self.supervisor in s])
