"""The platform over real sockets: what each address returns, and in which form it refuses."""

import csv
import json
import socket
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from platforms import StandalonePlatform
from serving import PATH, Address, serving

from inventory_midplatform.adapters.standalone.context import Standalone, new_api_key
from inventory_midplatform.adapters.standalone.server import TRANSLATIONS
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.behaviour.inbound_inspection import PHOTO
from inventory_midplatform.tests.platform import unique


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
	return f"sqlite:///{tmp_path_factory.mktemp('server')}/platform.sqlite"


@pytest.fixture(scope="module")
def server(database: str) -> Iterator[Address]:
	with serving(database) as address:
		yield address


@pytest.fixture(scope="module")
def platform(server: Address, database: str) -> StandalonePlatform:
	return StandalonePlatform(Standalone(database))


@pytest.fixture(scope="module")
def stock(platform: StandalonePlatform) -> tuple[str, str]:
	item, warehouse = platform.make_item(item_name="冰鲜三文鱼"), platform.make_warehouse()
	platform.books.receive([PostingLine(item, warehouse, D(1000), D(1))])
	return item, warehouse


def key_of(platform: StandalonePlatform, roles: list[str], warehouses: list[str] | None = None) -> str:
	user = platform.make_user(roles, warehouses)
	with platform.context() as ctx:
		return new_api_key(ctx, user)


def assert_refused(response: requests.Response, status: int, code: str) -> dict:
	body = response.json()
	assert (response.status_code, body["error"]["code"]) == (status, code), body
	assert set(body) == {"exc_type", "error"}
	assert set(body["error"]) == {"code", "message", "details"}
	assert body["error"]["message"]
	return body["error"]


def test_reading_by_get_and_by_post(server: Address, stock: tuple[str, str]) -> None:
	where = {"item_code": stock[0], "warehouse": stock[1]}
	by_get = server.call("stock.get_position", "GET", params=where)
	by_post = server.call("stock.get_position", json=where)
	assert by_get.status_code == by_post.status_code == 200
	assert by_get.json() == by_post.json()
	assert by_get.json()["message"]["item_name"] == "冰鲜三文鱼"
	assert by_get.headers["Content-Type"] == "application/json"


def test_reserving_by_json_and_by_form(server: Address, stock: tuple[str, str]) -> None:
	where = {"item_code": stock[0], "warehouse": stock[1]}
	for sent in ({"json": {**where, "qty": 2}}, {"data": {**where, "qty": "2"}}):
		made = server.call("reservation.reserve", **sent)
		assert made.status_code == 200, made.text
		assert made.json()["message"]["reserved_qty"] == 2
		assert (
			server.call("reservation.release", json={"name": made.json()["message"]["name"]}).status_code
			== 200
		)


def test_a_number_in_json_has_every_digit(server: Address, stock: tuple[str, str]) -> None:
	body = '{"item_code": %s, "warehouse": %s, "qty": %s}'
	for qty, status in (("0.123456789", 200), ("0.1234567891", 400), ("123456789.1234567", 400)):
		sent = body % (json.dumps(stock[0]), json.dumps(stock[1]), qty)
		response = server.call("reservation.reserve", data=sent, headers={"Content-Type": "application/json"})
		assert response.status_code == status, response.text
		if status == 200:
			assert response.json()["message"]["qty"] == 0.123456789


def test_a_list_in_a_form_is_json_text(server: Address, stock: tuple[str, str]) -> None:
	items = json.dumps([{"item_code": stock[0], "qty": 3}])
	asked = {"request_type": "Issue", "warehouse": stock[1], "items": items, "purpose": "[urgent]"}
	made = server.call("request.create", data=asked)
	assert made.status_code == 200, made.text
	assert made.json()["message"]["items"][0]["qty"] == 3
	assert made.json()["message"]["purpose"] == "[urgent]"
	assert_refused(server.call("request.create", data={**asked, "items": "[3"}), 400, "invalid_argument")


