from frappe.model.document import Document


class InventoryAlert(Document):
	pass
