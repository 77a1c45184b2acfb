from inventory_midplatform.adapters.site.closed import ClosedDocument


class BinAllocation(ClosedDocument):
	pass
