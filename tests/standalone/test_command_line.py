"""The command line, as a person types it."""

import os
import re
import socket
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import requests
from platforms import StandalonePlatform
from serving import COMMAND, ENVIRONMENT, serving

from inventory_midplatform.adapters.standalone.cli import open_platform
from inventory_midplatform.adapters.standalone.context import add_user, user_of_key
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.services.approval import delegations
from inventory_midplatform.tests.approval_records import approval_policy, drawn
from inventory_midplatform.tests.behaviour.base import D

SHOPS = ("--user", "shop@example.com", "--role", "Inventory Integration")
"""The user of a web shop."""


@pytest.fixture
def url(tmp_path: Path) -> str:
	return f"sqlite:///{tmp_path}/folder/platform.sqlite"


def run(*arguments: str, code: int = 0, **environment: str) -> str:
	done = subprocess.run(
		[*COMMAND, *arguments],
		env={**ENVIRONMENT, **environment},
		capture_output=True,
		text=True,
		timeout=120,
	)
	assert done.returncode == code, done.stdout + done.stderr
	return done.stdout + done.stderr


def test_the_demo_shows_every_step_and_stops(tmp_path: Path) -> None:
	output = run("demo", "--once", XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path))
	for part in (
		r"SALMON-1KG is in UNPLACED \(100\)",
		r"SALMON-1KG is in A-01 \(60\), A-02 \(40\)",
		r"on hand 100, reserved 70, available 30",
		r"available 30 = on hand 100 − on hold 0 − reserved 70",
		r"refused \(409 insufficient_stock\): Only 30 of item SALMON-1KG",
		r"refused \(409 takes_reserved_stock\): .*Sales Order SAL-ORD",
		r"on hand 30, reserved 30, available 0",
		r"all are shipped, and WAVE-\d+-00001 is Done: PRAWN-500G is in B-01 \(60\)",
		r"on the task list: IN-\d+-00001 for PUR-ORD-\d+-00001, Expected, 0 of 40 received",
		r"refused \(400 batch_or_serial_needed\): Name the batch",
		r"It is To Inspect; on hand 36, reserved 0, available 0",
		r"on the task list: IN-\d+-00001 for PUR-ORD-\d+-00001, To Inspect, 36 of 40 received",
		r"SCALLOP-1KG: 30 accepted, 6 rejected\. MAT-PRE-\d+-\d+ is drafted",
		r"on hand 36, reserved 0, available 30; SCALLOP-1KG is in .*REJECT \(6\)",
		r"20 of SCALLOP-1KG put into C-01",
		r"10 of SCALLOP-1KG put into C-02",
		r"IN-\d+-00001 is Done; SCALLOP-1KG is in REJECT \(6\), C-01 \(20\), C-02 \(10\)",
		r"on the task list: IN-\d+-00002 for PUR-ORD-\d+-00001, Expected, 0 of 4 received",
		r"SALMON-1KG: level 0 is below 40, order 60",
		r"MAT-MR-\d+-00001 from Nordic Seafood 北欧水产: SALMON-1KG × 60",
		r"to-dos for: li.storekeeper@example.com, chen.buyer@example.com",
		r"run again: 0 new drafts",
		r"li.storekeeper@example.com requests its approval → waits for wang.chief@example.com",
		r"wang.chief@example.com approves → zhao@example.com",
		r"zhao@example.com approves → Approved",
		r"drafted from it: Material Request",
		r"rows checked, 0 findings",
	):
		assert re.search(part, output), part
	assert "http://" not in output
	again = run("demo", XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path), ONCE="1")
	assert re.sub(r"\d\d:\d\d", "", again) == re.sub(r"\d\d:\d\d", "", output)


def test_the_demo_leaves_a_database_alone_where_it_was_before(url: str) -> None:
	run("demo", "--once", "--database", url)
	assert "nothing was changed" in run("demo", "--once", "--database", url)
	assert "All invariants hold." in run("verify", "--database", url)


def test_verify_says_what_is_broken(url: str) -> None:
	platform = StandalonePlatform(open_platform(url))
	item, warehouse = platform.make_item(), platform.make_warehouse()
	platform.books.receive([PostingLine(item, warehouse, D(5), D(1))])
	assert "All invariants hold." in run("verify", "--database", url)
	with platform.context() as ctx:
		ctx.store.execute("UPDATE `tabBin Stock` SET qty = 4 WHERE item_code = %(item)s", {"item": item})
	output = run("verify", "--database", url, code=1)
	assert "The movements of a bin add up to its quantity." in output
	assert "expected 5, found 4" in output


