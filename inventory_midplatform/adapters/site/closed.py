"""Tables that services alone write, several rows a statement: no door of Frappe's leads into them, for nobody."""

import frappe
from frappe import _
from frappe.model.document import Document


class ClosedDocument(Document):
	"""Read like any other; made, changed, renamed and deleted by no form, no REST call and no import.

	Role permissions say the same, but Administrator is asked for none, and a customised site may have given some.
	"""

	def before_insert(self) -> None:
		self._refuse()

	def validate(self) -> None:
		self._refuse()

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		message = _("{0} is kept by the platform; use its operations to change stock and reservations.")
		frappe.throw(message.format(_(self.doctype)), frappe.PermissionError)
