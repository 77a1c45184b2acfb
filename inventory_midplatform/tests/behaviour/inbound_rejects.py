"""What inspection rejects: destroyed and written off, or in the reject bin until it goes back to the supplier."""

from typing import Any

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.domain.roles import INSPECTOR, OPERATOR, SUPERVISOR
from inventory_midplatform.ports import Row, Voucher
from inventory_midplatform.tests.behaviour.inbound_inspection import InspectionCase
from inventory_midplatform.tests.platform import unique


class RejectCase(InspectionCase):
	def contents(self, item: str, warehouse: str) -> dict[tuple[str, str], Any]:
		"""Return (bin code, status) → quantity."""
		found = self.platform.call("stock.explain", item_code=item, warehouse=warehouse)
		return {(row["bin_code"], row["stock_status"]): row["qty"] for row in found["bins"]}

	def draft_of(self, name: str) -> list[Row]:
		return self.platform.rows(
			"SELECT docstatus, is_return, return_against FROM `tabPurchase Receipt` WHERE name = %(name)s",
			name=name,
		)


class DestroyedBehaviour(RejectCase):
	def test_what_is_destroyed_is_damaged_until_its_write_off_is_approved_and_shipped(self) -> None:
		self.platform.settings(outbound=True)
		item, warehouse, name, line = self.to_inspect()
		inspector = self.platform.make_user([INSPECTOR], [warehouse])
		supervisor = self.platform.make_user([SUPERVISOR], [warehouse])
		data = self.inspect(name, line, user=inspector, accepted=5, destroyed=3, reason="Broken glass")[
			"data"
		]
		self.assertEqual((data["state"], data["purchase_return"]), ("To Put Away", ""))
		self.assertEqual(self.quantities(data, "received", "accepted", "rejected"), [(8, 5, 3)])
		self.assertEqual(
			self.contents(item, warehouse), {("UNPLACED", "Available"): 5, ("UNPLACED", "Damaged"): 3}
		)
		(said,) = data["inspections"]
		self.assertEqual((said["rejected_qty"], said["destroyed_qty"]), (0, 3))
		request = self.platform.call("request.get", name=said["write_off"])
		self.assertEqual(
			(request["request_type"], request["status"], request["stock_status"]),
			("Write-off", "Pending", "Damaged"),
		)
		self.assertIn(name, request["purpose"])
		self.assertEqual([(i["item_code"], i["qty"]) for i in request["items"]], [(item, 3)])
		of_document = {"only": "of_document", "doctype": "Inventory Request", "document": said["write_off"]}
		(asked,) = self.platform.call("approval.list", **of_document)["requests"]
		with self.refused("not_asked", 403):
			self.platform.call("approval.approve", user=inspector, name=asked["name"])
		self.assertIn(supervisor, asked["waits_for"])
		self.platform.call("approval.approve", user=supervisor, name=asked["name"])
		task = self.platform.call("outbound.list_tasks", search=said["write_off"])["tasks"][0]
		self.platform.call("outbound.accept", name=task["name"])
		self.assertEqual(
			[p["qty"] for p in self.platform.call("outbound.get", name=task["name"])["picks"]], [3]
		)

	def test_destroying_needs_a_reason_and_the_approval_module(self) -> None:
		item, warehouse, name, line = self.to_inspect()
		with self.refused("missing_argument", 400):
			self.inspect(name, line, destroyed=1)
		self.platform.settings(approval=False)
		with self.refused("module_off"):
			self.inspect(name, line, destroyed=1, reason="Broken")
		self.assert_position(item, warehouse, on_hand=8, on_hold=8)
		self.assertEqual(self.contents(item, warehouse), {("UNPLACED", "Quality"): 8})

	def test_more_than_is_left_is_not_destroyed(self) -> None:
		_, _, name, line = self.to_inspect()
		with self.refused("more_than_left", left="3"):
			self.inspect(name, line, accepted=5, destroyed=4, reason="Broken")
		self.assertEqual(self.quantities(self.get(name), "accepted", "rejected"), [(0, 0)])

	def test_a_cancelled_receipt_takes_its_write_off_with_it(self) -> None:
		_, _, name, line = self.to_inspect()
		data = self.inspect(name, line, accepted=5, destroyed=3, reason="Broken")["data"]
		self.platform.books.cancel(self.receipt_of(data))
		with self.refused("unknown_request", 404):
			self.platform.call("request.get", name=data["inspections"][0]["write_off"])

	def test_serial_numbers_are_destroyed_by_number(self) -> None:
		item = self.platform.make_item(
			has_serial_no=1, stock_uom="Nos", inspection_required_before_purchase=1
		)
		warehouse = self.platform.make_warehouse()
		good, bad, broken = unique("S"), unique("S"), unique("S")
		data = self.arrived(self.purchase(warehouse, (item, 3)))
		name, line = data["name"], data["lines"][0]["line"]
		self.step("receive", name, line=line, qty=3, serial_nos=[good, bad, broken])
		self.step("finish_receiving", name)
		data = self.inspect(
			name,
			line,
			accepted=1,
			accepted_serial_nos=[good],
			rejected=1,
			rejected_serial_nos=[bad],
			destroyed=1,
			destroyed_serial_nos=[broken],
			reason="Scratched",
		)["data"]
		self.assertEqual(data["inspections"][0]["rejected_serial_nos"], [bad])
		self.platform.books.submit(Voucher("Purchase Receipt", data["purchase_return"]))
		self.assertEqual(sorted(self.serials_in_bins(item)), sorted([good, broken]))


