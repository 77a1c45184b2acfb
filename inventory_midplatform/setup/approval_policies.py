"""The Approval Policies that the app brings: made once, at the installation or by a patch, and edited by users afterwards."""

from decimal import Decimal

import frappe

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.adapters.site.doctypes_to_approve import forget
from inventory_midplatform.services.approval import installing


def create(director_amount: Decimal = installing.DIRECTOR_AMOUNT, is_on: bool = True) -> None:
	"""Make those that are missing, with titles in the site's language."""
	language = frappe.db.get_default("lang") or "en"

	def translate(text: str) -> str:
		return str(frappe._(text, lang=language))

	installing.install(site_context(), translate, director_amount, is_on)
	forget()
