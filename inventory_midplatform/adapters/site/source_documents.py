"""Sync the Inbound Orders of documents that bring stock in: Purchase Order, Subcontracting Order, Work Order."""

from typing import Any

from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.inbound import sync as inbound_sync


def sync(document: Any) -> None:
	"""Sync the Inbound Orders of a document that was submitted, cancelled or changed by Update Items."""
	if site_settings().inbound:
		with shown_in_desk():
			inbound_sync.sync(site_context(), document.doctype, document.name)


def sync_closing(document: Any) -> None:
	"""Sync a submitted document that was closed, stopped or re-opened, of which ERPNext reports nothing but a change of the
	record.
	"""
	if document.docstatus == 1 and site_settings().inbound:
		with shown_in_desk():
			inbound_sync.sync_closing(site_context(), document.doctype, document.name)
