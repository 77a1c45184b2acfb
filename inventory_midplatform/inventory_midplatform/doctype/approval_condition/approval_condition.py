from frappe.model.document import Document


class ApprovalCondition(Document):
	pass
