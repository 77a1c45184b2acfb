"""What a bin holds at most by weight and volume, beside its quantity: in suggestions and when stock is moved."""

from typing import Any

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.behaviour.storage_case import StorageCase
from inventory_midplatform.tests.platform import unique


class BinLimitBehaviour(StorageCase):
	"""100 of an item of 2 kg and 0.25 m³ are in the Unplaced bin of a warehouse."""

	def setUp(self) -> None:
		super().setUp()
		self.item = self.sized(weight_per_unit=2, weight_uom="Kg", inventory_volume=0.25)
		self.receive(self.item, self.warehouse, 100)

	def sized(self, **values: Any) -> str:
		return self.platform.make_item(**values)

	def moved(self, to_bin: str, qty: Any, item_code: str = "") -> Row:
		result: Row = self.platform.call(
			"stock.move",
			item_code=item_code or self.item,
			warehouse=self.warehouse,
			from_bin=self.unplaced,
			to_bin=to_bin,
			qty=qty,
		)
		return result

	def sentences(self, reasons: list[Row]) -> list[str]:
		return [reason["sentence"] for reason in reasons]

	def test_the_least_of_quantity_weight_and_volume_is_suggested(self) -> None:
		self.bin("A1", sequence=1, capacity_qty=50, max_weight=20, max_volume=10)
		self.bin("B1", sequence=2, capacity_qty=50, max_weight=90, max_volume=2)
		self.bin("C1", sequence=3, capacity_qty=3, max_weight=90, max_volume=10)
		self.bin("D1", sequence=4)
		self.assertEqual(self.parts(self.put_away(40)), {"A1": 10, "B1": 8, "C1": 3, "D1": 19})

	def test_what_is_in_a_bin_of_any_item_counts(self) -> None:
		shelf = self.bin("A1", max_weight=100, max_volume=20)
		gram = self.sized(weight_per_unit=500, weight_uom=self.gram(), inventory_volume=0.5)
		self.receive(gram, self.warehouse, 20, shelf)
		self.moved(shelf, 25)
		# 20 × 0.5 kg + 25 × 2 kg leave 40 kg; 20 × 0.5 m³ + 25 × 0.25 m³ leave 3.75 m³
		self.assertEqual(self.parts(self.put_away(40)), {"A1": 15})
		self.platform.update("Warehouse Bin", shelf, {"max_volume": 0})
		self.assertEqual(self.parts(self.put_away(40)), {"A1": 20})
		self.platform.update("Warehouse Bin", shelf, {"max_weight": 0})
		self.assertEqual(self.parts(self.put_away(40)), {"A1": 40})

	def test_why_nothing_fits_names_the_limit(self) -> None:
		self.bin("A1", sequence=1, max_weight=7)
		self.bin("B1", sequence=2, max_volume=1)
		self.bin("C1", sequence=3, capacity_qty=1)
		suggested = self.put_away(20)
		self.assertEqual((self.parts(suggested), suggested["rest"]), ({"A1": 3.5, "B1": 4, "C1": 1}, 11.5))
		self.assertEqual(
			suggested["why_rest"]["sentence"],
			"11.5 fits nowhere: of 3 suitable bins 0 hold what must not be mixed with it and 3 have no room left,"
			" 1 of them by weight and 1 by volume.",
		)

	def test_whole_units_are_not_cut_by_weight(self) -> None:
		item = self.sized(stock_uom="Nos", weight_per_unit=3, weight_uom="Kg")
		self.bin("A1", max_weight=10)
		suggested = self.put_away(5, item)
		self.assertEqual((self.parts(suggested), suggested["rest"]), ({"A1": 3}, 2))

	def test_a_bin_that_is_too_weak_or_too_small_is_warned_of(self) -> None:
		weak = self.bin("A1", max_weight=20, max_volume=1)
		self.assertEqual(self.moved(weak, 4)["warnings"], [])
		self.assertEqual(
			self.sentences(self.moved(weak, 4)["warnings"]),
			["The bin has 1 m³ at most; 2 m³ is there now."],
		)
		self.assertEqual(
			self.sentences(self.put_away(3, bin=weak)["objections"]),
			[
				"The bin carries 20 kg at most; 22 kg is there now.",
				"The bin has 1 m³ at most; 2.75 m³ is there now.",
			],
		)

	def test_an_item_of_unknown_size_counts_as_nothing(self) -> None:
		shelf = self.bin("A1", max_weight=4, max_volume=0.5)
		self.policy(put_away_strategy="Zone", zone=self.zone_of(shelf))
		plain = self.platform.make_item()
		strange = self.sized(weight_per_unit=9, weight_uom=self.unit())
		for item in (plain, strange):
			self.receive(item, self.warehouse, 100)
			self.assertEqual(self.parts(self.put_away(100, item)), {"A1": 100})
			self.assertEqual(self.moved(shelf, 50, item)["warnings"], [])
		self.assertEqual(self.parts(self.put_away(5)), {"A1": 2})
		self.moved(shelf, 9)
		self.assertEqual(self.moved(shelf, 1, plain)["warnings"], [], "it makes nothing worse")

	def test_a_pick_face_is_refilled_as_far_as_its_weight_allows(self) -> None:
		face = self.bin("A1", max_weight=13)
		self.receive(self.item, self.warehouse, 40, self.bin("R1"))
		self.policy(item_code=self.item, fixed_bin=face, pick_face_minimum=4, pick_face_maximum=20)
		(task,) = self.platform.call("stock.list_refills", warehouse=self.warehouse)["refills"]
		self.assertEqual(task["refill_qty"], 6.5)

	def zone_of(self, bin: str) -> str:
		zone = self.platform.make_zone(self.warehouse)
		self.platform.update("Warehouse Bin", bin, {"zone": zone})
		return zone

	def unit(self) -> str:
		name = unique("Unit")
		return self.platform.create("UOM", {"name": name, "uom_name": name})

	def gram(self) -> str:
		"""Create a unit of which a Kg has 1000."""
		unit = self.unit()
		row = {"name": unique("UCF"), "from_uom": "Kg", "to_uom": unit, "value": 1000}
		with self.platform.context() as ctx:
			ctx.store.insert("UOM Conversion Factor", [row])
		return unit