class RejectBinBehaviour(RejectCase):
	def test_rejected_stock_moves_to_the_reject_bin_where_there_is_one(self) -> None:
		item, warehouse, name, line = self.to_inspect()
		self.platform.make_bin(warehouse, bin_code="REJ", is_reject=1)
		self.inspect(name, line, accepted=4, rejected=3, destroyed=1, reason="Wet")
		self.assertEqual(
			self.contents(item, warehouse),
			{("UNPLACED", "Available"): 4, ("REJ", "Blocked"): 3, ("REJ", "Damaged"): 1},
		)
		self.assert_position(item, warehouse, on_hand=8, on_hold=4, available=4)

	def test_nothing_is_put_away_into_it(self) -> None:
		item, warehouse = self.platform.make_item(), self.platform.make_warehouse()
		bin = self.platform.make_bin(warehouse, is_reject=1)
		shelf = self.platform.make_bin(warehouse)
		data = self.received(self.purchase(warehouse, (item, 8)))
		self.assertEqual([b["bin"] for b in data["to_put_away"][0]["bins"]], [shelf])
		with self.refused("not_for_storage", 400):
			self.step("put_away", data["name"], line=data["lines"][0]["line"], bin=bin, qty=8)

	def test_a_warehouse_has_one_and_it_is_for_nothing_else(self) -> None:
		warehouse = self.platform.make_warehouse()
		first = self.platform.make_bin(warehouse, is_reject=1)
		with self.refused("duplicate_reject_bin", bin=first):
			self.platform.make_bin(warehouse, is_reject=1)
		other = self.platform.make_bin(warehouse)
		with self.refused("duplicate_reject_bin"):
			self.platform.update("Warehouse Bin", other, {"is_reject": 1})
		with self.refused("reject_bin_apart"):
			self.platform.make_bin(self.platform.make_warehouse(), is_reject=1, is_staging=1)
		self.platform.update("Warehouse Bin", first, {"is_reject": 0})
		self.platform.update("Warehouse Bin", other, {"is_reject": 1})


