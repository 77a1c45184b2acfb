from inventory_midplatform.adapters.site.protected_tables import ClosedLine


class OutboundPackageLine(ClosedLine):
	"""Written with its package by steps alone. Saved or deleted by itself it would pass by the package's own check."""