@pytest.mark.parametrize(
	"body",
	[
		b"{",
		b"[1, 2]",
		b'"text"',
		b"nonsense",
		b"\xff\xfe",
		b'{"qty": 1,}',
		b"[" * 100_000,
		b'{"a": ' + b"9" * 5000 + b"}",
	],
	ids=["open", "list", "string", "word", "bytes", "comma", "deep", "long-number"],
)
def test_malformed_json(server: Address, body: bytes) -> None:
	response = server.call("reservation.reserve", data=body, headers={"Content-Type": "application/json"})
	assert_refused(response, 400, "malformed_json")


@pytest.mark.parametrize("number", ["1E+999999999", "1E-999999999", "1E+30", "9.5"])
def test_a_number_of_rows_that_is_none(server: Address, number: str) -> None:
	"""To make a whole number of the first takes longer than anybody lives."""
	body = b'{"limit": ' + number.encode() + b"}"
	response = server.call("stock.list_positions", data=body, headers={"Content-Type": "application/json"})
	assert_refused(response, 400, "invalid_argument")


def test_nan_in_json(server: Address, stock: tuple[str, str]) -> None:
	sent = f'{{"item_code": "{stock[0]}", "warehouse": "{stock[1]}", "qty": NaN}}'
	response = server.call("reservation.reserve", data=sent, headers={"Content-Type": "application/json"})
	assert_refused(response, 400, "invalid_quantity")


@pytest.mark.parametrize(
	"header",
	[
		"",
		"token",
		"token wrong:wrong",
		"token :",
		"token a",
		"Bearer x",
		"Basic !!!",
		"Basic d3Jvbmc6d3Jvbmc=",
		"token 密:钥",
	],
)
def test_without_a_valid_key(server: Address, header: str) -> None:
	headers = {"Authorization": header.encode()} if header else {}
	for path in (
		PATH + "stock.list_positions",
		"/api/resource/Stock Position",
		"/api/method/frappe.auth.get_logged_user",
	):
		response = server.request("GET", path, token="", headers=headers)
		assert_refused(response, 401, "not_authenticated")


def test_a_right_key_with_a_wrong_secret(server: Address) -> None:
	key, _, secret = server.token.partition(":")
	for wrong in (f"{key}:", f"{key}:{secret[:-1]}", f"{key}:{secret}0", key, f"{secret}:{key}"):
		assert_refused(server.call("stock.list_positions", "GET", token=wrong), 401, "not_authenticated")


def test_a_key_of_a_disabled_user(server: Address, platform: StandalonePlatform) -> None:
	user = platform.make_user(["Warehouse Operator"])
	with platform.context() as ctx:
		key = new_api_key(ctx, user)
	assert server.call("stock.list_positions", "GET", token=key).status_code == 200
	platform.update("User", user, {"enabled": 0})
	assert_refused(server.call("stock.list_positions", "GET", token=key), 401, "not_authenticated")


def test_a_key_without_the_role(
	server: Address, platform: StandalonePlatform, stock: tuple[str, str]
) -> None:
	reader = key_of(platform, ["Quality Inspector"])
	asked = {"item_code": stock[0], "warehouse": stock[1], "qty": 1}
	assert_refused(server.call("reservation.reserve", token=reader, json=asked), 403, "not_permitted")
	assert server.call("stock.list_positions", "GET", token=reader).status_code == 200
	nobody = key_of(platform, [])
	assert_refused(server.call("stock.list_positions", "GET", token=nobody), 403, "not_permitted")
	assert_refused(server.request("GET", "/api/resource/Item", nobody), 403, "not_permitted")


def test_methods_and_unknown_addresses(server: Address) -> None:
	assert_refused(server.call("reservation.reserve", "GET"), 405, "method_not_allowed")
	assert_refused(server.call("reservation.reserve", "PUT"), 405, "method_not_allowed")
	assert_refused(server.call("stock.destroy"), 404, "unknown_operation")
	assert_refused(server.request("GET", "/api/method/stock.list_positions"), 404, "unknown_operation")
	assert_refused(server.request("GET", "/api/method/frappe.client.delete"), 404, "unknown_operation")
	assert_refused(server.request("POST", "/api/resource/Item", json={}), 405, "method_not_allowed")
	assert_refused(server.request("GET", "/nowhere"), 404, "unknown_address")
	assert_refused(server.request("POST", "/"), 405, "method_not_allowed")


