"""Reserve and consume on SQLite: the ledger alone, without ERPNext, at growing sizes."""

import sys
import tempfile
from decimal import Decimal
from pathlib import Path

from benchmarks.figures import Figure, Part, profile, seconds, short
from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.domain.settlement.postings import Posting, PostingRow
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.services.settlement import settlement

SIZES = (1_000, 10_000, 100_000, 1_000_000)
PAIRS = 1_000
ITEMS = 100
AIM = 1_000
WAREHOUSE = "Store - B"
ORDER = "Shop Order"
ONE = Decimal(1)

GROW = """
INSERT INTO `tabStock Movement` (name, owner, creation, modified, modified_by, item_code, warehouse, bin, qty, kind,
	posting_datetime, batch_no, stock_status, stock_owner, voucher_type, voucher_no, voucher_detail_no, revision,
	posting_key, reason)
WITH RECURSIVE numbers(n) AS (SELECT %(first)s UNION ALL SELECT n + 1 FROM numbers WHERE n < %(last)s)
SELECT 'GROWN-' || n, m.owner, m.creation, m.modified, m.modified_by, 'PAIR-' || (n / 2 %% %(items)s), m.warehouse,
	m.bin, CASE n %% 2 WHEN 0 THEN 1 ELSE -1 END, 'Incoming', m.posting_datetime, '', 'Available', '', 'Stock Entry',
	'GROWN-' || n, '', 0, hex(randomblob(16)), ''
FROM numbers JOIN (SELECT * FROM `tabStock Movement` LIMIT 1) m
"""
"""In and out again, so that on hand stays the same."""


def prepare(platform: Standalone) -> None:
	with platform.context() as ctx:
		create = ctx.documents.create
		create("Company", {"name": "Bench", "company_name": "Bench", "abbr": "B"})
		create("UOM", {"name": "Nos", "uom_name": "Nos", "must_be_whole_number": 1})
		create("Warehouse", {"name": WAREHOUSE, "warehouse_name": "Store", "company": "Bench"})
		for n in range(ITEMS):
			code = f"PAIR-{n}"
			create(
				"Item",
				{"name": code, "item_code": code, "item_name": code, "stock_uom": "Nos", "is_stock_item": 1},
			)
		ctx.books.receive(
			[PostingLine(f"PAIR-{n}", WAREHOUSE, Decimal(1_000_000), ONE) for n in range(ITEMS)]
		)


def grow(platform: Standalone, size: int) -> None:
	with platform.context() as ctx:
		have = ctx.store.rows("SELECT COUNT(*) AS n FROM `tabStock Movement`")[0]["n"]
		if size > have:
			first = have + have % 2
			ctx.store.execute(GROW, {"first": first, "last": first + size - have - 1, "items": ITEMS})


def pair(platform: Standalone, n: int) -> None:
	"""Two transactions, each on disk: reserve for an order, then deliver to it."""
	item, order = f"PAIR-{n % ITEMS}", new_id()
	platform.call(
		"reservation.reserve",
		{"item_code": item, "warehouse": WAREHOUSE, "qty": "1", "demand_type": ORDER, "demand_name": order},
	)
	with platform.context() as ctx:
		ctx.store.execute(
			"UPDATE `tabBin` SET actual_qty = actual_qty - 1 WHERE item_code = %(item)s AND warehouse = %(warehouse)s",
			{"item": item, "warehouse": WAREHOUSE},
		)
		row = PostingRow(item, WAREHOUSE, -ONE, "1", Demand(ORDER, order, ""))
		settlement.settle(ctx, [Posting("Delivery Note", order, ctx.clock.now(), (row,))])


def main() -> None:
	scale = float(sys.argv[1])
	part = Part("pairs")
	with tempfile.TemporaryDirectory(prefix="inventory-bench-") as folder:
		platform = Standalone(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
		prepare(platform)
		count = max(int(PAIRS * scale), 20)

		def run() -> None:
			for n in range(count):
				pair(platform, n)

		run()
		rates: dict[int, list[float]] = {}
		for size in (max(int(size * scale), 200) for size in SIZES):
			grow(platform, size)
			rates[size] = sorted(count / seconds(run) for _ in range(3))
		base = next(iter(rates.values()))[1]
		for size, samples in rates.items():
			part.add(
				Figure(
					"Reserve and consume, pairs in one process, SQLite",
					f"from {size:,} movements",
					f"{short(samples[1])} pairs/s",
					f"at the smallest size {short(base)}",
					samples[1] / base,
					f"≥ {AIM:,} pairs/s",
					samples[1] >= AIM,
					{"here pairs/s": samples},
				)
			)
		with platform.context() as ctx:
			left = ctx.store.rows(
				"SELECT COUNT(*) AS n FROM `tabInventory Reservation` WHERE status <> 'Consumed'"
			)
			assert left[0]["n"] == 0
		part.profiles["pairs at the largest size"] = profile(run)
		platform.close()
	part.report()


if __name__ == "__main__":
	main()
