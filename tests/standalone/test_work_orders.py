"""Work Orders that another system wrote into the standalone tables: what they want is promised to nobody else."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.services.planning import open_demand
from inventory_midplatform.tests.platform import unique


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
@pytest.mark.parametrize(("left", "demanded"), [("first", (0, 4)), ("second", (6, 0)), ("elsewhere", (2, 4))])
def test_what_was_taken_is_shared_out_over_rows_of_two_warehouses(
	request: pytest.FixtureRequest, engine: str, left: str, demanded: tuple[int, int]
) -> None:
	platform: StandalonePlatform = request.getfixturevalue(engine)
	item, product = platform.make_item(), platform.make_item()
	places = {name: platform.make_warehouse() for name in ("first", "second", "elsewhere")}
	transferred = {"first": 6, "second": 4, "elsewhere": 4}[left]
	order = unique("WO")
	entry = {"name": unique("STE"), "work_order": order, "purpose": "Material Transfer for Manufacture"}
	with platform.context() as ctx:

		def insert(doctype: str, *rows: dict[str, Any]) -> None:
			ctx.store.insert(doctype, rows)

		insert(
			"Work Order",
			{
				"name": order,
				"production_item": product,
				"docstatus": 1,
				"status": "In Process",
				"planned_start_date": datetime(2090, 1, 1),
			},
		)
		insert(
			"Work Order Item",
			*(
				{
					"parent": order,
					"idx": idx,
					"item_code": item,
					"source_warehouse": places[name],
					"required_qty": Decimal(qty),
					"transferred_qty": Decimal(transferred),
					"include_item_in_manufacturing": 1,
				}
				for idx, (name, qty) in enumerate((("first", 6), ("second", 4)), 1)
			),
		)
		insert("Stock Entry", {**entry, "docstatus": 1})
		insert(
			"Stock Entry Detail",
			{
				"parent": entry["name"],
				"item_code": item,
				"s_warehouse": places[left],
				"qty": Decimal(transferred),
				"conversion_factor": 1,
				"transfer_qty": Decimal(transferred),
			},
		)
		keys = [(item, places[name]) for name in ("first", "second")]
		demanded_from = open_demand.unreserved_demand(ctx, keys)
		found = [demanded_from[key] for key in keys]
		for doctype, names in (("Work Order", [order]), ("Stock Entry", [entry["name"]])):
			ctx.store.execute(f"DELETE FROM `tab{doctype}` WHERE name IN %(names)s", {"names": names})
	assert tuple(sum(demand.qty for demand in demands) for demands in found) == demanded
