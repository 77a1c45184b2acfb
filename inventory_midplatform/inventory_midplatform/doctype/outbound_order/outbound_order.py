from inventory_midplatform.adapters.site.flow_documents import FlowDocument
from inventory_midplatform.services.outbound import orders


class OutboundOrder(FlowDocument):
	orders = orders
