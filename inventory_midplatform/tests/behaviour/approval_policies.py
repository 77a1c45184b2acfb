"""Approval Policies drawn: a working copy and the version in force, what is wrong with one, and who may draw."""

import contextlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from inventory_midplatform.domain.errors import InventoryError, NotFound
from inventory_midplatform.domain.roles import COST_READERS, DRAWERS
from inventory_midplatform.ports import Row
from inventory_midplatform.services.approval import policies
from inventory_midplatform.tests.behaviour.approvals import (
	DIRECTOR,
	DOCTYPE,
	INSPECTOR,
	SUPERVISOR,
	ApprovalCase,
	by,
	user_row,
)
from inventory_midplatform.tests.platform import unique

MANAGER = "Inventory Manager"


class DrawnCase(ApprovalCase):
	def setUp(self) -> None:
		super().setUp()
		self.manager = self.platform.make_user([MANAGER])

	def blueprint(self, **changes: Any) -> Row:
		"""Return the content of the blueprint's policy for the requests of this test: supervisor and inspector together, over
		10,000 the director too, then a copy to the applicant.
		"""
		return {
			"title": unique("Policy"),
			"document_type": DOCTYPE,
			"steps": [
				{"step": 1, "title": "Together", "counting": "All", "time_limit": 8, "remind_before": 2},
				{"step": 2, "kind": "Condition", "title": "By Amount"},
				{"step": 3, "title": "Director", "time_limit": 2.5},
				{"step": 4, "kind": "Copy To", "title": "Copy", "next_step": "End"},
			],
			"approvers": [
				{"step": 1, "approver": "User", "user": self.supervisor},
				{"step": 1, "approver": "User", "user": self.inspector},
				{"step": 3, "approver": "User", "user": self.director},
				{"step": 4, "approver": "Applicant"},
			],
			"branches": [
				{"step": 2, "branch": 1, "title": "Large", "next_step": "3"},
				{"step": 2, "branch": 2, "is_otherwise": 1, "next_step": "4"},
			],
			"conditions": [
				{"step": 0, "field": "warehouse", "comparison": "=", "value": self.warehouse},
				{"step": 2, "branch": 1, "field": "amount", "comparison": ">", "value": "10000"},
			],
			**changes,
		}

	def saved(self, content: Row, user: str = "", **more: Any) -> Row:
		found: Row = self.platform.call(
			"approval.save_policy", content=content, user=user or self.manager, **more
		)
		self.addCleanup(self.platform.update, "Approval Policy", found["name"], {"enabled": 0})
		return found

	def on(self, name: str) -> Row:
		found: Row = self.platform.call("approval.switch_on", name=name, user=self.manager)
		return found

	def get_policy(self, name: str) -> Row:
		found: Row = self.platform.call("approval.get_policy", name=name, user=self.manager)
		return found

	def standing(self, policy: Row) -> tuple[bool, int, bool, int]:
		return tuple(policy[f] for f in ("enabled", "version", "is_draft", "draft_version"))  # type: ignore[return-value]

	def codes(self, found: Row, warnings: bool = False) -> list[str]:
		return [p["code"] for p in found["problems"] if p["is_warning"] == warnings]

	def without(self, content: Row, step: int) -> Row:
		"""Return the content with a step left alone: without approvers."""
		return {**content, "approvers": [row for row in content["approvers"] if row["step"] != step]}


