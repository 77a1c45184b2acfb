"""Taking in the stock of a site that had some before."""

import frappe

from benchmarks import bulk
from benchmarks.at_site import begin, scaled
from benchmarks.figures import Figure, Part, profile, seconds, short
from inventory_midplatform.adapters.site import jobs

PLACES = 5


def take_in() -> None:
	for _ in jobs.taking_in():
		pass


def main() -> None:
	begin()
	part = Part("taking_in")
	items, places = scaled(10_000, least=20), bulk.warehouses(PLACES)
	bulk.items("TAKE", items)
	for count in (items // 10, items):
		bulk.forget_stock()
		bulk.bins("TAKE", count, places, 100)
		bulk.analyze("Bin", "Stock Position", "Bin Stock", "Stock Movement")
		used = seconds(take_in)
		rows = count * PLACES
		assert frappe.db.count("Stock Position", {"on_hand": 100}) == rows
		part.add(
			Figure(
				"Existing stock taken in",
				f"{rows:,} items × warehouses",
				f"{short(used)} s, {short(rows / used)} rows/s",
				samples={"ours s": [used]},
			)
		)
	bulk.forget_stock()
	bulk.bins("TAKE", items // 5, places, 100)
	part.profiles[f"{items // 5 * PLACES:,} items × warehouses"] = profile(take_in)
	part.hand_over()


if __name__ == "__main__":
	main()
