"""From 0.1.0: build receipt layers, and the age of stock in bins, from the movements."""

from inventory_midplatform.adapters.site import jobs
from inventory_midplatform.install import create_indexes


def execute() -> None:
	create_indexes()  # rows are locked through them
	for _ in jobs.rebuilding():
		pass
