"""Purchase Receipt: its Quality Inspections that an Inbound Order made are cancelled with it, and the return of what was
rejected needs none of its own.
"""

from typing import Any

import frappe

from inventory_midplatform.adapters.site import quality
from inventory_midplatform.adapters.site.errors import shown_in_desk
from inventory_midplatform.ports import Voucher


def before_cancel(receipt: Any, method: str | None = None) -> None:
	with shown_in_desk():
		quality.cancel_of(Voucher(receipt.doctype, receipt.name))


def before_validate(receipt: Any, method: str | None = None) -> None:
	"""ERPNext would ask for the inspection of what leaves, as if it arrived."""
	if not (receipt.is_return and receipt.return_against):
		return
	received = {"receipt_doctype": receipt.doctype, "receipt_document": receipt.return_against}
	if frappe.db.exists("Inbound Order", received):
		quality.inspected_later(receipt)
