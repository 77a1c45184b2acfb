"""Bad input is refused with a code and a sentence, and changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from inventory_midplatform.api.operation import QUOTES
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.tests.behaviour.base import Behaviour
from inventory_midplatform.tests.platform import unique

HOSTILE = (
	"O'Brien's \"best\"",
	"100% %s %(item)s %d",
	"'; DROP TABLE `tabItem`; --",
	"back\\slash\\' \\",
	"line\nbreak\ttab",
	"emoji 🧊📦",
	"冷库 甲区",
	"{item_code} {0} {}",
	"5 < 6 & 7 > 6 &lt;i&gt;",
	":p0 ? $1",
)


class BadInputBehaviour(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		self.item, self.warehouse = self.stocked(100)
		self.unplaced = f"UNPLACED - {self.warehouse}"

	@contextmanager
	def nothing_changes(self) -> Iterator[None]:
		before = self.everything()
		yield
		self.assertEqual(self.everything(), before)

	def everything(self) -> Any:
		counts = self.platform.call("ledger.verify")["checked"]
		return (
			self.position(self.item, self.warehouse),
			self.in_bins(self.item, self.warehouse),
			counts["Stock Movement"],
			counts["Inventory Reservation"],
		)

	def arguments(self, operation: str) -> dict[str, Any]:
		"""Return arguments with which an operation would succeed."""
		where = {"item_code": self.item, "warehouse": self.warehouse}
		if operation == "stock.move":
			shelf = self.platform.make_bin(self.warehouse)
			return {**where, "from_bin": self.unplaced, "to_bin": shelf, "qty": 1}
		if operation == "request.create":
			items = [{"item_code": self.item, "qty": 1}]
			return {"request_type": "Issue", "warehouse": self.warehouse, "items": items}
		if operation in ("reservation.get", "reservation.release"):
			return {"name": self.reserve(self.item, self.warehouse, 1)["name"]}
		if operation in ("request.get", "request.submit", "request.cancel"):
			return {"name": self.platform.call("request.create", **self.arguments("request.create"))["name"]}
		if operation in ("stock.list_positions", "reservation.list", "replenishment.suggest"):
			return {}
		return {**where, "qty": 1} if operation == "reservation.reserve" else where

	def test_invalid_quantities(self) -> None:
		bad: tuple[Any, ...] = (
			"0",
			0,
			-1,
			"-0.5",
			"NaN",
			float("nan"),
			"Infinity",
			float("inf"),
			"-inf",
			"twelve",
			"",
			None,
			True,
			[1],
		)
		bad += (
			"1e-10",
			"0.1234567891",
			"1" * 20,
			Decimal("12345678901234567890"),
			"1e15",
			"1e400",
			"1E-1000100",
			Decimal("1E-1000100"),
			"1E+1000100",
			"1." + "0" * 40 + "1",
			"１２x",
			"１２",
			"1_0",
			"0x10",
		)
		move = self.arguments("stock.move")
		with self.nothing_changes():
			for qty in bad:
				with self.subTest(qty=qty):
					with self.refused("invalid_quantity", 400):
						self.reserve(self.item, self.warehouse, qty)
					with self.refused("invalid_quantity", 400):
						self.platform.call("stock.move", **{**move, "qty": qty})

	def test_sums_too_large_for_any_column(self) -> None:
		more_than_half = {"qty": "600000000000", "shortage_policy": "Wait"}
		waiting = self.reserve(self.item, self.warehouse, **more_than_half)
		with self.nothing_changes(), self.refused("too_large"):
			self.reserve(self.item, self.warehouse, **more_than_half)
		self.platform.call("reservation.release", name=waiting["name"])
		with self.nothing_changes(), self.refused("too_large"):
			self.receive(self.item, self.warehouse, 600000000000)

	def test_a_fraction_of_a_whole_unit(self) -> None:
		item, warehouse = self.stocked(10, stock_uom="Nos")
		bins = {"from_bin": f"UNPLACED - {warehouse}", "to_bin": self.platform.make_bin(warehouse)}
		about = {"item_code": item, "warehouse": warehouse}
		with self.refused("not_whole", 400, uom="Nos"):
			self.reserve(item, warehouse, "0.5")
		with self.refused("not_whole", 400):
			self.platform.call("stock.move", **about, **bins, qty="0.5")
		with self.refused("not_whole", 400):
			self.platform.call("stock.suggest_removal", **about, qty="1.5")
		name = self.reserve(item, warehouse, 4)["name"]
		for operation in ("reservation.release", "reservation.allocate"):
			with self.refused("not_whole", 400):
				self.platform.call(operation, name=name, qty="1.5")
		self.assert_position(item, warehouse, on_hand=10, reserved=4)

	def test_a_unit_that_exceeds_the_largest_quantity(self) -> None:
		item, warehouse = self.stocked(10, uoms=[{"uom": "Box", "conversion_factor": 10**9}])
		with self.refused("invalid_quantity", 400):
			self.reserve(item, warehouse, 999999999999, uom="Box")

	def test_a_unit_that_needs_more_digits_than_a_quantity_has(self) -> None:
		item, warehouse = self.stocked(10_000_000, uoms=[{"uom": "Box", "conversion_factor": 0.45359237}])
		made = self.reserve(item, warehouse, "12345678.9", uom="Box")
		self.assertAlmostEqual(made["qty"], 5599905.751, places=2)

	def test_unusual_but_valid_quantities(self) -> None:
		for qty, reserved in (
			("1e1", 10),
			(" 2 ", 2),
			(0.5, 0.5),
			("0.000000001", 1e-9),
			(Decimal("3.100"), 3.1),
		):
			with self.subTest(qty=qty):
				made = self.reserve(self.item, self.warehouse, qty)
				self.assertEqual(made["reserved_qty"], reserved)

	def test_unknown_disabled_and_non_stock_items(self) -> None:
		disabled = self.platform.make_item(disabled=1)
		service = self.platform.make_item(is_stock_item=0)
		with self.nothing_changes():
			for item, code, status in (
				(unique("none"), "unknown_item", 404),
				(disabled, "disabled_item", 400),
				(service, "not_a_stock_item", 400),
				("", "missing_argument", 400),
			):
				with self.subTest(item=item), self.refused(code, status):
					self.reserve(item, self.warehouse, 1)

	def test_unknown_disabled_and_group_warehouses(self) -> None:
		disabled = self.platform.make_warehouse(disabled=1)
		group = self.platform.make_warehouse(is_group=1)
		with self.nothing_changes():
			for warehouse, code, status in (
				(unique("none"), "unknown_warehouse", 404),
				(disabled, "disabled_warehouse", 400),
				(group, "group_warehouse", 400),
				("", "missing_argument", 400),
			):
				with self.subTest(warehouse=warehouse), self.refused(code, status):
					self.reserve(self.item, warehouse, 1)

	def test_unknown_reservations(self) -> None:
		with self.nothing_changes():
			for operation in ("reservation.get", "reservation.release"):
				with self.refused("unknown_reservation", 404):
					self.platform.call(operation, name=unique("none"))

	def test_missing_unknown_and_malformed_arguments(self) -> None:
		where = {"item_code": self.item, "warehouse": self.warehouse}
		with self.nothing_changes():
			for arguments, code, argument in (
				({"item_code": self.item, "qty": 1}, "missing_argument", "warehouse"),
				({**where}, "missing_argument", "qty"),
				({**where, "qty": 1, "quantity": 2}, "unknown_argument", "quantity"),
				({**where, "qty": 1, "item_code": 7}, "invalid_argument", "item_code"),
				({**where, "qty": 1, "item_code": ["x"]}, "invalid_argument", "item_code"),
				({**where, "qty": 1, "priority": "urgent"}, "invalid_argument", "priority"),
				({**where, "qty": 1, "priority": 10**30}, "invalid_argument", "priority"),
				({**where, "qty": 1, "shortage_policy": "Hope"}, "invalid_argument", "shortage_policy"),
				({**where, "qty": 1, "expires_at": "tomorrow"}, "invalid_argument", "expires_at"),
				({**where, "qty": 1, "expires_at": "2099-01-01T00:00:00Z"}, "invalid_argument", "expires_at"),
				({**where, "qty": 1, "name": "x" * 141}, "too_long", "name"),
				({**where, "qty": 1, "demand_name": "x" * 141}, "too_long", "demand_name"),
				({**where, "qty": 1, "reason": "x" * 2001}, "too_long", "reason"),
				({**where, "qty": 1, "reason": "\ud800"}, "invalid_argument", "reason"),
			):
				with self.subTest(arguments=str(arguments)[:80]), self.refused(code, 400, argument=argument):
					self.platform.call("reservation.reserve", **arguments)
			for limit in (0, -1, 501, "many"):
				with self.subTest(limit=limit), self.refused("invalid_argument", 400, argument="limit"):
					self.platform.call("stock.list_positions", limit=limit)
			with self.refused("invalid_argument", 400, argument="offset"):
				self.platform.call("stock.list_positions", offset=-1)

	def test_roles(self) -> None:
		stranger = self.platform.make_user([])
		inspector = self.platform.make_user(["Quality Inspector"])
		with self.nothing_changes():
			with self.refused("not_permitted", 403):
				self.reserve(self.item, self.warehouse, 1, user=stranger)
			with self.refused("not_permitted", 403):
				self.reserve(self.item, self.warehouse, 1, user=inspector)
			with self.refused("not_permitted", 403):
				self.platform.call("stock.list_positions", user=stranger)
			self.platform.call("stock.list_positions", user=inspector)

	def test_any_text_in_any_argument_is_only_text(self) -> None:
		"""A call with such a text is accepted or refused with a domain error, never a database error, and nothing is lost."""
		texts = {
			"stock.get_position": ("item_code", "warehouse"),
			"stock.explain": ("item_code", "warehouse"),
			"stock.list_positions": ("item_code", "item_group", "warehouse", "company", "only"),
			"stock.move": ("item_code", "warehouse", "from_bin", "to_bin", "stock_status", "batch_no"),
			"reservation.reserve": ("item_code", "warehouse", "shortage_policy", "expires_at"),
			"reservation.get": ("name",),
			"reservation.list": ("demand_type", "demand_name", "item_code", "warehouse", "status"),
			"replenishment.suggest": ("company", "warehouse", "item_code"),
			"request.create": ("warehouse", "request_type", "required_by"),
			"request.get": ("name",),
			"request.submit": ("name",),
			"request.cancel": ("name",),
		}
		good = {operation: self.arguments(operation) for operation in texts}
		with self.nothing_changes():
			for operation, names in texts.items():
				for name in names:
					for text in HOSTILE:
						with self.subTest(operation=operation, argument=name, text=text):
							try:
								self.platform.call(operation, **{**good[operation], name: text})
							except InventoryError as error:
								self.assertIn(error.http_status_code, (400, 403, 404, 409))
								self.assertTrue(str(error))

	def test_markup_is_refused_in_every_text_that_is_shown(self) -> None:
		for text in ("<img src=x onerror=alert(1)>", "</td>", "<!--", "a<script>"):
			good = self.arguments("reservation.reserve")
			for argument in ("name", "demand_type", "demand_name", "demand_line", "reason"):
				with (
					self.subTest(text=text, argument=argument),
					self.refused("markup", 400, argument=argument),
				):
					self.platform.call("reservation.reserve", **{**good, argument: text})
		self.assert_position(self.item, self.warehouse, reserved=0)

	def test_a_name_that_could_end_an_html_attribute_is_refused(self) -> None:
		name = self.reserve(self.item, self.warehouse, 2)["name"]
		demand = {"demand_type": "Shop Order", "demand_name": unique()}
		for text in ('R1" onmouseover="alert(1)', "it's", "a<b", "a>b", "`x`"):
			with self.subTest(text=text):
				with self.refused("markup", 400, argument="name"):
					self.reserve(self.item, self.warehouse, 1, name=text)
				with self.refused("markup", 400, argument="new_name"):
					self.platform.call("reservation.reassign", name=name, **demand, new_name=text)

	def test_an_empty_quantity_does_not_mean_all(self) -> None:
		name = self.reserve(self.item, self.warehouse, 10)["name"]
		demand = {"demand_type": "Shop Order", "demand_name": unique()}
		for qty in ("1E-1000100", Decimal("1E-1000100"), "0"):
			with self.subTest(qty=qty):
				with self.refused("invalid_quantity", 400):
					self.platform.call("reservation.release", name=name, qty=qty)
				with self.refused("invalid_quantity", 400):
					self.platform.call("reservation.reassign", name=name, qty=qty, **demand)
				with self.refused("invalid_quantity", 400):
					self.platform.call("reservation.allocate", name=name, qty=qty)
		self.assert_position(self.item, self.warehouse, reserved=10)

	def test_any_text_is_returned_as_it_was_sent(self) -> None:
		for text in HOSTILE:
			with self.subTest(text=text):
				name = f"{unique('r')} {QUOTES.sub('', text)}"
				made = self.reserve(
					self.item,
					self.warehouse,
					1,
					name=name,
					demand_name=text,
					demand_line=text,
					reason=text,
					key=f"{unique()} {text}",
				)
				again = self.platform.call("reservation.get", name=name)
				self.assertEqual(again, made)
				self.assert_reservation(again, name=name, demand_name=text, demand_line=text, reason=text)
				self.platform.call("reservation.release", name=name, reason=text)
				purpose = self.platform.call(
					"request.create", **self.arguments("request.create"), purpose=text
				)
				self.assertEqual(purpose["purpose"], text)
		self.assert_position(self.item, self.warehouse, reserved=0, available=100)

	def test_an_unknown_operation(self) -> None:
		with self.refused("unknown_operation", 404):
			self.platform.call("stock.destroy")
