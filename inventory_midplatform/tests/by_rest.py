"""What tests of who may do what by REST share: a user for each role, two warehouses, and records to take steps on."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from inventory_midplatform.domain.flows import Flow, Step
from inventory_midplatform.domain.roles import MANAGER, ROLES
from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.tests.platform import Platform

if TYPE_CHECKING:
	import unittest

	Base = unittest.TestCase
else:
	Base = object

API = "/api/method/inventory_midplatform.api.v1."
RESOURCE = "/api/resource/"
REFUSED = ("not_permitted", "step_not_permitted", "warehouse_not_permitted")


class ByRest(Base):
	"""Each role's user sees one warehouse, and there is a second one.

	What is refused changes nothing, so all refused calls share one record in each state (``shared``). So do those that are
	allowed where ``undone`` says that the platform can undo a call (:meth:`send_undone`); else each has its own.
	"""

	platform: Platform
	keys: dict[str, str]
	"""Role → API key of its user."""
	mine: str
	other: str
	item: str
	undone = False

	def send(self, method: str, path: str, key: str, **payload: Any) -> Any:
		raise NotImplementedError

	def send_undone(self, path: str, key: str, **payload: Any) -> Any:
		"""Post to an operation, and undo what it did."""
		raise NotImplementedError

	@classmethod
	def stock(cls) -> None:
		cls.platform.settings(outbound=True, outbound_check="On", reservation=True, ledger=True)
		cls.item = cls.platform.make_item()
		cls.mine, cls.other = cls.platform.make_warehouse(), cls.platform.make_warehouse()
		for warehouse in (cls.mine, cls.other):
			cls.platform.books.receive([PostingLine(cls.item, warehouse, Decimal(1000), Decimal(10))])
		cls.customer = cls.platform.make_customer()
		cls.made: dict[tuple[str, ...], Any] = {}

	def shared(self, *key: str, make: Callable[[], Any]) -> Any:
		"""Return what ``make`` made for this key before, or makes now."""
		if key not in self.made:
			self.made[key] = make()
		return self.made[key]

	def order_of(self, *warehouses: str) -> dict[str, str]:
		"""Submit a Sales Order of 4 from each warehouse; return warehouse → the name of its Outbound Order."""
		lines = [PostingLine(self.item, warehouse, Decimal(4), Decimal(10)) for warehouse in warehouses]
		self.source = self.platform.books.order(self.customer, lines)
		tasks = self.platform.call("outbound.list_tasks", search=self.source)["tasks"]
		return {task["warehouse"]: task["name"] for task in tasks}

	def unplaced(self, warehouse: str) -> str:
		rows = self.platform.rows(
			"SELECT name FROM `tabWarehouse Bin` WHERE warehouse = %(w)s AND bin_code = 'UNPLACED'",
			w=warehouse,
		)
		return str(rows[0]["name"])

	def stored(self, doctype: str, name: str) -> list[list[Row]]:
		"""Return a record as the database has it, with its lines."""
		about = {"name": name}
		found = [self.platform.rows(f"SELECT * FROM `tab{doctype}` WHERE name = %(name)s", **about)]
		if doctype == "Outbound Order":
			sql = "SELECT * FROM `tabOutbound Order Line` WHERE parent = %(name)s ORDER BY idx"
			found.append(self.platform.rows(sql, **about))
		return found

	# checks

	def check_refused(
		self, operation: str, arguments: Row, roles: Collection[str], record: tuple[str, str]
	) -> None:
		"""Check that users with these roles are refused and that the record (DocType, name) stays as it is."""
		before = self.stored(*record)
		for role in roles:
			with self.subTest(operation=operation, arguments=arguments, role=role):
				refused = self.send("POST", API + operation, self.keys[role], **arguments)
				self.assertEqual(refused.status_code, 403, refused.text)
				self.assertIn(refused.json()["error"]["code"], REFUSED)
		self.assertEqual(self.stored(*record), before)

	def check_allowed(
		self, operation: str, roles: Collection[str], shared: Row, fresh: Callable[[], Row]
	) -> dict[str, Row]:
		"""Check that each role's user may do it; return role → the result. ``fresh`` returns arguments of a new record."""
		results = {}
		for role in roles:
			with self.subTest(operation=operation, role=role):
				if self.undone:
					done = self.send_undone(API + operation, self.keys[role], **shared)
				else:
					done = self.send("POST", API + operation, self.keys[role], **fresh())
				self.assertEqual(done.status_code, 200, done.text)
				results[role] = done.json()["message"]
		return results

	def check_flow(
		self,
		module: str,
		flow: Flow,
		in_state: Callable[[str], Mapping[str, str]],
		new_in_state: Callable[[str], str],
		arguments: Callable[[str, str], Row],
	) -> None:
		"""Check for each step, state and role that the table's roles take it in their own warehouse, and nobody else does.

		``in_state`` returns warehouse → a shared record in a state, ``new_in_state`` a new one in the users' warehouse,
		``arguments`` what a step needs, by step and record.
		"""
		for step in flow.steps:
			for state, next_states in step.moves.items():
				operation = f"{module}.{step.name}"
				names = in_state(state)
				mine, elsewhere = names[self.mine], names[self.other]
				needed = arguments(step.name, mine)
				self.check_refused(
					operation, arguments(step.name, elsewhere), ROLES, (flow.doctype, elsewhere)
				)
				others = [role for role in ROLES if role not in step.roles]
				self.check_refused(operation, needed, others, (flow.doctype, mine))

				def fresh(step: Step = step, state: str = state) -> Row:
					return arguments(step.name, new_in_state(state))

				allowed = [role for role in ROLES if role in step.roles]
				for role, result in self.check_allowed(operation, allowed, needed, fresh).items():
					self.assertIn(result["state"], next_states)
					expected = [s.name for s in flow.next_steps(result["state"], [role])]
					self.assertEqual([s["step"] for s in result["next_steps"]], expected)

	def check_other_states(
		self,
		module: str,
		flow: Flow,
		in_state: Callable[[str], Mapping[str, str]],
		arguments: Callable[[str, str], Row],
	) -> None:
		"""Check that no step is taken from a state that the table does not name."""
		for state in (state.name for state in flow.states):
			name = in_state(state)[self.mine]
			before = self.stored(flow.doctype, name)
			for step in flow.steps:
				if state in step.moves:
					continue
				with self.subTest(step=step.name, state=state):
					needed = arguments(step.name, name)
					refused = self.send("POST", f"{API}{module}.{step.name}", self.keys[MANAGER], **needed)
					self.assertEqual(refused.status_code, 409, refused.text)
					self.assertEqual(refused.json()["error"]["code"], "wrong_state")
			self.assertEqual(self.stored(flow.doctype, name), before)
