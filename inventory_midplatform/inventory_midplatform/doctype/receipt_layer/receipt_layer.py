from frappe.model.document import Document


class ReceiptLayer(Document):
	pass
