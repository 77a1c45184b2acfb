from inventory_midplatform.adapters.site.protected_tables import ServiceDocument


class ApprovalRequest(ServiceDocument):
	pass
