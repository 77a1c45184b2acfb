"""Tables that only services write, many rows in one statement; they cannot be changed through Frappe."""

import frappe
from frappe import _
from frappe.model.document import Document


class ClosedDocument(Document):
	"""A record that can be read, but not created, changed, renamed or deleted by a form, a REST call or an import.

	Role permissions forbid it too, but they do not bind Administrator, and a site may have customised them.
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
		message = _("{0} is maintained by the platform; use its operations to change stock and reservations.")
		frappe.throw(message.format(_(self.doctype)), frappe.PermissionError)


class ServiceDocument(ClosedDocument):
	"""A record that only services write, through Frappe's Document."""

	def _refuse(self) -> None:
		if not self.flags.inventory_service:
			super()._refuse()