def test_the_past_of_a_database_of_an_earlier_release(url: str) -> None:
	platform = StandalonePlatform(open_platform(url))
	item, warehouse = platform.make_item(), platform.make_warehouse()
	day = datetime.now() - timedelta(days=9)
	platform.books.receive([PostingLine(item, warehouse, D(5), D(1))], at=day)
	with platform.context() as ctx:
		ctx.store.execute("DELETE FROM `tabStock Snapshot`")
		ctx.store.execute("DELETE FROM `tabSingles` WHERE field = 'history_from'")
	assert f"The history begins on {day.date()}." in run("back-fill", "--database", url)
	(row,) = platform.rows("SELECT flow, qty_in FROM `tabStock Snapshot`")
	assert (row["flow"], row["qty_in"]) == ("Other", 5)
	assert "All invariants hold." in run("verify", "--database", url)


def test_the_database_may_be_named_by_the_environment(url: str) -> None:
	run("verify", INVENTORY_MIDPLATFORM_DATABASE=url)
	assert Path(url.removeprefix("sqlite:///")).is_file()


def test_run_due_releases_expired_and_replenishes(url: str) -> None:
	platform = StandalonePlatform(open_platform(url))
	warehouse = platform.make_warehouse()
	reorder = {"warehouse": warehouse, "warehouse_reorder_level": 7, "material_request_type": "Purchase"}
	item = platform.make_item(reorder_levels=[reorder])
	platform.books.receive([PostingLine(item, warehouse, D(5), D(1))])
	made = platform.call("reservation.reserve", item_code=item, warehouse=warehouse, qty=5)
	with platform.context() as ctx:
		ctx.store.execute(
			"UPDATE `tabInventory Reservation` SET expires_at = '2020-01-01 00:00:00.000000' WHERE name = %(name)s",
			made,
		)
	output = run("run-due", "--database", url)
	assert "1 expired reservations were released." in output
	assert f"{item} × 2" in output
	assert "Nothing new is low." in run("run-due", "--database", url)


def test_run_due_asks_approvers_again(url: str) -> None:
	platform = StandalonePlatform(open_platform(url))
	warehouse, buyer = platform.make_warehouse(), platform.make_user(["Inventory Buyer"])
	approval_policy(platform, warehouse)
	line = {"item_code": platform.make_item(), "qty": 1}
	document = platform.call(
		"request.create", request_type="Purchase", warehouse=warehouse, items=[line], user=buyer
	)["name"]
	request = platform.call("approval.request", doctype="Inventory Request", name=document, user=buyer)
	with platform.context() as ctx:
		ctx.store.execute(
			"UPDATE `tabUser` SET enabled = 0 WHERE name IN %(users)s", {"users": request["waits_for"]}
		)
	run("run-due", "--database", url)
	now = platform.call("approval.get", name=request["name"])
	assert now["waits_for"] == ["Administrator"]


def test_run_due_acts_on_time_limits_and_on_who_is_away(url: str) -> None:
	platform = StandalonePlatform(open_platform(url))
	platform.settings(approval=True)
	warehouse, buyer = platform.make_warehouse(), platform.make_user(["Inventory Buyer"])
	first, second = (platform.make_user(["Warehouse Supervisor"]) for _ in range(2))
	limited = {"step": 1, "approver": "User", "user": first, "time_limit": 1, "on_time_out": "Approve"}
	of_warehouse = {"step": 0, "field": "warehouse", "comparison": "=", "value": warehouse}
	last = {"step": 2, "approver": "User", "user": first}
	platform.create("Approval Policy", drawn([limited, last], [of_warehouse], ask_once=0))
	line = {"item_code": platform.make_item(), "qty": 1}
	asking = {"request_type": "Purchase", "warehouse": warehouse, "items": [line]}
	document = platform.call("request.create", **asking, user=buyer)["name"]
	name = platform.call("approval.request", doctype="Inventory Request", name=document, user=buyer)["name"]
	today = date.today()
	away = {"user": first, "delegate": second, "from_date": today, "to_date": today, "enabled": 1}
	platform.create("Approval Delegation", away)
	with platform.context() as ctx:
		ctx.store.execute("UPDATE `tabApproval Request` SET due_at = '2020-01-01 00:00:00.000000'")
	assert f"{name}: Timed Out" in run("run-due", "--database", url)
	now = platform.call("approval.get", name=name)
	assert (now["step"], now["waits_for"]) == (2, [second])
	with platform.context() as ctx:
		assert delegations.changed(ctx) == []


