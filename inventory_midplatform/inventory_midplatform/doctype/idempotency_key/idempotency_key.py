from inventory_midplatform.adapters.site.closed import ClosedDocument


class IdempotencyKey(ClosedDocument):
	pass
