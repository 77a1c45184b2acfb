"""What an approver looks at: stock and how long it lasts, last prices, the supplier, in a few statements."""

from dataclasses import replace
from datetime import timedelta

from inventory_midplatform.ports import Row
from inventory_midplatform.reporting import approval_numbers
from inventory_midplatform.tests.behaviour.approvals import ApprovalCase, user_row
from inventory_midplatform.tests.behaviour.base import Counting, D


class ApprovalNumbersBehaviour(ApprovalCase):
	def setUp(self) -> None:
		super().setUp()
		self.policy(user_row(self.supervisor))

	def numbers(self, request: Row, user: str = "") -> Row:
		found: Row = self.platform.call("approval.numbers", name=request["name"], user=user)
		return found

	def bought(self, supplier: str, rate: int) -> None:
		line = self.line(self.item, self.warehouse, 2)
		self.platform.books.purchase(supplier, [replace(line, rate=D(rate))])

	def test_stock_and_how_long_it_lasts(self) -> None:
		self.receive(self.item, self.warehouse, 100)
		self.later(days=40)
		self.issue(self.item, self.warehouse, 20)
		cancelled = self.issue(self.item, self.warehouse, 30)
		self.platform.books.cancel(cancelled)
		self.reserve(self.item, self.warehouse, 40)
		self.platform.order_from_supplier(self.item, self.warehouse, D(5))
		self.platform.update("Item", self.item, {"lead_time_days": 9})
		numbers = self.numbers(self.requested(self.document(qty=60, rate=310)), self.supervisor)
		self.assertEqual((numbers["lines_count"], numbers["amount"]), (1, 18600))
		line = numbers["lines"][0]
		names = (
			"on_hand",
			"reserved",
			"available",
			"on_order",
			"daily_use",
			"lead_days",
			"qty",
			"rate",
			"amount",
		)
		self.assertEqual([line[name] for name in names], [80, 40, 40, 5, D("0.5"), 9, 60, 310, 18600])
		self.assertEqual((line["days_now"], line["days_after"]), (80, 200), "20 left in 40 days")

	def test_use_is_of_ninety_days_at_most(self) -> None:
		books = self.platform.books
		with self.platform.context() as ctx:
			ago = ctx.clock.now() - timedelta(days=100)
		books.receive([self.line(self.item, self.warehouse, 200)], at=ago)
		books.issue([self.line(self.item, self.warehouse, 100)], at=ago + timedelta(hours=1))
		self.issue(self.item, self.warehouse, 45)
		line = self.numbers(self.requested())["lines"][0]
		self.assertEqual((line["daily_use"], line["days_now"]), (D("0.5"), 110))

	def test_what_is_not_used_lasts_for_no_known_time(self) -> None:
		self.receive(self.item, self.warehouse, 5)
		line = self.numbers(self.requested())["lines"][0]
		self.assertEqual((line["daily_use"], line["days_now"], line["days_after"]), (0, None, None))

	def test_an_issue_takes_from_what_is_available(self) -> None:
		self.receive(self.item, self.warehouse, 100)
		self.issue(self.item, self.warehouse, 10)
		lines = [{"item_code": self.item, "qty": 40}]
		made = self.platform.call(
			"request.create", request_type="Issue", warehouse=self.warehouse, items=lines, user=self.buyer
		)
		line = self.numbers(self.requested(made["name"]))["lines"][0]
		self.assertEqual((line["days_now"], line["days_after"]), (9, 5))

	def test_the_last_rates(self) -> None:
		supplier, today = self.platform.make_supplier(), self.platform.context
		for rate in (288, 290, 300):
			self.bought(supplier, rate)
		numbers = self.numbers(self.requested(self.document(qty=1, rate=310)))
		line = numbers["lines"][0]
		self.assertEqual([one["rate"] for one in line["last_rates"]], [300, 290, 288])
		self.assertEqual({one["supplier"] for one in line["last_rates"]}, {supplier})
		self.assertEqual(float(line["rate_change_percent"]), 3.3)
		with today() as ctx:
			day = ctx.clock.now().date()
		self.assertLessEqual(abs(day.fromisoformat(line["last_rates"][0]["date"]) - day), timedelta(days=1))
		self.assertIsNone(numbers["budget"])
		self.assertIsNone(numbers["supplier"], "an Inventory Request names none")

	def test_who_may_not_see_costs_sees_none(self) -> None:
		self.bought(self.platform.make_supplier(), 300)
		request = self.requested(self.document(qty=1, rate=310))
		numbers = self.numbers(request, self.inspector)
		line = numbers["lines"][0]
		self.assertEqual((numbers["amount"], numbers["currency"], numbers["budget"]), (None, "", None))
		self.assertEqual(
			[line[name] for name in ("rate", "amount", "last_rates", "rate_change_percent")],
			[None, None, [], None],
		)
		self.assertEqual(line["qty"], 1)
		self.assertEqual(self.numbers(request, self.director)["lines"][0]["rate"], 310)

	def people(self, request: Row | None, text: str, user: str) -> list[str]:
		name = request["name"] if request else ""
		found = self.platform.call("approval.people", name=name, text=text, user=user)["people"]
		return [one["name"] for one in found]

	def test_who_can_decide_instead(self) -> None:
		second = self.platform.make_user(["Warehouse Supervisor"], [self.warehouse])
		elsewhere = self.platform.make_user(["Warehouse Supervisor"], [self.platform.make_warehouse()])
		request = self.requested()
		for user, found in ((second, [second]), (elsewhere, []), (self.buyer, []), (self.supervisor, [])):
			self.assertEqual(
				self.people(request, user, self.supervisor), found, "nobody's own, no other warehouse"
			)
		self.assertEqual(self.people(request, second.upper()[:-4], self.supervisor), [second])
		self.assertEqual(self.people(None, elsewhere, self.supervisor), [elsewhere])
		self.platform.update("User", second, {"enabled": 0})
		self.assertEqual(self.people(request, second, self.supervisor), [])
		with self.refused("warehouse_not_permitted", 403):
			self.people(request, "", elsewhere)

	def test_what_is_of_another_warehouse_is_refused(self) -> None:
		elsewhere = self.platform.make_user(["Warehouse Supervisor"], [self.platform.make_warehouse()])
		request = self.requested()
		with self.refused("warehouse_not_permitted", 403):
			self.numbers(request, elsewhere)
		with self.refused("unknown_document", 404):
			self.numbers({"name": "x"})

	def test_an_inbound_order_and_its_supplier(self) -> None:
		self.platform.settings(inbound=True)
		supplier = self.platform.make_supplier()
		order = self.platform.books.purchase(supplier, [self.line(self.item, self.warehouse, 4)])
		found = self.platform.call("inbound.list_tasks", search=order)["tasks"]
		self.policy(user_row(self.supervisor), document_type="Inbound Order")
		name = found[0]["name"]
		request = self.platform.call("approval.request", doctype="Inbound Order", name=name)
		numbers = self.numbers(request, self.supervisor)
		line = numbers["lines"][0]
		self.assertEqual((line["item_code"], line["warehouse"], line["qty"]), (self.item, self.warehouse, 4))
		self.assertEqual((numbers["lines_count"], line["rate"], line["last_rates"][0]["rate"]), (1, None, 10))
		unknown = {"on_time_percent": None, "accepted_percent": None}
		self.assertEqual(numbers["supplier"], {"name": supplier, **unknown})

	def test_many_lines_take_no_more_statements(self) -> None:
		def statements(lines: int) -> tuple[int, int]:
			rows = [{"item_code": self.platform.make_item(), "qty": n + 1, "rate": 10} for n in range(lines)]
			made = self.platform.call(
				"request.create",
				request_type="Purchase",
				warehouse=self.warehouse,
				items=rows,
				user=self.buyer,
			)
			request = self.requested(made["name"])
			with self.platform.context() as ctx:
				store = Counting(ctx.store)
				found = approval_numbers.numbers(replace(ctx, store=store), request["name"])
			self.assertEqual(found["lines_count"], lines)
			self.assertEqual(found["lines"][0]["qty"], lines, "the largest amount first")
			return len(found["lines"]), store.statements

		(one, few), (ten, many) = statements(1), statements(14)
		self.assertEqual((one, ten), (1, 10))
		self.assertEqual(few, many)
		self.assertLessEqual(many, 8)
