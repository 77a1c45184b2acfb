"""Wrong scans and codes: each is refused by a clear code and sentence, and changes nothing."""

from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.outbound_case import OutboundCase


class OutboundBadInputBehaviour(OutboundCase):
	def content(self, item: str, warehouse: str, name: str) -> Any:
		return (
			self.batches_in_bins(item, warehouse),
			self.position(item, warehouse),
			self.serials_in_bins(item),
			self.platform.rows("SELECT * FROM `tabOutbound Order` WHERE name = %(name)s", name=name),
			self.platform.rows("SELECT * FROM `tabOutbound Order Line` WHERE parent = %(name)s", name=name),
			self.platform.rows("SELECT * FROM `tabOutbound Pick` WHERE outbound_order = %(name)s", name=name),
		)

	def refuse_pick(self, data: Row, item: str, code: str, status: int = 409, **changed: Any) -> None:
		p = data["picks"][0]
		before = self.content(item, data["warehouse"], data["name"])
		arguments = {"line": p["line"], "bin": p["bin"], "qty": 1, "batch_no": p["batch_no"], **changed}
		with self.subTest(code=code, changed=changed):
			with self.refused(code, status) as caught:
				self.step("pick", data["name"], **arguments)
			self.assertGreater(len(caught[0].message()), 10)
		self.assertEqual(self.content(item, data["warehouse"], data["name"]), before)

	def test_an_unknown_code_and_another_items(self) -> None:
		item = self.platform.make_item(has_batch_no=1)
		warehouse = self.platform.make_warehouse()
		batch = self.platform.make_batch(item)
		self.receive(item, warehouse, 5, batch_no=batch)
		other = self.platform.make_item(has_batch_no=1)
		of_other = self.platform.make_batch(other)
		self.receive(other, warehouse, 5, batch_no=of_other)
		data = self.accepted(self.order(item, warehouse, 5))
		self.refuse_pick(data, item, "unknown_batch", 404, batch_no="no such batch")
		self.refuse_pick(data, item, "batch_of_other_item", 400, batch_no=of_other)
		self.refuse_pick(data, item, "unknown_bin", 404, bin="no such bin")
		self.refuse_pick(data, item, "unknown_line", 404, line="no such line")
		elsewhere = self.platform.make_bin(self.platform.make_warehouse())
		self.refuse_pick(data, item, "wrong_warehouse", 400, bin=elsewhere)
		empty = self.platform.make_bin(warehouse)
		self.refuse_pick(data, item, "insufficient_in_bin", bin=empty)

	def test_an_expired_and_a_disabled_batch(self) -> None:
		for change in ({"expiry_date": "2020-02-29"}, {"disabled": 1}):
			item = self.platform.make_item(has_batch_no=1)
			warehouse = self.platform.make_warehouse()
			batch = self.platform.make_batch(item)
			self.receive(item, warehouse, 5, batch_no=batch)
			data = self.accepted(self.order(item, warehouse, 5))
			self.platform.update("Batch", batch, change)
			self.refuse_pick(data, item, "not_pickable")

	def test_a_serial_number_that_is_out_unknown_or_of_another_item(self) -> None:
		item = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		warehouse = self.platform.make_warehouse()
		serials = tuple(f"{item}-{n}" for n in range(3))
		self.receive(item, warehouse, 3, serial_nos=serials)
		other = self.platform.make_item(has_serial_no=1, stock_uom="Nos")
		self.receive(other, warehouse, 1, serial_nos=(f"{other}-1",))
		self.issue(item, warehouse, 1, serial_nos=serials[:1])
		data = self.accepted(self.order(item, warehouse, 2))
		for serial, code, status in (
			(serials[0], "serial_elsewhere", 409),
			("no such serial", "unknown_serial", 404),
			(f"{other}-1", "serial_of_other_item", 400),
		):
			self.refuse_pick(data, item, code, status, serial_nos=[serial])

	def test_full_width_digits_are_read_as_plain_ones(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		shelf = self.platform.make_bin(warehouse, bin_code="A0101")
		self.receive(item, warehouse, 5, shelf)
		found = self.platform.call("scan.look_up", code="Ａ０１０１", warehouse=warehouse)
		self.assertEqual((found["kind"], found["bin"]["bin"]), ("bin", shelf))
		data = self.accepted(self.order(item, warehouse, 5))
		self.refuse_pick(data, item, "invalid_quantity", 400, qty="１")
		self.refuse_pick(data, item, "unknown_bin", 404, bin="Ａ０１０１ no such")
