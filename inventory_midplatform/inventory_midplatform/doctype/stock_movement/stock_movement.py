from frappe.model.document import Document


class StockMovement(Document):
	pass
