"""``bench --site … inventory-…``: what an administrator runs."""

from typing import Any

import click
import frappe
from frappe.commands import get_site, pass_context


def _connected(context: Any) -> None:
	frappe.init(site=get_site(context))
	frappe.connect()


@click.command("inventory-opening-stock")
@click.option("--chunk", default=500, show_default=True, help="Items × warehouses in one transaction.")
@pass_context
def opening_stock(context: Any, chunk: int) -> None:
	"""Record the stock that was there before, all of it Unplaced; nothing else changes. May be run again."""
	from inventory_midplatform.adapters.site.context import site_settings
	from inventory_midplatform.adapters.site.jobs import recording_opening_stock

	_connected(context)
	if not site_settings().ledger:
		raise click.ClickException(
			"Switch the ledger on first: Inventory Midplatform Settings, Enable the Ledger."
		)
	done = 0
	with click.progressbar(length=1, label="Recording opening stock") as bar:
		for done, total in recording_opening_stock(chunk):
			bar.length = max(total, 1)
			bar.update(done - bar.pos)
	click.echo(f"{done} items × warehouses recorded.")


@click.command("inventory-reserve-open-orders")
@pass_context
def reserve_open_orders(context: Any) -> None:
	"""Reserve for Sales Orders and POS Invoices that were open before reservations were switched on. May be run again."""
	from inventory_midplatform.adapters.site.jobs import syncing_documents, syncing_pos_invoices

	_connected(context)
	done = 0
	for done in syncing_documents():
		click.echo(f"\r{done} orders", nl=False)
	click.echo(f"\r{done} orders checked.")
	done = 0
	for done in syncing_pos_invoices():
		click.echo(f"\r{done} POS invoices", nl=False)
	click.echo(f"\r{done} POS invoices checked.")


@click.command("inventory-convert-reservation-entries")
@click.option("--chunk", default=100, show_default=True, help="Order rows in one transaction.")
@click.option("--dry-run", is_flag=True, help="List what would be done; nothing is changed.")
@pass_context
def convert_reservation_entries(context: Any, chunk: int, dry_run: bool) -> None:
	"""Migrate from ERPNext's own Stock Reservation: its entries become reservations, its switch goes off, ours on.

	Leave Enable Stock Reservation on and run this. It sets the switches in the order in which the stock is reserved at
	every moment: every open entry gets a reservation beside it, Reserve Stock is switched on, the entries are
	cancelled, Enable Stock Reservation is switched off. Enable the Ledger must be on and the opening stock recorded.

	Lists what ERPNext promised and our ledger does not have, which waits for stock, and entries that ERPNext does not
	cancel. May be stopped at any time and run again.
	"""
	from inventory_midplatform.adapters.site import reservation_entries
	from inventory_midplatform.adapters.site.context import site_context
	from inventory_midplatform.domain.errors import InventoryError

	_connected(context)
	frappe.set_user("Administrator")
	try:
		reservation_entries.check_ready(site_context())
	except InventoryError as error:
		raise click.ClickException(str(error)) from error
	if dry_run:
		planned = reservation_entries.planned(site_context())
		for conversion in planned:
			click.echo(conversion.sentence())
		click.echo(f"{len(planned)} reservations would be made. Nothing was changed.")
		return
	rows = reservation_entries.count(site_context())
	done: list[Any] = []
	with click.progressbar(length=max(2 * rows, 1), label="Converting reservation entries") as bar:
		for part in reservation_entries.copying(chunk):
			bar.update(len(part))
		reservation_entries.switch_reservations_on()
		for part in reservation_entries.cancelling(chunk):
			done += part
			bar.update(len(part))
	for conversion in done:
		if conversion.notes:
			click.echo(conversion.sentence())
	left = [conversion for conversion in done if not conversion.cancelled]
	click.echo(
		f"{len(done) - len(left)} reservations made; {sum(1 for c in done if c.waiting)} wait for stock."
	)
	if left:
		raise click.ClickException(
			f"{len(left)} are still reserved by ERPNext, so its Stock Reservation stays on. Correct them and run this again."
		)
	reservation_entries.switch_entries_off()
	click.echo("Reserve Stock is on, and ERPNext's Enable Stock Reservation is off.")
	click.echo("Other open orders reserve by inventory-reserve-open-orders, or tonight.")


