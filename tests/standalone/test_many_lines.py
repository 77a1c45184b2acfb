"""What is asked of the database does not grow with the lines of a document."""

from decimal import Decimal

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.services import requests
from inventory_midplatform.tests.platform import unique


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_a_request_of_many_lines_asks_as_much_as_one_of_two(
	request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
	platform: StandalonePlatform = request.getfixturevalue(engine)
	platform.settings(approval=1)
	warehouse = platform.make_warehouse()
	boxes = [{"uom": "Box", "conversion_factor": 12}]
	rate = Decimal("1.5")
	items = [platform.make_item(uoms=boxes, last_purchase_rate=rate) for _ in range(30)]
	with platform.context() as ctx:
		asked: list[str] = []
		ask = ctx.store.rows
		monkeypatch.setattr(ctx.store, "rows", lambda sql, params=None: asked.append(sql) or ask(sql, params))

		def complete(codes: list[str]) -> int:
			asked.clear()
			lines = [{"item_code": code, "qty": 2, "uom": "Box"} for code in codes]
			values = {"name": unique("R"), "request_type": "Issue", "warehouse": warehouse, "items": lines}
			completed = requests.complete(ctx, values)["items"]
			assert [line["item_code"] for line in completed] == codes
			assert {(line["stock_qty"], line["amount"]) for line in completed} == {(24, 24 * rate)}
			return len(asked)

		complete(items[:1])  # settings and roles are read once
		assert complete(items) == complete(items[:2]) > 0
