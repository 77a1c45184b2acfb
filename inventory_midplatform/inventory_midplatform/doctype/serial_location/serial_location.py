from frappe.model.document import Document


class SerialLocation(Document):
	pass
