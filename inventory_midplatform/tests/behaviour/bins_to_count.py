"""A bin where a pick was short is marked to be counted, until somebody says that it is."""

from typing import Any

from inventory_midplatform.domain.roles import BUYER, OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.outbound_case import OutboundCase


class BinsToCountBehaviour(OutboundCase):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.platform.make_item(), self.platform.make_warehouse()
		self.bin = self.platform.make_bin(self.warehouse, bin_code="A1", sequence=1)
		self.other = self.platform.make_bin(self.warehouse, bin_code="B1", sequence=2)
		for bin in (self.bin, self.other):
			self.receive(self.item, self.warehouse, 5, bin)

	def short(self, reason: str, qty: int = 1) -> None:
		data = self.accepted(self.order(self.item, self.warehouse, 2))
		p = data["picks"][0]
		about = {"line": p["line"], "bin": p["bin"], "qty": qty, "reason": reason}
		self.step("report_short", data["name"], **about)

	def marked(self) -> dict[str, str]:
		rows: list[Row] = self.platform.rows(
			"SELECT bin_code, count_reason FROM `tabWarehouse Bin`"
			" WHERE warehouse = %(warehouse)s AND count_requested IS NOT NULL",
			warehouse=self.warehouse,
		)
		return {row["bin_code"]: row["count_reason"] for row in rows}

	def alerts(self) -> int:
		return len(
			self.platform.rows(
				"SELECT name FROM `tabInventory Alert` WHERE alert_type = 'Count Bin' AND status = 'Open'"
				" AND item_code = %(item)s",
				item=self.item,
			)
		)

	def counted(self, bin: str, **more: Any) -> Row:
		result: Row = self.platform.call("stock.bin_counted", warehouse=self.warehouse, bin=bin, **more)
		return result

	def test_a_short_pick_marks_its_bin_with_the_reason(self) -> None:
		self.short("Not There")
		self.assertEqual((self.marked(), self.alerts()), ({"A1": "Not There"}, 1))

	def test_a_bin_that_cannot_be_reached_is_not_counted(self) -> None:
		self.short("Cannot Reach")
		self.assertEqual((self.marked(), self.alerts()), ({}, 0))

	def test_a_short_pick_of_a_wave_marks_its_bin_too(self) -> None:
		self.order(self.item, self.warehouse, 2)
		made = self.platform.call("wave.create", warehouse=self.warehouse)["data"]
		self.platform.call("wave.release", name=made["name"])
		about = {"item_code": self.item, "bin": self.bin, "qty": 1, "reason": "Damaged"}
		self.platform.call("wave.report_short", name=made["name"], **about)
		self.assertEqual(self.marked(), {"A1": "Damaged"})

	def test_a_counted_bin_is_marked_no_more_and_the_last_one_closes_the_alert(self) -> None:
		self.short("Not There", qty=2)
		data = self.accepted(self.order(self.item, self.warehouse, 5))
		p = next(p for p in data["picks"] if p["bin"] == self.other)
		about = {"line": p["line"], "bin": self.other, "qty": 1, "reason": "Other Goods There"}
		self.step("report_short", data["name"], **about)
		self.assertEqual(self.marked(), {"A1": "Not There", "B1": "Other Goods There"})
		operator = self.platform.make_user([OPERATOR])
		self.assertTrue(self.counted(self.bin, user=operator)["was_requested"])
		self.assertEqual((self.marked(), self.alerts()), ({"B1": "Other Goods There"}, 1))
		self.counted(self.other)
		self.assertEqual((self.marked(), self.alerts()), ({}, 0))
		logged = self.platform.rows(
			"SELECT operation, user FROM `tabStock Operation Log` WHERE reference_name = %(bin)s AND operation = 'Count'",
			bin=self.bin,
		)
		self.assertEqual([row["user"] for row in logged], [operator])

	def test_a_bin_that_nobody_asked_to_count_is_counted_without_harm(self) -> None:
		self.assertFalse(self.counted(self.bin)["was_requested"])

	def test_who_may_say_so(self) -> None:
		self.short("Not There")
		with self.refused("not_permitted", 403):
			self.counted(self.bin, user=self.platform.make_user([BUYER]))
		with self.refused("unknown_bin", 404):
			self.counted("nowhere")
		self.assertEqual(self.marked(), {"A1": "Not There"})