class PurchaseReturnBehaviour(RejectCase):
	def test_the_return_of_what_was_rejected_is_drafted_once_all_is_inspected(self) -> None:
		item, warehouse, name, line = self.to_inspect()
		data = self.inspect(name, line, rejected=1, reason="Wet", rejected_as="Damaged")["data"]
		self.assertEqual(data["purchase_return"], "")
		data = self.inspect(name, line, accepted=5, rejected=2, reason="Wrong")["data"]
		self.assertEqual(
			self.draft_of(data["purchase_return"]),
			[{"docstatus": 0, "is_return": 1, "return_against": data["receipt_document"]}],
		)
		self.assert_position(item, warehouse, on_hand=8, on_hold=3)
		self.platform.books.submit(Voucher("Purchase Receipt", data["purchase_return"]))
		self.assertEqual(self.contents(item, warehouse), {("UNPLACED", "Available"): 5})
		self.assert_position(item, warehouse, on_hand=5, on_hold=0, available=5)

	def test_what_went_back_is_expected_again_and_the_rest_is_put_away(self) -> None:
		_item, warehouse, name, line = self.to_inspect()
		shelf = self.platform.make_bin(warehouse)
		data = self.inspect(name, line, accepted=6, rejected=2, reason="Wet")["data"]
		source = data["source_name"]
		self.platform.books.submit(Voucher("Purchase Receipt", data["purchase_return"]))
		self.assertEqual(
			sorted((t["state"], t["expected_qty"]) for t in self.tasks(source)),
			[("Expected", 2), ("To Put Away", 8)],
		)
		self.assertEqual(self.quantities(self.get(name), "received", "accepted", "rejected"), [(8, 6, 2)])
		self.assertEqual(self.step("put_away", name, line=line, bin=shelf, qty=6)["state"], "Done")
		with self.assertRaises(InventoryError):
			self.platform.books.cancel(self.receipt_of(data))

	def test_a_cancelled_return_brings_back_what_is_on_hold(self) -> None:
		item, warehouse, name, line = self.to_inspect()
		self.platform.make_bin(warehouse, bin_code="REJ", is_reject=1)
		data = self.inspect(name, line, accepted=6, rejected=2, reason="Wet")["data"]
		back = Voucher("Purchase Receipt", data["purchase_return"])
		self.platform.books.submit(back)
		self.assertEqual(self.contents(item, warehouse), {("UNPLACED", "Available"): 6})
		self.platform.books.cancel(back)
		self.assertEqual(
			self.contents(item, warehouse), {("UNPLACED", "Available"): 6, ("REJ", "Blocked"): 2}
		)
		self.assertEqual([t["state"] for t in self.tasks(data["source_name"])], ["To Put Away"])

	def test_batches_go_back_as_they_were_rejected(self) -> None:
		item = self.platform.make_item(has_batch_no=1, inspection_required_before_purchase=1)
		warehouse = self.platform.make_warehouse()
		data = self.arrived(self.purchase(warehouse, (item, 10)))
		name, line = data["name"], data["lines"][0]["line"]
		one, other = unique("B"), unique("B")
		self.step("receive", name, line=line, qty=6, batch_no=one)
		self.step("receive", name, line=line, qty=4, batch_no=other)
		self.step("finish_receiving", name)
		self.inspect(name, line, batch_no=one, accepted=6)
		data = self.inspect(name, line, batch_no=other, accepted=1, rejected=3, reason="Wet")["data"]
		self.platform.books.submit(Voucher("Purchase Receipt", data["purchase_return"]))
		self.assertEqual(
			self.batches_in_bins(item, warehouse), {("UNPLACED", one): 6, ("UNPLACED", other): 1}
		)

	def test_only_who_may_unblock_returns_what_is_on_hold(self) -> None:
		self.platform.settings(refuse_stock_on_hold=True)
		item, warehouse, name, line = self.to_inspect()
		data = self.inspect(name, line, accepted=6, rejected=2, reason="Wet")["data"]
		operator = self.platform.make_user([OPERATOR])
		back = Voucher("Purchase Receipt", data["purchase_return"])
		with self.refused("takes_stock_on_hold"), self.platform.context(operator) as ctx:
			ctx.books.submit(back)
		self.assert_position(item, warehouse, on_hand=8, on_hold=2)
		self.platform.books.submit(back)
		self.assert_position(item, warehouse, on_hand=6, on_hold=0)

	def test_all_rejected_the_order_is_done_and_all_goes_back(self) -> None:
		item, warehouse, name, line = self.to_inspect()
		data = self.inspect(name, line, rejected=8, reason="Wrong goods")["data"]
		self.assertEqual(data["state"], "Done")
		self.platform.books.submit(Voucher("Purchase Receipt", data["purchase_return"]))
		self.assert_position(item, warehouse, on_hand=0, on_hold=0)

	def test_a_typed_receipt_is_returned_too(self) -> None:
		item = self.platform.make_item(inspection_required_before_purchase=1)
		warehouse = self.platform.make_warehouse()
		order = self.purchase(warehouse, (item, 10))
		self.typed_receipt(order, warehouse, 10)
		task = self.task(order)
		data = self.inspect(task["name"], task["lines"][0]["line"], accepted=9, rejected=1, reason="Wet")[
			"data"
		]
		self.platform.books.submit(Voucher("Purchase Receipt", data["purchase_return"]))
		self.assert_position(item, warehouse, on_hand=9, on_hold=0)

	def test_a_cancelled_receipt_takes_its_draft_with_it(self) -> None:
		_, _, name, line = self.to_inspect()
		data = self.inspect(name, line, accepted=6, rejected=2, reason="Wet")["data"]
		self.platform.books.cancel(self.receipt_of(data))
		self.assertEqual(self.draft_of(data["purchase_return"]), [])
		self.assertEqual(self.get(name)["purchase_return"], "")
