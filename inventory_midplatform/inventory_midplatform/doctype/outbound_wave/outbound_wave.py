from inventory_midplatform.adapters.site.protected_tables import ServiceDocument


class OutboundWave(ServiceDocument):
	pass
