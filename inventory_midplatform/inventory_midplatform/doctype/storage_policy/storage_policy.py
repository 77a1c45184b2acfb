from frappe.model.document import Document

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.locations import storage_policies


class StoragePolicy(Document):
	def validate(self) -> None:
		with shown_in_desk():
			storage_policies.check_policy(site_context(), self.as_dict())
