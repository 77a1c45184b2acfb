"""What runs by itself or behind a button: on Frappe's workers, cut small, with a job id."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import frappe

from inventory_midplatform.adapters.site.context import SETTINGS, SiteUnitOfWork, site_settings
from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.domain.errors import Busy, InventoryError
from inventory_midplatform.domain.roles import JOB_ROLES
from inventory_midplatform.ports import Context
from inventory_midplatform.services import (
	demand_documents,
	expired_stock,
	orders,
	pos_invoices,
	receipt_layers,
	replenishment,
	reservation,
	take_in,
	verification,
)
from inventory_midplatform.services import rebuilding as rebuilding_service

CHUNK = 500


def sweep_expired_reservations() -> None:
	"""Scheduled: reservations whose time is over give their stock back."""
	if not site_settings().reservation:
		return
	while in_transaction(SiteUnitOfWork(), lambda ctx: reservation.sweep(ctx, CHUNK)):
		pass


def ask_for_low_stock() -> None:
	"""Scheduled: one job a company, so that more workers make it faster and one failure stops one company."""
	if not site_settings().replenishment:
		return
	for company in frappe.get_all("Company", pluck="name", order_by="name"):
		frappe.enqueue(
			ask_for_low_stock_of,
			queue="long",
			company=company,
			job_id=f"inventory_low_stock::{company}",
			deduplicate=True,
		)


def ask_for_low_stock_of(company: str) -> dict[str, Any]:
	"""A warehouse a transaction: whoever numbers a Material Request of their own waits until it ends. Those that
	contention did not let through are asked for by another job.
	"""
	answer: dict[str, Any] = {"created": [], "failed": []}
	try:
		some = partial(replenishment.low_warehouses, company=company)
		for warehouse in in_transaction(SiteUnitOfWork(), some):
			ask = partial(replenishment.create_material_requests, company=company, warehouse=warehouse)
			for what, found in in_transaction(SiteUnitOfWork(), ask).items():
				answer[what] += found
	except Busy:
		# without the job's id, under which this one still runs
		frappe.enqueue(ask_for_low_stock_of, queue="long", company=company, enqueue_after_commit=True)
	for refused in answer["failed"]:
		frappe.log_error(
			title=f"Low stock: {refused['item_code']} in {refused['warehouse']} was not asked for",
			message=refused["reason"],
		)
	frappe.db.commit()
	return answer


@frappe.whitelist(methods=["POST"])
def enqueue_take_in() -> str:
	"""The button in Settings: take in the stock that was there before. Answers the job's id."""
	frappe.only_for(tuple(JOB_ROLES["take_in"]))
	job_id = "inventory_take_in"
	frappe.enqueue(run_take_in, queue="long", timeout=4 * 3600, job_id=job_id, deduplicate=True)
	return job_id


def run_take_in() -> int:
	"""Take in everything, telling the desk how far it is."""
	done = 0
	for done, total in taking_in():
		frappe.publish_realtime(
			"inventory_take_in", {"done": done, "total": total}, doctype=SETTINGS, docname=SETTINGS
		)
	frappe.publish_realtime(
		"inventory_take_in", {"done": done, "total": done}, doctype=SETTINGS, docname=SETTINGS
	)
	return done


def taking_in(chunk: int = CHUNK, alert: bool = False) -> Iterator[tuple[int, int]]:
	"""Bring positions to the books in chunks, each committed; yields (done, total) after each."""
	total, done = in_transaction(SiteUnitOfWork(), take_in.count), 0
	after: tuple[str, str] | None = ("", "")
	while after is not None:
		taken, after = _take_in(after, chunk, alert)
		done += taken
		yield done, max(total, done)


def _take_in(after: tuple[str, str], chunk: int, alert: bool) -> tuple[int, tuple[str, str] | None]:
	return in_transaction(SiteUnitOfWork(), lambda ctx: take_in.take_in(ctx, after, chunk, alert))


def rebuild_layers(items: list[str]) -> None:
	"""Queued after a backdated or cancelled posting: the ages of these items' stock in the order of posting. Those that
	contention did not let through are queued again.
	"""
	again = set()
	for item_code in items:
		try:
			in_transaction(SiteUnitOfWork(), partial(receipt_layers.rebuild, item_code=item_code))
		except Busy:
			again.add(item_code)
	queue_rebuild_layers(again)
	frappe.db.commit()


