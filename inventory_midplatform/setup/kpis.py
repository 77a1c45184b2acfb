"""The key figures that the app brings: records made where they are missing; a manager's targets and owners stay."""

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.services import kpis


def create() -> None:
	kpis.install(site_context())
