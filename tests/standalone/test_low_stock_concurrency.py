"""Low-stock runs while others work: nothing is requested twice, and nobody who requests something else waits."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from platforms import StandalonePlatform

from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.ports import Context
from inventory_midplatform.services.replenishment import material_requests


def meanwhile(*work: Callable[[], Any]) -> None:
	"""Run each piece of work in a thread with a connection of its own."""
	threads = [threading.Thread(target=piece) for piece in work]
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


def run(mariadb: StandalonePlatform, warehouse: str) -> list[Any]:
	result = mariadb.call("replenishment.create_material_requests", warehouse=warehouse)
	created: list[Any] = result["created"]
	mariadb.standalone.close()
	return created


def run_after(mariadb: StandalonePlatform, warehouse: str, work: Callable[[], Any]) -> tuple[list[Any], int]:
	"""Run in a transaction that first read before ``work`` was done, and retry as its entry point does; return what was
	drafted and the number of attempts."""
	attempts = 0

	def running(ctx: Context) -> list[Any]:
		nonlocal attempts
		attempts += 1
		ctx.store.rows("SELECT COUNT(*) FROM `tabBin`")
		if attempts == 1:
			meanwhile(work)
		created: list[Any] = material_requests.create_material_requests(ctx, warehouse=warehouse)["created"]
		return created

	return in_transaction(mariadb.standalone.unit(), running), attempts


def test_a_draft_of_another_run_counts(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	drafted: list[Any] = []
	assert run_after(mariadb, warehouse, lambda: drafted.extend(run(mariadb, warehouse))) == ([], 2)
	assert [line["item_code"] for line in drafted[0]["items"]] == [item]


def test_a_draft_of_another_run_counts_once_submitted(
	mariadb: StandalonePlatform, warehouse: str, item: str
) -> None:
	"""It is no draft any more, and the older snapshot does not see its quantity on order."""

	def draft_and_submit() -> None:
		[draft] = run(mariadb, warehouse)
		submit(mariadb, draft, item, warehouse)

	assert run_after(mariadb, warehouse, draft_and_submit) == ([], 2)
	assert run(mariadb, warehouse) == []


def test_a_draft_submitted_during_a_run_counts(
	mariadb: StandalonePlatform, warehouse: str, item: str
) -> None:
	"""The older snapshot sees it as a draft, and not yet as on order."""
	[draft] = run(mariadb, warehouse)
	assert run_after(mariadb, warehouse, lambda: submit(mariadb, draft, item, warehouse)) == ([], 1)
	assert run(mariadb, warehouse) == []


def submit(mariadb: StandalonePlatform, draft: dict[str, Any], item: str, warehouse: str) -> None:
	with mariadb.context() as ctx:
		named = {"name": draft["material_request"]}
		ctx.store.execute("UPDATE `tabMaterial Request` SET docstatus = 1 WHERE name = %(name)s", named)
		row = {"item_code": item, "warehouse": warehouse, "indented_qty": 20}
		ctx.store.add("Bin", ("item_code", "warehouse"), [row], add=("indented_qty",))
	mariadb.standalone.close()


def test_many_runs_at_once_request_once(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	drafted: list[Any] = []
	meanwhile(*[lambda: drafted.extend(run(mariadb, warehouse))] * 4)
	assert [[line["item_code"] for line in draft["items"]] for draft in drafted] == [[item]]


def test_a_buyer_saves_a_request_during_a_run(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	"""Drafts of this app exist and nothing more is low: a run locks only its own counter."""
	run(mariadb, warehouse)
	saved: list[str] = []
	line = {"item_code": item, "warehouse": warehouse, "qty": 1, "stock_qty": 1, "uom": "Kg"}
	values = {"material_request_type": "Purchase", "transaction_date": date(2026, 1, 1), "items": [line]}

	def save() -> None:
		with mariadb.context() as ctx:
			saved.append(ctx.documents.create("Material Request", values))
		mariadb.standalone.close()

	with mariadb.context() as ctx:
		assert material_requests.create_material_requests(ctx, warehouse=warehouse)["created"] == []
		meanwhile(save)
		assert len(saved) == 1


def test_companies_do_not_wait_for_each_other(mariadb: StandalonePlatform, warehouse: str, item: str) -> None:
	other = "Another Company"
	with mariadb.context() as ctx:
		ctx.documents.create("Company", {"name": other, "company_name": other, "abbr": "AC"})
	elsewhere = mariadb.make_warehouse(company=other)
	low_item(mariadb, elsewhere)
	run(mariadb, warehouse)
	drafted: list[Any] = []
	with mariadb.context() as ctx:
		assert material_requests.create_material_requests(ctx, warehouse=warehouse)["created"] == []
		meanwhile(lambda: drafted.extend(run(mariadb, elsewhere)))
		assert [draft["company"] for draft in drafted] == [other]


def test_a_run_of_one_company_waits_for_a_run_of_all(
	mariadb: StandalonePlatform, warehouse: str, item: str
) -> None:
	def run_all() -> None:
		mariadb.call("replenishment.create_material_requests", item_code=item)
		mariadb.standalone.close()

	assert run_after(mariadb, warehouse, run_all) == ([], 2)
