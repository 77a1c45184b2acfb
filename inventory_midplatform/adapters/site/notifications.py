"""Notifications beside to-dos: Frappe's Notification Log, which rings the bell and mails as each user's settings say."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs
from frappe.utils import escape_html, get_url
from redis.exceptions import ConnectionError as RedisConnectionError

SCREENS = {"Approval Request": "approval"}
"""DocType → the screen of the phone page on which its records are decided."""

LOG = "Notification Log"
TYPE = "Assignment"
"""The kind of notification whose mails a user switches on or off under "Assignments"."""


def send_later(texts: Mapping[str, str], doctype: str, reference: str, with_todo: bool = True) -> None:
	"""Queue a notification for each user (user → text), sent when the transaction is committed.

	A mail server or a queue that is away must not undo the step: there is a to-do about it as well.
	"""
	if frappe.flags.in_install or frappe.flags.in_migrate:
		return
	try:
		frappe.enqueue(
			send,
			queue="short",
			enqueue_after_commit=True,
			texts=dict(texts),
			reference_doctype=doctype,
			reference_name=reference,
			from_user=frappe.session.user,
			with_todo=with_todo,
		)
	except RedisConnectionError:
		frappe.logger("inventory_midplatform").warning("no queue: notifications are not sent", exc_info=True)


def send(
	texts: Mapping[str, str],
	reference_doctype: str,
	reference_name: str,
	from_user: str,
	with_todo: bool = True,
) -> None:
	"""Notify users; ``with_todo`` those whose to-do is still open: if the step is done already, there is nothing to read."""
	about = {"reference_type": reference_doctype, "reference_name": reference_name, "status": "Open"}
	waiting = list(texts)
	if with_todo:
		filters = {**about, "allocated_to": ("in", waiting)}
		waiting = frappe.get_all("ToDo", filters, pluck="allocated_to", order_by="name")
	for user in dict.fromkeys(waiting):
		notification: dict[str, Any] = {
			"type": TYPE,
			"document_type": reference_doctype,
			"document_name": reference_name,
			"subject": escape_html(texts[user]),
			"from_user": from_user,
			"email_content": _link(reference_doctype, reference_name, user),
		}
		try:
			make_notification_logs(frappe._dict(notification), [frappe.db.get_value("User", user, "email")])
		except Exception:  # the mail cannot be written: the notification stays, and the others are sent
			frappe.log_error(f"Mail of a notification about {reference_doctype} {reference_name}")


def _link(doctype: str, name: str, user: str) -> str:
	"""Return a link for the mail to the phone page, where it has a screen for the record; the mail itself links to the desk."""
	screen = SCREENS.get(doctype)
	if not screen:
		return ""
	language = frappe.get_cached_value("User", user, "language") or None
	url = get_url(f"/inventory/work#/{screen}/{quote(name)}")
	return (
		f'<p><a href="{escape_html(url)}">{escape_html(_("Decide on the phone page", lang=language))}</a></p>'
	)


def mark_read(doctype: str, references: Sequence[str], user: str = "") -> None:
	"""Mark the notifications about these records as read, of one user or all, for their to-dos are done."""
	if references:
		of_user = " AND for_user = %(user)s" if user else ""
		frappe.db.sql(
			f"UPDATE `tab{LOG}` SET `read` = 1 WHERE document_type = %(doctype)s AND document_name IN %(names)s"
			f" AND type = %(type)s AND `read` = 0{of_user}",
			{"doctype": doctype, "names": tuple(references), "type": TYPE, "user": user},
		)
