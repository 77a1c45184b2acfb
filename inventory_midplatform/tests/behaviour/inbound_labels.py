"""Labels of what was received: each says what its goods are, and its code is read back as that."""

from datetime import date
from typing import Any

from inventory_midplatform.domain.roles import OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting import inbound_labels
from inventory_midplatform.tests.behaviour.inbound_case import InboundCase
from inventory_midplatform.tests.behaviour.inbound_codes import product_code
from inventory_midplatform.tests.platform import unique


class InboundLabelBehaviour(InboundCase):
	def labels(self, name: str, line: str = "", user: str = "") -> list[Row]:
		with self.platform.context(user) as ctx:
			return inbound_labels.labels(ctx, name, line)

	def label(self, item: str, **scan: Any) -> Row:
		"""The label of one scan of an item, before its receipt is posted; the scanner reads its code to be of the item."""
		data = self.arrived(self.purchase(self.platform.make_warehouse(), (item, scan.get("qty", 1))))
		self.step("receive", data["name"], line=data["lines"][0]["line"], **{"qty": 1, **scan})
		(label,) = self.labels(data["name"])
		return {**label, "name": data["name"]}

	def look_up(self, code: str) -> Row:
		found: Row = self.platform.call("scan.look_up", code=code)
		return found

	def test_a_label_is_read_back_as_its_batch_before_and_after_the_receipt_is_posted(self) -> None:
		gtin = product_code(13)
		batch = unique("B")[-16:]
		for barcodes in ([{"barcode": gtin, "uom": ""}], []):
			with self.subTest(barcodes=barcodes):
				item = self.platform.make_item(has_batch_no=1, has_expiry_date=1, barcodes=barcodes)
				batch_no, expiry = batch + str(len(barcodes)), self.in_a_year()
				label = self.label(item, qty=6, batch_no=batch_no, expiry_date=expiry)
				product = f"(01)0{gtin}" if barcodes else f"(240){item}"
				day = date.fromisoformat(expiry).strftime("%y%m%d")
				self.assertEqual(label["code"], f"{product}(10){batch_no}(17){day}")
				self.assertEqual(
					(label["item_code"], label["batch_no"], str(label["expiry_date"]), label["qty"]),
					(item, batch_no, expiry, "6"),
				)
				found = self.look_up(label["code"])
				self.assertEqual((found["kind"], found["item"]["item_code"]), ("item", item))
				self.assertEqual(
					found["batch"], {"batch_no": batch_no, "expiry_date": expiry, "disabled": False}
				)
				self.step("finish_receiving", label["name"])
				found = self.look_up(label["code"])
				self.assertEqual(
					(found["kind"], found["item"]["item_code"], found["batch"]["batch_no"]),
					("batch", item, batch_no),
				)
				self.assertEqual([row["qty"] for row in found["where"]], [6])

	def test_each_serial_number_has_a_label_of_its_own(self) -> None:
		gtin = product_code(13)
		item = self.platform.make_item(
			has_serial_no=1, stock_uom="Nos", barcodes=[{"barcode": gtin, "uom": ""}]
		)
		data = self.arrived(self.purchase(self.platform.make_warehouse(), (item, 2)))
		serials = [unique("S")[-18:], unique("T")[-18:]]
		self.step("receive", data["name"], line=data["lines"][0]["line"], qty=2, serial_nos=serials)
		labels = self.labels(data["name"])
		self.assertCountEqual([label["code"] for label in labels], [f"(01)0{gtin}(21){s}" for s in serials])
		self.assertEqual([label["qty"] for label in labels], ["1", "1"])
		self.assertEqual(self.look_up(labels[0]["code"])["item"]["item_code"], item, "not in stock yet")
		self.step("finish_receiving", data["name"])
		for label in labels:
			found = self.look_up(label["code"])
			self.assertEqual((found["kind"], found["serial_no"]), ("serial", label["serial_no"]))

	def test_a_plain_item_is_its_barcode_of_one_or_its_own_code(self) -> None:
		one, case = product_code(13), product_code(13)
		item = self.platform.make_item(
			uoms=[{"uom": "Box", "conversion_factor": 12}],
			barcodes=[{"barcode": case, "uom": "Box"}, {"barcode": one, "uom": ""}],
		)
		of_case_only = self.platform.make_item(
			uoms=[{"uom": "Box", "conversion_factor": 12}],
			barcodes=[{"barcode": product_code(13), "uom": "Box"}],
		)
		for expected, of in ((one, item), (of_case_only, of_case_only)):
			code = self.label(of, qty=3)["code"]
			self.assertEqual(code, expected)
			found = self.look_up(code)["item"]
			self.assertEqual((found["item_code"], found["factor"]), (of, 1))

	def test_a_batch_that_is_too_long_for_a_message_is_its_number_alone(self) -> None:
		item = self.platform.make_item(has_batch_no=1)
		batch = unique("BATCH-OF-MORE-THAN-TWENTY-LETTERS")
		label = self.label(item, qty=3, batch_no=batch)
		self.assertEqual(label["code"], batch)
		self.step("finish_receiving", label["name"])
		self.assertEqual(self.look_up(label["code"])["batch"]["batch_no"], batch)

	def test_a_batch_of_another_item_is_not_what_the_label_says(self) -> None:
		gtin, batch = product_code(13), unique("B")[-16:]
		item = self.platform.make_item(barcodes=[{"barcode": gtin, "uom": ""}])
		other = self.platform.make_item(has_batch_no=1)
		label = self.label(other, qty=3, batch_no=batch)
		self.step("finish_receiving", label["name"])
		found = self.look_up(f"(01)0{gtin}(10){batch}")
		self.assertEqual((found["kind"], found["item"]["item_code"]), ("item", item))
		self.assertEqual(self.look_up("(240)NO-SUCH-ITEM(10)" + batch)["kind"], "unknown")

	def test_labels_of_one_line_and_of_an_order_of_others(self) -> None:
		one, other = self.platform.make_item(), self.platform.make_item()
		data = self.arrived(self.purchase(self.platform.make_warehouse(), (one, 5), (other, 5)))
		self.assertEqual(self.labels(data["name"]), [])
		for item, qty in ((one, 2), (other, 4), (one, 3)):
			self.step("receive", data["name"], line=self.line_of(data, item), qty=qty)
		self.assertEqual(
			[(label["item_code"], label["qty"]) for label in self.labels(data["name"])],
			[(one, "2"), (other, "4"), (one, "3")],
		)
		of_line = self.labels(data["name"], self.line_of(data, other))
		self.assertEqual([label["item_code"] for label in of_line], [other])
		elsewhere = self.platform.make_user([OPERATOR], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.labels(data["name"], user=elsewhere)
