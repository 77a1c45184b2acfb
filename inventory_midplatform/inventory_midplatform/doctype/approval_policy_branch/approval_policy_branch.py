from frappe.model.document import Document


class ApprovalPolicyBranch(Document):
	pass
