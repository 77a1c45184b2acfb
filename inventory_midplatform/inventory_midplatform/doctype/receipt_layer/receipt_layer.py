from inventory_midplatform.adapters.site.closed import ClosedDocument


class ReceiptLayer(ClosedDocument):
	pass
