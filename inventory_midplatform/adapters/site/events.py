"""ERPNext's events: what was posted is collected, and settled when its voucher is done."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import frappe
from frappe.utils import get_datetime

from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.reservation import Demand
from inventory_midplatform.services import demand_documents, orders, pos_invoices, settlement, take_in
from inventory_midplatform.services.settlement import Posting, PostingRow

DEMAND_FIELDS = {
	"Delivery Note": (demand_documents.SALES_ORDER, "against_sales_order", "so_detail"),
	"Sales Invoice": (demand_documents.SALES_ORDER, "sales_order", "so_detail"),
	"Stock Entry": (demand_documents.MATERIAL_REQUEST, "material_request", "material_request_item"),
}
"""Where a row says which document's row it delivers."""

FOR_WORK_ORDER = ("Material Transfer for Manufacture", "Material Consumption for Manufacture", "Manufacture")
"""Purposes with which a Stock Entry takes the material of its work order."""

RESTATING = ("Landed Cost Voucher",)
"""Documents that post other vouchers anew; those are settled when the document is done."""


def stock_ledger_entry_submitted(entry: Any, method: str | None = None) -> None:
	"""Only collects: ERPNext's own figures are not written yet, and locks taken here would cross its own."""
	if not site_settings().ledger:
		return
	postings = _collected()
	if not postings:
		frappe.db.before_commit.add(settle_the_rest)
		frappe.db.after_rollback.add(_collected().clear)
	row = PostingRow(
		item_code=entry.item_code,
		warehouse=entry.warehouse,
		qty=from_store(entry.actual_qty),
		detail_no=entry.voucher_detail_no or "",
	)
	postings[(entry.voucher_type, entry.voucher_no)].append((row, entry.serial_and_batch_bundle or ""))


def voucher_begins(document: Any, method: str | None = None) -> None:
	"""Before a document is submitted or cancelled nothing of it is posted: what was collected under its name belongs to an
	attempt that somebody rolled back to a savepoint, with the number that named it."""
	_collected().pop((document.doctype, document.name), None)


def voucher_done(document: Any, method: str | None = None) -> None:
	"""A document was submitted or cancelled: settle what it posted."""
	postings = _collected()
	if not postings:
		return
	vouchers = [(document.doctype, document.name)]
	if document.doctype in RESTATING:
		vouchers = list(postings)
	rows = {voucher: postings.pop(voucher) for voucher in vouchers if voucher in postings}
	if not rows:
		return
	with shown_in_desk():
		ctx = site_context()
		by_lot = _by_lot(rows)
		done = [_posting(voucher, by_lot[voucher], document) for voucher in sorted(rows)]
		jobs.queue_rebuild_layers(settlement.settle(ctx, done))
		delivered = {
			(row.demand.demand_type, row.demand.demand_name)
			for posting in done
			for row in posting.rows
			if row.demand
		}
		undone = document.docstatus == 2 or bool(document.get("is_return"))
		orders.follow_delivered(ctx, delivered | _delivered_for(document), may_grow=undone)


def settle_the_rest() -> None:
	"""Before a commit: what no document event claimed. It has happened; it is not refused, only alerted."""
	postings = _collected()
	if not postings:
		return
	rows = _by_lot({voucher: rows for voucher, rows in postings.items() if _still_stands(voucher)})
	postings.clear()
	settlement.settle(
		site_context(),
		[
			Posting(*voucher, frappe.utils.now_datetime(), tuple(rows[voucher]), may_be_refused=False)
			for voucher in sorted(rows)
		],
	)


def repost_changed(repost: Any, method: str | None = None) -> None:
	"""A Repost Item Valuation rewrote the ledger by SQL; once it is complete the positions follow the books."""
	if repost.status != "Completed" or not site_settings().ledger:
		return
	_collected().clear()
	ctx = site_context()
	if repost.based_on == "Transaction":
		items = frappe.get_all(
			"Stock Ledger Entry",
			{"voucher_type": repost.voucher_type, "voucher_no": repost.voucher_no},
			pluck="item_code",
			order_by="item_code",
			distinct=True,
		)
	else:
		items = [repost.item_code]
	jobs.queue_rebuild_layers(set(items))
	keys = take_in.suspects(ctx, items)
	if keys:
		settlement.catch_up(ctx, keys, f"Repost {repost.name}", alert=False)


def demand_submitted(document: Any, method: str | None = None) -> None:
	"""Also cancelled, and changed by Update Items: a document's reservations follow its rows."""
	with shown_in_desk():
		orders.follow(site_context(), document.doctype, document.name)


