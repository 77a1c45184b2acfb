"""The switches of the modules: which are on, and which may be on together and beside ERPNext's own."""

from typing import Literal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.ports import Context

Module = Literal["ledger", "reservation", "replenishment", "approval", "outbound", "inbound"]

NEEDS: dict[str, tuple[Module, ...]] = {
	"reservation": ("ledger",),
	"replenishment": ("ledger",),
	"outbound": ("ledger", "reservation"),
	"inbound": ("ledger",),
}
"""Module → those without which it is off, whatever its own switch says."""


def require(ctx: Context, module: Module) -> None:
	"""Refuse what needs a module that is switched off, or that needs another one which is.

	Raises Conflict (``module_off``), whose ``field`` is the switch that is off.
	"""
	off = next((name for name in (*NEEDS.get(module, ()), module) if not getattr(ctx.settings, name)), None)
	if off:
		raise Conflict(
			"{field} is switched off in Inventory Midplatform Settings.",
			code="module_off",
			module=module,
			field=f"{off}_enabled",
		)


def check(
	*,
	ledger: bool,
	reservation: bool,
	replenishment: bool,
	outbound: bool,
	erpnext_reserves: bool,
	erpnext_reorders: bool,
) -> None:
	"""Check our switches that are about to be saved.

	Raises Conflict (``needs_ledger``, ``needs_reservation``, ``erpnext_reserves``, ``erpnext_reorders``), whose sentence
	says what to do.
	"""
	if (reservation or replenishment) and not ledger:
		raise Conflict(
			"Reservations and replenishment need the ledger; switch on Enable the Ledger too.",
			code="needs_ledger",
		)
	if outbound and not reservation:
		raise Conflict(
			"Outbound Orders ship what is reserved: switch on Reserve Stock too, or switch off Pick and Ship by Outbound"
			" Orders.",
			code="needs_reservation",
		)
	if reservation and erpnext_reserves:
		raise Conflict(
			"ERPNext's own Stock Reservation is switched on. Two systems cannot reserve the same stock. Where it has open"
			" entries, leave it on and run bench inventory-convert-reservation-entries: it migrates them, switches"
			" this on and that off. Where it has none, switch off Enable Stock Reservation in Stock Settings first.",
			code="erpnext_reserves",
		)
	if replenishment and erpnext_reorders:
		raise Conflict(
			"ERPNext's auto reorder is switched on, so everything would be requested twice: switch off Raise Material"
			" Request When Stock Reaches Re-order Level in Stock Settings first.",
			code="erpnext_reorders",
		)


def check_erpnext(
	*, reservation: bool, replenishment: bool, erpnext_reserves: bool, erpnext_reorders: bool
) -> None:
	"""Check ERPNext's switches that are about to be saved.

	Raises Conflict (``midplatform_reserves``, ``midplatform_reorders``), whose sentence says what to switch off first.
	"""
	if reservation and erpnext_reserves:
		raise Conflict(
			"Reservations are switched on in Inventory Midplatform Settings. Two systems cannot reserve the same stock:"
			" switch off Reserve Stock there before you enable ERPNext's Stock Reservation.",
			code="midplatform_reserves",
		)
	if replenishment and erpnext_reorders:
		raise Conflict(
			"Replenishment is switched on in Inventory Midplatform Settings, so everything would be requested twice:"
			" switch off Replenish Low Stock there before you enable ERPNext's auto reorder.",
			code="midplatform_reorders",
		)
