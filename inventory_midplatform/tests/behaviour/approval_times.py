"""Time limits of approvals: when a step is due, reminders, and what happens when nobody decides in time."""

from datetime import datetime, timedelta
from typing import Any

from inventory_midplatform.domain.working_time import Calendar
from inventory_midplatform.ports import Row
from inventory_midplatform.services.approval import asking, time_outs
from inventory_midplatform.tests.approval_records import change_from_outside
from inventory_midplatform.tests.behaviour.approvals import DIRECTOR, DOCTYPE, ApprovalCase, user_row
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.platform import unique

ALL_DAY = {"day_begins": "00:00:00", "day_ends": "00:00:00"}
"""Every hour is a working hour: the clock of the test is all that counts."""


def minutes(moment: Any) -> datetime:
	"""Return a moment without what engines round differently."""
	at = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
	return at.replace(microsecond=0, tzinfo=None)


class ApprovalTimesBehaviour(ApprovalCase):
	def limited(self, *more: Row, hours: float = 8, **values: Any) -> Row:
		"""Request an approval by a policy whose first step has a time limit."""
		said = ("on_time_out", "escalate_to", "remind_before", "counting", "share")
		row = {"time_limit": hours, **{field: values.pop(field) for field in said if field in values}}
		self.policy(user_row(self.supervisor, **row), *more, **{**ALL_DAY, **values})
		return self.requested()

	def act(self, request: Row) -> str:
		"""Do what the job does for a request, if it is one of those that the job finds."""
		with self.platform.context() as ctx:
			found = request["name"] in time_outs.due(ctx)
			done = time_outs.act(ctx, request["name"])
		self.assertEqual(found, bool(done), "what is found is acted on, and nothing else")
		return done

	def read(self, request: Row, user: str = "") -> Row:
		found: Row = self.platform.call("approval.get", name=request["name"], user=user)
		return found

	def now(self) -> datetime:
		with self.platform.context() as ctx:
			return ctx.clock.now()

	def holiday_list(self, days: Any) -> str:
		name = unique("Holidays")
		rows = [
			{"holiday_date": day, "weekly_off": int(day.weekday() > 4), "description": "Free"} for day in days
		]
		values = {"name": name, "holiday_list_name": name, "from_date": min(days), "to_date": max(days)}
		return self.platform.create("Holiday List", {**values, "holidays": rows})

	def only_holidays(self, name: str) -> None:
		"""Leave no working day in ten years, by SQL: as documents thousands of rows take long."""
		today = self.now().date()
		about = {"parent": name, "parenttype": "Holiday List", "parentfield": "holidays", "weekly_off": 0}
		rows = [
			{"name": unique(str(n)), **about, "idx": n + 1, "holiday_date": today + timedelta(n)}
			for n in range(1, 3660)
		]
		with self.platform.context() as ctx:
			ctx.store.insert("Holiday", rows)

	# when

	def test_due_in_working_hours_of_the_holiday_list(self) -> None:
		today = self.now().date()
		days = [today + timedelta(n) for n in range(-7, 60)]
		free = [day for day in days if day.weekday() > 4 or day == today]
		request = self.limited(
			hours=12,
			remind_before=2.5,
			holiday_list=self.holiday_list(free),
			day_begins="08:30:00",
			day_ends="17:00:00",
		)
		with self.platform.context() as ctx:
			stored = ctx.documents.values("Approval Request", request["name"])
		calendar = Calendar(
			datetime(1, 1, 1, 8, 30).time(),
			datetime(1, 1, 1, 17).time(),
			frozenset(free),
			frozenset((5, 6)),
			min(free),
			max(free),
		)
		due_at = calendar.add(minutes(stored["requested_at"]), D(12))
		self.assertEqual(minutes(request["due_at"]), due_at)
		self.assertEqual(minutes(request["remind_at"]), calendar.subtract_from(due_at, D("2.5")))
		self.assertEqual(request["hours_left"], 12)
		self.assertEqual(minutes(request["resumes_at"]), calendar.resumes_at(self.now()))
		self.assertGreater(minutes(request["resumes_at"]).date(), today)

	def test_without_a_limit_nothing_is_due(self) -> None:
		request = self.limited(hours=0, on_time_out="Reject")
		self.assertEqual(
			(request["due_at"], request["hours_left"], request["resumes_at"]), (None, None, None)
		)
		self.later(days=400)
		self.assertEqual(self.act(request), "")

	def test_a_holiday_list_without_working_days_stops_nobody(self) -> None:
		"""As one that was changed after the policy was switched on; its time is counted without the list."""
		name = self.holiday_list([self.now().date()])
		row = user_row(self.supervisor, time_limit=8)
		self.policy(row, **{**ALL_DAY, "holiday_list": name})
		self.only_holidays(name)
		request = self.requested()
		self.assertEqual(minutes(request["due_at"]), minutes(request["requested_at"]) + timedelta(hours=8))

	def test_each_step_has_its_own_time(self) -> None:
		request = self.limited(user_row(self.director, 2, time_limit=4, on_time_out="Remind Only"))
		self.later(hours=9)
		self.assertEqual(self.act(request), "Reminded")
		self.assertLess(self.read(request)["hours_left"], 0)
		request = self.approve(request, self.supervisor)
		self.assertEqual((request["step"], request["hours_left"]), (2, 4))
		self.assertEqual(self.act(request), "")

	# what happens

	def test_reminded_before_the_time_is_over_once(self) -> None:
		request = self.limited(remind_before=2, on_time_out="Reject")
		self.later(hours=5, minutes=59)
		self.assertEqual(self.act(request), "")
		self.later(hours=6, minutes=1)
		self.assertEqual(self.act(request), "Reminded")
		self.assertEqual(self.act(request), "")
		request = self.read(request)
		self.assertEqual((request["state"], request["remind_at"]), ("Open", None))
		self.assertEqual(self.history(request), [(1, "", "Reminded"), (1, self.supervisor, "Waiting")])
		self.assertEqual(self.approve(request, self.supervisor)["state"], "Approved")

	def test_reminded_only_and_again_each_working_day(self) -> None:
		request = self.limited(on_time_out="Remind Only")
		for hours, done in ((8.1, "Reminded"), (9, ""), (31, ""), (32.2, "Reminded"), (33, "")):
			self.later(hours=hours)
			self.assertEqual(self.act(request), done, hours)
		request = self.read(request)
		self.assertEqual((request["state"], request["waits_for"]), ("Open", [self.supervisor]))
		self.assertEqual(self.approve(request, self.supervisor)["state"], "Approved")
		self.later(hours=100)
		self.assertEqual(self.platform_due(request), False)

	def platform_due(self, request: Row) -> bool:
		with self.platform.context() as ctx:
			return request["name"] in time_outs.due(ctx)

	def test_escalated_those_above_are_asked_as_well(self) -> None:
		request = self.limited(on_time_out="Escalate", escalate_to=DIRECTOR)
		due_at = request["due_at"]
		self.later(hours=8.1)
		self.assertEqual(self.act(request), "Escalated")
		request = self.read(request)
		self.assertLessEqual({self.supervisor, self.director}, set(request["waits_for"]))
		self.assertEqual(request["due_at"], due_at)
		self.assertIn(self.director, self.todos(request))
		self.assertEqual(self.act(request), "")
		self.assertEqual(self.approve(request, self.director)["state"], "Approved")
		self.assertIn((1, self.director, "Approved"), self.history(request))
		self.assertIn((1, "", "Escalated"), self.history(request))
		self.assertIn((1, self.supervisor, "Not Needed"), self.history(request))

	def test_approved_by_the_time_limit_goes_to_the_next_step(self) -> None:
		request = self.limited(user_row(self.director, 2), on_time_out="Approve")
		self.later(hours=8.1)
		self.assertEqual(self.act(request), "Timed Out")
		request = self.read(request)
		self.assertEqual((request["step"], request["waits_for"]), (2, [self.director]))
		self.assertEqual(self.todos(request), {self.director})
		with self.refused("already_decided"):
			self.approve(request, self.supervisor)
		self.assertEqual(self.approve(request, self.director)["state"], "Approved")
		self.assertIn((1, "", "Timed Out"), self.history(request))

	def test_rejected_by_the_time_limit(self) -> None:
		for counting in ("Any", "Share"):
			request = self.limited(on_time_out="Reject", counting=counting, share=60, priority=-1)
			self.later(hours=8.1)
			self.assertEqual(self.act(request), "Rejected")
			request = self.read(request)
			self.assertEqual((request["state"], request["reason"]), ("Rejected", time_outs.TIME_IS_OVER))
			self.assertEqual(self.todos(request), {self.buyer})
			with self.refused("request_closed"):
				self.approve(request, self.supervisor)
			self.later()

	def test_what_was_decided_in_time_is_left_alone(self) -> None:
		request = self.limited(user_row(self.director, 2), on_time_out="Reject")
		self.approve(request, self.supervisor)
		self.later(hours=9)
		with self.platform.context() as ctx:
			self.assertNotIn(request["name"], time_outs.due(ctx))
			self.assertEqual(time_outs.act(ctx, request["name"]), "")
		self.assertEqual(self.approve(request, self.director)["state"], "Approved")

	def test_the_version_of_the_policy_counts_by_which_it_began(self) -> None:
		row = user_row(self.supervisor, time_limit=8, on_time_out="Approve")
		policy = self.policy(row, **ALL_DAY)
		request = self.requested()
		self.change_policy(policy, {**row, "on_time_out": "Reject", "time_limit": 1})
		self.switch_on(policy)
		self.later(hours=7)
		self.assertEqual(self.act(request), "")
		self.later(hours=8.1)
		self.assertEqual(self.act(request), "Timed Out")
		self.assertEqual(self.read(request)["state"], "Approved")

	def test_a_changed_document_is_not_approved_by_time(self) -> None:
		document = self.document()
		self.policy(user_row(self.supervisor, time_limit=8, on_time_out="Approve"), **ALL_DAY)
		request = self.requested(document)
		change_from_outside(self.platform, document, 900)
		self.later(hours=8.1)
		self.assertEqual(self.act(request), "Reminded")
		self.assertEqual(self.read(request)["state"], "Open")

	def test_a_document_that_is_gone_ends_its_request(self) -> None:
		document = self.document()
		self.policy(user_row(self.supervisor, time_limit=8, on_time_out="Approve"), **ALL_DAY)
		request = self.requested(document)
		with self.platform.context() as ctx:
			ctx.documents.discard(DOCTYPE, document)
		self.later(hours=8.1)
		self.assertEqual(self.act(request), "Withdrawn")

	def test_after_a_return_the_time_begins_again(self) -> None:
		request = self.limited(user_row(self.director, 2, time_limit=2), on_time_out="Remind Only")
		self.later(hours=9)
		self.act(request)
		self.approve(request, self.supervisor)
		about = {"name": request["name"], "reason": "Look again"}
		request = self.platform.call("approval.return", **about, to_step=1, user=self.director)
		self.assertEqual((request["step"], request["hours_left"]), (1, 8))
		request = self.platform.call("approval.return", **about, user=self.supervisor)
		self.assertEqual(
			(request["state"], request["due_at"], request["hours_left"]), ("Returned", None, None)
		)
		self.later(hours=50)
		self.assertEqual(self.platform_due(request), False)
		request = self.requested(request["document_name"])
		self.assertEqual(request["hours_left"], 8)

	def test_asked_again_the_time_goes_on(self) -> None:
		"""The daily job looks up who is asked by now; nobody gets more time by that."""
		request = self.limited(on_time_out="Remind Only")
		self.later(hours=3)
		with self.platform.context() as ctx:
			asking.ask_again(ctx, request["name"])
		self.assertEqual(minutes(self.read(request)["due_at"]), minutes(request["due_at"]))

	def test_a_list_without_working_days_is_a_problem_when_it_is_switched_on(self) -> None:
		name = self.holiday_list([self.now().date()])
		self.only_holidays(name)
		with self.refused("no_working_time", 400):
			self.policy(user_row(self.supervisor, time_limit=8), **{**ALL_DAY, "holiday_list": name})