def test_run_due_blocks_expired_stock_and_continues_where_it_cannot(url: str) -> None:
	platform = StandalonePlatform(open_platform(url))
	platform.settings(block_expired_batches=True)
	warehouse = platform.make_warehouse()
	torn, whole = (platform.make_item(has_batch_no=1, has_serial_no=n, stock_uom="Nos") for n in (1, 0))
	for item, serials in ((torn, ("S-1", "S-2")), (whole, ())):
		batch = platform.make_batch(item, date(2090, 1, 1))
		line = PostingLine(item, warehouse, D(2), D(1), batch_no=batch, serial_nos=serials)
		platform.books.receive([line])
		platform.update("Batch", batch, {"expiry_date": date(2020, 2, 29)})
	with platform.context() as ctx:
		ctx.store.execute("UPDATE `tabSerial Location` SET stock_status = 'Damaged' WHERE serial_no = 'S-1'")
	output = run("run-due", "--database", url)
	assert f"{whole} in {warehouse}: 2 has expired and is on hold." in output
	assert f"{torn} in {warehouse}: expired stock was not put on hold: " in output


def test_key_makes_a_user_and_a_key(url: str) -> None:
	made = run("key", "--database", url, *SHOPS)
	key, secret = made.strip().splitlines()[-1].split(":")
	platform = open_platform(url)
	with platform.context() as ctx:
		assert user_of_key(ctx.store, key, secret) == "shop@example.com"
		stored = ctx.store.rows("SELECT * FROM `tabAPI Key` WHERE name = %(key)s", {"key": key})
	assert secret not in str(stored)
	assert "name at least one --role" in run("key", "--database", url, "--user", "x@example.com", code=1)
	run("key", "--database", url, "--user", "shop@example.com")
	run("key", "--database", url, "--role", "Wizard", code=2)
	for unknown in ("", "Elsewhere"):
		told = run("key", "--database", url, *SHOPS, "--warehouse", unknown, code=1)
		assert f"There is no warehouse {unknown!r}." in told


def test_a_user_of_a_warehouse_without_a_name_sees_none(url: str) -> None:
	"""Such a permission is in the database of somebody whose script lost a name."""
	run("key", "--database", url, *SHOPS)
	platform = open_platform(url)
	with platform.context() as ctx:
		add_user(ctx, "shop@example.com", ["Inventory Integration"], warehouses=[""])
		assert platform.context_on(ctx.store, "shop@example.com").identity.warehouses == {""}


def test_serve_prints_the_key_once(url: str) -> None:
	with serving(url) as first:
		assert len(first.token) == 49
		assert any(first.token in line and "only now" in line for line in first.printed)
		assert first.call("stock.list_positions", "GET").status_code == 200
	with serving(url, first.token) as second:
		assert not any(first.token in line for line in second.printed)
		assert second.call("stock.list_positions", "GET").status_code == 200


def test_a_port_that_is_taken(url: str) -> None:
	with socket.socket() as taken:
		taken.bind(("127.0.0.1", 0))
		taken.listen()
		port = str(taken.getsockname()[1])
		assert "cannot listen" in run("serve", "--database", url, "--port", port, code=1)
	usual = socket.socket()
	try:
		usual.bind(("127.0.0.1", 8765))
		usual.listen()
	except OSError:
		pass  # somebody else has it: as good for this test
	process = subprocess.Popen(
		[*COMMAND, "serve", "--database", url], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
	)
	try:
		assert process.stdout
		opened = next(line for line in process.stdout if line.startswith("Open"))
		address = re.search(r"http://127\.0\.0\.1:(\d+)", opened)
		assert address
		assert address[1] != "8765"
		assert requests.get(f"{address[0]}/api/method/ping", timeout=30).json() == {"message": "pong"}
	finally:
		process.terminate()
		process.wait(30)
		usual.close()


@pytest.mark.parametrize("bad", ["postgres://x/y", "sqlite://", "nonsense"])
def test_a_database_nobody_knows(bad: str) -> None:
	assert "Error:" in run("verify", "--database", bad, code=1)


def test_it_starts_without_mysqlclient(url: str, tmp_path: Path) -> None:
	"""The MariaDB driver is an extra."""
	(tmp_path / "MySQLdb.py").write_text("raise ImportError('not installed')")
	path = os.pathsep.join([str(tmp_path), ENVIRONMENT["PYTHONPATH"]])
	assert "All invariants hold." in run("verify", "--database", url, PYTHONPATH=path)
	output = run("verify", "--database", "mysql://u:p@127.0.0.1/x", code=1, PYTHONPATH=path)
	assert "not installed" in output


def test_help() -> None:
	output = run("--help")
	for command in ("serve", "demo", "verify", "import", "run-due", "key"):
		assert command in output
	assert sys.version_info >= (3, 10)
