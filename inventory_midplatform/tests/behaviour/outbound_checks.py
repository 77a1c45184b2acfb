"""Whether what was picked is counted again before it is shipped: never, always, or of what is worth more than an amount."""

from inventory_midplatform.domain.outbound import CHECK_OFF, CHECK_ON, CHECK_OVER_AMOUNT
from inventory_midplatform.domain.roles import BUYER, SUPERVISOR
from inventory_midplatform.tests.approval_records import approved_request
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.behaviour.outbound_case import OutboundCase

PRICE = 10
"""What an order of the tests asks for one of an item; it was received at 10 too."""


class OutboundCheckBehaviour(OutboundCase):
	def picked(self, order: str, qty: int) -> str:
		"""Pick ``qty`` of a document's one line, say that it is picked, and return the state after it."""
		data = self.accepted(order)
		p = data["picks"][0]
		self.step("pick", data["name"], line=p["line"], bin=p["bin"], qty=qty)
		state: str = self.step("finish_picking", data["name"])["state"]
		return state

	def test_off_never_on_always(self) -> None:
		item, warehouse = self.stocked(10)
		self.platform.settings(outbound_check=CHECK_OFF)
		self.assertEqual(self.picked(self.order(item, warehouse, 5), 5), "To Ship")
		self.platform.settings(outbound_check=CHECK_ON, outbound_check_amount=D(1000))
		self.assertEqual(self.picked(self.order(item, warehouse, 1), 1), "To Check")

	def test_over_an_amount_looks_at_what_is_picked_at_the_orders_prices(self) -> None:
		item, warehouse = self.stocked(100)
		self.platform.settings(outbound_check=CHECK_OVER_AMOUNT, outbound_check_amount=D(5 * PRICE))
		for picked, state in ((5, "To Ship"), (6, "To Check")):
			with self.subTest(picked=picked):
				self.assertEqual(self.picked(self.order(item, warehouse, 9), picked), state)

	def test_what_has_no_price_counts_at_its_valuation(self) -> None:
		item, warehouse = self.stocked(100)
		self.platform.settings(outbound_check=CHECK_OVER_AMOUNT, outbound_check_amount=D(50))
		for picked, state in ((5, "To Ship"), (6, "To Check")):
			with self.subTest(picked=picked):
				buyer, supervisor = self.platform.make_user([BUYER]), self.platform.make_user([SUPERVISOR])
				about = {"request_type": "Issue", "warehouse": warehouse}
				lines = [{"item_code": item, "qty": 9, "rate": 1}]
				name = self.platform.call("request.create", user=buyer, items=lines, **about)["name"]
				approved_request(self.platform, name, buyer, supervisor)
				self.assertEqual(self.picked(name, picked), state)

	def test_where_packing_slips_are_created_all_that_is_shipped_is_in_a_package(self) -> None:
		self.platform.settings(outbound_check=CHECK_OFF, create_packing_slips=True, create_shipments=True)
		self.addCleanup(self.platform.settings, create_packing_slips=False, create_shipments=False)
		item, warehouse = self.stocked(10)
		data = self.pick_all(self.accepted(self.order(item, warehouse, 5)))
		self.step("finish_picking", data["name"])
		line = data["lines"][0]["line"]
		self.platform.call("pack.pack", name=data["name"], lines=[{"line": line, "qty": 3}], weight=1)
		with self.refused("not_all_packed", items=item):
			self.step("ship", data["name"])
		self.platform.call("pack.pack", name=data["name"])
		self.assertEqual(self.step("ship", data["name"])["state"], "Shipped")