def test_who_am_i_and_ping(server: Address) -> None:
	assert server.request("GET", "/api/method/ping", token="").json() == {"message": "pong"}
	me = server.request("GET", "/api/method/frappe.auth.get_logged_user")
	assert me.json() == {"message": "Administrator"}


def test_the_same_key_gets_the_same_result_over_http(server: Address, stock: tuple[str, str]) -> None:
	asked = {"item_code": stock[0], "warehouse": stock[1], "qty": 1}
	headers = {"Idempotency-Key": unique("key")}
	first = server.call("reservation.reserve", json=asked, headers=headers)
	assert server.call("reservation.reserve", json=asked, headers=headers).content == first.content
	changed = server.call("reservation.reserve", json={**asked, "qty": 2}, headers=headers)
	assert_refused(changed, 422, "key_reused")


def test_a_refusal_in_the_callers_language(server: Address, stock: tuple[str, str]) -> None:
	asked = {"item_code": "nothing", "warehouse": stock[1], "qty": 1}
	english = assert_refused(server.call("reservation.reserve", json=asked), 404, "unknown_item")
	assert english["message"] == "Item nothing does not exist."
	for language in ("zh-CN,zh;q=0.9,en;q=0.8", "zh"):
		response = server.call("reservation.reserve", json=asked, headers={"Accept-Language": language})
		assert assert_refused(response, 404, "unknown_item")["message"] == "物料 nothing 不存在。"


def test_records_are_returned_as_frappe_returns_them(
	server: Address, platform: StandalonePlatform, stock: tuple[str, str]
) -> None:
	item, warehouse = stock

	def listed(doctype: str = "Stock Position", **params: object) -> list[dict]:
		sent = {k: v if isinstance(v, str | int) else json.dumps(v) for k, v in params.items()}
		response = server.request("GET", f"/api/resource/{doctype}", params=sent)
		assert response.status_code == 200, response.text
		return response.json()["data"]

	assert set(listed(limit=1)[0]) == {"name"}
	mine = {"filters": {"item_code": item}, "fields": ["item_code", "on_hand"]}
	assert listed(**mine) == [{"item_code": item, "on_hand": 1000}]
	for filters in (
		[["item_code", "=", item]],
		[["Stock Position", "item_code", "=", item]],
		["item_code", "=", item],
		{"item_code": ["in", [item, "other"]]},
		{"item_code": ["like", f"%{item[2:]}"]},
		{"item_code": item, "on_hand": [">", 999]},
		{"item_code": item, "on_hand": ["between", [1, 1000]]},
		{"item_code": item, "warehouse": ["is", "set"]},
		[["item_code", "=", item], ["warehouse", "!=", "other"]],
	):
		assert len(listed(filters=filters)) == 1, filters
	for filters in (
		{"item_code": item, "on_hand": ["<", 1000]},
		{"item_code": ["not in", [item]], "warehouse": warehouse},
	):
		assert listed(filters=filters) == [], filters
	assert listed(or_filters=[["item_code", "=", item], ["item_code", "=", "x"]], limit=5) == listed(
		filters={"item_code": item}
	)

	for _ in range(25):
		platform.make_item()
	assert len(listed("Item")) == 20
	everything = listed("Item", limit_page_length=0, order_by="name asc")
	assert len(everything) > 25
	page = listed("Item", limit_start=5, limit_page_length=7, order_by="name asc")
	assert page == everything[5:12]
	assert listed("Item", limit=3, order_by="`tabItem`.`name` desc") == everything[:-4:-1]


def test_one_record_comes_with_its_rows(server: Address, stock: tuple[str, str]) -> None:
	asked = {"request_type": "Issue", "warehouse": stock[1], "items": [{"item_code": stock[0], "qty": 2}]}
	name = server.call("request.create", json=asked).json()["message"]["name"]
	document = server.request("GET", f"/api/resource/Inventory Request/{name}").json()["data"]
	assert (document["doctype"], document["status"], document["docstatus"]) == (
		"Inventory Request",
		"Draft",
		0,
	)
	assert [(row["item_code"], row["qty"]) for row in document["items"]] == [(stock[0], 2)]
	assert_refused(server.request("GET", "/api/resource/Inventory Request/none"), 404, "unknown_document")


