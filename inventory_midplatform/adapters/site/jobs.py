"""Scheduled jobs, and jobs behind a button: on Frappe's workers, in small parts, with a job id."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import frappe

from inventory_midplatform.adapters.site.context import SETTINGS, SiteUnitOfWork, site_settings
from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.domain.errors import Busy, InventoryError
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.roles import JOB_ROLES
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting.kpi_measures import Measuring
from inventory_midplatform.services import kpis
from inventory_midplatform.services.approval import approval_requests, asking, delegations, time_outs
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.demand import sources
from inventory_midplatform.services.inbound import sync as inbound_sync
from inventory_midplatform.services.ledger import receipt_layers
from inventory_midplatform.services.locations import expired_stock
from inventory_midplatform.services.outbound import in_staging, wave_closing
from inventory_midplatform.services.outbound import sync as outbound_sync
from inventory_midplatform.services.reconciliation import opening_stock, rebuild, verification
from inventory_midplatform.services.replenishment import material_requests, suggest
from inventory_midplatform.services.reservation import document_sync, pos_invoices, reservations

CHUNK = 500
ITEMS_AT_ONCE = 50
"""Whose layers are rebuilt in one transaction."""
CHUNK_OF_DOCUMENTS = 50


def release_expired_reservations() -> None:
	"""Release expired reservations (scheduled)."""
	if not site_settings().reservation:
		return
	while in_transaction(SiteUnitOfWork(), lambda ctx: reservations.release_expired(ctx, CHUNK)):
		pass


def replenish_low_stock() -> None:
	"""Queue one job for each company (scheduled), so that several workers share them and a failure stops one company only."""
	if not site_settings().replenishment:
		return
	for company in frappe.get_all("Company", pluck="name", order_by="name"):
		frappe.enqueue(
			replenish_low_stock_of,
			queue="long",
			company=company,
			job_id=f"inventory_low_stock::{company}",
			deduplicate=True,
		)


def replenish_low_stock_of(company: str) -> dict[str, Any]:
	"""Draft Material Requests for a company's low stock, one transaction for each warehouse.

	Users who create a Material Request wait for the numbering until that transaction ends. A warehouse that contention
	stopped is left to another job.
	"""
	result: dict[str, Any] = {"created": [], "failed": []}
	try:
		find = partial(suggest.low_warehouses, company=company)
		for warehouse in in_transaction(SiteUnitOfWork(), find):
			draft = partial(material_requests.create_material_requests, company=company, warehouse=warehouse)
			for what, found in in_transaction(SiteUnitOfWork(), draft).items():
				result[what] += found
	except Busy:
		# without the job's id, under which this one still runs
		frappe.enqueue(replenish_low_stock_of, queue="long", company=company, enqueue_after_commit=True)
	for refused in result["failed"]:
		frappe.log_error(
			title=f"Low stock: {refused['item_code']} in {refused['warehouse']} was not requested",
			message=refused["reason"],
		)
	frappe.db.commit()
	return result


@frappe.whitelist(methods=["POST"])
def enqueue_opening_stock() -> str:
	"""Queue the recording of opening stock (button in Settings). Return the job's id."""
	frappe.only_for(tuple(JOB_ROLES["opening_stock"]))
	job_id = "inventory_opening_stock"
	frappe.enqueue(run_opening_stock, queue="long", timeout=4 * 3600, job_id=job_id, deduplicate=True)
	return job_id


def run_opening_stock() -> int:
	"""Record all opening stock, and report progress to the desk."""
	done = 0
	for done, total in recording_opening_stock():
		frappe.publish_realtime(
			"inventory_opening_stock", {"done": done, "total": total}, doctype=SETTINGS, docname=SETTINGS
		)
	frappe.publish_realtime(
		"inventory_opening_stock", {"done": done, "total": done}, doctype=SETTINGS, docname=SETTINGS
	)
	return done


def recording_opening_stock(chunk: int = CHUNK, alert: bool = False) -> Iterator[tuple[int, int]]:
	"""Bring positions to the books in chunks, each committed, and give what came the age that the books say; yield (done,
	total) after each.
	"""
	total, done = in_transaction(SiteUnitOfWork(), opening_stock.count), 0
	after: tuple[str, str] | None = ("", "")
	while after is not None:
		keys, after = _opening_stock(after, chunk, alert)
		rebuild_layers(sorted({item_code for item_code, _ in keys}))
		done += len(keys)
		yield done, max(total, done)


def _opening_stock(
	after: tuple[str, str], chunk: int, alert: bool
) -> tuple[list[Key], tuple[str, str] | None]:
	return in_transaction(SiteUnitOfWork(), lambda ctx: opening_stock.opening_stock(ctx, after, chunk, alert))


