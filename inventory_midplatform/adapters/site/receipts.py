"""Posted documents that bring goods in: what of them is on hold until it is inspected, and what they mean to Inbound Orders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.domain.inbound import QUALITY
from inventory_midplatform.domain.settlement.postings import Posting
from inventory_midplatform.ports import Context, Voucher
from inventory_midplatform.services.inbound import posted, sources, sync
from inventory_midplatform.services.inbound.posted import Received


@dataclass(frozen=True)
class _Rows:
	"""Which fields of a receipt's rows say what they are received for, and where."""

	source_type: str
	source_name: str
	source_row: str
	warehouse: str = "warehouse"


_ROWS = {
	"Purchase Receipt": _Rows(sources.PURCHASE_ORDER, "purchase_order", "purchase_order_item"),
	"Purchase Invoice": _Rows(sources.PURCHASE_ORDER, "purchase_order", "po_detail"),
	"Subcontracting Receipt": _Rows(
		sources.SUBCONTRACTING_ORDER, "subcontracting_order", "subcontracting_order_item"
	),
	"Stock Entry": _Rows(sources.STOCK_ENTRY, "against_stock_entry", "ste_detail", "t_warehouse"),
	"Delivery Note": _Rows(sources.DELIVERY_NOTE, "", "dn_detail"),
}
"""The row of a return does not name its Delivery Note; the document does (``return_against``). So does the Stock Entry that
makes what a Work Order orders: its finished item is the order's only row."""


def lock_inbound(document: Any, method: str | None) -> None:
	"""Lock the Inbound Orders that a document may change, before it locks the books and stock."""
	if document.doctype not in (*_ROWS, *sources.SOURCES) or not site_settings().inbound:
		return
	documents = set(_sources_of(document).values()) | _itself(document)
	cancelled = Voucher(document.doctype, document.name) if method == "before_cancel" else None
	if documents or cancelled:
		sync.lock_orders(site_context(), documents, cancelled)


def on_hold_until_inspected(ctx: Context, document: Any, postings: Sequence[Posting]) -> list[Posting]:
	"""Return the postings of a document, with status Quality on rows that nobody has inspected and somebody must."""
	if not ctx.settings.inbound or document.doctype not in _ROWS or document.docstatus == 2:
		return list(postings)
	found = _sources_of(document)
	types = {
		row.name: found[row.name][0] if row.name in found else ""
		for row in document.items
		if not row.get("quality_inspection") and (row.name in found or _is_by_hand(document))
	}
	parts = [
		part for posting in postings for part in posting.rows if part.detail_no in types and part.qty > 0
	]
	brought = [(types[part.detail_no], part.item_code) for part in parts]
	inspected = posted.inspected(ctx, Voucher(document.doctype, document.name), brought)
	on_hold = {part for part, what in zip(parts, brought, strict=True) if what in inspected}
	return [
		replace(
			posting,
			rows=tuple(replace(row, stock_status=QUALITY) if row in on_hold else row for row in posting.rows),
		)
		for posting in postings
	]


def uninspected(document: Any) -> dict[tuple[str, str, str], Decimal]:
	"""Return what of a receipt that is cancelled nobody has inspected yet."""
	if document.docstatus != 2 or document.doctype not in _ROWS:
		return {}
	return posted.uninspected(site_context(), Voucher(document.doctype, document.name))


def sync_inbound(ctx: Context, document: Any, postings: Sequence[Posting]) -> None:
	"""Bring Inbound Orders to a document that was posted or cancelled, once it is settled."""
	if not ctx.settings.inbound or document.doctype not in _ROWS:
		return
	voucher = Voucher(document.doctype, document.name)
	rows, found = {row.name: row for row in document.items}, _sources_of(document)
	documents = set(found.values()) | _itself(document)
	if document.docstatus == 2:
		posted.receipt_cancelled(ctx, voucher, documents)
		return
	if not documents:
		return
	fields = _ROWS[document.doctype]
	received = [
		Received(
			found[part.detail_no],
			rows[part.detail_no].get(fields.source_row) or found[part.detail_no][1],
			part.item_code,
			part.warehouse,
			part.qty,
			part.batch_no,
			part.serial_no,
			part.stock_status == QUALITY,
		)
		for posting in postings
		for part in posting.rows
		# what was rejected is in another warehouse; what goes back to the supplier leaves
		if part.detail_no in found
		and part.warehouse == rows[part.detail_no].get(fields.warehouse)
		and part.qty > 0
	]
	posted.receipt_posted(ctx, voucher, received, documents)


def _sources_of(document: Any) -> dict[str, sync.Document]:
	"""Return what the rows of a receipt are received for: row → (type, name)."""
	fields = _ROWS.get(document.doctype)
	if fields is None or (document.doctype == "Delivery Note" and not document.is_return):
		return {}
	if document.get("purpose") == "Manufacture":
		made = (sources.WORK_ORDER, document.work_order)
		return {row.name: made for row in document.items if row.is_finished_item and document.work_order}
	return {
		row.name: (fields.source_type, name)
		for row in document.items
		if row.get(fields.source_row)
		and (name := row.get(fields.source_name) if fields.source_name else document.return_against)
	}


def _itself(document: Any) -> set[sync.Document]:
	"""Return the document where it brings something somewhere: a Stock Entry does that sends into transit."""
	if document.doctype not in sources.SOURCES or document.get("is_return"):
		return set()
	if document.doctype == sources.STOCK_ENTRY and not document.add_to_transit:
		return set()
	if document.doctype == sources.DELIVERY_NOTE and document.docstatus != 2:
		return set()  # nobody can expect anything of it yet
	return {(document.doctype, document.name)}


def _is_by_hand(document: Any) -> bool:
	return document.doctype == "Stock Entry" and document.purpose == "Material Receipt"
