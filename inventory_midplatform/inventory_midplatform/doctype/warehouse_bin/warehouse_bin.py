from frappe.model.document import Document

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.locations import zones_and_bins


class WarehouseBin(Document):
	def validate(self) -> None:
		bin = self.as_dict()
		if self.is_new():
			bin["name"] = None  # named already, and maybe as another that is there
		with shown_in_desk():
			zones_and_bins.check_bin(site_context(), bin)

	def on_trash(self) -> None:
		with shown_in_desk():
			zones_and_bins.check_bin_is_empty(site_context(), self.name)
