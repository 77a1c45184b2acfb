"""Purchase Order, and Subcontracting Order, which has the same events: it creates Inbound Orders, which change with it."""

from typing import Any

from inventory_midplatform.adapters.site.context import site_context, site_settings
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.inbound import sync as inbound_sync


def on_cancel(order: Any, method: str | None = None) -> None:
	_sync(order)


def on_change(order: Any, method: str | None = None) -> None:
	"""Closed and re-opened: of that ERPNext reports nothing but a change of the record."""
	if order.docstatus == 1 and site_settings().inbound:
		with shown_in_desk():
			inbound_sync.sync_closing(site_context(), order.doctype, order.name)


def on_submit(order: Any, method: str | None = None) -> None:
	_sync(order)


def on_update_after_submit(order: Any, method: str | None = None) -> None:
	"""Update Items, and every other change of a submitted one."""
	_sync(order)


def _sync(order: Any) -> None:
	if site_settings().inbound:
		with shown_in_desk():
			inbound_sync.sync(site_context(), order.doctype, order.name)
