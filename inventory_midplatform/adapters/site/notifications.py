"""Notifications beside to-dos: Frappe's Notification Log, which rings the bell and mails as each user's settings say."""

from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs
from frappe.utils import escape_html
from redis.exceptions import ConnectionError as RedisConnectionError

LOG = "Notification Log"
TYPE = "Assignment"
"""The kind of notification whose mails a user switches on or off under "Assignments"."""


def send_later(texts: Mapping[str, str], doctype: str, reference: str) -> None:
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
		)
	except RedisConnectionError:
		frappe.logger("inventory_midplatform").warning("no queue: notifications are not sent", exc_info=True)


def send(texts: Mapping[str, str], reference_doctype: str, reference_name: str, from_user: str) -> None:
	"""Notify the users whose to-do is still open; if the step is done already, there is nothing to read."""
	waiting = frappe.get_all(
		"ToDo",
		{
			"reference_type": reference_doctype,
			"reference_name": reference_name,
			"status": "Open",
			"allocated_to": ("in", list(texts)),
		},
		["allocated_to"],
		order_by="name",
	)
	for user in dict.fromkeys(todo.allocated_to for todo in waiting):
		notification: dict[str, Any] = {
			"type": TYPE,
			"document_type": reference_doctype,
			"document_name": reference_name,
			"subject": escape_html(texts[user]),
			"from_user": from_user,
		}
		try:
			make_notification_logs(frappe._dict(notification), [frappe.db.get_value("User", user, "email")])
		except Exception:  # the mail cannot be written: the notification stays, and the others are sent
			frappe.log_error(f"Mail of a notification about {reference_doctype} {reference_name}")


def mark_read(doctype: str, references: Sequence[str], user: str = "") -> None:
	"""Mark the notifications about these records as read, of one user or all, for their to-dos are done."""
	if references:
		of_user = " AND for_user = %(user)s" if user else ""
		frappe.db.sql(
			f"UPDATE `tab{LOG}` SET `read` = 1 WHERE document_type = %(doctype)s AND document_name IN %(names)s"
			f" AND type = %(type)s AND `read` = 0{of_user}",
			{"doctype": doctype, "names": tuple(references), "type": TYPE, "user": user},
		)
