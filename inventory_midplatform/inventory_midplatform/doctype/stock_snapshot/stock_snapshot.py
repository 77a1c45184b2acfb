from inventory_midplatform.adapters.site.protected_tables import ClosedDocument


class StockSnapshot(ClosedDocument):
	pass
