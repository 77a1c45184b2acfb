from frappe.model.document import Document


class StockPosition(Document):
	pass
