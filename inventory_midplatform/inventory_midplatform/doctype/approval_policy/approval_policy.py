from frappe.model.document import Document

from inventory_midplatform.adapters.site import doctypes_to_approve
from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.approval import policies


class ApprovalPolicy(Document):
	def validate(self) -> None:
		with shown_in_desk():
			self.update(policies.check_policy(site_context(), self.as_dict()))

	def on_update(self) -> None:
		doctypes_to_approve.forget()

	def on_trash(self) -> None:
		doctypes_to_approve.forget()
