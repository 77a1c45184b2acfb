from inventory_midplatform.adapters.site.closed import ClosedDocument


class BinStock(ClosedDocument):
	pass
