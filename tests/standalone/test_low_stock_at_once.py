"""Low stock asked for while others work: nothing is asked for twice, and nobody who asks for something else waits."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.ports import Context
from inventory_midplatform.services import replenishment


def meanwhile(*work: Callable[[], Any]) -> None:
	"""Done by others, each with a connection of its own."""
	threads = [threading.Thread(target=some) for some in work]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join(30)


@pytest.fixture
def warehouse(mariadb: StandalonePlatform) -> str:
	mariadb.settings(ledger=True, replenishment=True)
	return mariadb.make_warehouse()


def low_item(mariadb: StandalonePlatform, warehouse: str) -> str:
	reorder = {"warehouse": warehouse, "warehouse_reorder_level": 20, "material_request_type": "Purchase"}
	return mariadb.make_item(reorder_levels=[reorder])


@pytest.fixture
def item(mariadb: StandalonePlatform, warehouse: str) -> str:
	return low_item(mariadb, warehouse)


def ask(mariadb: StandalonePlatform, warehouse: str) -> list[Any]:
	answer = mariadb.call("replenishment.create_material_requests", warehouse=warehouse)
	created: list[Any] = answer["created"]
	mariadb.standalone.close()
	return created


def ask_after(mariadb: StandalonePlatform, warehouse: str, work: Callable[[], Any]) -> tuple[list[Any], int]:
	"""Ask in a transaction whose view of the tables is older than what another did since, as its entry point does;
	answers what was drafted, and how often it ran."""
	attempts = 0

	def asking(ctx: Context) -> list[Any]:
		nonlocal attempts
		attempts += 1
		ctx.store.rows("SELECT COUNT(*) FROM `tabBin`")
		if attempts == 1:
			meanwhile(work)
		created: list[Any] = replenishment.create_material_requests(ctx, warehouse=warehouse)["created"]
		return created

	return in_transaction(mariadb.standalone.unit(), asking), attempts


def test_what_another_drafts_meanwhile_counts(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	drafted: list[Any] = []
	assert ask_after(mariadb, warehouse, lambda: drafted.extend(ask(mariadb, warehouse))) == ([], 2)
	assert [line["item_code"] for line in drafted[0]["items"]] == [item]


def test_a_draft_made_and_submitted_meanwhile_counts(
	mariadb: StandalonePlatform, warehouse: str, item: str
) -> None:
	"""It is a draft no longer, and its quantity is on order where the view from before cannot see it."""

	def draft_and_submit() -> None:
		[draft] = ask(mariadb, warehouse)
		submit(mariadb, draft, item, warehouse)

	assert ask_after(mariadb, warehouse, draft_and_submit) == ([], 2)
	assert ask(mariadb, warehouse) == []


def test_a_draft_submitted_meanwhile_counts(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	"""The view from before sees it as a draft, and not yet as on order."""
	[draft] = ask(mariadb, warehouse)
	assert ask_after(mariadb, warehouse, lambda: submit(mariadb, draft, item, warehouse)) == ([], 1)
	assert ask(mariadb, warehouse) == []


def submit(mariadb: StandalonePlatform, draft: dict[str, Any], item: str, warehouse: str) -> None:
	with mariadb.context() as ctx:
		named = {"name": draft["material_request"]}
		ctx.store.execute("UPDATE `tabMaterial Request` SET docstatus = 1 WHERE name = %(name)s", named)
		row = {"item_code": item, "warehouse": warehouse, "indented_qty": 20}
		ctx.store.add("Bin", ("item_code", "warehouse"), [row], add=("indented_qty",))
	mariadb.standalone.close()


def test_many_at_once_ask_once(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	drafted: list[Any] = []
	meanwhile(*[lambda: drafted.extend(ask(mariadb, warehouse))] * 4)
	assert [[line["item_code"] for line in draft["items"]] for draft in drafted] == [[item]]


def test_nobody_waits_to_save_a_request_of_their_own(
	mariadb: StandalonePlatform, warehouse: str, item: str
) -> None:
	"""There are drafts of ours, and all that is low is drafted: what a run locks is its own."""
	ask(mariadb, warehouse)
	saved: list[str] = []
	line = {"item_code": item, "warehouse": warehouse, "qty": 1, "stock_qty": 1, "uom": "Kg"}
	values = {"material_request_type": "Purchase", "transaction_date": date(2026, 1, 1), "items": [line]}

	def save() -> None:
		with mariadb.context() as ctx:
			saved.append(ctx.documents.create("Material Request", values))
		mariadb.standalone.close()

	with mariadb.context() as ctx:
		assert replenishment.create_material_requests(ctx, warehouse=warehouse)["created"] == []
		meanwhile(save)
		assert len(saved) == 1


def test_a_company_does_not_wait_for_another(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	other = "Another Company"
	with mariadb.context() as ctx:
		ctx.documents.create("Company", {"name": other, "company_name": other, "abbr": "AC"})
	theirs = mariadb.make_warehouse(company=other)
	low_item(mariadb, theirs)
	ask(mariadb, warehouse)
	drafted: list[Any] = []
	with mariadb.context() as ctx:
		assert replenishment.create_material_requests(ctx, warehouse=warehouse)["created"] == []
		meanwhile(lambda: drafted.extend(ask(mariadb, theirs)))
		assert [draft["company"] for draft in drafted] == [other]


def test_a_run_of_a_company_counts_one_of_all(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	def ask_all() -> None:
		mariadb.call("replenishment.create_material_requests", item_code=item)
		mariadb.standalone.close()

	assert ask_after(mariadb, warehouse, ask_all) == ([], 2)
