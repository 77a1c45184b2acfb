from inventory_midplatform.adapters.site.closed import ClosedDocument


class StockPosition(ClosedDocument):
	pass
