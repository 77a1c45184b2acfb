"""Material Request: a drafted one closes the to-do about it, its rows reserve, and its form shows what is reserved for each row."""

from typing import Any

from inventory_midplatform.adapters.site import demand_documents, drafts, reserved_on_rows


def after_delete(request: Any, method: str | None = None) -> None:
	demand_documents.sync(request)


def before_update_after_submit(request: Any, method: str | None = None) -> None:
	reserved_on_rows.saving(request)


def before_validate(request: Any, method: str | None = None) -> None:
	reserved_on_rows.saving(request)


def on_cancel(request: Any, method: str | None = None) -> None:
	demand_documents.sync(request)


def on_change(request: Any, method: str | None = None) -> None:
	demand_documents.sync_closing(request)


def on_submit(request: Any, method: str | None = None) -> None:
	drafts.finished(request)
	demand_documents.sync(request)


def on_update_after_submit(request: Any, method: str | None = None) -> None:
	"""Sync after Update Items and any other change of a submitted one."""
	demand_documents.sync(request)


def onload(request: Any, method: str | None = None) -> None:
	reserved_on_rows.loaded(request)
