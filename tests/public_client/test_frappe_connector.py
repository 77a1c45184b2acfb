"""A client for Frappe that others wrote works against both adapters alike: it reads positions and reserves."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests.behaviour.base import D

sys.path.append(str(Path(__file__).parents[1] / "standalone"))

frappe_connector = pytest.importorskip("frappe_connector", reason="frappe-connector is not installed")

API = "inventory_midplatform.api.v1."


@dataclass
class Client:
	connector: Any
	user: str
	item: str
	warehouse: str


@pytest.fixture(params=["standalone", "site"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
	"""Someone with a key, and ten of an item that can be reserved."""
	yield from _on_standalone(tmp_path) if request.param == "standalone" else _on_a_site()


def _on_standalone(tmp_path: Path) -> Iterator[Client]:
	from platforms import StandalonePlatform
	from serving import serving

	from inventory_midplatform.adapters.standalone.context import Standalone

	url = f"sqlite:///{tmp_path}/platform.sqlite"
	with serving(url) as server:
		platform = StandalonePlatform(Standalone(url))
		item, warehouse = platform.make_item(), platform.make_warehouse()
		platform.books.receive([PostingLine(item, warehouse, D(10), D(1))])
		key, _, secret = server.token.partition(":")
		with frappe_connector.FrappeConnector(server.url, api_key=key, api_secret=secret) as connector:
			yield Client(connector, "Administrator", item, warehouse)


def _on_a_site() -> Iterator[Client]:
	"""A new item on the site that is served: ``SITE_CLIENT_FIXTURE`` says which, and the key."""
	prepared = os.environ.get("SITE_CLIENT_FIXTURE")
	if not prepared:
		pytest.skip("no site is served: the site suite runs this")
	site = json.loads(prepared)
	key, _, secret = site["token"].partition(":")
	with frappe_connector.FrappeConnector(
		os.environ["DESK_URL"], api_key=key, api_secret=secret
	) as connector:
		yield Client(connector, site["user"], site["stocked"].pop(), site["warehouse"])
		os.environ["SITE_CLIENT_FIXTURE"] = json.dumps(site)


def test_positions_are_read_and_stock_is_reserved(client: Client) -> None:
	connector, where = client.connector, {"item_code": client.item, "warehouse": client.warehouse}
	assert connector.get_api("frappe.auth.get_logged_user") == client.user
	page = connector.get_api(API + "stock.list_positions", where)
	assert [(p["item_code"], p["available"]) for p in page["positions"]] == [(client.item, 10)]
	made = connector.post_api(API + "reservation.reserve", {**where, "qty": 4, "demand_name": "42"})
	assert (made["status"], made["reserved_qty"]) == ("Reserved", 4)
	with pytest.raises(frappe_connector.FrappeException, match="InsufficientStock") as refused:
		connector.post_api(API + "reservation.reserve", {**where, "qty": 7})
	assert refused.value.response.status_code == 409
	assert refused.value.response.json()["error"]["details"]["available"] == "6"
	request = connector.post_api(
		API + "request.create",
		{
			"request_type": "Issue",
			"warehouse": client.warehouse,
			"items": [{"item_code": client.item, "qty": 1}],
		},
	)
	assert request["items"][0]["item_code"] == client.item


def test_records_are_listed_and_read(client: Client) -> None:
	rows = client.connector.get_list(
		"Stock Position",
		fields=["item_code", "on_hand"],
		filters={"warehouse": client.warehouse, "item_code": client.item},
		order_by="item_code asc",
	)
	assert rows == [{"item_code": client.item, "on_hand": 10}]
	document = client.connector.get_doc("Item", client.item)
	assert (document["doctype"], document["name"]) == ("Item", client.item)
	with pytest.raises(frappe_connector.FrappeException):
		client.connector.get_doc("Item", "none")
