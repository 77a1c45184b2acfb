from inventory_midplatform.adapters.site.closed import ClosedDocument


class StockOperationLog(ClosedDocument):
	pass
