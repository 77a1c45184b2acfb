from frappe.model.document import Document

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.locations import zones_and_bins


class WarehouseZone(Document):
	def validate(self) -> None:
		with shown_in_desk():
			zones_and_bins.check_zone(site_context(), self.as_dict())
