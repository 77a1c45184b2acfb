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
	for f in answer["findings"]:
		click.echo(f"{f['sentence']} {f['item_code']} / {f['warehouse']}: {f['expected']} ≠ {f['found']}")
	if not answer["ok"]:
		raise SystemExit(1)
	click.echo("All laws hold.")


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


commands = [take_in, reserve_open_orders, verify, import_adventureworks, export_ledger]
