from inventory_midplatform.adapters.site.closed import ClosedDocument


class InventoryReservation(ClosedDocument):
	pass
