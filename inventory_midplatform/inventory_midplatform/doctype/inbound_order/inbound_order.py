from inventory_midplatform.adapters.site.flow_documents import FlowDocument
from inventory_midplatform.services.inbound import orders


class InboundOrder(FlowDocument):
	orders = orders
