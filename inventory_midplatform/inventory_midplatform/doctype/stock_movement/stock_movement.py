from inventory_midplatform.adapters.site.closed import ClosedDocument


class StockMovement(ClosedDocument):
	pass