def rebuild_layers(items: list[str]) -> None:
	"""Rebuild the receipt layers of items in posting order (queued after a backdated or cancelled posting).

	Items that contention stopped are queued again.
	"""
	again = set()
	for some in batches(items, ITEMS_AT_ONCE):
		try:
			in_transaction(SiteUnitOfWork(), partial(receipt_layers.rebuild, items=some))
		except Busy:
			again.update(some)
	queue_rebuild_layers(again)
	frappe.db.commit()


def queue_rebuild_layers(items: set[str]) -> None:
	if items:
		frappe.enqueue(rebuild_layers, queue="long", items=sorted(items), enqueue_after_commit=True)


@frappe.whitelist(methods=["POST"])
def enqueue_rebuild() -> str:
	"""Queue a rebuild of the projections (button in Settings). Return the job's id."""
	frappe.only_for(tuple(JOB_ROLES["rebuild"]))
	job_id = "inventory_rebuild"
	frappe.enqueue(run_rebuild, queue="long", timeout=4 * 3600, job_id=job_id, deduplicate=True)
	return job_id


def run_rebuild() -> None:
	"""Rebuild everything, and report progress to the desk."""
	for done, total, mended in rebuilding():
		frappe.publish_realtime(
			"inventory_rebuild",
			{"done": done, "total": total, "mended": mended},
			doctype=SETTINGS,
			docname=SETTINGS,
		)


def rebuilding(chunk: int = 50) -> Iterator[tuple[int, int, int]]:
	"""Rebuild the projections, one transaction for each item; yield (items done, total, rows that were wrong)."""
	total, done, mended, after = in_transaction(SiteUnitOfWork(), rebuild.count), 0, 0, ""
	while items := in_transaction(SiteUnitOfWork(), partial(rebuild.items, after=after, limit=chunk)):
		for item_code in items:
			mended += in_transaction(SiteUnitOfWork(), partial(rebuild.rebuild_item, item_code=item_code))
		done, after = done + len(items), items[-1]
		yield done, max(total, done), mended
	yield done, done, mended


Sync = Callable[[Context, str, str], Any]
"""Takes a type of documents and the name of one."""


def syncing_documents(chunk: int = CHUNK_OF_DOCUMENTS) -> Iterator[int]:
	"""Sync the reservations of all open documents, and of those with open reservations; yield how many were checked."""
	return _syncing(
		"Reservation", sources.DEMAND_SOURCES, document_sync.open_documents, document_sync.sync, chunk
	)


def syncing_pos_invoices(chunk: int = CHUNK_OF_DOCUMENTS) -> Iterator[int]:
	"""Sync POS Invoices whose POS is not closed yet; yield how many were checked."""
	return _syncing(
		"Reservation",
		["POS Invoice"],
		lambda ctx, kind, after, limit: pos_invoices.open_pos_invoices(ctx, after, limit),
		lambda ctx, kind, name: pos_invoices.sync_pos_invoice(ctx, name),
		chunk,
	)


def syncing_outbound_orders(chunk: int = CHUNK_OF_DOCUMENTS) -> Iterator[int]:
	"""Sync the Outbound Orders of all open documents, and of those with open Outbound Orders; yield how many were checked."""
	return _syncing(
		"Outbound Order", outbound_sync.SOURCES, outbound_sync.open_documents, outbound_sync.sync, chunk
	)


def syncing_inbound_orders(chunk: int = CHUNK_OF_DOCUMENTS) -> Iterator[int]:
	"""Sync the Inbound Orders of open documents; yield how many were checked."""
	return _syncing(
		"Inbound Order", inbound_sync.SOURCES, inbound_sync.open_documents, inbound_sync.sync, chunk
	)


def _syncing(
	what: str,
	kinds: Iterable[str],
	find: Callable[[Context, str, str, int], list[str]],
	sync: Sync,
	chunk: int,
) -> Iterator[int]:
	"""Sync the documents of each kind that ``find`` names, a chunk after another, each in a transaction of its own.

	``what`` is synced, as the log calls it. What is refused or too busy is logged, and the rest goes on. Yield how many were tried.
	"""
	done = 0
	for kind in kinds:
		after = ""
		while names := in_transaction(SiteUnitOfWork(), lambda ctx, k=kind, a=after: find(ctx, k, a, chunk)):
			for name in names:
				_tried(f"{what} of {kind} {name} was not synced", lambda ctx, k=kind, n=name: sync(ctx, k, n))
			done, after = done + len(names), names[-1]
			yield done


