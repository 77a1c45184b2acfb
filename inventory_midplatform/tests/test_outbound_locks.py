"""An Outbound Order is locked before stock, by its steps and by what is typed in the books: no two wait for each other."""

import re
from collections.abc import Callable

import frappe

from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.hot_statements import Recorder
from inventory_midplatform.tests.test_outbound_desk import OutboundDeskCase


class TestLocks(OutboundDeskCase):
	def locked(self, change: Callable[[], object]) -> list[str]:
		"""Return the tables of what is locked, in the sequence of the first lock."""
		recorder = Recorder()
		with recorder.recording(type(frappe.local.db), ("sql",), "locks"):
			change()
		frappe.db.commit()
		locking = [
			sql
			for sql in recorder.statements
			if re.search(r"(?i)^update|for update( wait \?)?$", sql.strip())
		]
		tables = "Bin|Outbound Order|Sales Order|Stock Position"
		return re.findall(rf"(?i)(?:from|update) `tab({tables})`", "\n".join(locking))

	def test_deliveries_and_orders_lock_outbound_orders_first(self) -> None:
		order, _ = self.ordered(4)
		other, _ = self.ordered(4)
		notes = []
		for change in (
			lambda: notes.append(erp.delivery_for(order.name, 4)),
			lambda: frappe.get_doc("Delivery Note", notes[0].name).cancel(),
			lambda: frappe.get_doc("Sales Order", order.name).cancel(),
			lambda: frappe.get_doc("Sales Order", other.name).update_status("Closed"),
		):
			tables = list(dict.fromkeys(self.locked(change)))
			self.assertLess(tables.index("Outbound Order"), tables.index("Bin"), tables)
			self.assertLess(tables.index("Outbound Order"), tables.index("Stock Position"), tables)

	def test_what_posts_locks_the_sales_order_before_its_outbound_orders(self) -> None:
		order, _ = self.ordered(4)
		_, outbound = self.ordered(4)
		self.checked(outbound, 4)
		for change in (
			lambda: erp.delivery_for(order.name, 4),
			lambda: self.call("outbound.ship", name=outbound),
		):
			tables = list(dict.fromkeys(self.locked(change)))
			self.assertEqual(tables[:2], ["Sales Order", "Outbound Order"], tables)
