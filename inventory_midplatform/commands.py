"""``bench --site … inventory-…``: what an administrator runs."""

from typing import Any

import click
import frappe
from frappe.commands import get_site, pass_context


def _connected(context: Any) -> None:
	frappe.init(site=get_site(context))
	frappe.connect()


@click.command("inventory-take-in")
@click.option("--chunk", default=500, show_default=True, help="Items × warehouses in one transaction.")
@pass_context
def take_in(context: Any, chunk: int) -> None:
	"""Take in the stock that was there before, all of it Unplaced; nothing else changes. May be run again."""
	from inventory_midplatform.adapters.site.context import site_settings
	from inventory_midplatform.adapters.site.jobs import taking_in

	_connected(context)
	if not site_settings().ledger:
		raise click.ClickException(
			"Switch the ledger on first: Inventory Midplatform Settings, Keep the Ledger."
		)
	done = 0
	with click.progressbar(length=1, label="Taking in stock") as bar:
		for done, total in taking_in(chunk):
			bar.length = max(total, 1)
			bar.update(done - bar.pos)
	click.echo(f"{done} items × warehouses taken in.")


@click.command("inventory-reserve-open-orders")
@pass_context
def reserve_open_orders(context: Any) -> None:
	"""Let Sales Orders and POS Invoices that were open before reservations were switched on reserve. May be run again."""
	from inventory_midplatform.adapters.site.jobs import following_orders, following_pos_invoices

	_connected(context)
	done = 0
	for done in following_orders():
		click.echo(f"\r{done} orders", nl=False)
	click.echo(f"\r{done} orders looked at.")
	done = 0
	for done in following_pos_invoices():
		click.echo(f"\r{done} POS invoices", nl=False)
	click.echo(f"\r{done} POS invoices looked at.")


@click.command("inventory-convert-reservation-entries")
@click.option("--chunk", default=100, show_default=True, help="Order rows in one transaction.")
@click.option("--dry-run", is_flag=True, help="List what would be done; nothing is changed.")
@pass_context
def convert_reservation_entries(context: Any, chunk: int, dry_run: bool) -> None:
	"""Take over from ERPNext's own Stock Reservation: its entries become reservations, its switch goes off, ours on.

	Leave Enable Stock Reservation on and run this; the switches are put by it, in the one order in which the stock is
	kept by somebody at every moment: first every open entry gets a reservation beside it, then Reserve Stock is
	switched on, then the entries are cancelled, at last Enable Stock Reservation is switched off. Keep the Ledger must
	be on and the stock taken in.

	What ERPNext promised and our ledger does not have waits for stock and is listed; so is an entry that ERPNext does
	not let go. May be stopped at any time and run again.
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
		for some in reservation_entries.copying(chunk):
			bar.update(len(some))
		reservation_entries.switch_ours_on()
		for some in reservation_entries.cancelling(chunk):
			done += some
			bar.update(len(some))
	for conversion in done:
		if conversion.notes:
			click.echo(conversion.sentence())
	kept = [conversion for conversion in done if not conversion.cancelled]
	click.echo(
		f"{len(done) - len(kept)} reservations made; {sum(1 for c in done if c.waiting)} wait for stock."
	)
	if kept:
		raise click.ClickException(
			f"{len(kept)} are kept by ERPNext still, so its Stock Reservation stays on. Mend them and run this again."
		)
	reservation_entries.switch_theirs_off()
	click.echo("Reserve Stock is on, and ERPNext's Enable Stock Reservation is off.")
	click.echo("Other open orders reserve by inventory-reserve-open-orders, or tonight.")


@click.command("inventory-verify")
@pass_context
def verify(context: Any) -> None:
	"""Check the laws of the ledger; exits with 1 and lists what is wrong where they do not hold."""
	from inventory_midplatform.adapters.site.context import site_context
	from inventory_midplatform.services import verification

	_connected(context)
	answer = verification.verify(site_context())
	for doctype, count in answer["checked"].items():
		click.echo(f"{count:>10} {doctype}")
	for f in answer["findings"] + answer["contradictions"]:
		click.echo(f"{f['sentence']} {f['item_code']} / {f['warehouse']}: {f['expected']} ≠ {f['found']}")
	if not answer["ok"]:
		raise SystemExit(1)
	click.echo("All laws hold.")


@click.command("inventory-rebuild")
@pass_context
def rebuild(context: Any) -> None:
	"""Make bins, positions, serial locations and ages anew from movements, reservations and books. May be run again."""
	from inventory_midplatform.adapters.site.jobs import rebuilding

	_connected(context)
	said = "Nothing to rebuild."
	with click.progressbar(length=1, label="Rebuilding") as bar:
		for done, total, mended in rebuilding():
			bar.length = max(total, 1)
			bar.update(done - bar.pos)
			said = f"{done} items made anew; {mended} rows were wrong."
	click.echo(said)


@click.command("inventory-import-adventureworks")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.option("--company", help="Into which company; the site's default if not said.")
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
	"""Write the ledger and the reservations as CSV, one file a table; uninstalling asks for it."""
	from inventory_midplatform.setup.export import export

	_connected(context)
	for doctype, count in export(folder):
		click.echo(f"{count:>10} {doctype}")


commands = [
	take_in,
	reserve_open_orders,
	convert_reservation_entries,
	verify,
	rebuild,
	import_adventureworks,
	export_ledger,
]
