"""Which modules may be switched on together, and beside which of ERPNext's own."""

from inventory_midplatform.domain.errors import Conflict


def check(
	*, ledger: bool, reservation: bool, replenishment: bool, erpnext_reserves: bool, erpnext_reorders: bool
) -> None:
	"""Raises Conflict: ``needs_ledger``, ``erpnext_reserves`` or ``erpnext_reorders``, each saying what to do."""
	if (reservation or replenishment) and not ledger:
		raise Conflict(
			"Reservations and replenishment stand on the ledger; switch on Keep the Ledger too.",
			code="needs_ledger",
		)
	if reservation and erpnext_reserves:
		raise Conflict(
			"ERPNext's own Stock Reservation is switched on. Two systems cannot keep the same stock. Where it has open"
			" entries, leave it on and run bench inventory-convert-reservation-entries: it takes them over, switches"
			" this on and that off. Where it has none, switch off Enable Stock Reservation in Stock Settings first.",
			code="erpnext_reserves",
		)
	if replenishment and erpnext_reorders:
		raise Conflict(
			"ERPNext's auto reorder is switched on, so everything would be asked for twice: switch off Raise Material"
			" Request When Stock Reaches Re-order Level in Stock Settings first.",
			code="erpnext_reorders",
		)


def check_theirs(
	*, reservation: bool, replenishment: bool, erpnext_reserves: bool, erpnext_reorders: bool
) -> None:
	"""The same from the other side, when ERPNext's own is switched on beside ours.

	Raises Conflict: ``we_reserve`` or ``we_reorder``, each saying what of ours to switch off first.
	"""
	if reservation and erpnext_reserves:
		raise Conflict(
			"Reservations are switched on in Inventory Midplatform Settings. Two systems cannot keep the same stock:"
			" switch off Reserve Stock there before you enable ERPNext's Stock Reservation.",
			code="we_reserve",
		)
	if replenishment and erpnext_reorders:
		raise Conflict(
			"Replenishment is switched on in Inventory Midplatform Settings, so everything would be asked for twice:"
			" switch off Ask for Low Stock there before you enable ERPNext's auto reorder.",
			code="we_reorder",
		)
