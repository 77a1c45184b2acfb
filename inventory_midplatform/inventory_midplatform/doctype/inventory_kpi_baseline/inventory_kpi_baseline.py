from inventory_midplatform.adapters.site.protected_tables import ClosedDocument


class InventoryKPIBaseline(ClosedDocument):
	pass
