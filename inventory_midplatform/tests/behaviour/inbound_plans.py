"""Inspection Plans: by sample, and not at all after good receipts."""

from typing import Any

from inventory_midplatform.domain.roles import INSPECTOR, SUPERVISOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.inbound_inspection import InspectionCase
from inventory_midplatform.tests.platform import unique


class InspectionPlanBehaviour(InspectionCase):
	def setUp(self) -> None:
		super().setUp()
		self.item = self.platform.make_item(inspection_required_before_purchase=1)
		self.warehouse, self.supplier = self.platform.make_warehouse(), self.platform.make_supplier()

	def plan(self, **values: Any) -> str:
		return self.platform.create("Inspection Plan", {"item_code": self.item, **values})

	def sent(self, qty: int = 100, supplier: str = "", item: str = "") -> Row:  # type: ignore[override]
		"""Receive a Purchase Order of the supplier; returns its Inbound Order."""
		line = self.line(item or self.item, self.warehouse, qty)
		return self.received(self.platform.books.purchase(supplier or self.supplier, [line]))

	def sample(self, **sent: Any) -> Any:
		return self.sent(**sent)["lines"][0]["sample_qty"]

	def all_of(self, data: Row, **said: Any) -> Row:
		result: Row = self.inspect(data["name"], data["lines"][0]["line"], **said)["data"]
		return result

	# samples

	def test_without_a_plan_all_is_inspected(self) -> None:
		self.assertEqual(self.sample(qty=7), 7)

	def test_a_sample_is_a_number_or_a_share(self) -> None:
		name = self.plan(method="Number", value=5)
		self.assertEqual((self.sample(qty=100), self.sample(qty=3)), (5, 3))
		self.platform.update("Inspection Plan", name, {"method": "Percent", "value": 10})
		self.assertEqual((self.sample(qty=100), self.sample(qty=25)), (10, 2.5))
		pieces = self.platform.make_item(stock_uom="Nos", inspection_required_before_purchase=1)
		self.plan(item_code=pieces, method="Percent", value=10)
		self.assertEqual(self.sample(qty=25, item=pieces), 3)
		self.platform.update("Inspection Plan", name, {"disabled": 1})
		self.assertEqual(self.sample(qty=25), 25)

	def test_the_most_specific_plan_counts(self) -> None:
		other = self.platform.make_supplier()
		for n, scope in enumerate(({"supplier": self.supplier}, {"item_code": self.item}), 1):
			self.platform.create("Inspection Plan", {"method": "Number", "value": n, **scope})
			self.assertEqual(self.sample(), n)
		self.plan(method="Number", value=3, supplier=self.supplier)
		self.assertEqual((self.sample(), self.sample(supplier=other)), (3, 2))

	def test_a_good_sample_accepts_all_of_the_line(self) -> None:
		self.plan(method="Number", value=5)
		sale = self.order(self.item, self.warehouse, 60)
		data = self.sent()
		data = self.all_of(data, by_sample=True, accepted=5)
		self.assertEqual((data["state"], data["purchase_return"]), ("To Put Away", ""))
		self.assertEqual(self.quantities(data, "received", "accepted", "rejected"), [(100, 100, 0)])
		self.assert_position(self.item, self.warehouse, on_hand=100, on_hold=0, reserved=60)
		self.assert_reservation(self.reservation_of(sale), reserved_qty=60)
		(said,) = data["inspections"]
		self.assertEqual((said["by_sample"], said["accepted_qty"]), (True, 100))

	def test_a_bad_sample_lets_all_be_inspected(self) -> None:
		self.plan(method="Number", value=5)
		data = self.sent()
		data = self.all_of(data, by_sample=True, accepted=4, rejected=1, reason="Wet")
		self.assertEqual((data["state"], data["lines"][0]["sample_qty"]), ("To Inspect", 100))
		self.assertEqual(self.quantities(data, "received", "accepted", "rejected"), [(100, 4, 1)])
		with self.refused("sample_rejected"):
			self.all_of(data, by_sample=True, accepted=95)
		self.assert_position(self.item, self.warehouse, on_hand=100, on_hold=96)
		self.assertEqual(self.all_of(data, accepted=95)["state"], "To Put Away")

	def test_a_part_of_the_sample_is_not_the_sample(self) -> None:
		self.plan(method="Number", value=5)
		data = self.sent()
		with self.refused("sample_incomplete", 400, sample="5"):
			self.all_of(data, by_sample=True, accepted=4)
		with self.refused("more_than_left", left="100"):
			self.all_of(data, by_sample=True, accepted=101)
		self.all_of(data, accepted=3)
		self.assertEqual(self.all_of(data, by_sample=True, accepted=2)["state"], "To Put Away")

	def test_a_good_sample_accepts_every_batch_and_serial_number(self) -> None:
		item = self.platform.make_item(
			has_batch_no=1, has_serial_no=1, stock_uom="Nos", inspection_required_before_purchase=1
		)
		self.plan(item_code=item, method="Number", value=1)
		line = self.line(item, self.warehouse, 4)
		data = self.arrived(self.platform.books.purchase(self.supplier, [line]))
		for _ in range(2):
			serials = [unique("S"), unique("S")]
			of_line = {"line": data["lines"][0]["line"], "batch_no": unique("B"), "serial_nos": serials}
			self.step("receive", data["name"], qty=2, **of_line)
		self.step("finish_receiving", data["name"])
		data = self.all_of(data, by_sample=True, accepted=1)
		self.assertEqual(data["state"], "To Put Away")
		self.assert_position(item, self.warehouse, on_hand=4, on_hold=0)
		self.assertEqual([i["accepted_qty"] for i in data["inspections"]], [2, 2])

	# not inspected

	def test_after_good_receipts_the_next_ones_are_not_inspected(self) -> None:
		self.plan(skip_after=2, skip_next=1)
		for _ in range(2):
			data = self.sent(qty=10)
			self.assertEqual(data["state"], "To Inspect")
			self.all_of(data, accepted=10)
		sale = self.order(self.item, self.warehouse, 25)
		data = self.sent(qty=10)
		self.assertEqual(data["state"], "To Put Away")
		line = data["lines"][0]
		self.assertEqual((line["is_skipped"], line["to_inspect"], line["accepted_qty"]), (True, False, 10))
		self.assert_position(self.item, self.warehouse, on_hand=30, on_hold=0, reserved=25)
		self.assert_reservation(self.reservation_of(sale), reserved_qty=25)
		self.assertEqual(self.sent(qty=10)["state"], "To Inspect")
		self.assertEqual(self.sent(qty=10, supplier=self.platform.make_supplier())["state"], "To Inspect")

	def test_a_bad_receipt_starts_the_row_again(self) -> None:
		self.plan(skip_after=2, skip_next=1)
		self.all_of(self.sent(qty=10), accepted=10)
		self.all_of(self.sent(qty=10), accepted=9, rejected=1, reason="Wet")
		self.all_of(self.sent(qty=10), accepted=10)
		data = self.sent(qty=10)
		self.assertEqual(data["state"], "To Inspect")
		self.all_of(data, accepted=10)
		self.assertEqual(self.sent(qty=10)["state"], "To Put Away")

	def test_what_is_not_inspected_of_a_typed_receipt_is_available_too(self) -> None:
		self.plan(skip_after=1, skip_next=1)
		self.all_of(self.sent(qty=10), accepted=10)
		order = self.platform.books.purchase(self.supplier, [self.line(self.item, self.warehouse, 6)])
		receipt = self.typed_receipt(order, self.warehouse, 6)
		task = self.task(order)
		self.assertEqual((task["state"], task["lines"][0]["is_skipped"]), ("To Put Away", True))
		self.assert_position(self.item, self.warehouse, on_hand=16, on_hold=0)
		shelf = self.platform.make_bin(self.warehouse)
		line = task["lines"][0]["line"]
		self.assertEqual(self.step("put_away", task["name"], line=line, bin=shelf, qty=6)["state"], "Done")
		self.platform.books.cancel(receipt)
		task = self.task(order)
		self.assertEqual((task["state"], task["lines"][0]["is_skipped"]), ("Expected", False))
		self.assertTrue(task["lines"][0]["to_inspect"])

	# plans

	def test_plans_that_mean_nothing_are_refused(self) -> None:
		for code, values in (
			("two_scopes", {"item_group": "Products"}),
			("missing_argument", {"method": "Number"}),
			("missing_argument", {"method": "Percent", "value": 0}),
			("invalid_input", {"method": "Percent", "value": 101}),
			("invalid_input", {"skip_after": 3}),
			("invalid_input", {"skip_next": 3}),
		):
			with self.subTest(values=values), self.refused(code, 400):
				self.plan(**values)
		name = self.plan(method="Number", value=5)
		with self.refused("duplicate_plan", plan=name):
			self.plan(method="Percent", value=5)
		self.plan(method="Percent", value=5, supplier=self.supplier)

	def test_who_inspects_by_sample(self) -> None:
		self.plan(method="Number", value=5)
		data = self.sent()
		inspector = self.platform.make_user([INSPECTOR], [self.warehouse])
		stranger = self.platform.make_user([INSPECTOR, SUPERVISOR], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.all_of(data, user=stranger, by_sample=True, accepted=5)
		self.assertEqual(
			self.all_of(data, user=inspector, by_sample=True, accepted=5)["state"], "To Put Away"
		)

	# readings

	def test_what_the_item_does_not_read_is_refused(self) -> None:
		data = self.sent(qty=5)
		with self.refused("unknown_parameter", 400, parameter="Length"):
			self.all_of(data, accepted=5, readings=[{"parameter": "Length", "values": ["10"]}])
		self.assertEqual(data["lines"][0]["parameters"], [])
		done = self.all_of(data, accepted=5)
		self.assertEqual(done["inspections"][0]["quality_inspection"], "")
