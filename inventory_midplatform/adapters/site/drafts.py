"""Drafts that the platform made in ERPNext for a person to finish."""

from typing import Any

from inventory_midplatform.adapters.site.context import site_context


def finished(document: Any) -> None:
	"""Close the to-dos about a draft of ours, now that it is submitted."""
	if document.get("inventory_origin") or document.get("inventory_request"):
		site_context().notifier.done(document.doctype, document.name)
