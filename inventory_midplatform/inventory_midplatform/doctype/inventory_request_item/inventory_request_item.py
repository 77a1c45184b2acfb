from frappe.model.document import Document


class InventoryRequestItem(Document):
	pass
