from frappe.model.document import Document


class IdempotencyKey(Document):
	pass
