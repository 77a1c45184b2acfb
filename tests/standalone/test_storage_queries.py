"""How the engines find what a suggestion asks for: through indexes, however much else there is."""

from collections.abc import Iterator

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.locations import storage_bins, storage_policies
from inventory_midplatform.tests.platform import unique

MANY = 300
COLUMNS = {
	"Item": ("name", "item_group"),
	"Item Group": ("name", "parent_item_group"),
	"Warehouse Bin": ("name", "warehouse"),
	"Bin Stock": ("name", "warehouse", "bin"),
	"Storage Policy": ("name", "warehouse"),
}


@pytest.fixture(params=["sqlite", "mariadb"])
def ctx(request: pytest.FixtureRequest) -> Iterator[Context]:
	"""With many other items, groups, bins, contents and policies, gone again after the test."""
	platform: StandalonePlatform = request.getfixturevalue(request.param)
	elsewhere = [unique("Elsewhere") for _ in range(MANY)]
	with platform.context() as ctx:
		for doctype in COLUMNS:
			rows = [dict.fromkeys(COLUMNS[doctype], name) for name in elsewhere]
			ctx.store.insert(doctype, rows)
		yield ctx
		for doctype in COLUMNS:
			ctx.store.execute(f"DELETE FROM `tab{doctype}` WHERE name IN %(names)s", {"names": elsewhere})


@pytest.mark.parametrize(
	("sql", "params"),
	[
		(storage_policies.POLICIES, {"warehouses": ["a", "b"]}),
		(storage_policies.GROUPS, {"items": ["a", "b"], "groups": ["g"]}),
		(storage_bins.OF_WAREHOUSE, {"items": ["a", "d"], "warehouse": "b"}),
		(storage_bins.BY_NAME, {"items": ["a"], "bins": ["c", "d"]}),
		(storage_policies.SAME_SCOPE, {"warehouse": "a", "item_code": "b", "item_group": "", "name": ""}),
	],
	ids=["policies", "groups", "bins", "bins by name", "same scope"],
)
def test_nothing_is_found_by_a_full_scan(ctx: Context, sql: str, params: Row) -> None:
	if ctx.store.for_update:
		plan = ctx.store.rows(f"EXPLAIN {sql}", params)
		scans = [step for step in plan if step["type"] == "ALL" and not str(step["table"]).startswith("<")]
		assert len(plan) >= 1
	else:
		plan = ctx.store.rows(f"EXPLAIN QUERY PLAN {sql}", params)
		# what a recursion found so far is walked through as it grows
		scans = [
			step for step in plan if step["detail"].startswith("SCAN") and step["detail"] != "SCAN above"
		]
		assert any("INDEX" in step["detail"] for step in plan)
	assert not scans
