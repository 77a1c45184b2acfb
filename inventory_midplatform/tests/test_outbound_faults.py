"""Neither or both, on a site: whatever call of the Store or the Books fails in a shipment, nothing of the step is left."""

from decimal import Decimal

from inventory_midplatform.adapters.site.books import SiteBooks
from inventory_midplatform.adapters.site.store import SiteStore
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests.breaking import TABLES, checksums, fails_as_a_whole, shipment_with_a_wave
from inventory_midplatform.tests.site_case import SiteTestCase, switch
from inventory_midplatform.tests.site_platform import SitePlatform

ERPNEXTS = ("Packing Slip", "Packing Slip Item", "Shipment", "GL Entry", "Sales Order Item", "Bin")
SETTINGS = ("outbound_enabled", "create_packing_slips", "create_shipments")


class TestOutboundFaults(SiteTestCase):
	def test_a_fault_at_any_call_of_a_shipment_leaves_nothing_of_its_step(self) -> None:
		switch(outbound_check="Off", **dict.fromkeys(SETTINGS, 1))
		self.addCleanup(switch, **dict.fromkeys(SETTINGS, 0))
		platform = SitePlatform()
		item, warehouse = platform.make_item(), platform.make_warehouse()
		bin = platform.make_bin(warehouse)
		platform.books.receive([PostingLine(item, warehouse, Decimal(10), Decimal(1), bin)])
		for qty in (2, 3):
			line = PostingLine(item, warehouse, Decimal(qty), Decimal(10))
			platform.books.order(platform.make_customer(), [line])
		for operation, arguments in shipment_with_a_wave(platform, item, warehouse, bin):
			with self.subTest(operation=operation):
				tables = (*TABLES, *ERPNEXTS)
				fails_as_a_whole(platform, SiteStore, SiteBooks, operation, arguments, tables, checksums)
				self.assertEqual(platform.verify([item]), [])
