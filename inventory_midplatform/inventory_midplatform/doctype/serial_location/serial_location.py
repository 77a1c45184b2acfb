from inventory_midplatform.adapters.site.closed import ClosedDocument


class SerialLocation(ClosedDocument):
	pass
