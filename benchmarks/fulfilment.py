"""A fulfilment day on a site: waves, pack station and shipping over HTTP, at the pace of its peak hour.

8 pickers pick one wave while 5 packers pack the one before and ship each parcel, and a supervisor releases a third.
Beside it 5 clerks make and submit plain Delivery Notes of the same lines, by ERPNext's own calls, with the app's
switches off. Then AdventureWorks' busiest week likewise. No call may fail, and the ledger and ERPNext's reports must be
clean afterwards, or the part fails.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import frappe

from benchmarks import bulk, counting, day_figures, parcels, people
from benchmarks.at_site import at_once, begin, scale, scaled, switch
from benchmarks.day import PACKERS, PICKERS, Day, Measured, Team, peak_hour
from benchmarks.figures import Part
from benchmarks.lock_waits import LockWaits
from benchmarks.parcels import Parcel
from benchmarks.people import Client, Log, Pace, Pile
from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.adapters.site.context import SiteUnitOfWork, site_context
from inventory_midplatform.adapters.site.importing import prepared
from inventory_midplatform.api import v1
from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.domain.roles import OPERATOR, SUPERVISOR
from inventory_midplatform.importing import adventureworks
from inventory_midplatform.ports import Context, PostingLine
from inventory_midplatform.services.outbound import sync as outbound_sync
from inventory_midplatform.services.reconciliation import verification
from inventory_midplatform.services.reservation import document_sync
from inventory_midplatform.tests import erpnext_documents as erp
from inventory_midplatform.tests import erpnext_reports, racing
from inventory_midplatform.tests.site_platform import SitePlatform

assert v1, "importing it registers the operations"

ITEMS = 1_000
WORKERS = 5
"""Of the web server, as bench sets up for two cores."""

SETTINGS = "Inventory Midplatform Settings"


def stated_seconds() -> float:
	"""Return how long people work at the pace of the peak hour."""
	return float(os.environ.get("BENCH_SECONDS") or (180 if scale() == 1 else 15))


@dataclass
class Site:
	"""What all sides need: a served site, customers, and keys of people."""

	customers: list[str]
	url: str = ""

	def client(self, key: str, log: Log) -> Client:
		return Client(self.url, {**racing.host(), "Authorization": f"token {key}"}, log)

	@contextmanager
	def served(self, of_people: Sequence[str]) -> Iterator[None]:
		with racing.serving(workers=WORKERS, longest_call=people.LONGEST_CALL) as self.url:
			self._warm_up(of_people)
			yield
		frappe.db.rollback()

	def _warm_up(self, of_people: Sequence[str]) -> None:
		"""Let each worker load what it needs, and each person's permissions be cached."""
		quiet, path = Log(), "/api/resource/Item?limit_page_length=1"
		people.work(
			[partial(self.client(k, quiet).send, "warm", "GET", path) for k in of_people for _ in range(3)]
		)


def say(text: str) -> None:
	print(f"  [{time.strftime('%H:%M:%S')}] {text}", flush=True)


def keys(number: int, *roles: str) -> list[str]:
	return [racing.user_with_key(list(roles))[1] for _ in range(number)]


def lock_waits() -> LockWaits:
	def read() -> dict[str, int]:
		rows = frappe.db.sql("SHOW GLOBAL STATUS LIKE 'Innodb%%'")
		return {name: int(value) for name, value in rows if str(value).isdigit()}

	return LockWaits(read)


# plain Delivery Notes


def plain(site: Site, day: Sequence[Parcel], pace: float, seconds: float) -> Measured:
	"""Make and submit Delivery Notes by five clerks, at the pace and then as fast as it goes."""
	place = bulk.warehouses(1)[0]
	bulk.receive(sorted(parcels.needed(day)), place, 100_000)
	order = bulk.order([day[0].lines[0][0]], place)
	orders = Pile(bulk.orders_of(order, "PLAIN", [p.lines for p in day], site.customers))
	clerks = keys(PACKERS, "Stock User", "Stock Manager", "Sales User", "Accounts User")
	measured = Measured(lock_waits(), seconds / 2)
	with site.served(clerks):
		say("plain Delivery Notes")
		measured.waits.begin()
		shared = Pace(pace, seconds)
		people.work(
			[partial(people.deliver, site.client(k, measured.paced), orders, shared) for k in clerks],
			measured.waits.look,
		)
		measured.waits.stop()
		rush = Pace(None, measured.rush)
		people.work(
			[partial(people.deliver, site.client(k, measured.flat_out), orders, rush) for k in clerks]
		)
	return measured