@click.command("inventory-verify")
@pass_context
def verify(context: Any) -> None:
	"""Check the invariants of the ledger; exits with 1 and lists what is wrong where they do not hold."""
	from inventory_midplatform.adapters.site.context import site_context
	from inventory_midplatform.services.reconciliation import verification

	_connected(context)
	result = verification.verify(site_context())
	for doctype, count in result["checked"].items():
		click.echo(f"{count:>10} {doctype}")
	for f in result["findings"] + result["book_discrepancies"]:
		click.echo(f"{f['sentence']} {f['item_code']} / {f['warehouse']}: {f['expected']} ≠ {f['found']}")
	if not result["ok"]:
		raise SystemExit(1)
	click.echo("All invariants hold.")


@click.command("inventory-rebuild")
@pass_context
def rebuild(context: Any) -> None:
	"""Rebuild bins, positions, serial locations and ages from movements, reservations and books. May be run again."""
	from inventory_midplatform.adapters.site.jobs import rebuilding

	_connected(context)
	message = "Nothing to rebuild."
	with click.progressbar(length=1, label="Rebuilding") as bar:
		for done, total, mended in rebuilding():
			bar.length = max(total, 1)
			bar.update(done - bar.pos)
			message = f"{done} items rebuilt; {mended} rows were wrong."
	click.echo(message)


@click.command("inventory-back-fill")
@pass_context
def back_fill(context: Any) -> None:
	"""Take what came in and went out before the ledger from ERPNext. May be stopped and run again: it goes on."""
	from inventory_midplatform.adapters.site.context import site_settings
	from inventory_midplatform.adapters.site.history import back_filling
	from inventory_midplatform.domain.errors import InventoryError

	_connected(context)
	if not site_settings().ledger:
		raise click.ClickException(
			"Switch the ledger on first: Inventory Midplatform Settings, Enable the Ledger."
		)
	begins = None
	try:
		with click.progressbar(length=1, label="Taking the past from ERPNext") as bar:
			for done, total, day in back_filling():
				begins = day
				bar.length = max(total, 1)
				bar.update(done - bar.pos)
	except InventoryError as error:
		raise click.ClickException(str(error)) from error
	click.echo(f"The history begins on {begins}." if begins else "There is no history yet.")


@click.command("inventory-import-adventureworks")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.option("--company", help="Into which company; default: the site's.")
@click.option("--months", default=3, show_default=True, help="How many months of sales.")
@click.option("--whole", is_flag=True, help="All of it.")
@click.option("--warehouse", default="AdventureWorks", show_default=True, help="Into a new one of this name.")
@pass_context
def import_adventureworks(
	context: Any, folder: str, company: str | None, months: int, whole: bool, warehouse: str
) -> None:
	"""Load the AdventureWorks extract for a trial."""
	from inventory_midplatform.adapters.site.importing import run

	_connected(context)
	frappe.set_user("Administrator")
	run(folder, months=months, company=company, whole=whole, warehouse=warehouse)


@click.command("inventory-export-ledger")
@click.argument("folder", type=click.Path(file_okay=False))
@pass_context
def export_ledger(context: Any, folder: str) -> None:
	"""Write the ledger and the reservations as CSV, one file for each table; uninstalling requires it."""
	from inventory_midplatform.setup.export import export

	_connected(context)
	for doctype, count in export(folder):
		click.echo(f"{count:>10} {doctype}")


commands = [
	opening_stock,
	reserve_open_orders,
	convert_reservation_entries,
	verify,
	rebuild,
	back_fill,
	import_adventureworks,
	export_ledger,
]
