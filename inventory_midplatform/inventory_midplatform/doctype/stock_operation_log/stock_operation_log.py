from frappe.model.document import Document


class StockOperationLog(Document):
	pass
