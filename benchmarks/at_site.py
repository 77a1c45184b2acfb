"""Connects a part to the benchmark's own site, sets switches, and runs processes at the same time."""

import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import frappe

SWITCHES = ("ledger_enabled", "reservation_enabled", "replenishment_enabled")


def scale() -> float:
	"""Return 1, or less in a small run."""
	return float(sys.argv[2])


def scaled(number: int, least: int = 1) -> int:
	return max(round(number * scale()), least)


def begin() -> None:
	"""Connect to a site that is ready for posting stock, with the midplatform on."""
	from inventory_midplatform.tests.site_case import prepare_site

	connect(sys.argv[1], ".")
	prepare_site()
	switch(on=True)


def connect(site: str, sites_path: str) -> None:
	frappe.init(site=site, sites_path=sites_path)
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.flags.mute_messages = True


def switch(on: bool, erpnexts_reservation: bool = False) -> None:
	"""Switch the midplatform's modules on or off; ERPNext's own Stock Reservation only while they are off."""
	settings = "Inventory Midplatform Settings"
	frappe.db.set_single_value(settings, dict.fromkeys(SWITCHES, int(on)))
	frappe.db.set_single_value(
		"Stock Settings",
		{"enable_stock_reservation": int(erpnexts_reservation), "allow_partial_reservation": 1},
	)
	frappe.db.commit()
	frappe.clear_document_cache(settings, settings)
	frappe.clear_document_cache("Stock Settings", "Stock Settings")


class Queries:
	"""Count the SQL statements of a block."""

	def __enter__(self) -> "Queries":
		self.count = 0
		self._sql = frappe.db.sql
		frappe.db.sql = self._counted
		return self

	def __exit__(self, *_: object) -> None:
		del frappe.db.sql  # the instance's attribute: the class's method shows again

	def _counted(self, *arguments: Any, **named: Any) -> Any:
		self.count += 1
		return self._sql(*arguments, **named)


def at_once(work: Callable[..., None], shares: Sequence[Sequence[str]], most_seconds: int = 300) -> float:
	"""Run each share in a process of its own, all started together. Return seconds from first start to last end.

	``work(share, wait)`` prepares, calls ``wait()`` once, and then does what is timed.
	"""
	context = multiprocessing.get_context("spawn")
	barrier, ends = context.Barrier(len(shares)), context.Queue()
	here = (frappe.local.site, str(Path(frappe.local.sites_path).resolve()))
	workers = [context.Process(target=_worker, args=(*here, work, share, barrier, ends)) for share in shares]
	for worker in workers:
		worker.start()
	times = [ends.get(timeout=most_seconds) for _ in workers]
	for worker in workers:
		worker.join(timeout=60)
	broken = [error for _, _, error in times if error]
	if broken:
		raise RuntimeError(broken[0])
	return float(max(end for _, end, _ in times) - min(start for start, _, _ in times))


def _worker(site: str, sites_path: str, work: Any, share: Sequence[str], barrier: Any, ends: Any) -> None:
	started = [0.0]

	def wait() -> None:
		barrier.wait(timeout=120)
		started[0] = time.monotonic()

	error = ""
	try:
		connect(site, sites_path)
		work(share, wait)
	except Exception:
		error = frappe.get_traceback()
		barrier.abort()
	ends.put((started[0], time.monotonic(), error))
	frappe.destroy()