# the day


def stock(day: Sequence[Parcel], zones: int = 5) -> str:
	"""Make a warehouse with a bin for each item, in which lies a little more of it than the day needs."""
	platform, place = SitePlatform(), bulk.warehouses(1)[0]
	zone_names = [platform.make_zone(place) for _ in range(zones)]
	bins = {}
	with platform.context() as ctx:
		for n, item in enumerate(sorted(parcels.needed(day))):
			where = {
				"bin_code": f"{n:05}",
				"warehouse": place,
				"zone": zone_names[n % zones],
				"sequence": n + 1,
			}
			bins[item] = ctx.documents.create("Warehouse Bin", where)
	receive(place, day, bins)
	return place


def receive(place: str, day: Sequence[Parcel], bins: dict[str, str]) -> None:
	"""Receive what the day needs into these bins, and let the warehouse have a storekeeper."""
	storekeeper = erp.user([SUPERVISOR])
	frappe.db.set_value("Warehouse", place, "inventory_storekeeper", storekeeper)
	frappe.db.commit()
	lines = [
		PostingLine(item, place, Decimal(qty + 10), Decimal(erp.PRICE), bin=bins.get(item, ""))
		for item, qty in sorted(parcels.needed(day).items())
	]
	for start in range(0, len(lines), 50):
		SitePlatform().books.receive(lines[start : start + 50])


def order(site: Site, place: str, prefix: str, day: Sequence[Parcel]) -> tuple[list[str], float]:
	"""Make Sales Orders, let them reserve and create their Outbound Orders; return these and the seconds of that."""
	source = bulk.order([day[0].lines[0][0]], place)
	frappe.db.commit()
	names = bulk.orders_of(source, prefix, [p.lines for p in day], site.customers)
	processes = os.cpu_count() or 1
	seconds = at_once(_sync, [names[n::processes] for n in range(processes)], 3600)
	frappe.db.rollback()
	rows = frappe.get_all("Outbound Order", {"source_name": ("in", names)}, ["name", "source_name"])
	tasks = {row.source_name: row.name for row in rows}
	return [tasks[name] for name in names], seconds


def _sync(share: Sequence[str], wait: Any) -> None:
	"""What submitting a Sales Order does in the app."""

	def sync(ctx: Context, name: str) -> None:
		document_sync.sync(ctx, "Sales Order", name)
		outbound_sync.sync(ctx, "Sales Order", name)

	wait()
	for name in share:
		in_transaction(SiteUnitOfWork(), partial(sync, name=name))


def day_of(
	site: Site, place: str, prefix: str, day: Sequence[Parcel], pace: float, seconds: float
) -> Measured:
	tasks, ordering = order(site, place, prefix, day)
	say(f"{len(tasks):,} orders reserved, with Outbound Orders, in {ordering:.0f} s")
	team = Team(keys(PICKERS, OPERATOR), keys(PACKERS, OPERATOR), keys(1, SUPERVISOR)[0])
	with site.served([*team.pickers, *team.packers, team.lead]):
		return peak_hour(
			Day(place, day, tasks, parcels.WAVES), team, site.client, lock_waits(), pace, seconds
		)


def releases(site: Site, place: str, days: Sequence[Sequence[Parcel]]) -> tuple[Log, str]:
	"""Release waves of 200 orders of three lines, nobody else at work; return the last one's name too."""
	log, wave = Log(), ""
	tasks = [order(site, place, f"RELEASE{n}", day)[0] for n, day in enumerate(days)]
	lead = keys(1, SUPERVISOR)
	with site.served(lead):
		client = site.client(lead[0], log)
		for names in tasks:
			wave = client.call("wave.create", warehouse=place, names=names)["data"]["name"]
			client.call("wave.release", name=wave)
	return log, wave


