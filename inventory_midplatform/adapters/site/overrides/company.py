"""Company: the records of its warehouses are deleted with it."""

from typing import Any

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services.locations import zones_and_bins


def on_trash(company: Any, method: str | None = None) -> None:
	"""Delete what belongs to the company's warehouses: ERPNext deletes them by SQL, without an event for each."""
	zones_and_bins.delete_unused_of_company(site_context(), company.name)
