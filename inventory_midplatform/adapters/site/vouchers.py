"""Vouchers of ERPNext: collect what they post, and settle it when the voucher is done.

ERPNext writes one Stock Ledger Entry for each row. They are collected in memory (``frappe.local``), and settled together in
ERPNext's transaction when the voucher's own submit or cancel has finished.
"""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import frappe
from frappe.utils import get_datetime

from inventory_midplatform.adapters.site import history, jobs, receipts
from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.domain.settlement.postings import Posting, PostingRow
from inventory_midplatform.ports import Context, Settings, Voucher
from inventory_midplatform.services.demand import sources
from inventory_midplatform.services.outbound import locking, posted
from inventory_midplatform.services.outbound import sync as outbound_sync
from inventory_midplatform.services.reservation import document_sync, pos_invoices
from inventory_midplatform.services.settlement import settlement

DEMAND_FIELDS = {
	"Delivery Note": (sources.SALES_ORDER, "against_sales_order", "so_detail"),
	"Sales Invoice": (sources.SALES_ORDER, "sales_order", "so_detail"),
	"Stock Entry": (sources.MATERIAL_REQUEST, "material_request", "material_request_item"),
}
"""Voucher type → the document its rows deliver for, and the fields that name that document and its row."""

FOR_WORK_ORDER = ("Material Transfer for Manufacture", "Material Consumption for Manufacture", "Manufacture")
"""Purposes of a Stock Entry that takes the material of its Work Order."""

REPOSTING = ("Landed Cost Voucher",)
"""Documents that repost other vouchers; those are settled when the document is done."""


def collect(entry: Any) -> None:
	"""Collect a Stock Ledger Entry. Locks and settles nothing yet: ERPNext has not written its own figures, and locks taken
	here would be in another order than its own.
	"""
	postings = collected()
	if not postings:
		frappe.db.before_commit.add(settle_unclaimed)
		frappe.db.after_rollback.add(collected().clear)
	row = PostingRow(
		item_code=entry.item_code,
		warehouse=entry.warehouse,
		qty=from_store(entry.actual_qty),
		detail_no=entry.voucher_detail_no or "",
	)
	postings[(entry.voucher_type, entry.voucher_no)].append((row, entry.serial_and_batch_bundle or ""))


def voucher_begins(document: Any, method: str | None = None) -> None:
	"""Lock the Outbound and Inbound Orders that a document may change, before it is submitted or cancelled and ERPNext locks stock.

	Forget what was collected under its name: it comes from an attempt that was rolled back to a savepoint, whose number
	was used again.
	"""
	collected().pop((document.doctype, document.name), None)
	receipts.lock_inbound(document, method)
	documents = _delivered_for(document)
	if document.doctype in sources.DEMAND_SOURCES:
		documents.add((document.doctype, document.name))
	if documents:
		cancelled = Voucher(document.doctype, document.name) if method == "before_cancel" else None
		locking.lock_orders(site_context(), documents, cancelled)


def voucher_done(document: Any, method: str | None = None) -> None:
	"""Settle what a document posted, once it is submitted or cancelled, and sync the documents it delivered for.

	Raises DocumentRefused, with the sentence of the domain's error.
	"""
	postings = collected()
	if not postings:
		return
	vouchers = [(document.doctype, document.name)]
	if document.doctype in REPOSTING:
		vouchers = list(postings)
	rows = {voucher: postings.pop(voucher) for voucher in vouchers if voucher in postings}
	if not rows:
		return
	with shown_in_desk():
		ctx = site_context()
		split = _by_batch_and_serial(rows)
		done = [_posting(voucher, split[voucher], document) for voucher in sorted(rows)]
		done = receipts.on_hold_until_inspected(ctx, document, done)
		jobs.queue_rebuild_layers(settlement.settle(ctx, done))
		if document.doctype in REPOSTING:
			# it enters the same rows with other values, which need no repost where nothing came after them
			keys = {row.key for posting in done for row in posting.rows}
			history.queue_refresh(keys, min(posting.posting_datetime for posting in done).date())
		delivered = {
			(row.demand.demand_type, row.demand.demand_name)
			for posting in done
			for row in posting.rows
			if row.demand
		}
		undone = document.docstatus == 2 or bool(document.get("is_return"))
		delivered |= _delivered_for(document)
		for demand_type, name in sorted(delivered):
			if demand_type in sources.DEMAND_SOURCES:
				document_sync.sync(ctx, demand_type, name, may_grow=undone)
		_sync_outbound(ctx, document, delivered)
		receipts.sync_inbound(ctx, document, done)


def _sync_outbound(ctx: Context, document: Any, delivered: set[tuple[str, str]]) -> None:
	voucher = Voucher(document.doctype, document.name)
	if document.docstatus == 2:
		posted.delivery_cancelled(ctx, voucher)
	takes = document.doctype in ("Delivery Note", "Stock Entry")
	posts = document.docstatus == 1 and takes and not document.get("is_return")
	for demand_type, name in sorted(delivered):
		outbound_sync.sync(ctx, demand_type, name, voucher if posts else None)


def settle_unclaimed() -> None:
	"""Settle, before a commit, entries that no document's event settled. They are not refused; an alert opens instead."""
	postings = collected()
	if not postings:
		return
	rows = _by_batch_and_serial(
		{voucher: rows for voucher, rows in postings.items() if _is_in_books(voucher)}
	)
	postings.clear()
	settlement.settle(
		site_context(),
		[
			Posting(*voucher, frappe.utils.now_datetime(), tuple(rows[voucher]), may_be_refused=False)
			for voucher in sorted(rows)
		],
	)


