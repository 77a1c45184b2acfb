"""The list of stock in staging: for which order, and since when; with an alert where it is there for too long."""

from decimal import Decimal

from inventory_midplatform.domain.roles import OPERATOR
from inventory_midplatform.ports import Row
from inventory_midplatform.services.outbound import in_staging
from inventory_midplatform.services.outbound import sync as outbound_sync
from inventory_midplatform.tests.behaviour.outbound_case import OutboundCase

D = Decimal


class OutboundStagingBehaviour(OutboundCase):
	def staged(self, warehouse: str, **more: object) -> list[Row]:
		rows: list[Row] = self.platform.call("outbound.list_staging", warehouse=warehouse, **more)["rows"]
		return rows

	def alerts(self, item: str) -> list[str]:
		rows = self.platform.rows(
			"SELECT status FROM `tabInventory Alert` WHERE item_code = %(item)s AND alert_type = 'Long in Staging'",
			item=item,
		)
		return [row["status"] for row in rows]

	def test_what_is_in_staging_is_listed_with_its_order_and_age(self) -> None:
		item, warehouse = self.stocked(10)
		self.assertEqual(self.staged(warehouse), [])
		order = self.order(item, warehouse, 4)
		data = self.pick_all(self.accepted(order))
		(row,) = self.staged(warehouse)
		self.assertEqual(
			(
				row["item_code"],
				row["qty"],
				row["outbound_order"],
				row["state"],
				row["source_name"],
				row["bin_code"],
			),
			(item, 4, data["name"], "To Pick", order, "STAGING"),
		)
		self.assertLess(row["hours"], 1)
		self.later(hours=30)
		self.assertGreaterEqual(self.staged(warehouse)[0]["hours"], 30)
		self.assertEqual(self.staged(warehouse, min_hours=31), [])
		elsewhere = self.platform.make_user([OPERATOR], [self.platform.make_warehouse()])
		with self.refused("warehouse_not_permitted", 403):
			self.platform.call("outbound.list_staging", user=elsewhere, warehouse=warehouse)
		seen = self.platform.call("outbound.list_staging", user=elsewhere, limit=500)["rows"]
		self.assertNotIn(warehouse, {row["warehouse"] for row in seen})

	def test_what_somebody_moved_there_belongs_to_no_order(self) -> None:
		item, warehouse = self.stocked(10)
		self.pick_all(self.accepted(self.order(item, warehouse, 4)))
		(row,) = self.staged(warehouse)
		unplaced = self.platform.rows(
			"SELECT name FROM `tabWarehouse Bin` WHERE warehouse = %(w)s AND bin_code = 'UNPLACED'",
			w=warehouse,
		)[0]["name"]
		moved = {
			"item_code": item,
			"warehouse": warehouse,
			"from_bin": unplaced,
			"to_bin": row["bin"],
			"qty": 2,
		}
		self.platform.call("stock.move", **moved)
		found = {r["outbound_order"]: r["qty"] for r in self.staged(warehouse)}
		self.assertEqual(found, {row["outbound_order"]: 4, "": 2})
		self.assertTrue(all(r["since"] for r in self.staged(warehouse)))

	def test_an_alert_opens_for_what_is_there_too_long_and_closes_when_it_is_gone(self) -> None:
		self.platform.settings(staging_alert_hours=24)
		item, warehouse = self.stocked(10)
		data = self.pick_all(self.accepted(self.order(item, warehouse, 4)))
		self.check_age()
		self.assertEqual(self.alerts(item), [])
		self.later(hours=25)
		self.check_age()
		self.check_age()
		self.assertEqual(self.alerts(item), ["Open"])
		self.step("unpick", data["name"], line=data["lines"][0]["line"], qty=4)
		self.check_age()
		self.assertEqual(self.alerts(item), ["Closed"])

	def check_age(self) -> None:
		with self.platform.context() as ctx:
			in_staging.check_age(ctx)

	def test_every_night_open_documents_get_the_orders_they_lack(self) -> None:
		self.platform.settings(outbound=False)
		item, warehouse = self.stocked(10)
		order = self.order(item, warehouse, 4)
		self.platform.settings(outbound=True)
		with self.platform.context() as ctx:
			before = f"{order[:-1]}"
			self.assertIn(order, outbound_sync.open_documents(ctx, "Sales Order", before, 1000))
			outbound_sync.sync(ctx, "Sales Order", order)
		self.assertEqual(self.task(order)["state"], "To Accept")
