"""The fulfilment day of ``fulfilment`` where there is no bench: the standalone platform on a MariaDB of its own.

There is no ERPNext to compare with; a parcel's delivery is posted by the small books.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "standalone")]

import throwaway  # noqa: E402
from platforms import StandalonePlatform  # noqa: E402
from serving import serving  # noqa: E402

from benchmarks import day_figures, parcels  # noqa: E402
from benchmarks.day import PACKERS, PICKERS, Day, Measured, Team, peak_hour  # noqa: E402
from benchmarks.figures import Part  # noqa: E402
from benchmarks.lock_waits import LockWaits  # noqa: E402
from benchmarks.parcels import Parcel  # noqa: E402
from benchmarks.people import Client, Log  # noqa: E402
from inventory_midplatform.adapters.standalone.context import Standalone, new_api_key  # noqa: E402
from inventory_midplatform.domain.roles import OPERATOR, SUPERVISOR  # noqa: E402
from inventory_midplatform.ports import PostingLine  # noqa: E402

ITEMS = 1_000


@contextmanager
def database() -> Iterator[str]:
	import MySQLdb

	with (
		tempfile.TemporaryDirectory(prefix="inventory-bench-") as folder,
		throwaway.mariadb(Path(folder), 1) as a,
	):
		connection = MySQLdb.connect(host=a.host, port=a.port, user=a.user, password=a.password)
		connection.cursor().execute("CREATE DATABASE bench CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
		connection.close()
		yield f"mysql://{a.user}:{a.password}@{a.host}:{a.port}/bench"


def key(platform: StandalonePlatform, role: str) -> str:
	user = platform.make_user([role])
	with platform.context() as ctx:
		return new_api_key(ctx, user)


def prepare(platform: StandalonePlatform, place: str, day: Sequence[Parcel]) -> list[str]:
	"""Receive what the day needs, each item into a bin; make the orders. Return their Outbound Orders."""
	lines = []
	for n, (item, qty) in enumerate(sorted(parcels.needed(day).items())):
		bin = platform.make_bin(place, bin_code=f"{n:05}", sequence=n + 1)
		lines.append(PostingLine(item, place, Decimal(qty + 10), Decimal(10), bin=bin))
	for start in range(0, len(lines), 50):
		platform.books.receive(lines[start : start + 50])
	customer = platform.make_customer()
	orders = [
		platform.books.order(
			customer, [PostingLine(item, place, Decimal(qty), Decimal(20)) for item, qty in parcel.lines]
		)
		for parcel in day
	]
	rows = platform.rows(
		"SELECT name, source_name FROM `tabOutbound Order` WHERE warehouse = %(place)s", place=place
	)
	tasks = {row["source_name"]: row["name"] for row in rows}
	return [tasks[name] for name in orders]


def work(
	platform: StandalonePlatform, url: str, day: Sequence[Parcel], pace: float, seconds: float
) -> Measured:
	place = platform.make_warehouse()
	tasks = prepare(platform, place, day)
	team = Team(
		[key(platform, OPERATOR) for _ in range(PICKERS)],
		[key(platform, OPERATOR) for _ in range(PACKERS)],
		key(platform, SUPERVISOR),
	)

	def read() -> dict[str, int]:
		rows = platform.rows("SHOW GLOBAL STATUS LIKE 'Innodb%%'")
		return {r["Variable_name"]: int(r["Value"]) for r in rows if str(r["Value"]).isdigit()}

	with serving(url) as server:

		def client(token: str, log: Log) -> Client:
			return Client(server.url, {"Authorization": f"token {token}"}, log)

		return peak_hour(Day(place, day, tasks, parcels.WAVES), team, client, LockWaits(read), pace, seconds)


def main() -> None:
	scale = float(sys.argv[1])
	part = Part("fulfilment_standalone")
	number = max(round(parcels.PARCELS_A_DAY * scale), 5 * parcels.WAVES)
	seconds = float(os.environ.get("BENCH_SECONDS") or (180 if scale == 1 else 15))
	pace = parcels.PARCELS_A_DAY * parcels.PEAK_HOUR / 3600
	with database() as url:
		platform = StandalonePlatform(Standalone(url))
		platform.settings(ledger=True, reservation=True, outbound=True, outbound_check="Off")
		items = [platform.make_item(stock_uom="Nos") for _ in range(max(round(ITEMS * scale), 50))]
		measured = work(platform, url, parcels.of_a_day(items, number), pace, seconds)
		day_figures.add_day(part, "A fulfilment day, standalone on MariaDB", measured)
		if findings := platform.verify():
			raise RuntimeError(f"the ledger's invariants do not hold: {findings[:5]}")
		platform.standalone.close()
	part.report()


if __name__ == "__main__":
	main()
