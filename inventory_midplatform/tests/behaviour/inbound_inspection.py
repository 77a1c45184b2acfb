"""Inspection in depth: what an inspector says, shows and decides."""

from base64 import b64encode

from inventory_midplatform.domain.roles import OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.inbound_case import InboundCase

PHOTO = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A picture of one pixel."""


def data_url(kind: str, content: bytes) -> str:
	return f"data:image/{kind};base64,{b64encode(content).decode()}"


class InspectionCase(InboundCase):
	def to_inspect(self, qty: int = 8, **item: object) -> tuple[str, str, str, str]:
		"""Receive an item that is to be inspected; return item, warehouse, the Inbound Order and its line."""
		code = self.platform.make_item(inspection_required_before_purchase=1, **item)
		warehouse = self.platform.make_warehouse()
		data = self.received(self.purchase(warehouse, (code, qty)))
		return code, warehouse, data["name"], data["lines"][0]["line"]

	def inspect(self, name: str, line: str, user: str = "", **said: object) -> Row:
		return self.step("inspect", name, user=user, line=line, **said)


class InspectionPhotoBehaviour(InspectionCase):
	def files_of(self, name: str) -> list[Row]:
		return self.platform.rows(
			"SELECT file_url, is_private FROM `tabFile` WHERE attached_to_doctype = 'Inbound Order'"
			" AND attached_to_name = %(name)s",
			name=name,
		)

	def test_a_photo_is_attached_to_the_order_and_named_with_its_inspection(self) -> None:
		item, _, name, line = self.to_inspect()
		self.inspect(name, line, accepted=5)
		data = self.inspect(name, line, rejected=2, reason="Wet", rejected_as="Damaged", photo=PHOTO)["data"]
		first, second = data["inspections"]
		self.assertEqual((first["accepted_qty"], first["rejected_qty"], first["photo"]), (5, 0, ""))
		expected = {
			"line": line,
			"item_code": item,
			"rejected_qty": 2,
			"rejected_as": "Damaged",
			"reason": "Wet",
		}
		self.assertEqual({k: second[k] for k in expected}, expected)
		self.assertEqual(self.files_of(name), [{"file_url": second["photo"], "is_private": 1}])
		self.assertTrue(second["photo"].startswith("/private/files/"))
		self.assertEqual(self.get(name)["inspections"], data["inspections"])
		reader = self.platform.make_user([OPERATOR])
		seen = self.platform.call("inbound.get", name=name, user=reader)["inspections"]
		self.assertEqual([i["photo"] for i in seen], ["", second["photo"]])

	def test_what_is_no_photo_is_refused_and_changes_nothing(self) -> None:
		item, warehouse, name, line = self.to_inspect()
		png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
		for code, photo in (
			("not_a_photo", "hello"),
			("not_a_photo", "https://example.com/photo.png"),
			("not_a_photo", "data:text/html;base64,PGI+"),
			("not_a_photo", "data:image/svg+xml;base64,PHN2Zy8+"),
			("not_a_photo", "data:image/png;base64,%%%"),
			("not_a_photo", "data:image/png;base64,"),
			("not_a_photo", data_url("png", b"<html>")),
			("not_a_photo", data_url("png", png)),
			("not_a_photo", data_url("jpeg", b"\xff\xd8\xff\xe0\x00\x00" + bytes(100))),
			("not_a_photo", PHOTO.replace("png", "jpeg")),
			("photo_too_large", data_url("png", png + b"\x00\x01\x00\x00" * 2)),
			("photo_too_large", PHOTO + "A" * 700_000),
			("photo_too_large", data_url("png", png + bytes(499_990))),
		):
			with self.subTest(photo=photo[:60]), self.refused(code, 400):
				self.inspect(name, line, accepted=8, photo=photo)
		self.assertEqual((self.files_of(name), self.get(name)["inspections"]), ([], []))
		self.assert_position(item, warehouse, on_hand=8, on_hold=8)

	def test_a_refused_inspection_leaves_no_photo(self) -> None:
		_, _, name, line = self.to_inspect()
		with self.refused("more_than_left"):
			self.inspect(name, line, accepted=9, photo=PHOTO)
		self.assertEqual(self.files_of(name), [])

	def test_inspections_of_a_cancelled_receipt_are_not_those_of_the_next(self) -> None:
		_, _, name, line = self.to_inspect()
		data = self.inspect(name, line, accepted=8, photo=PHOTO)["data"]
		self.platform.books.cancel(self.receipt_of(data))
		self.assertEqual(self.get(name)["inspections"], [])
		self.step("finish_receiving", name)
		data = self.inspect(name, line, rejected=8, reason="Wet")["data"]
		self.assertEqual([(i["rejected_qty"], i["photo"]) for i in data["inspections"]], [(8, "")])
