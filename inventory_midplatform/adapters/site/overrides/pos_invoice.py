"""POS Invoice: sold stock stays reserved until the POS is closed; returned stock is released."""

from typing import Any

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.reservation import pos_invoices


def after_delete(invoice: Any, method: str | None = None) -> None:
	_sync(invoice)


def on_cancel(invoice: Any, method: str | None = None) -> None:
	_sync(invoice)


def on_submit(invoice: Any, method: str | None = None) -> None:
	_sync(invoice)


def _sync(invoice: Any) -> None:
	sold = invoice.return_against if invoice.is_return else invoice.name
	if sold:
		with shown_in_desk():
			pos_invoices.sync_pos_invoice(site_context(), sold)
