"""Many callers at once for the same stock: exactly as many succeed as there is stock, and nobody else fails."""

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from platforms import StandalonePlatform
from serving import Address, serving

from inventory_midplatform.adapters.standalone.context import Standalone, new_api_key
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests.behaviour.base import D
from inventory_midplatform.tests.rounds import rounds

STOCK, EACH = 100, 10

Outcome = tuple[str, str]
"""(the reservation's status, or the error's code; what is left, for the code ``insufficient_stock``)."""


def caller(url: str, calls: list[dict[str, Any]], barrier: Any, outcomes: Any) -> None:
	"""One process: in each round it reserves once, at the same moment as all others."""
	platform = Standalone(url)
	for arguments in calls:
		barrier.wait(120)
		outcomes.put(reserve(platform, arguments))
		barrier.wait(120)


def reserve(platform: Standalone, arguments: dict[str, Any]) -> Outcome:
	try:
		return platform.call("reservation.reserve", arguments)["status"], ""
	except InventoryError as error:
		return error.code, str(error.details.get("available", ""))
	except Exception as error:
		return f"{type(error).__name__}: {error}", ""


def race(platform: StandalonePlatform, processes: int, number: int, stock: int = STOCK) -> None:
	warehouse = platform.make_warehouse()
	items = [platform.make_item() for _ in range(number)]
	platform.books.receive([PostingLine(item, warehouse, D(stock), D(1)) for item in items])
	arguments = [{"item_code": item, "warehouse": warehouse, "qty": EACH} for item in items]
	context = multiprocessing.get_context("spawn")
	barrier, outcomes = context.Barrier(processes + 1), context.Queue()
	url = platform.standalone.url
	workers = [
		context.Process(target=caller, args=(url, arguments, barrier, outcomes), daemon=True)
		for _ in range(processes)
	]
	for worker in workers:
		worker.start()
	try:
		for item in items:
			barrier.wait(120)
			judge([outcomes.get(timeout=120) for _ in workers], stock)
			barrier.wait(120)
			position = platform.call("stock.get_position", item_code=item, warehouse=warehouse)
			assert (position["reserved"], position["available"]) == (stock, 0)
	finally:
		for worker in workers:
			worker.join(30)
			worker.kill()
	assert platform.verify() == []


def judge(outcomes: list[Outcome], stock: int = STOCK) -> None:
	"""As many have it as there is stock for; the others get the error that nothing is left."""
	winners = stock // EACH
	losers = len(outcomes) - winners
	assert losers > 0
	assert Counter(outcomes) == {("Reserved", ""): winners, ("insufficient_stock", "0"): losers}


@pytest.mark.soak
def test_sixteen_processes_on_mariadb(mariadb: StandalonePlatform) -> None:
	race(mariadb, processes=16, number=rounds("races of processes on mariadb", 10, 50))


@pytest.mark.soak
def test_eight_processes_on_sqlite(sqlite: StandalonePlatform) -> None:
	race(sqlite, processes=8, number=rounds("races of processes on sqlite", 10, 50), stock=50)


@pytest.mark.soak
@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_sixteen_callers_over_http(engine: str, request: pytest.FixtureRequest) -> None:
	platform: StandalonePlatform = request.getfixturevalue(engine)
	number = rounds(f"races over HTTP on {engine}", 10, 50)
	warehouse = platform.make_warehouse()
	items = [platform.make_item() for _ in range(number)]
	platform.books.receive([PostingLine(item, warehouse, D(STOCK), D(1)) for item in items])
	with platform.context() as ctx:
		token = new_api_key(ctx, "Administrator")
	with serving(platform.standalone.url, token) as server, ThreadPoolExecutor(16) as pool:
		for item in items:
			together = threading.Barrier(16)
			arguments = {"item_code": item, "warehouse": warehouse, "qty": EACH}
			judge(list(pool.map(over_http(server, arguments, together), range(16))))
	assert platform.verify() == []


