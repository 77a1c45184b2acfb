"""From 0.1.0: receipt layers, and the age of what lies in bins, made from the movements there are."""

from functools import partial

from inventory_midplatform.adapters.site.context import SiteUnitOfWork
from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.install import create_indexes
from inventory_midplatform.services import rebuilding


def execute() -> None:
	create_indexes()  # which rows are locked through
	after = ""
	while items := in_transaction(SiteUnitOfWork(), partial(rebuilding.items, after=after)):
		for item_code in items:
			in_transaction(SiteUnitOfWork(), partial(rebuilding.rebuild_item, item_code=item_code))
		after = items[-1]
