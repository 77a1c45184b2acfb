from frappe.model.document import Document


class ApprovalPolicyApprover(Document):
	pass
