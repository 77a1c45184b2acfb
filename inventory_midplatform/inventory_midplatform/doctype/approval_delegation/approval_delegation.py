from frappe.model.document import Document

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.approval import delegations


class ApprovalDelegation(Document):
	def validate(self) -> None:
		with shown_in_desk():
			self.update(delegations.check_delegation(site_context(), self.as_dict()))

	def on_update(self) -> None:
		with shown_in_desk():
			delegations.apply(site_context(), self.name)

	def on_trash(self) -> None:
		with shown_in_desk():
			delegations.require_ended(self.as_dict())
