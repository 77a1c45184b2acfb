from inventory_midplatform.adapters.site.protected_tables import ClosedDocument


class InventoryKPIValue(ClosedDocument):
	pass
