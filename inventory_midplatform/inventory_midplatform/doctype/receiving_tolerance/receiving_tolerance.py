from frappe.model.document import Document

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.services.inbound import tolerances


class ReceivingTolerance(Document):
	def validate(self) -> None:
		with shown_in_desk():
			tolerances.check_tolerance(site_context(), self.as_dict())