def reconcile() -> None:
	"""Reconcile with the books (scheduled, nightly).

	Adjust positions that changed without a voucher, with an alert; block expired stock; sync documents' reservations,
	Outbound and Inbound Orders; close waves that are packed; open alerts for stock that is in staging for too long; check the
	invariants, with an alert for discrepancies. What contention stopped is logged and left to the next night.
	"""
	if not site_settings().ledger:
		return
	try:
		for _ in recording_opening_stock(alert=True):
			pass
	except InventoryError as refused:
		_log("Positions were not all brought to the books", refused)
	block_expired_stock()
	for _ in syncing_documents():
		pass
	for _ in syncing_pos_invoices():
		pass
	for _ in syncing_outbound_orders():
		pass
	_tried("Waves that are packed were not closed", wave_closing.close_packed)
	for _ in syncing_inbound_orders():
		pass
	_tried("The age of stock in staging was not checked", in_staging.check_age)
	in_transaction(SiteUnitOfWork(), verification.check)


def act_on_time_limits() -> None:
	"""Remind approvers, escalate and decide what is overdue, and ask anew where somebody went away or came back; one
	transaction for each open request (scheduled, every ten minutes).
	"""
	if not site_settings().approval:
		return
	for name in in_transaction(SiteUnitOfWork(), time_outs.due):
		title = f"{approval_requests.DOCTYPE} {name}: its time limit was not acted on"
		_tried(title, partial(time_outs.act, name=name))
	for delegation in in_transaction(SiteUnitOfWork(), delegations.changed):
		for name in in_transaction(SiteUnitOfWork(), partial(delegations.waiting, name=delegation)):
			title = f"{approval_requests.DOCTYPE} {name} has nobody to ask"
			_tried(title, partial(asking.ask_again, name=name))
		in_transaction(SiteUnitOfWork(), partial(delegations.applied, name=delegation))


def ask_approvers_again() -> None:
	"""Ask those who are to approve by now, one transaction for each open request (scheduled, daily)."""
	if not site_settings().approval:
		return
	for name in in_transaction(SiteUnitOfWork(), approval_requests.open_requests):
		title = f"{approval_requests.DOCTYPE} {name} has nobody to ask"
		_tried(title, partial(asking.ask_again, name=name))


@frappe.whitelist(methods=["POST"])
def enqueue_kpis() -> str:
	"""Queue the writing of key figures (button in Settings). Return the job's id."""
	frappe.only_for(tuple(JOB_ROLES["kpis"]))
	return queue_kpis()


def queue_kpis() -> str:
	job_id = "inventory_kpis"
	frappe.enqueue(
		write_kpis,
		queue="long",
		timeout=4 * 3600,
		job_id=job_id,
		deduplicate=True,
		enqueue_after_commit=True,
	)
	return job_id


def write_kpis() -> None:
	"""Write the key figures of yesterday, and of days that are missing or whose past changed; one transaction for each day
	(scheduled, nightly). Report progress to the desk.
	"""
	if not site_settings().ledger:
		return
	measure = Measuring()
	days = in_transaction(SiteUnitOfWork(), kpis.days_to_write)
	for done, day in enumerate(days, 1):
		in_transaction(SiteUnitOfWork(), partial(kpis.write, day=day, measure=measure))
		about = {"done": done, "total": len(days)}
		frappe.publish_realtime("inventory_kpis", about, doctype=SETTINGS, docname=SETTINGS)
	in_transaction(SiteUnitOfWork(), partial(kpis.write_baselines, measure=measure))


def block_expired_stock() -> None:
	"""Block expired stock, one transaction for each item and warehouse. A failure is logged, and the rest goes on."""
	for key in in_transaction(SiteUnitOfWork(), expired_stock.due):
		title = f"Expired stock: {key[0]} in {key[1]} was not blocked"
		_tried(title, partial(expired_stock.block, key=key))


def _tried(title: str, work: Callable[[Context], Any]) -> None:
	"""Run one of many pieces. Log it under ``title`` if it is refused or too busy, so that the rest goes on."""
	try:
		in_transaction(SiteUnitOfWork(), work)
	except InventoryError as refused:
		_log(title, refused)


def _log(title: str, refused: InventoryError) -> None:
	frappe.log_error(title=title, message=refused.message())
	frappe.db.commit()


def clear_old_idempotency_keys(days: int = 30) -> None:
	"""Delete idempotency keys after thirty days (scheduled)."""
	before = frappe.utils.add_days(frappe.utils.now_datetime(), -days)
	frappe.db.sql("DELETE FROM `tabIdempotency Key` WHERE creation < %(before)s", {"before": before})
	frappe.db.commit()
