"""Two storekeepers at once, over the standalone server on SQLite and on MariaDB."""

import unittest
from collections.abc import Sequence

from served_races import ServedRaces

from inventory_midplatform.tests.outbound_races import OutboundRaces
from inventory_midplatform.tests.races_over_http import Call


class StandaloneRaces(ServedRaces, OutboundRaces):
	def test_five_pack_one_wave(self) -> None:
		"""Each of five scans at once is counted, at one of the orders."""
		waves: list[str] = []

		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			name = self.picked_wave(item, warehouse, 1, 2, 2)["name"]
			waves.append(name)
			return [("pack.scan", {"code": item, "wave": name})] * 5

		self.assertEqual(self.raced(prepare).keys(), {("ok",) * 5})
		for name in waves:
			self.assertEqual(self.platform.call("wave.get", name=name)["orders_to_pack"], 0)


class TestOutboundRacesOnSqlite(StandaloneRaces, unittest.TestCase):
	engine = "sqlite"


class TestOutboundRacesOnMariaDB(StandaloneRaces, unittest.TestCase):
	engine = "mariadb"