@pytest.mark.parametrize(
	"params",
	[
		{"fields": '["name", "secret"]'},
		{"fields": '["count(*)"]'},
		{"fields": '["name; DROP TABLE tabItem"]'},
		{"filters": '[[["item_code"], "=", 1]]'},
		{"filters": '[[{"a": 1}, "=", 1]]'},
		{"filters": '{"item_code": ["in", [["a"]]]}'},
		{"filters": '{"item_code": ["between", [["a"], "b"]]}'},
		{"filters": '{"item_code": ["=", ["a"]]}'},
		{"filters": '{"item_code": ["is", ["set"]]}'},
		{"filters": '{"safety_stock": ["=", 1' + "0" * 40 + "]}"},
		{"filters": '{"safety_stock": [">", NaN]}'},
		{"filters": '{"safety_stock": [">", -Infinity]}'},
		{"filters": '{"safety_stock": [">", 1e999]}'},
		{"filters": '{"item_code": "\\ud800"}'},
		{"filters": '{"item_code": ["like", "' + "%a" * 1100 + '"]}'},
		{"filters": json.dumps({"item_code": ["in", ["a"] * 1001]})},
		{"filters": json.dumps([["item_code", "=", "a"]] * 101)},
		{"or_filters": json.dumps([["item_code", "=", "a"]] * 101)},
		{"filters": "true"},
		{"filters": '"item_code"'},
		{"filters": '[["item_code"]]'},
		{"filters": "[null]"},
		{"filters": "[[]]"},
		{"fields": "7"},
		{"fields": '[["name"]]'},
		{"order_by": "name\n; x"},
		{"limit": "1.5"},
		{"fields": "{"},
		{"filters": '{"1=1 OR name": "x"}'},
		{"filters": '[["name", "regexp", "x"]]'},
		{"filters": '[["name", "=", ["x"]]]'},
		{"filters": "[[[]]]"},
		{"filters": "7"},
		{"order_by": "name; DROP TABLE tabItem"},
		{"order_by": "(SELECT 1)"},
		{"order_by": "secret desc"},
		{"limit": "-1"},
		{"limit_start": "x"},
		{"limit_page_length": "9" * 30},
	],
)
def test_only_columns_of_the_doctype_are_selected(server: Address, params: dict[str, str]) -> None:
	response = server.request("GET", "/api/resource/Item", params=params)
	assert response.status_code == 400, response.text
	assert response.json()["error"]["code"] in ("invalid_argument", "unknown_field")


def test_records_are_read_within_roles_and_warehouses(
	server: Address, platform: StandalonePlatform, stock: tuple[str, str]
) -> None:
	for doctype in ("User", "API Key", "Has Role", "User Permission", "ToDo", "Idempotency Key"):
		reader = key_of(platform, ["Warehouse Operator"])
		assert_refused(server.request("GET", f"/api/resource/{doctype}", reader), 403, "not_permitted")
	assert_refused(server.request("GET", "/api/resource/Secret"), 404, "unknown_doctype")
	assert_refused(
		server.request("GET", "/api/resource/Inventory Midplatform Settings"), 404, "unknown_doctype"
	)
	other = platform.make_warehouse()
	storekeeper = key_of(platform, ["Warehouse Operator"], [other])
	assert server.request("GET", "/api/resource/Warehouse", storekeeper).json() == {"data": [{"name": other}]}
	assert server.request("GET", "/api/resource/Stock Position", storekeeper).json() == {"data": []}
	position = server.request("GET", "/api/resource/Stock Position", params={"limit": 1}).json()["data"][0][
		"name"
	]
	for path in (f"/api/resource/Warehouse/{stock[1]}", f"/api/resource/Stock Position/{position}"):
		assert server.request("GET", path).status_code == 200
		assert_refused(server.request("GET", path, storekeeper), 404, "unknown_document")


