"""What another app adds by hooks with dotted paths: strategies that Storage Policies may name, datasets to query."""

from collections.abc import Sequence
from decimal import Decimal
from unittest.mock import patch

import erpnext.hooks
import frappe

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.domain.put_away import Bin, Candidate, Rules
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.reporting.datasets import Dataset, Dimension, Figure, Opens
from inventory_midplatform.services.locations import storage_policies
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests.site_case import SiteTestCase
from inventory_midplatform.tests.site_platform import SitePlatform


def fullest_first(contents: Sequence[BinContent], qty: Decimal) -> list[BinContent]:
	return sorted(contents, key=lambda c: -c.qty)


def roomiest(bins: Sequence[Bin], rules: Rules) -> list[Candidate]:
	return [
		(bin, Reason("It has the most room.")) for bin in sorted(bins, key=lambda b: b.filled - b.capacity)
	]


RECEIVED = Dataset(
	"receipts_of_batches",
	"Receipts of Batches",
	"`tabReceipt Layer` layer",
	{
		"item": "JOIN `tabItem` item ON item.name = layer.item_code",
		"wh": "JOIN `tabWarehouse` wh ON wh.name = layer.warehouse",
	},
	(Dimension("item_code", "Item", "layer.item_code", "Link", "Item", has_one_unit=True),),
	(Figure("qty", "SUM(layer.remaining_qty)"),),
	Opens("list", "Receipt Layer", {"item_code": "item_code"}),
)


def forget_hooks() -> None:
	"""Frappe reads the apps' hooks again."""
	frappe.cache.delete_value("app_hooks")
	frappe.local.request_cache.clear()


class TestStrategiesOfApps(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		hook = {
			"removal": {"Fullest First": f"{__name__}.fullest_first"},
			"put_away": {"Roomiest": f"{__name__}.roomiest"},
		}
		patched = patch.object(erpnext.hooks, "inventory_midplatform_strategies", hook, create=True)
		patched.start()
		self.addCleanup(forget_hooks)
		self.addCleanup(patched.stop)
		forget_hooks()
		self.item, self.warehouse = erp.item(), erp.warehouse()
		self.platform = SitePlatform()
		erp.receipt(self.item, self.warehouse, 10)
		for code, sequence, capacity in (("A", 1, 5), ("B", 2, 50)):
			erp.insert(
				"Warehouse Bin",
				bin_code=code,
				warehouse=self.warehouse,
				sequence=sequence,
				capacity_qty=capacity,
			)
		frappe.db.commit()

	def suggested(self, operation: str) -> list[tuple[str, float, str]]:
		result = self.platform.call(operation, item_code=self.item, warehouse=self.warehouse, qty=8)
		return [(p["bin_code"], p["qty"], p["reason"]["sentence"]) for p in result["bins"]]

	def test_a_policy_may_name_an_apps_strategies(self) -> None:
		self.platform.call(
			"stock.move",
			item_code=self.item,
			warehouse=self.warehouse,
			from_bin=f"UNPLACED - {self.warehouse}",
			to_bin=f"B - {self.warehouse}",
			qty=7,
		)
		erp.insert(
			"Storage Policy",
			warehouse=self.warehouse,
			removal_strategy="Fullest First",
			put_away_strategy="Roomiest",
		)
		frappe.db.commit()
		why = "The strategy Fullest First takes it from here."
		self.assertEqual(self.suggested("stock.suggest_removal"), [("B", 7, why), ("UNPLACED", 1, why)])
		self.assertEqual(self.suggested("stock.suggest_put_away"), [("B", 8, "It has the most room.")])
		names = self.platform.call("stock.list_strategies")
		self.assertIn("Fullest First", names["removal"])
		self.assertIn("FIFO", names["removal"])
		self.assertIn("Roomiest", names["put_away"])
		found = storage_policies.removal_strategies(site_context(), [(self.item, self.warehouse)])
		self.assertEqual([s.name for s in found.values()], ["Fullest First"])

	def test_without_the_app_its_strategies_are_unknown(self) -> None:
		del erpnext.hooks.inventory_midplatform_strategies["removal"]
		forget_hooks()
		with self.assertRaises(InvalidInput) as refused:
			self.platform.create(
				"Storage Policy", {"warehouse": self.warehouse, "removal_strategy": "Fullest First"}
			)
		self.assertEqual(refused.exception.code, "unknown_strategy")


class TestDatasetsOfApps(SiteTestCase):
	def test_an_apps_dataset_is_queried_as_the_shipped_ones(self) -> None:
		item, mine, other = erp.item(), erp.warehouse(), erp.warehouse()
		erp.receipt(item, mine, 4)
		erp.receipt(item, other, 5)
		frappe.db.commit()
		hook = {RECEIVED.name: f"{__name__}.RECEIVED"}
		self.addCleanup(forget_hooks)
		platform = SitePlatform()
		storekeeper = platform.make_user(["Warehouse Operator"], [mine])
		about = {"dataset": RECEIVED.name, "group": [{"field": "item_code"}], "measures": ["qty"]}
		about["where"] = [{"field": "item_code", "value": item}]
		with patch.object(erpnext.hooks, "inventory_midplatform_datasets", hook, create=True):
			forget_hooks()
			for user, qty in (("", 9), (storekeeper, 4)):
				rows = platform.call("view.query", user=user, **about)["rows"]
				self.assertEqual([(row["item_code"], row["qty"]) for row in rows], [(item, qty)])
			names = [dataset["name"] for dataset in platform.call("view.datasets")["datasets"]]
			self.assertIn(RECEIVED.name, names)
		forget_hooks()
		with self.assertRaises(NotFound):
			platform.call("view.query", **about)