def queue_rebuild_layers(items: set[str]) -> None:
	if items:
		frappe.enqueue(rebuild_layers, queue="long", items=sorted(items), enqueue_after_commit=True)


@frappe.whitelist(methods=["POST"])
def enqueue_rebuild() -> str:
	"""The button in Settings: make the projections anew from movements and books. Answers the job's id."""
	frappe.only_for(tuple(JOB_ROLES["rebuild"]))
	job_id = "inventory_rebuild"
	frappe.enqueue(run_rebuild, queue="long", timeout=4 * 3600, job_id=job_id, deduplicate=True)
	return job_id


def run_rebuild() -> None:
	"""Rebuild everything, telling the desk how far it is."""
	for done, total, mended in rebuilding():
		frappe.publish_realtime(
			"inventory_rebuild",
			{"done": done, "total": total, "mended": mended},
			doctype=SETTINGS,
			docname=SETTINGS,
		)


def rebuilding(chunk: int = 50) -> Iterator[tuple[int, int, int]]:
	"""Make every item's projections anew, an item a transaction; yields (items done, of, rows that were wrong)."""
	total, done, mended, after = in_transaction(SiteUnitOfWork(), rebuilding_service.count), 0, 0, ""
	while items := in_transaction(
		SiteUnitOfWork(), partial(rebuilding_service.items, after=after, limit=chunk)
	):
		for item_code in items:
			mended += in_transaction(
				SiteUnitOfWork(), partial(rebuilding_service.rebuild_item, item_code=item_code)
			)
		done, after = done + len(items), items[-1]
		yield done, max(total, done), mended
	yield done, done, mended


def following_orders(chunk: int = 50) -> Iterator[int]:
	"""Bring the reservations of all open orders and requests, and of those something is still kept for, to what they
	want; yields how many were looked at.
	"""
	done = 0
	for kind in demand_documents.FOLLOWED:
		after = ""
		some = partial(orders.open_documents, demand_type=kind, limit=chunk)
		while names := in_transaction(SiteUnitOfWork(), partial(some, after=after)):
			for name in names:
				_tried(f"{kind} {name} was not followed", partial(orders.follow, demand_type=kind, name=name))
			done, after = done + len(names), names[-1]
			yield done


def following_pos_invoices(chunk: int = 50) -> Iterator[int]:
	"""The same for POS Invoices of which the POS is not closed yet."""
	done, after = 0, ""
	while names := in_transaction(
		SiteUnitOfWork(), partial(pos_invoices.open_pos_invoices, after=after, limit=chunk)
	):
		for name in names:
			follow = partial(pos_invoices.follow_pos_invoice, name=name)
			_tried(f"POS Invoice {name} was not followed", follow)
		done, after = done + len(names), names[-1]
		yield done


def reconcile() -> None:
	"""Scheduled, nightly: what no event told of is restated from the books with an alert, what has expired goes on hold,
	orders' reservations are followed, and the laws of the ledger are checked; what is broken opens an alert. What
	contention does not let through is logged, and the next night's.
	"""
	if not site_settings().ledger:
		return
	try:
		for _ in taking_in(alert=True):
			pass
	except InventoryError as refused:
		_log("Positions were not all brought to the books", refused)
	hold_expired_stock()
	for _ in following_orders():
		pass
	for _ in following_pos_invoices():
		pass
	in_transaction(SiteUnitOfWork(), verification.check)


def hold_expired_stock() -> None:
	"""Part of the night: an item and warehouse a transaction; what cannot go on hold is logged and stops nothing else."""
	for key in in_transaction(SiteUnitOfWork(), expired_stock.due):
		title = f"Expired stock: {key[0]} in {key[1]} was not put on hold"
		_tried(title, partial(expired_stock.hold, key=key))


def _tried(title: str, work: Callable[[Context], Any]) -> None:
	"""One of many: what is refused, or too busy now, is logged under ``title`` and stops nothing else."""
	try:
		in_transaction(SiteUnitOfWork(), work)
	except InventoryError as refused:
		_log(title, refused)


def _log(title: str, refused: InventoryError) -> None:
	frappe.log_error(title=title, message=refused.message())
	frappe.db.commit()


def clear_old_idempotency_keys(days: int = 30) -> None:
	"""Scheduled: an answer is repeated for thirty days."""
	before = frappe.utils.add_days(frappe.utils.now_datetime(), -days)
	frappe.db.sql("DELETE FROM `tabIdempotency Key` WHERE creation < %(before)s", {"before": before})
	frappe.db.commit()
