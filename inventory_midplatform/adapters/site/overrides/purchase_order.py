"""Purchase Order, and Subcontracting Order, which has the same events: it creates Inbound Orders, which change with it."""

from typing import Any

from inventory_midplatform.adapters.site import source_documents


def on_cancel(order: Any, method: str | None = None) -> None:
	source_documents.sync(order)


def on_change(order: Any, method: str | None = None) -> None:
	source_documents.sync_closing(order)


def on_submit(order: Any, method: str | None = None) -> None:
	source_documents.sync(order)


def on_update_after_submit(order: Any, method: str | None = None) -> None:
	"""Update Items, and every other change of a submitted one."""
	source_documents.sync(order)
