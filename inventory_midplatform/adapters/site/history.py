"""Jobs that bring the history to the books: the snapshots after a repost, and those of a site's past."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial

import frappe
from frappe.utils.file_lock import LockTimeoutError
from frappe.utils.synchronization import filelock

from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.adapters.site.context import SETTINGS, SiteUnitOfWork, site_settings
from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.domain.errors import Busy
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.roles import JOB_ROLES
from inventory_midplatform.services.batching import batches
from inventory_midplatform.services.ledger import snapshots
from inventory_midplatform.services.reconciliation import history, opening_stock

BACK_FILL = "inventory_back_fill"
SNAPSHOTS_AT_ONCE = 100
"""Items × warehouses whose snapshots are locked together, and whose entries are read into memory."""


def queue_refresh(keys: Iterable[Key], since: date | None) -> None:
	"""Queue the refresh of snapshots of items × warehouses from a day, after the books have valued them again."""
	if in_order := sorted(set(keys)):
		frappe.enqueue(
			refresh, queue="long", keys=in_order, since=str(since or ""), enqueue_after_commit=True
		)


def refresh(keys: list[Key], since: str = "") -> None:
	"""Refresh the snapshots of ``keys`` (queued by a repost). Those that contention stopped are queued again."""
	day = frappe.utils.getdate(since) if since else None
	again: list[Key] = []
	for some in batches([(item_code, warehouse) for item_code, warehouse in keys], SNAPSHOTS_AT_ONCE):
		try:
			in_transaction(SiteUnitOfWork(), partial(snapshots.refresh, keys=some, since=day))
		except Busy:
			again += some
	queue_refresh(again, day)
	frappe.db.commit()


@frappe.whitelist(methods=["POST"])
def enqueue_back_fill() -> str:
	"""Queue the back-fill of the history (button in Settings). Return the job's id."""
	frappe.only_for(tuple(JOB_ROLES["back_fill"]))
	return queue_back_fill()


def queue_back_fill() -> str:
	frappe.enqueue(run_back_fill, queue="long", timeout=12 * 3600, job_id=BACK_FILL, deduplicate=True)
	return BACK_FILL


def run_back_fill() -> None:
	"""Back-fill the history, and report progress to the desk."""
	for done, total, begins in back_filling():
		frappe.publish_realtime(
			"inventory_back_fill",
			{"done": done, "total": total, "begins": str(begins or "")},
			doctype=SETTINGS,
			docname=SETTINGS,
		)


def back_filling(chunk: int = SNAPSHOTS_AT_ONCE) -> Iterator[tuple[int, int, date | None]]:
	"""Take the history before the ledger from the books, each part committed, from where it stopped the last time, then the
	age of opening stock; yield (items × warehouses done, total, the day on which the history begins once it is all there).

	Raises Busy where another back-fill runs, or contention stops even one item and warehouse.
	"""
	with _alone(BACK_FILL):
		after = in_transaction(SiteUnitOfWork(), history.reached) or ("", "")
		at_once = chunk
		while True:
			try:
				reached = in_transaction(
					SiteUnitOfWork(), partial(history.back_fill, after=after, limit=at_once)
				)
			except Busy:
				if at_once == 1:
					raise
				at_once = max(at_once // 4, 1)
				continue
			if reached is None:
				break
			after, at_once = reached, chunk
			done, total = in_transaction(SiteUnitOfWork(), partial(history.counts, after=after))
			yield min(done, total - 1), total, None
		_age_opening_stock()
		frappe.clear_document_cache(SETTINGS, SETTINGS)
		total = in_transaction(SiteUnitOfWork(), partial(history.counts, after=after))[1]
		yield total, total, site_settings().history_from


def _age_opening_stock() -> None:
	"""Give opening stock the age that the books say: an earlier release recorded it as new."""
	after = ""
	while items := in_transaction(
		SiteUnitOfWork(), partial(opening_stock.items_with_opening_stock, after=after)
	):
		jobs.rebuild_layers(items)
		after = items[-1]


@contextmanager
def _alone(name: str) -> Iterator[None]:
	"""Raises Busy where the block already runs elsewhere."""
	try:
		with filelock(name, timeout=1):
			yield
	except LockTimeoutError as error:
		raise Busy("The history is being taken from the books already.") from error
