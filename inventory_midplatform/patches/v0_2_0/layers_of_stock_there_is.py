"""From 0.1.0: receipt layers, and the age of what lies in bins, made from the movements there are."""

from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.install import create_indexes


def execute() -> None:
	create_indexes()  # which rows are locked through
	for _ in jobs.rebuilding():
		pass
