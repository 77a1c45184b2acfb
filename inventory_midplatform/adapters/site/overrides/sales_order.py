"""Sales Order: its rows reserve, and its form shows what is reserved for each row."""

from typing import Any

from inventory_midplatform.adapters.site import demand_documents, reserved_on_rows
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services.demand import promised_days


def after_delete(order: Any, method: str | None = None) -> None:
	demand_documents.sync(order)


def before_update_after_submit(order: Any, method: str | None = None) -> None:
	reserved_on_rows.saving(order)


def before_validate(order: Any, method: str | None = None) -> None:
	reserved_on_rows.saving(order)


def on_cancel(order: Any, method: str | None = None) -> None:
	demand_documents.sync(order)


def on_change(order: Any, method: str | None = None) -> None:
	demand_documents.sync_closing(order)


def on_submit(order: Any, method: str | None = None) -> None:
	promised_days.record(site_context(), order.name)
	demand_documents.sync(order)


def on_update_after_submit(order: Any, method: str | None = None) -> None:
	"""Sync after Update Items and any other change of a submitted one."""
	promised_days.record(site_context(), order.name)
	demand_documents.sync(order)


def onload(order: Any, method: str | None = None) -> None:
	reserved_on_rows.loaded(order)