def test_a_photo_is_read_by_those_who_may_read_its_record(
	server: Address, platform: StandalonePlatform
) -> None:
	platform.settings(inbound=True)
	item = platform.make_item(inspection_required_before_purchase=1)
	warehouse, elsewhere = platform.make_warehouse(), platform.make_warehouse()
	order = platform.books.purchase(platform.make_supplier(), [PostingLine(item, warehouse, D(2), D(1))])
	name = platform.call("inbound.list_tasks", search=order)["tasks"][0]["name"]
	line = platform.call("inbound.arrive", name=name)["data"]["lines"][0]["line"]
	platform.call("inbound.receive", name=name, line=line, qty=2)
	platform.call("inbound.finish_receiving", name=name)
	arguments = {"name": name, "line": line, "rejected": 2, "reason": "Wet", "photo": PHOTO}
	url = server.call("inbound.inspect", json=arguments).json()["message"]["data"]["inspections"][0]["photo"]
	response = server.request("GET", url)
	assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")
	assert response.content == b64decode(PHOTO.partition(",")[2])
	stranger = key_of(platform, ["Warehouse Operator"], [elsewhere])
	assert_refused(server.request("GET", url, stranger), 404, "unknown_document")
	assert_refused(server.request("GET", url, ""), 401, "not_authenticated")
	assert_refused(server.request("GET", "/private/files/none.png"), 404, "unknown_address")


def test_the_page_and_the_description_need_no_network(server: Address) -> None:
	page = server.request("GET", "/", token="")
	assert page.status_code == 200
	assert page.headers["Content-Type"].startswith("text/html")
	docs = server.request("GET", "/docs", token="")
	for html in (page.text, docs.text):
		assert "//cdn" not in html
		assert 'src="http' not in html
		assert 'href="http' not in html
	assert "default-src 'none'" in page.headers["Content-Security-Policy"]
	for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
		assert f"/docs/{name}" in docs.text
		assert len(server.request("GET", f"/docs/{name}", token="").content) > 10_000
	for name in ("../__init__.py", "%2e%2e/__init__.py", "index.html", "swagger-ui.css.map"):
		assert_refused(server.request("GET", f"/docs/{name}", token=""), 404, "unknown_address")
	described = server.request("GET", "/openapi.json", token="").json()
	assert described == server.call("meta.openapi", "GET").json()["message"]


def test_the_page_speaks_the_desks_chinese(server: Address) -> None:
	assert '"/translations/zh.json"' in server.request("GET", "/", token="").text
	served = server.request("GET", "/translations/zh.json", token="")
	assert served.headers["Content-Type"] == "application/json"
	chinese = served.json()
	with TRANSLATIONS.open(encoding="utf-8", newline="") as file:
		rows = list(csv.reader(file))
	assert len(chinese) == len(rows)
	for source, translated, *context in rows:
		assert chinese[f"{source}:{context[0]}" if any(context) else source] == translated
	for label, shown in {
		"On Hand": "在手",
		"On Hold:Stock Position": "冻结",
		"Reserved": "已预留",
		"Waiting": "等待中",
		"Consumed": "已消耗",
		"Where It Is": "在哪里",
		"Rejected:Inventory Request": "已驳回",
	}.items():
		assert chinese[label] == shown
	again = {"If-None-Match": served.headers["ETag"]}
	unchanged = server.request("GET", "/translations/zh.json", token="", headers=again)
	assert (unchanged.status_code, unchanged.content) == (304, b"")
	assert_refused(server.request("GET", "/translations/en.json", token=""), 404, "unknown_address")


def test_an_internal_fault_is_logged_and_not_shown(
	tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
	from werkzeug.test import Client

	from inventory_midplatform.adapters.standalone.server import Server
	from inventory_midplatform.reporting import positions

	platform = Standalone(f"sqlite:///{tmp_path}/platform.sqlite")

	def broken(*_: object) -> None:
		raise RuntimeError("the secret cause")

	monkeypatch.setattr(positions, "list_positions", broken)
	headers = {"Authorization": f"token {platform.first_key}"}
	response = Client(Server(platform)).get(PATH + "stock.list_positions", headers=headers)
	assert (response.status_code, response.json["error"]["code"]) == (500, "internal_error")
	assert "secret cause" not in response.get_data(as_text=True)
	assert "the secret cause" in caplog.text


def test_it_listens_on_loopback_only(server: Address) -> None:
	host = urlsplit(server.url)
	assert host.hostname == "127.0.0.1"
	outside = [
		a[4][0]
		for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
		if not str(a[4][0]).startswith("127.")
	]
	for address in set(outside):
		with pytest.raises(ConnectionRefusedError):
			socket.create_connection((address, host.port), timeout=2).close()
