from inventory_midplatform.adapters.site.protected_tables import ClosedLine


class InboundOrderLine(ClosedLine):
	"""Written with its order by steps alone. Saved or deleted by itself it would pass by the order's own check."""