def demand_changed(document: Any, method: str | None = None) -> None:
	"""Close or stop and re-open tell of themselves by nothing else; so do deliveries, which are none of this."""
	if document.docstatus == 1 and site_settings().ledger:
		with shown_in_desk():
			orders.follow_closing(site_context(), document.doctype, document.name, document.status)


def pos_invoice_submitted(invoice: Any, method: str | None = None) -> None:
	"""Also cancelled: what was sold is kept until the POS is closed; what came back of it is free again."""
	sold = invoice.return_against if invoice.is_return else invoice.name
	if sold:
		with shown_in_desk():
			pos_invoices.follow_pos_invoice(site_context(), sold)


def draft_finished(document: Any, method: str | None = None) -> None:
	"""A draft that was made for somebody is submitted: what they had to do about it is done."""
	if document.get("inventory_origin") or document.get("inventory_request"):
		site_context().notifier.done(document.doctype, document.name)


def _collected() -> dict[tuple[str, str], list[tuple[PostingRow, str]]]:
	"""Voucher → its rows, each with its Serial and Batch Bundle or ''."""
	postings = getattr(frappe.local, "inventory_postings", None)
	if postings is None:
		postings = frappe.local.inventory_postings = defaultdict(list)
	return postings  # type: ignore[no-any-return]


def _by_lot(
	collected: dict[tuple[str, str], list[tuple[PostingRow, str]]],
) -> dict[tuple[str, str], list[PostingRow]]:
	"""The rows split by batch and serial number, as their bundles say. A bundle keeps its sign when the voucher that it
	belongs to is cancelled, so the row's sign counts.
	"""
	entries = defaultdict(list)
	if bundles := sorted({bundle for rows in collected.values() for _, bundle in rows if bundle}):
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
		for voucher, rows in collected.items()
	}


def _delivered_for(document: Any) -> set[tuple[str, str]]:
	"""Whatever document this one delivers for, or takes back for: (type, name)."""
	if document.doctype not in DEMAND_FIELDS:
		return set()
	doctype, field, _ = DEMAND_FIELDS[document.doctype]
	found = {(doctype, row.get(field)) for row in document.items if row.get(field)}
	if document.get("work_order") and document.get("purpose") in FOR_WORK_ORDER:
		found.add((demand_documents.WORK_ORDER, document.work_order))
	return found


def _still_stands(voucher: tuple[str, str]) -> bool:
	"""A document that failed inside a savepoint left what was collected, and no entry in the books."""
	voucher_type, voucher_no = voucher
	return bool(
		frappe.db.exists("Stock Ledger Entry", {"voucher_type": voucher_type, "voucher_no": voucher_no})
	)


def _posting(voucher: tuple[str, str], rows: list[PostingRow], document: Any) -> Posting:
	if voucher != (document.doctype, document.name):
		document = frappe.get_doc(*voucher)
	demands = _demands(document)
	bins = document.flags.inventory_bins or {}
	happened = f"{document.get('posting_date') or frappe.utils.nowdate()} {document.get('posting_time') or '00:00:00'}"
	return Posting(
		*voucher,
		posting_datetime=get_datetime(happened),
		rows=tuple(
			replace(row, demand=demands.get(row.detail_no), bin=bins.get(row.detail_no, "")) for row in rows
		),
		cancelled=document.docstatus == 2,
		counted=document.doctype == "Stock Reconciliation" and document.docstatus == 1,
		may_be_refused=not document.get("is_consolidated"),
	)


def _demands(document: Any) -> dict[str, Demand]:
	"""Voucher row → the row of a document that it delivers, or of a POS Invoice; a bundle's parts deliver for the row of
	their bundle, and what is taken for a work order for all of it.
	"""
	fields = DEMAND_FIELDS.get(document.doctype)
	if not fields or (document.get("is_return") and document.docstatus != 2):
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
	if document.get("work_order") and document.get("purpose") in FOR_WORK_ORDER:
		made_for = Demand(demand_documents.WORK_ORDER, document.work_order)
		keeps_itself = site_settings().reserve_for_work_orders
		for row in document.items:
			if row.s_warehouse and (keeps_itself or row.name not in demands):
				demands[row.name] = made_for
	for part in document.get("packed_items") or ():
		if part.parent_detail_docname in demands:
			demands[part.name] = demands[part.parent_detail_docname]
	return demands
