"""What comes in to a shop: Purchase Orders and codes that nobody used before."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from inventory_midplatform.adapters.standalone.context import new_api_key
from inventory_midplatform.domain.product_codes import has_check_digit
from inventory_midplatform.domain.roles import INSPECTOR, OPERATOR
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests.platform import unique

if TYPE_CHECKING:
	from conftest import Shop

NUMBERS = count(690777770001)
NEXT_YEAR = date.today() + timedelta(days=400)
YYMMDD = NEXT_YEAR.strftime("%y%m%d")


def product_code(body: str) -> str:
	"""The digits with their check digit."""
	return next(f"{body}{digit}" for digit in range(10) if has_check_digit(f"{body}{digit}"))


def new_batch() -> str:
	return "B" + unique("").strip("-")[-8:].upper()


class Dock:
	"""Purchase Orders to a shop, and who receives and inspects them."""

	def __init__(self, shop: "Shop"):
		self.shop, self.platform = shop, shop.platform
		self.platform.settings(inbound=True)
		self.supplier = self.platform.make_supplier()
		user = self.platform.make_user([OPERATOR, INSPECTOR], [shop.warehouse])
		with self.platform.context() as ctx:
			self.key = new_api_key(ctx, user)

	def item(self, name: str, **values: Any) -> tuple[str, str]:
		"""Return the barcode and the code of an item; a box of twelve of it has the code "1" + barcode."""
		body = str(next(NUMBERS))
		barcode, box = product_code(body), product_code(f"1{body}")
		code = self.shop.item(
			name,
			barcodes=[{"barcode": barcode, "uom": "Nos"}, {"barcode": box, "uom": "Box"}],
			uoms=[{"uom": "Nos", "conversion_factor": 1}, {"uom": "Box", "conversion_factor": 12}],
			**values,
		)
		return barcode, code

	def purchase(self, *lines: tuple[str, int]) -> str:
		rows = [PostingLine(item, self.shop.warehouse, Decimal(qty), Decimal(10)) for item, qty in lines]
		return self.platform.books.purchase(self.supplier, rows)

	def order(self, purchase: str, state: str = "") -> dict[str, Any]:
		found = self.platform.call("inbound.list_tasks", search=purchase)["tasks"]
		names = [task["name"] for task in found if state in ("", task["state"])]
		order: dict[str, Any] = self.platform.call("inbound.get", name=names[0])
		return order

	def received(self, name: str) -> list[tuple[str, str, int]]:
		"""(batch, serial number, quantity) of what was scanned."""
		rows = self.platform.call("inbound.get", name=name)["received"]
		return [(row["batch_no"], row["serial_no"], int(row["qty"])) for row in rows]

	def step(self, step: str, name: str, **arguments: Any) -> dict[str, Any]:
		data: dict[str, Any] = self.platform.call(f"inbound.{step}", name=name, **arguments)["data"]
		return data

	def to_put_away(self, *lines: tuple[str, int]) -> tuple[str, str]:
		"""Receive a Purchase Order over REST; return its number and its order's name."""
		purchase = self.purchase(*lines)
		name = self.order(purchase)["name"]
		for line in self.step("arrive", name)["lines"]:
			self.step("receive", name, line=line["line"], qty=line["expected_qty"])
		self.step("finish_receiving", name)
		return purchase, name
