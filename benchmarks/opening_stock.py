"""Record the opening stock of a site that had stock before."""

import frappe

from benchmarks import bulk
from benchmarks.at_site import begin, scaled
from benchmarks.figures import Figure, Part, profile, seconds, short
from inventory_midplatform.adapters.site import jobs

WAREHOUSES = 5


def record() -> None:
	for _ in jobs.recording_opening_stock():
		pass


def main() -> None:
	begin()
	part = Part("opening_stock")
	items, warehouses = scaled(10_000, least=20), bulk.warehouses(WAREHOUSES)
	bulk.items("OPENING", items)
	for count in (items // 10, items):
		bulk.forget_stock()
		bulk.bins("OPENING", count, warehouses, 100)
		bulk.analyze("Bin", "Stock Position", "Bin Stock", "Stock Movement")
		used = seconds(record)
		rows = count * WAREHOUSES
		assert frappe.db.count("Stock Position", {"on_hand": 100}) == rows
		part.add(
			Figure(
				"Opening stock recorded",
				f"{rows:,} items × warehouses",
				f"{short(used)} s, {short(rows / used)} rows/s",
				samples={"here s": [used]},
			)
		)
	bulk.forget_stock()
	bulk.bins("OPENING", items // 5, warehouses, 100)
	part.profiles[f"{items // 5 * WAREHOUSES:,} items × warehouses"] = profile(record)
	part.report()


if __name__ == "__main__":
	main()
