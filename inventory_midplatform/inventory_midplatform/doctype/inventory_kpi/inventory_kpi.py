from frappe.model.document import Document

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services import kpis


class InventoryKPI(Document):
	def validate(self) -> None:
		with shown_in_desk():
			self.update(kpis.checked(self.as_dict()))

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		self.on_trash()

	def on_trash(self) -> None:
		with shown_in_desk():
			kpis.require_removable(site_context(), self.name)
