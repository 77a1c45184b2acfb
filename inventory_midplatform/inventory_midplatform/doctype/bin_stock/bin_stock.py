from frappe.model.document import Document


class BinStock(Document):
	pass