def collected() -> dict[tuple[str, str], list[tuple[PostingRow, str]]]:
	"""Return what this transaction collected: voucher → its rows, each with its Serial and Batch Bundle or an empty text."""
	postings = getattr(frappe.local, "inventory_postings", None)
	if postings is None:
		postings = frappe.local.inventory_postings = defaultdict(list)
	return postings  # type: ignore[no-any-return]


def _by_batch_and_serial(
	postings: dict[tuple[str, str], list[tuple[PostingRow, str]]],
) -> dict[tuple[str, str], list[PostingRow]]:
	"""Return the rows split by batch and serial number, as in their bundles. The sign is the row's, for a bundle's stays the
	same when its voucher is cancelled.
	"""
	entries = defaultdict(list)
	if bundles := sorted({bundle for rows in postings.values() for _, bundle in rows if bundle}):
		for entry in frappe.get_all(
			"Serial and Batch Entry",
			{"parent": ("in", bundles)},
			["parent", "batch_no", "serial_no", "qty"],
			order_by="parent, idx",
		):
			entries[entry.parent].append(entry)
	return {
		voucher: [
			part
			for row, bundle in rows
			for part in (
				[
					replace(
						row,
						qty=abs(from_store(e.qty)).copy_sign(row.qty or from_store(e.qty)),
						batch_no=e.batch_no or "",
						serial_no=e.serial_no or "",
					)
					for e in entries[bundle]
				]
				or [row]
			)
		]
		for voucher, rows in postings.items()
	}


def _delivered_for(document: Any) -> set[tuple[str, str]]:
	"""Return the documents that this one delivers for, or takes goods back for: (type, name)."""
	if document.doctype not in DEMAND_FIELDS:
		return set()
	doctype, field, _ = DEMAND_FIELDS[document.doctype]
	found = {(doctype, row.get(field)) for row in document.items if row.get(field)}
	if document.get("work_order") and document.get("purpose") in FOR_WORK_ORDER:
		found.add((sources.WORK_ORDER, document.work_order))
	if document.get("inventory_request"):
		found.add((sources.INVENTORY_REQUEST, document.inventory_request))
	return found


def _is_in_books(voucher: tuple[str, str]) -> bool:
	"""Return whether the books have an entry of it: a document that failed inside a savepoint left none."""
	voucher_type, voucher_no = voucher
	return bool(
		frappe.db.exists("Stock Ledger Entry", {"voucher_type": voucher_type, "voucher_no": voucher_no})
	)


def _posting(voucher: tuple[str, str], rows: list[PostingRow], document: Any) -> Posting:
	if voucher != (document.doctype, document.name):
		document = frappe.get_doc(*voucher)
	demands = _demands(document)
	bins = document.flags.inventory_bins or {}
	statuses = {
		row.name: row.inventory_stock_status
		for row in document.get("items") or ()
		if row.get("inventory_stock_status")
	}
	happened = f"{document.get('posting_date') or frappe.utils.nowdate()} {document.get('posting_time') or '00:00:00'}"
	return Posting(
		*voucher,
		posting_datetime=get_datetime(happened),
		rows=tuple(
			replace(
				row,
				demand=demands.get(row.detail_no),
				bin=bins.get(row.detail_no, ""),
				stock_status=statuses.get(row.detail_no, AVAILABLE) if row.qty < 0 else AVAILABLE,
			)
			for row in rows
		),
		cancelled=document.docstatus == 2,
		uninspected=receipts.uninspected(document),
		counted=document.doctype == "Stock Reconciliation" and document.docstatus == 1,
		may_be_refused=not document.get("is_consolidated"),
	)


def _demands(document: Any) -> dict[str, Demand]:
	"""Return, for each voucher row, the demand that it delivers: the row of an order or request, or of a POS Invoice.

	Parts of a Product Bundle deliver for the bundle's row. Material for a Work Order is for the whole order. A return
	delivers for nobody; cancelled, it delivers once more, but only where what came back was demanded again.
	"""
	fields = DEMAND_FIELDS.get(document.doctype)
	is_return = bool(document.get("is_return"))
	if not fields or (is_return and document.docstatus != 2):
		return {}
	doctype, name_field, line_field = fields
	demands = {
		row.name: Demand(doctype, row.get(name_field), row.get(line_field))
		for row in document.items
		if row.get(name_field) and row.get(line_field)
	}
	for row in document.items if document.get("is_consolidated") else ():
		if row.pos_invoice_item:
			demands[row.name] = Demand(pos_invoices.POS_INVOICE, row.pos_invoice, row.pos_invoice_item)
	settings = site_settings()
	if document.get("work_order") and document.get("purpose") in FOR_WORK_ORDER:
		work_order = Demand(sources.WORK_ORDER, document.work_order)
		for row in document.items:
			if row.s_warehouse and (settings.reserve_for_work_orders or row.name not in demands):
				demands[row.name] = work_order
	if document.get("inventory_request"):
		request = Demand(sources.INVENTORY_REQUEST, document.inventory_request)
		demands |= {row.name: request for row in document.items if row.get("s_warehouse")}
	if is_return:
		demands = {row: demand for row, demand in demands.items() if _demands_returns(demand, settings)}
	for part in document.get("packed_items") or ():
		if part.parent_detail_docname in demands:
			demands[part.name] = demands[part.parent_detail_docname]
	return demands


def _demands_returns(demand: Demand, settings: Settings) -> bool:
	source = sources.DEMAND_SOURCES.get(demand.demand_type)
	return source is None or source.demands_returns(settings)