class ApprovalPoliciesBehaviour(DrawnCase):
	def test_a_policy_is_drawn_switched_on_changed_and_switched_off(self) -> None:
		policy = self.saved(self.blueprint())
		name = policy["name"]
		self.assertEqual(self.standing(policy), (False, 0, True, 1))
		self.assertEqual((policy["problems"], policy["in_force"]), ([], None))
		self.assertEqual(self.standing(self.on(name)), (True, 1, False, 1))
		request = self.requested(self.document(qty=1001))
		self.assertEqual(set(request["waits_for"]), {self.supervisor, self.inspector})
		changed = self.without(self.blueprint(), 1)
		changed["approvers"].append({"step": 1, "approver": "User", "user": self.director})
		policy = self.saved(changed, name=name)
		self.assertEqual(self.standing(policy), (True, 1, True, 2))
		self.assertEqual(policy["running"], {"open": 1, "closed": 0})
		self.assertIn(self.director, policy["names"])
		later = self.requested(self.document(qty=1001))
		self.assertEqual(set(later["waits_for"]), {self.supervisor, self.inspector}, "the draft asks nobody")
		self.assertEqual(self.standing(self.on(name)), (True, 2, False, 2))
		self.assertEqual(self.requested()["waits_for"], [self.director])
		self.assertEqual(self.get_policy(name)["running"], {"open": 1, "closed": 0}, "of version 2")
		off = self.platform.call("approval.switch_off", name=name, user=self.manager)
		self.assertEqual(self.standing(off), (False, 2, False, 2))
		with self.refused("no_approval_needed"):
			self.requested()
		self.assertEqual(
			self.approve(request, self.supervisor)["waits_for"], [self.inspector], "running requests go on"
		)
		self.assertEqual(self.standing(self.on(name)), (True, 2, False, 2), "it says what it said")

	def test_what_is_read_is_what_was_saved(self) -> None:
		content = self.blueprint(
			starter_role="Inventory Buyer", allow_own=1, priority=7, day_begins="08:30", if_nobody=DIRECTOR
		)
		content["steps"][0].update(x=40, y=80, on_time_out="Escalate", escalate_to=MANAGER)
		content["steps"][2].update(counting="Share", share=50)
		read = self.get_policy(self.saved(content)["name"])["content"]
		for field, value in content.items():
			if isinstance(value, list):
				self.assertEqual(len(read[field]), len(value))
				for row, before in zip(read[field], value, strict=True):
					self.assertEqual({k: row[k] for k in before}, before)
			else:
				self.assertEqual(read[field], value, field)
		again = self.saved(read, name=read["name"])
		self.assertEqual({**again["content"]}, read, "what was read can be saved")

	def test_what_a_policy_does_not_say_has_its_default(self) -> None:
		content = self.saved(self.blueprint())["content"]
		self.assertEqual((content["day_begins"], content["day_ends"]), ("09:00", "18:00"))
		self.assertEqual((content["ask_once"], content["allow_own"], content["allow_redirecting"]), (1, 0, 1))
		self.assertEqual((content["if_nobody"], content["when_approved"]), (MANAGER, "Nothing"))

	def test_a_holiday_list_that_leaves_no_working_day(self) -> None:
		with self.platform.context() as ctx:
			today = ctx.clock.now().date()
		days = [
			{"holiday_date": today + timedelta(days=n), "description": "Free", "weekly_off": 1}
			for n in range(7)
		]
		about = {"from_date": today, "to_date": today + timedelta(days=6), "holidays": days}
		name = unique("Holidays")
		self.platform.create("Holiday List", {"name": name, "holiday_list_name": name, **about})
		policy = self.saved(self.blueprint(holiday_list=name))
		self.assertEqual(self.codes(policy), ["no_working_time"])

	def test_places_on_the_canvas_make_no_draft(self) -> None:
		name = self.on(self.saved(self.blueprint())["name"])["name"]
		content = self.get_policy(name)["content"]
		content["steps"][0].update(x=400, y=80)
		self.assertEqual(self.standing(self.saved(content, name=name)), (True, 1, False, 1))
		content["steps"][0].update(title="All Together")
		self.assertEqual(self.standing(self.saved(content, name=name)), (True, 1, True, 2))
		content["steps"][0].update(title="Together")
		self.assertEqual(self.standing(self.saved(content, name=name)), (True, 1, False, 1))

	def test_a_draft_with_problems_is_saved_and_not_switched_on(self) -> None:
		content = self.blueprint()
		del content["branches"][1]
		policy = self.saved(content)
		self.assertEqual(self.codes(policy), ["no_otherwise"])
		said = policy["problems"][0]
		self.assertEqual((said["step"], said["branch"]), (2, 0))
		self.assertIn("up to 10,000", said["reason"]["sentence"])
		with self.refused("no_otherwise", 400, at_step=2, problems=1):
			self.on(policy["name"])
		self.assertEqual(self.standing(self.get_policy(policy["name"])), (False, 0, True, 1))
		name = self.saved(self.blueprint(), name=policy["name"])["name"]
		self.on(name)
		self.saved(content, name=name)
		with self.refused("no_otherwise", 400):
			self.on(name)
		self.assertEqual(self.standing(self.get_policy(name)), (True, 1, True, 2))
		self.assertEqual(self.requested()["state"], "Open", "the version in force goes on")

	def test_nothing_is_saved_by_a_check(self) -> None:
		before = self.platform.rows("SELECT COUNT(*) AS n FROM `tabApproval Policy`")
		content = self.without(self.blueprint(), 3)
		found = self.platform.call("approval.check_policy", content=content, user=self.manager)
		self.assertEqual(self.codes(found), ["no_approver"])
		found = self.platform.call("approval.check_policy", content={}, user=self.manager)
		self.assertEqual(self.codes(found), ["no_step", "unknown_doctype"])
		self.assertEqual(self.platform.rows("SELECT COUNT(*) AS n FROM `tabApproval Policy`"), before)

	def test_two_who_draw_at_once(self) -> None:
		policy = self.saved(self.blueprint())
		self.saved(self.blueprint(), name=policy["name"], modified=policy["modified"])
		with self.refused("changed_meanwhile", policy=policy["name"]):
			self.saved(self.blueprint(), name=policy["name"], modified=policy["modified"])
		now = self.get_policy(policy["name"])["modified"]
		self.saved(self.blueprint(), name=policy["name"], modified=now)

	# the form, an import, REST: they save a record

	def test_ticking_enabled_switches_on_and_a_later_save_makes_a_draft(self) -> None:
		name = self.policy(user_row(self.supervisor))
		self.assertEqual(self.standing(self.get_policy(name)), (True, 1, False, 1))
		self.change_policy(name, user_row(self.inspector))
		self.assertEqual(self.standing(self.get_policy(name)), (True, 1, True, 2))
		self.assertEqual(self.requested()["waits_for"], [self.supervisor])
		self.platform.update("Approval Policy", name, {"enabled": 0})
		self.assertEqual(self.standing(self.get_policy(name)), (False, 1, True, 2))
		self.platform.update("Approval Policy", name, {"enabled": 1})
		self.assertEqual(self.standing(self.get_policy(name)), (True, 2, False, 2))
		self.assertEqual(self.requested()["waits_for"], [self.inspector])

	def test_what_is_in_force_cannot_be_written(self) -> None:
		name = self.policy(user_row(self.supervisor))
		forged = self.get_policy(name)["in_force"]
		forged["approvers"] = [{"step": 1, "approver": "User", "user": self.buyer}]
		for version in (0, 1, 7):
			values = {"in_force": json.dumps(forged), "version": version}
			self.platform.update("Approval Policy", name, values)
			policy = self.get_policy(name)
			self.assertEqual(self.standing(policy), (True, 1, False, 1))
			self.assertEqual(policy["in_force"]["approvers"][0]["user"], self.supervisor)

	def test_a_policy_that_is_switched_on_stays_for_its_documents(self) -> None:
		name = self.policy(user_row(self.supervisor))
		with self.refused_record("switched_on", 409):
			self.platform.update("Approval Policy", name, {"document_type": "Outbound Order"})

	def test_a_policy_whose_people_are_gone_can_be_switched_off(self) -> None:
		name = self.policy(user_row(self.supervisor))
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabUser` SET enabled = 0 WHERE name = %(user)s", {"user": self.supervisor}
			)
		self.assertEqual(self.codes(self.get_policy(name)), ["no_access"])
		self.platform.update("Approval Policy", name, {"enabled": 0})
		with self.refused_record("no_access"):
			self.platform.update("Approval Policy", name, {"enabled": 1})

	def refused_record(self, code: str, status: int = 400) -> Any:
		return self.refused(code, status)

	def test_policies_that_are_not_switched_on(self) -> None:
		good = user_row(self.supervisor)
		stranger, disabled = self.platform.make_user(["Employee"]), self.platform.make_user([SUPERVISOR])
		with self.platform.context() as ctx:
			ctx.store.execute("UPDATE `tabUser` SET enabled = 0 WHERE name = %(user)s", {"user": disabled})
		over = {"step": 0, "field": "amount", "comparison": ">", "value": "10000"}
		field = {"step": 1, "approver": "User in Field"}
		for code, steps, conditions in (
			("no_step", [], []),
			("no_approver", [{**good, "user": None}], []),
			("unknown_step", [good], [{**over, "step": 2}]),
			("unknown_field", [good], [{**over, "field": "grand_total"}]),
			("unknown_field", [good], [{**over, "field": "items.gone"}]),
			("unknown_field", [good], [{**over, "field": "warehouse.qty"}]),
			("unknown_field", [good], [{**over, "field": "items"}]),
			("not_a_number", [good], [{**over, "field": "request_type"}]),
			("not_a_number", [good], [{**over, "field": "items.uom"}]),
			("not_a_number", [good], [{**over, "value": "much"}]),
			("no_value", [good], [{**over, "value": ""}]),
			("never_met", [good], [over, {**over, "comparison": "<=", "value": "9"}]),
			("no_access", [user_row(stranger)], []),
			("no_access", [user_row(disabled)], []),
			("no_access", [{**good, "counting": "All"}, user_row(stranger)], []),
			("nobody_has_role", [by(self.role_of_nobody())], []),
			("not_a_user", [{**field, "user_field": "purpose"}], []),
			("not_a_user", [{**field, "user_field": "gone"}], []),
			("own_not_allowed", [{**field, "user_field": "owner"}], []),
			("own_not_allowed", [{"step": 1, "approver": "Applicant"}], []),
		):
			with self.subTest(code=code, conditions=conditions), self.refused_policy(code, steps):
				self.policy(*steps, conditions=conditions)

	def role_of_nobody(self) -> str:
		name = unique("Role")
		# the small books have no records of roles
		with contextlib.suppress(NotFound), self.platform.context() as ctx:
			ctx.documents.create("Role", {"role_name": name})
			self.addCleanup(self.discard_role, name)
		return name

	def discard_role(self, name: str) -> None:
		with self.platform.context() as ctx:
			ctx.documents.discard("Role", name)

	def refused_policy(self, code: str, steps: Sequence[Row]) -> Any:
		return self.refused_record(code)

	def test_who_cannot_approve_beside_others_is_a_warning(self) -> None:
		stranger = self.platform.make_user(["Employee"])
		name = self.policy(user_row(self.supervisor), user_row(stranger), starter_role="")
		self.assertEqual(self.codes(self.get_policy(name), warnings=True), ["no_access"])
		self.assertEqual(self.requested()["waits_for"], [self.supervisor])

	def test_an_applicant_is_asked_where_the_policy_allows_it(self) -> None:
		name = self.policy({"step": 1, "approver": "Applicant"}, allow_own=1)
		self.assertEqual(self.codes(self.get_policy(name)), [])
		self.assertEqual(self.requested()["waits_for"], [self.buyer])

	def test_a_policy_for_what_is_no_doctype_with_records(self) -> None:
		for doctype in ("Inventory Midplatform Settings", "Inventory Request Item"):
			with self.refused("unknown_doctype", 404):
				self.policy(by(DIRECTOR), document_type=doctype)

	def test_documents_without_a_warehouse_have_no_supervisor(self) -> None:
		content = {
			**self.blueprint(conditions=[], branches=[]),
			"document_type": "Item Group",
			"steps": [{"step": 1}],
			"approvers": [{"step": 1, "approver": "Supervisor"}],
		}
		found = self.platform.call("approval.check_policy", content=content, user=self.manager)
		self.assertEqual(self.codes(found), ["no_warehouse"])

	# bad input

	def test_bad_input_is_refused_with_a_sentence_and_saves_nothing(self) -> None:
		before = self.platform.rows("SELECT COUNT(*) AS n FROM `tabApproval Policy`")
		many = [{"step": n} for n in range(1, 102)]
		for code, content in (
			("invalid_argument", ["no object"]),
			("invalid_argument", 7),
			("invalid_argument", "no object"),
			("invalid_argument", {**self.blueprint(), "steps": many}),
			("invalid_argument", {**self.blueprint(), "steps": "none"}),
			("invalid_argument", {**self.blueprint(), "steps": ["none"]}),
			("invalid_argument", {**self.blueprint(), "steps": [{"step": "one"}]}),
			("invalid_argument", {**self.blueprint(), "steps": [{"step": 1, "kind": "Dance"}]}),
			("invalid_argument", {**self.blueprint(), "steps": [{"step": 1, "time_limit": -1}]}),
			("unknown_argument", {**self.blueprint(), "in_force": "{}"}),
			("invalid_argument", {**self.blueprint(), "conditions": [{"step": 0, "comparison": "like"}]}),
			("markup", {**self.blueprint(), "title": "<b>Bold</b>"}),
			("missing_argument", {**self.blueprint(), "title": " "}),
			("same_step", {**self.blueprint(), "steps": [{"step": 1}, {"step": 1}]}),
			("unknown_step", {**self.blueprint(), "steps": [{"step": 9}]}),
			("invalid_input", {**self.blueprint(), "steps": [{"step": 0}], "approvers": []}),
			("invalid_input", {**self.blueprint(), "day_begins": "late"}),
		):
			with self.subTest(code=code), self.assertRaises(InventoryError) as caught:
				self.platform.call("approval.save_policy", content=content, user=self.manager)
			self.assertEqual((caught.exception.code, caught.exception.http_status_code), (code, 400))
		for operation in ("get_policy", "switch_on", "switch_off"):
			with self.refused("unknown_policy", 404):
				self.platform.call(f"approval.{operation}", name="x", user=self.manager)
		with self.refused("unknown_policy", 404):
			self.platform.call("approval.save_policy", content=self.blueprint(), name="x", user=self.manager)
		for operation in ("policy_fields", "documents"):
			with self.refused("unknown_doctype", 404):
				self.platform.call(f"approval.{operation}", doctype="x`; DROP", user=self.manager)
		self.assertEqual(self.platform.rows("SELECT COUNT(*) AS n FROM `tabApproval Policy`"), before)

	def test_loops_and_what_no_document_reaches_are_problems(self) -> None:
		content = self.blueprint()
		content["branches"][1]["next_step"] = "1"
		content["steps"][2]["next_step"] = "End"
		found = self.platform.call("approval.check_policy", content=content, user=self.manager)
		self.assertEqual(self.codes(found), ["loop", "unreachable"])

	# who may

	def test_managers_draw_and_cost_readers_read(self) -> None:
		name = self.saved(self.blueprint())["name"]
		reading = (
			("list_policies", {}),
			("get_policy", {"name": name}),
			("replay", {"policy": name}),
			("documents", {"doctype": DOCTYPE}),
			("try_policy", {"policy": name, "name": self.document()}),
		)
		drawing = (
			("check_policy", {"content": self.blueprint()}),
			("save_policy", {"content": self.blueprint(), "name": name}),
			("switch_on", {"name": name}),
			("switch_off", {"name": name}),
			("policy_fields", {"doctype": DOCTYPE}),
			("policy_people", {}),
			("templates", {}),
		)
		for role in (INSPECTOR, "Warehouse Operator", "Inventory Buyer", DIRECTOR, SUPERVISOR, MANAGER):
			user = self.platform.make_user([role])
			for roles, operations in ((COST_READERS, reading), (DRAWERS, drawing)):
				for operation, arguments in operations:
					with self.subTest(role=role, operation=operation):
						if role in roles:
							self.platform.call(f"approval.{operation}", user=user, **arguments)
							continue
						with self.refused("not_permitted", 403):
							self.platform.call(f"approval.{operation}", user=user, **arguments)

	# what can be chosen

	def test_fields_that_conditions_can_name(self) -> None:
		found = self.platform.call("approval.policy_fields", doctype=DOCTYPE, user=self.manager)["fields"]
		by_name = {field["field"]: field for field in found}
		self.assertEqual(by_name["amount"]["type"], "Currency")
		self.assertEqual(by_name["amount"]["label"], "Estimated Amount")
		self.assertTrue(by_name["items.stock_qty"]["is_sum"])
		self.assertNotIn("items", by_name)
		self.assertNotIn("items.uom", by_name)

	def test_people_that_a_policy_can_name(self) -> None:
		found = self.platform.call("approval.policy_people", text=self.director.upper(), user=self.manager)
		self.assertEqual([user["name"] for user in found["users"]], [self.director])
		self.assertGreater(
			len(self.platform.call("approval.policy_people", user=self.manager)["users"]), len(found["users"])
		)
		roles = {role["name"]: role["users"] for role in found["roles"]}
		self.assertGreaterEqual(roles[DIRECTOR], 1)
		self.assertNotIn("Guest", roles)

	def test_documents_to_try(self) -> None:
		document = self.document(qty=3)
		call = {"doctype": DOCTYPE, "user": self.supervisor}
		found = self.platform.call("approval.documents", **call)["documents"]
		self.assertEqual(found[0]["name"], document)
		self.assertEqual(found[0]["amount"], "30")
		self.assertEqual(
			[d["name"] for d in self.platform.call("approval.documents", text=document, **call)["documents"]],
			[document],
		)
		self.assertEqual(
			self.platform.call("approval.documents", text="nothing has it", **call)["documents"], []
		)
		elsewhere = self.platform.make_user([SUPERVISOR], [self.platform.make_warehouse()])
		found = self.platform.call("approval.documents", doctype=DOCTYPE, user=elsewhere)["documents"]
		self.assertNotIn(document, [d["name"] for d in found])

	def test_templates_are_drawn_well(self) -> None:
		found = self.platform.call("approval.templates", user=self.manager)["templates"]
		self.assertIn(DOCTYPE, [template["document_type"] for template in found])
		for template in found:
			checked = self.platform.call(
				"approval.check_policy", content=template["content"], user=self.manager
			)
			of_people = {"nobody_has_role", "no_access", *self.missing_fields}
			self.assertLessEqual(set(self.codes(checked)), of_people, template["name"])

	missing_fields = frozenset(("unknown_field", "no_warehouse", "unknown_doctype"))
	"""What the small books do not have of ERPNext's documents."""

	# how it is read

	def test_the_policy_of_a_document_is_found_by_one_statement(self) -> None:
		for _ in range(3):
			self.policy(user_row(self.supervisor), user_row(self.director, 2))
		name = self.document()
		with self.platform.context() as ctx:
			document = ctx.documents.values(DOCTYPE, name)
		with self.platform.context() as ctx:
			statements: list[str] = []
			real = ctx.store.rows

			def counted(sql: str, params: Any = None) -> list[Row]:
				statements.append(sql)
				return real(sql, params or {})

			ctx.store.rows = counted  # type: ignore[method-assign]
			try:
				self.assertIsNotNone(policies.matching(ctx, DOCTYPE, document))
			finally:
				del ctx.store.rows
		self.assertEqual(len(statements), 1)

	def test_the_list_of_policies(self) -> None:
		name = self.on(self.saved(self.blueprint(priority=3))["name"])["name"]
		listed = self.platform.call("approval.list_policies", user=self.supervisor)["policies"]
		found = next(policy for policy in listed if policy["name"] == name)
		self.assertEqual((found["priority"], found["enabled"], found["version"]), (3, True, 1))
		self.assertEqual(found["running"], {"open": 0, "closed": 0})
