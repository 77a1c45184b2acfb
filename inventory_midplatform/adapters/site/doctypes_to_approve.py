"""The DocTypes that have an enabled Approval Policy, from Frappe's cache: every document that is saved asks for them."""

import frappe

_CACHED = "inventory_midplatform_doctypes_with_policies"


def doctypes_to_approve() -> frozenset[str]:
	def read() -> list[str]:
		found = frappe.get_all(
			"Approval Policy", {"enabled": 1}, pluck="document_type", order_by="document_type"
		)
		return sorted(set(found))

	return frozenset(frappe.cache.get_value(_CACHED, read))


def forget() -> None:
	"""Read them again, now and when the change of a policy is committed: another request may read them in between."""
	frappe.cache.delete_value(_CACHED)
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value(_CACHED))
