"""A trial of a policy with a document, and what it would have done with those of the last days."""

from datetime import date, timedelta
from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.approval_policies import DrawnCase
from inventory_midplatform.tests.behaviour.approvals import DOCTYPE, SUPERVISOR, by, user_row


class ApprovalTrialsBehaviour(DrawnCase):
	def tried(self, policy: str, document: str, user: str = "", **values: Any) -> Row:
		found: Row = self.platform.call(
			"approval.try_policy", policy=policy, name=document, values=values, user=user or self.manager
		)
		return found

	def said(self, tried: Row, step: int = 0) -> list[str]:
		"""Return the sentences about the policy, or about a step."""
		of = next(row for row in tried["steps"] if row["step"] == step) if step else tried
		return [reason["sentence"] for reason in of["reasons"]]

	def way(self, tried: Row) -> list[int]:
		return [row["step"] for row in tried["steps"] if row["applies"]]

	def test_it_says_which_way_a_document_goes_and_why(self) -> None:
		policy = self.saved(self.blueprint())["name"]
		before = self.platform.rows("SELECT COUNT(*) AS n FROM `tabApproval Request`")
		large = self.tried(policy, self.document(qty=1860))
		self.assertEqual(self.way(large), [1, 2, 3, 4])
		self.assertEqual(
			[row["waits_for"] for row in large["steps"]],
			[[self.supervisor, self.inspector], [], [self.director], [self.buyer]],
		)
		self.assertEqual((large["steps"][1]["branch"], large["hours"]), (1, 10.5))
		self.assertEqual(
			self.said(large, 2),
			["Estimated Amount is 18,600, 8,600 over 10,000.", "It takes branch Large."],
		)
		small = self.tried(policy, self.document(qty=1000))
		self.assertEqual((self.way(small), small["hours"]), ([1, 2, 4], 8))
		self.assertEqual([row["step"] for row in small["steps"]], [1, 2, 4, 3], "the others come last")
		self.assertEqual(
			self.said(small, 2),
			[
				"Estimated Amount is 10,000, exactly the limit.",
				"It meets no other branch, so it takes the one for otherwise.",
			],
		)
		self.assertEqual(self.platform.rows("SELECT COUNT(*) AS n FROM `tabApproval Request`"), before)

	def test_with_other_values_it_goes_another_way(self) -> None:
		policy = self.saved(self.blueprint())["name"]
		document = self.document(qty=1860)
		other = self.tried(policy, document, amount="9999.5")
		self.assertEqual(self.way(other), [1, 2, 4])
		self.assertIn("Estimated Amount is 9,999.5, 0.5 below 10,000.", self.said(other, 2))
		own = self.tried(policy, document, applicant=self.supervisor)
		self.assertNotIn(self.supervisor, own["steps"][0]["waits_for"])
		self.assertEqual(self.way(self.tried(policy, document)), [1, 2, 3, 4], "nothing of it is stored")
		with self.refused("unknown_field", 400, name="purpose"):
			self.tried(policy, document, purpose="x")
		with self.refused("warehouse_not_permitted", 403):
			self.tried(policy, document, user=self.supervisor, warehouse=self.platform.make_warehouse())

	def test_it_is_the_working_copy_that_is_tried(self) -> None:
		name = self.on(self.saved(self.blueprint())["name"])["name"]
		content = self.blueprint()
		content["conditions"][1]["value"] = "50000"
		self.saved(content, name=name)
		self.assertEqual(self.way(self.tried(name, self.document(qty=1860))), [1, 2, 4])

	def test_a_drawing_with_problems_is_tried_as_far_as_it_goes(self) -> None:
		content = self.blueprint()
		content["branches"][1]["next_step"] = ""
		tried = self.tried(self.saved(content)["name"], self.document(qty=10))
		self.assertEqual(self.way(tried), [1, 2])
		self.assertIn("The document has no next step at the end of this way.", self.said(tried))
		del content["branches"][1]
		tried = self.tried(self.saved({**content, "title": "x" + content["title"]})["name"], self.document())
		self.assertIn("It meets no branch, and there is none for otherwise.", self.said(tried, 2))

	def test_it_says_who_is_skipped_and_why(self) -> None:
		elsewhere = self.platform.make_user([SUPERVISOR], [self.platform.make_warehouse()])
		policy = self.policy(by(SUPERVISOR), user_row(self.supervisor, 2), enabled=0)
		tried = self.tried(policy, self.document())
		self.assertIn(self.supervisor, tried["steps"][0]["waits_for"])
		self.assertNotIn(elsewhere, tried["steps"][0]["waits_for"])
		self.assertTrue(any("may not see this document, skipped" in text for text in self.said(tried, 1)))
		self.assertTrue(any(f"with the role {SUPERVISOR}" in text for text in self.said(tried, 1)))

	def test_it_says_who_does_not_approve_their_own_or_twice(self) -> None:
		policy = self.policy(
			user_row(self.supervisor), user_row(self.inspector), user_row(self.supervisor, 2), enabled=0
		)
		steps = self.tried(policy, self.document(user=self.inspector))
		self.assertEqual([s["waits_for"] for s in steps["steps"]], [[self.supervisor], []])
		self.assertIn(f"{self.inspector} does not approve their own document.", self.said(steps, 1))
		self.assertIn(
			f"{self.supervisor} approved an earlier step and is not asked again.", self.said(steps, 2)
		)

	def test_nobody_is_left_so_it_goes_to_a_role(self) -> None:
		policy = self.policy(user_row(self.supervisor), enabled=0)
		tried = self.tried(policy, self.document(user=self.supervisor))
		self.assertIn(self.manager, tried["steps"][0]["waits_for"])
		self.assertIn(
			"There is nobody else to approve it, so it goes to the role Inventory Manager.",
			self.said(tried, 1),
		)

	def test_a_document_it_is_not_for(self) -> None:
		over = {"step": 0, "field": "amount", "comparison": ">", "value": "10000"}
		policy = self.policy(user_row(self.supervisor), conditions=[over], enabled=0)
		tried = self.tried(policy, self.document())
		self.assertEqual((tried["applies"], self.way(tried), len(tried["steps"])), (False, [], 1))
		self.assertIn("Estimated Amount is 20, 9,980 below 10,000.", self.said(tried))

	def test_who_may_start_it(self) -> None:
		policy = self.policy(user_row(self.supervisor), starter_role="Inventory Buyer", enabled=0)
		self.assertTrue(
			any("may start it" in text for text in self.said(self.tried(policy, self.document())))
		)
		by_another = self.tried(policy, self.document(user=self.inspector))
		self.assertTrue(any("may not start it" in text for text in self.said(by_another)))

	def test_who_may_not_see_the_document_tries_nothing_with_it(self) -> None:
		policy = self.policy(user_row(self.supervisor), enabled=0)
		elsewhere = self.platform.make_user([SUPERVISOR], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.tried(policy, self.document(), user=elsewhere)

	def test_it_says_who_decides_for_somebody_who_is_away(self) -> None:
		policy = self.saved(self.blueprint())["name"]
		today = self.today()
		self.platform.call(
			"approval.set_away",
			user=self.director,
			delegate=self.manager,
			from_date=today.isoformat(),
			to_date=(today + timedelta(days=3)).isoformat(),
		)
		tried = self.tried(policy, self.document(qty=1860))
		director = next(row for row in tried["steps"] if row["step"] == 3)
		self.assertEqual(director["waits_for"], [self.manager])
		self.assertEqual(director["delegated"], [{"user": self.director, "to": self.manager}])
		self.assertTrue(
			any(text.startswith(f"{self.director} is away until") for text in self.said(tried, 3)),
			self.said(tried, 3),
		)

	def today(self) -> date:
		with self.platform.context() as ctx:
			return ctx.clock.now().date()

	def test_it_says_until_when_each_has_time(self) -> None:
		policy = self.saved(self.blueprint(day_begins="00:00", day_ends="00:00"))["name"]
		tried = self.tried(policy, self.document())
		self.assertTrue(
			any("8 working hours: asked now, it is due on" in text for text in self.said(tried, 1)),
			self.said(tried, 1),
		)

	# the last days

	def replayed(self, policy: str, user: str = "", **more: Any) -> Row:
		found: Row = self.platform.call("approval.replay", policy=policy, user=user or self.manager, **more)
		return found

	def test_what_it_would_have_done(self) -> None:
		policy = self.saved(self.blueprint())["name"]
		for qty in (10, 1000, 1860):
			self.document(qty=qty)
		found = self.replayed(policy)
		self.assertEqual(found["documents"], 3)
		self.assertEqual(found["steps"], {"1": 3, "2": 3, "3": 1, "4": 3})
		self.assertEqual((found["without_approver"], found["without_end"]), (0, 0))
		self.document(qty=2, user=self.supervisor)
		self.assertEqual(self.replayed(policy)["without_approver"], 1, "nobody approves their own")
		self.assertEqual(self.replayed(policy, self.supervisor)["documents"], 4)
		elsewhere = self.platform.make_user([SUPERVISOR], [self.platform.make_warehouse()])
		self.assertEqual(self.replayed(policy, elsewhere)["documents"], 0)
		self.later(days=40)
		self.assertEqual(self.replayed(policy)["documents"], 0)
		self.assertEqual(self.replayed(policy, days=41)["documents"], 4)
		with self.refused("invalid_argument", 400):
			self.replayed(policy, days=0)

	def test_sums_over_rows_are_replayed_too(self) -> None:
		content = self.blueprint()
		content["conditions"][1].update(field="items.qty", value="5")
		del content["branches"][1]
		policy = self.saved(content)["name"]
		for qty in (5, 5.5):
			self.document(qty=qty)
		found = self.replayed(policy)
		self.assertEqual((found["steps"]["3"], found["without_end"]), (1, 1))

	def test_what_was_replayed_goes_as_it_is_tried(self) -> None:
		"""The statements of a replay read what the trial of each document reads."""
		content = self.blueprint()
		content["conditions"].append(
			{"step": 2, "branch": 1, "field": "items.amount", "comparison": "<", "value": "50000"}
		)
		policy = self.saved(content)["name"]
		ways = [self.way(self.tried(policy, self.document(qty=qty))) for qty in (10, 1860, 5001)]
		taken = {str(step): sum(step in way for way in ways) for step in (1, 2, 3, 4)}
		self.assertEqual(self.replayed(policy)["steps"], taken)
		self.assertEqual(taken["3"], 1)

	def test_a_policy_for_documents_of_which_there_are_none(self) -> None:
		policy = self.saved({**self.blueprint(conditions=[]), "document_type": "Outbound Wave"})
		self.assertEqual(self.replayed(policy["name"], days=1)["without_end"], 0)
		self.assertEqual(policy["document_type"], "Outbound Wave")
		self.assertNotEqual(policy["document_type"], DOCTYPE)
