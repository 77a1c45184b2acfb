"""Sync documents whose rows demand stock: Sales Order, Material Request, Work Order."""

from typing import Any

import frappe
from frappe import _

from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.outbound import locking
from inventory_midplatform.services.outbound import sync as outbound_sync
from inventory_midplatform.services.reservation import document_sync


def sync(document: Any) -> None:
	"""Sync the reservations and Outbound Orders of a document that was submitted, cancelled or changed by Update Items."""
	with shown_in_desk():
		ctx = site_context()
		locking.lock_orders(ctx, [(document.doctype, document.name)])
		document_sync.sync(ctx, document.doctype, document.name)
		outbound_sync.sync(ctx, document.doctype, document.name)


def sync_closing(document: Any) -> None:
	"""Sync a submitted document that was closed, stopped or re-opened, for which ERPNext has only the event of any change.
	Deliveries cause that event too; they are synced when they are settled.
	"""
	if document.docstatus == 1 and site_settings().ledger:
		with shown_in_desk():
			ctx = site_context()
			reason = _on_hold_reason(document)
			locking.lock_orders(ctx, [(document.doctype, document.name)])
			if document_sync.sync_closing(ctx, document.doctype, document.name, document.status):
				outbound_sync.sync(ctx, document.doctype, document.name, on_hold_reason=reason)
			else:
				outbound_sync.sync_closing(ctx, document.doctype, document.name, reason)


def _on_hold_reason(document: Any) -> str:
	"""Return the comment that ERPNext's dialog wrote before it put an order on hold, or an empty text."""
	if document.status != "On Hold":
		return ""
	comment = frappe.get_all(
		"Comment",
		{
			"reference_doctype": document.doctype,
			"reference_name": document.name,
			"comment_type": "Comment",
		},
		pluck="content",
		order_by="creation desc",
		limit=1,
	)
	prefix = _("Reason for hold:")
	text = frappe.utils.strip_html(comment[0] or "").strip() if comment else ""
	return text.removeprefix(prefix).strip()[:500] if text.startswith(prefix) else ""
