"""Low stock asked for while others work: whatever a transaction saw before, nothing is asked for twice."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.services import replenishment


def meanwhile(work: Callable[[], Any]) -> None:
	"""Done by another, with a connection of its own."""
	thread = threading.Thread(target=work)
	thread.start()
	thread.join(30)


@pytest.fixture
def warehouse(mariadb: StandalonePlatform) -> str:
	mariadb.settings(ledger=True, replenishment=True)
	return mariadb.make_warehouse()


@pytest.fixture
def item(mariadb: StandalonePlatform, warehouse: str) -> str:
	reorder = {"warehouse": warehouse, "warehouse_reorder_level": 20, "material_request_type": "Purchase"}
	return mariadb.make_item(reorder_levels=[reorder])


def ask(mariadb: StandalonePlatform, warehouse: str) -> list[Any]:
	answer = mariadb.call("replenishment.create_material_requests", warehouse=warehouse)
	created: list[Any] = answer["created"]
	mariadb.standalone.close()
	return created


def ask_after(mariadb: StandalonePlatform, warehouse: str, work: Callable[[], Any]) -> list[Any]:
	"""Ask in a transaction whose view of the tables is older than what another did since."""
	with mariadb.context() as ctx:
		ctx.store.rows("SELECT COUNT(*) FROM `tabBin`")
		meanwhile(work)
		created: list[Any] = replenishment.create_material_requests(ctx, warehouse=warehouse)["created"]
	return created


def test_what_another_drafts_meanwhile_counts(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	drafted: list[Any] = []
	assert ask_after(mariadb, warehouse, lambda: drafted.extend(ask(mariadb, warehouse))) == []
	assert [line["item_code"] for line in drafted[0]["items"]] == [item]


def test_a_draft_submitted_meanwhile_counts(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	"""It is a draft no longer, and its quantity is on order where the view from before cannot see it."""
	[draft] = ask(mariadb, warehouse)

	def submit() -> None:
		with mariadb.context() as ctx:
			named = {"name": draft["material_request"]}
			ctx.store.execute("UPDATE `tabMaterial Request` SET docstatus = 1 WHERE name = %(name)s", named)
			row = {"item_code": item, "warehouse": warehouse, "indented_qty": 20}
			ctx.store.add("Bin", ("item_code", "warehouse"), [row], add=("indented_qty",))
		mariadb.standalone.close()

	assert ask_after(mariadb, warehouse, submit) == []
	assert ask(mariadb, warehouse) == []
