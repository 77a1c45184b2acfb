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
		locking = [sql for sql in recorder.statements if re.search(r"(?i)^update|for update$", sql.strip())]
		return re.findall(r"(?i)(?:from|update) `tab(Bin|Outbound Order|Stock Position)`", "\n".join(locking))

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
			tables = self.locked(change)
			self.assertEqual(tables[0], "Outbound Order", tables)
			self.assertIn("Stock Position", tables)