def over_http(
	server: Address, arguments: dict[str, Any], together: threading.Barrier
) -> Callable[[int], Outcome]:
	def call(_: int) -> Outcome:
		together.wait(60)
		result = server.call("reservation.reserve", json=arguments)
		if result.status_code == 200:
			return result.json()["message"]["status"], ""
		error = result.json()["error"]
		assert result.status_code == 409, result.text
		return error["code"], error["details"].get("available", "")

	return call


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
@pytest.mark.parametrize("operation", ["reservation.reserve", "reservation.reassign"])
def test_calls_at_once_reserve_no_more_for_a_row_than_it_demands(
	engine: str, operation: str, request: pytest.FixtureRequest
) -> None:
	"""From several warehouses, so that no lock of a position separates them."""
	platform: StandalonePlatform = request.getfixturevalue(engine)
	callers = 4
	item, warehouses = platform.make_item(), [platform.make_warehouse() for _ in range(callers // 2)] * 2
	platform.books.receive([PostingLine(item, warehouse, D(STOCK), D(1)) for warehouse in warehouses])
	platform.settings(sales_order_policy="Off")
	try:
		for _ in range(20):
			order = platform.books.order(
				platform.make_customer(), [PostingLine(item, warehouses[0], D(10), D(1))]
			)
			arguments = [{"item_code": item, "warehouse": warehouse, "qty": 6} for warehouse in warehouses]
			about = {"demand_type": "Sales Order", "demand_name": order}
			if operation == "reservation.reserve":
				calls = [{**reservation, **about} for reservation in arguments]
			else:
				made = [platform.call("reservation.reserve", **reservation) for reservation in arguments]
				calls = [{"name": reservation["name"], **about} for reservation in made]
			together = threading.Barrier(callers)
			with ThreadPoolExecutor(callers) as pool:
				codes = Counter(pool.map(at_once(platform, operation, together), calls))
			assert codes == {"": 1, "more_than_outstanding": callers - 1}
			found = platform.call("reservation.list", demand_type="Sales Order", demand_name=order)
			assert sum(r["reserved_qty"] for r in found["reservations"]) == 6
			for r in platform.call("reservation.list", item_code=item, status="Reserved")["reservations"]:
				platform.call("reservation.release", name=r["name"])
	finally:
		platform.settings(sales_order_policy="Partial")
	assert platform.verify() == []


def at_once(
	platform: StandalonePlatform, operation: str, together: threading.Barrier
) -> Callable[[dict[str, Any]], str]:
	def call(arguments: dict[str, Any]) -> str:
		together.wait(60)
		try:
			platform.standalone.call(operation, arguments)
		except InventoryError as error:
			return error.code
		return ""

	return call


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_the_same_key_at_the_same_time_reserves_once(engine: str, request: pytest.FixtureRequest) -> None:
	platform: StandalonePlatform = request.getfixturevalue(engine)
	item, warehouse = platform.make_item(), platform.make_warehouse()
	platform.books.receive([PostingLine(item, warehouse, D(STOCK), D(1))])
	for round_ in range(10):
		for repeated in ({"key": f"{item}-{round_}"}, {"name": f"{item}-{round_}"}):
			together = threading.Barrier(8)
			with ThreadPoolExecutor(8) as pool:
				names = set(pool.map(repeat(platform, item, warehouse, repeated, together), range(8)))
			assert len(names) == 1, names
	position = platform.call("stock.get_position", item_code=item, warehouse=warehouse)
	assert position["reserved"] == 20
	assert platform.verify() == []


def repeat(
	platform: StandalonePlatform,
	item: str,
	warehouse: str,
	repeated: dict[str, str],
	together: threading.Barrier,
) -> Callable[[int], str]:
	def call(_: int) -> str:
		together.wait(60)
		made = platform.call("reservation.reserve", item_code=item, warehouse=warehouse, qty=1, **repeated)
		platform.standalone.close()
		return str(made["name"])

	return call


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_postings_orders_and_reservations_at_once_break_no_invariant(
	engine: str, request: pytest.FixtureRequest
) -> None:
	"""Whatever the engine gives up is done again at the door; what comes out adds up."""
	platform: StandalonePlatform = request.getfixturevalue(engine)
	warehouse = platform.make_warehouse()
	items = [platform.make_item() for _ in range(3)]
	customer = platform.make_customer()
	platform.books.receive([PostingLine(item, warehouse, D(1000), D(1)) for item in items])
	done: Counter[str] = Counter()

	def line(n: int, qty: int) -> PostingLine:
		return PostingLine(items[n % 3], warehouse, D(qty), D(1))

	def step(n: int, turn: int) -> None:
		books = platform.books
		if n % 4 == 0:
			patiently(platform, lambda: books.issue([line(turn, 2), line(turn + 1, 1)]))
		elif n % 4 == 1:
			order = patiently(platform, lambda: books.order(customer, [line(turn + 1, 3), line(turn, 2)]))
			patiently(platform, lambda: books.deliver(order))
		elif n % 4 == 2:
			patiently(platform, lambda: books.receive([line(turn + 2, 1), line(turn, 1)]))
			# a cancellation makes the ages of its items anew
			mistaken = patiently(platform, lambda: books.receive([line(turn, 7)]))
			patiently(platform, lambda: books.cancel(mistaken))
		else:
			platform.call("reservation.reserve", item_code=items[turn % 3], warehouse=warehouse, qty=1)

	def work(n: int) -> None:
		for turn in range(6):
			try:
				step(n, turn)
				done["worked"] += 1
			except InventoryError as error:
				done[error.code] += 1
		platform.standalone.close()

	with ThreadPoolExecutor(8) as pool:
		list(pool.map(work, range(8)))
	assert done["worked"] == 48, done
	assert platform.verify() == []
	on_hand = {
		i: platform.call("stock.get_position", item_code=i, warehouse=warehouse)["on_hand"] for i in items
	}
	assert on_hand == {item: float(platform.booked(item, warehouse)) for item in items}
	# 2 workers × 6 turns each: −3 by issues, −5 by deliveries, +2 by receipts
	assert sum(on_hand.values()) == 3000 + 2 * 6 * (-3 - 5 + 2)


def patiently(platform: StandalonePlatform, post: Callable[[], Any]) -> Any:
	"""As an entry point does it: run again, whole, what the engine gave up."""
	for _ in range(20):
		try:
			return post()
		except Exception as error:
			if not platform.standalone.is_transient(error):
				raise
	raise AssertionError("contention did not end")


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_nobody_comes_between_while_stock_is_reassigned(engine: str, request: pytest.FixtureRequest) -> None:
	"""Eight hand parts of one reservation over while eight others ask for stock and one waits for it."""
	platform: StandalonePlatform = request.getfixturevalue(engine)
	warehouse = platform.make_warehouse()
	with ThreadPoolExecutor(16) as pool:
		for _ in range(10):
			item = platform.make_item()
			platform.books.receive([PostingLine(item, warehouse, D(STOCK), D(1))])
			about = {"item_code": item, "warehouse": warehouse}
			reserved = platform.call("reservation.reserve", qty=STOCK, **about)["name"]
			waits = platform.call(
				"reservation.reserve", qty=EACH, shortage_policy="Wait", priority=9, **about
			)["name"]
			together = threading.Barrier(16)
			outcomes = list(pool.map(reassigning(platform, reserved, about, together), range(16)))
			assert Counter(outcomes) == {("Reserved", ""): 8, ("insufficient_stock", "0"): 8}
			assert platform.call("reservation.get", name=waits)["status"] == "Waiting"
			assert platform.call("reservation.get", name=reserved)["reserved_qty"] == STOCK - 8 * EACH
			assert platform.call("stock.get_position", **about)["reserved"] == STOCK
	assert platform.verify() == []


def reassigning(
	platform: StandalonePlatform, reserved: str, about: dict[str, Any], together: threading.Barrier
) -> Callable[[int], Outcome]:
	def call(n: int) -> Outcome:
		together.wait(60)
		if n % 2:
			return reserve(platform.standalone, {**about, "qty": EACH})
		part = {"name": reserved, "demand_type": "Shop Order", "demand_name": f"#{n}", "qty": EACH}
		return platform.standalone.call("reservation.reassign", part)["status"], ""

	return call
