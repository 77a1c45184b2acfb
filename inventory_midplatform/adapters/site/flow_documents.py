"""Records of a flow that people may open in a form: what they may edit there, and which they may delete."""

from types import ModuleType
from typing import Any, ClassVar

from frappe.model.document import Document

from inventory_midplatform.adapters.site.errors import shown_in_desk


class FlowDocument(Document):  # type: ignore[misc]
	"""A record that changes by steps alone, but for its assignee and a few fields, and a site's own."""

	orders: ClassVar[ModuleType]
	"""The service that says what is protected, and whether an edit or a deletion is allowed."""

	def validate(self) -> None:
		if self.flags.inventory_service:
			self.flags.ignore_version = True  # a step is in the Stock Operation Log, which the timeline shows
			return
		with shown_in_desk():
			self.orders.check_edit(self._protected(self.get_doc_before_save()), self._protected(self))

	def on_trash(self) -> None:
		with shown_in_desk():
			self.orders.check_delete(self.state, self.name)

	def _protected(self, order: Document | None) -> dict[str, Any] | None:
		if order is None:
			return None
		lines = [tuple(line.get(field) for field in self.orders.LINE_FIELDS) for line in order.lines]
		# as text: the desk sends dates as text, and leaves out what is empty
		return {
			**{field: str(order.get(field) or "") for field in self.orders.PROTECTED_FIELDS},
			"lines": lines,
		}