def adventureworks_week(site: Site, folder: Path, pace: float, seconds: float) -> tuple[Measured, list[str]]:
	"""Load the items, bins and opening stock of what was sold in the busiest week, and go through its orders."""
	monday, week = parcels.of_the_busiest_week(folder)
	week = week[: scaled(len(week), least=5 * parcels.WAVES)]
	extract, needed = adventureworks.read(folder), parcels.needed(week)
	opening = [o for o in extract.opening if o.item_code in needed]
	items = {code: item for code, item in extract.items.items() if code in needed}
	sales = [s for s in extract.sales if s.item_code in needed and s.order_date >= monday]
	extract = replace(extract, items=items, sales=sales, purchases=[], returns=[], opening=opening)
	loading = prepared(extract, erp.company(), 1, warehouse=erp.unique("AdventureWorks"))
	for progress in loading.run():
		if progress.phase == "stock and orders" and progress.done >= len(opening):
			break  # what comes then is its own way of ordering and delivering
	masters = loading.masters
	named = [Parcel(tuple((masters.item(code), qty) for code, qty in p.lines)) for p in week]
	receive(masters.warehouse, named, {masters.item(code): masters.home(code) for code in needed})
	return day_of(site, masters.warehouse, "AW", named, pace, seconds), [masters.item(c) for c in needed]


def check(items: Sequence[str]) -> str:
	"""Raise RuntimeError where the ledger or ERPNext's reports find fault; return what ERPNext alone got wrong."""
	result = verification.verify(site_context())
	if result["findings"]:
		raise RuntimeError(f"the ledger's invariants do not hold: {result['findings'][:5]}")
	found = erpnext_reports.differences(items)
	if wrong := erpnext_reports.of_quantities(found):
		raise RuntimeError(f"ERPNext's reports find fault: {wrong[:5]}")
	return f"ERPNext's reports of {len(items)} items: {len(found)} values differ" if found else ""


def main() -> None:
	begin()
	part = Part("fulfilment")
	number, seconds = scaled(parcels.PARCELS_A_DAY, least=5 * parcels.WAVES), stated_seconds()
	pace = parcels.PARCELS_A_DAY * parcels.PEAK_HOUR / 3600
	site = Site([erp.customer() for _ in range(scaled(50, least=5))])
	switch(on=False)
	plain_day = parcels.of_a_day(bulk.items("CLERKS", scaled(ITEMS, least=50)), number)
	beside = plain(site, plain_day, pace, seconds)
	switch(on=True)
	frappe.db.set_single_value(SETTINGS, {"outbound_enabled": 1, "outbound_check": "Off"})
	frappe.db.commit()
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	for _ in jobs.recording_opening_stock():
		pass
	items = bulk.items("GOODS", scaled(ITEMS, least=50))
	day = parcels.of_a_day(items, number)
	waves = [parcels.of_a_day(items, scaled(200, least=5), lines=3)] * 3
	place = stock([*day, *(parcel for wave in waves for parcel in wave)])
	measured = day_of(site, place, "DAY", day, pace, seconds)
	day_figures.add_day(part, "A fulfilment day", measured, beside)
	alone, wave = releases(site, place, waves)
	day_figures.add_release(part, measured, alone, len(waves[0]))
	counting.add_steps(part, wave)
	moved = sorted(parcels.needed(day))[: scaled(200, least=20)]
	if folder := adventureworks_folder():
		week, sold = adventureworks_week(site, folder, pace, seconds)
		day_figures.add_day(part, "AdventureWorks' busiest week", week, beside)
		moved += sold
	part.notes.append(check(moved))
	part.report()


def adventureworks_folder() -> Path | None:
	"""Return where the extract is: ``ADVENTUREWORKS_DATA``, else beside the repository; None where there is none."""
	from inventory_midplatform.tests.test_real_input import folder

	found = folder()
	if not (found / "sales_lines.csv").is_file():
		print(f"no AdventureWorks extract at {found}", file=sys.stderr)
		return None
	return found


if __name__ == "__main__":
	main()
