"""A wave closes by itself when its last order is shipped or has left it."""

from typing import Any

from inventory_midplatform.ports import Row, Voucher
from inventory_midplatform.services.outbound import wave_closing
from inventory_midplatform.tests.behaviour.base import Behaviour


class WaveClosingBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.platform.settings(outbound=True, outbound_check="Off")
		self.item, self.warehouse = self.stocked(20)

	def to_pack(self, *quantities: Any) -> tuple[str, list[str]]:
		"""Return a wave that is to be packed and its orders, each for a Sales Order of its own."""
		self.sources = [self.order(self.item, self.warehouse, qty) for qty in quantities]
		made: Row = self.platform.call("wave.create", warehouse=self.warehouse)["data"]
		name = made["name"]
		data = self.platform.call("wave.release", name=name)["data"]
		for p in data["picks"]:
			about = {"item_code": p["item_code"], "bin": p["bin"], "qty": p["qty"]}
			self.platform.call("wave.pick", name=name, **about)
		self.platform.call("wave.finish_picking", name=name)
		of = {o["source_name"]: o["name"] for o in made["orders"]}
		return name, [of[source] for source in self.sources]

	def pack(self, order: str, qty: int) -> Row:
		self.platform.call("pack.scan", name=order, code=self.item, qty=qty)
		result: Row = self.platform.call("outbound.get", name=order)
		return result

	def state(self, wave: str) -> str:
		return str(self.platform.call("wave.get", name=wave)["state"])

	def test_the_last_order_shipped_closes_it(self) -> None:
		wave, (first, last) = self.to_pack(1, 2)
		self.pack(first, 1)
		self.platform.call("outbound.ship", name=first)
		self.assertEqual(self.state(wave), "To Pack")
		self.pack(last, 2)
		self.assertEqual(self.state(wave), "To Pack")
		self.platform.call("outbound.ship", name=last)
		self.assertEqual(self.state(wave), "Done")
		todos = self.platform.rows(
			"SELECT name FROM `tabToDo` WHERE reference_name = %(wave)s AND status = 'Open'", wave=wave
		)
		self.assertEqual(todos, [])

	def test_the_last_order_cancelled_closes_it(self) -> None:
		wave, (first, last) = self.to_pack(1, 2)
		self.pack(first, 1)
		self.platform.call("outbound.ship", name=first)
		self.platform.call("outbound.cancel", name=last)
		self.assertEqual(self.state(wave), "Done")

	def test_the_last_order_whose_document_is_closed_closes_it(self) -> None:
		wave, (first, _) = self.to_pack(1, 2)
		self.pack(first, 1)
		self.platform.call("outbound.ship", name=first)
		self.platform.books.close_order(self.sources[1])
		self.assertEqual(self.state(wave), "Done")

	def test_a_draft_submitted_by_hand_closes_it(self) -> None:
		wave, (only,) = self.to_pack(1)
		self.assertEqual(self.pack(only, 1)["delivery_document"], "", "a scan does not wait for a draft")
		self.platform.call("pack.pack", name=only)
		data = self.platform.call("outbound.get", name=only)
		self.platform.books.submit(Voucher(data["delivery_doctype"], data["delivery_document"]))
		self.assertEqual(self.state(wave), "Done")

	def test_what_two_left_open_at_once_is_closed_at_night(self) -> None:
		wave, (only,) = self.to_pack(1)
		with (
			self.platform.context() as ctx
		):  # as where each of two did not see the other's last order shipped
			ctx.store.execute(
				"UPDATE `tabOutbound Order` SET wave = NULL WHERE name = %(only)s", {"only": only}
			)
		self.assertEqual(self.state(wave), "To Pack")
		with self.platform.context() as ctx:
			wave_closing.close_packed(ctx)
		self.assertEqual(self.state(wave), "Done")
