from frappe.model.document import Document


class ApprovalPolicyStep(Document):
	pass
