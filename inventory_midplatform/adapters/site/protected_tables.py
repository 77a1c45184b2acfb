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


class Line(Document):
	"""A line that is read by who may read its document. Of a line by itself Frappe asks only for the role."""

	def has_permission(self, permtype: str = "read", *, debug: bool = False, user: str | None = None) -> bool:
		if not super().has_permission(permtype, debug=debug, user=user):
			return False
		if not (self.parenttype and frappe.db.exists(self.parenttype, self.parent)):
			return True
		return bool(frappe.get_doc(self.parenttype, self.parent).has_permission(permtype, user=user))


class ClosedLine(Line, ClosedDocument):
	"""A line that only services write, with its document."""


class ServiceDocument(ClosedDocument):
	"""A record that only services write, through Frappe's Document."""

	def _refuse(self) -> None:
		if not self.flags.inventory_service:
			super()._refuse()
