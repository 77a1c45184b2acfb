"""Our reports by mail (Frappe's Auto Email Report): computed with the rights and in the language of the report's user.

Frappe makes a mailed report as whoever sends it, the scheduler as Administrator, and afterwards leaves out rows that name
what its user may not see. Totals, charts and costs would still be those of everything.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.translate import get_user_lang

WEEKLY = "Inventory KPIs"


def being_mailed() -> Any:
	"""Return the Auto Email Report that is making its content now, or None.

	Frappe passes a report only its filters. A user named in a request must not count: anybody could name any. So
	this looks at who called, and trusts the document alone.
	"""
	frame = sys._getframe(1)
	while frame:
		if frame.f_code.co_name == "get_report_content":
			mail = frame.f_locals.get("self")
			if getattr(mail, "doctype", "") == "Auto Email Report":
				return mail
		frame = frame.f_back  # type: ignore[assignment]
	return None


@contextmanager
def acting_as(user: str) -> Iterator[None]:
	"""Read with another user's rights and in their language. The session stays that of whoever sends: Frappe's set_user
	would log them out.
	"""
	local, names = frappe.local, ("lang", "cache", "jenv", "role_permissions", "user_perms")
	before = {name: getattr(local, name, None) for name in names}
	sender = local.session.user
	try:
		local.session.user = user
		local.lang = get_user_lang(user)
		local.cache, local.jenv, local.role_permissions, local.user_perms = {}, None, {}, None
		yield
	finally:
		local.session.user = sender
		for name, value in before.items():
			setattr(local, name, value)


def may_open(report: str) -> bool:
	"""Return whether the current user may open a report. Frappe asked that of whoever sends it."""
	document = frappe.get_doc("Report", report)
	may_report = frappe.has_permission(document.ref_doctype, "report")
	return bool(document.is_permitted() and may_report)


@frappe.whitelist(methods=["POST"])
def make_weekly() -> str:
	"""Make the weekly mail of the KPIs for whoever presses, switched off; return its name. Frappe checks who may."""
	mail = frappe.new_doc("Auto Email Report")
	mail.update(
		{
			"report": WEEKLY,
			"user": frappe.session.user,
			"enabled": 0,
			"email_to": frappe.db.get_value("User", frappe.session.user, "email"),
			"frequency": "Weekly",
			"day_of_week": "Monday",
			"format": "HTML",
			"send_if_data": 0,
			"filters": frappe.as_json({"company": frappe.defaults.get_user_default("Company") or ""}),
		}
	)
	mail.insert()
	return str(mail.name)
