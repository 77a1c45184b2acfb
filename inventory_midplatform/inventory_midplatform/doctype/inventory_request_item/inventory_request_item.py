from inventory_midplatform.adapters.site.protected_tables import Line


class InventoryRequestItem(Line):
	pass
