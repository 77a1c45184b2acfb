from frappe.model.document import Document


class InventoryReservation(Document):
	pass
