"""``inventory-midplatform``: serve, demo, verify, import, run-due, key."""

import logging
import os
import socket
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from inventory_midplatform import __version__
from inventory_midplatform.adapters import import_progress
from inventory_midplatform.adapters.standalone import importing
from inventory_midplatform.adapters.standalone.context import ADMINISTRATOR, Standalone, add_user, new_api_key
from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.domain.quantity import to_text
from inventory_midplatform.domain.roles import ROLES
from inventory_midplatform.importing.loading import WAREHOUSE
from inventory_midplatform.reporting.kpi_measures import Measuring
from inventory_midplatform.services import kpis
from inventory_midplatform.services.approval import approval_requests, asking, delegations, time_outs
from inventory_midplatform.services.inbound import sync as inbound_sync
from inventory_midplatform.services.locations import expired_stock
from inventory_midplatform.services.outbound import in_staging
from inventory_midplatform.services.outbound import sync as outbound_sync
from inventory_midplatform.services.reconciliation import history
from inventory_midplatform.services.replenishment import material_requests
from inventory_midplatform.services.reservation import reservations

USUAL_PORT = 8765
THREADS = 8


def user_data_folder() -> Path:
	"""Return this machine's folder for the data of a user's programs."""
	if sys.platform == "darwin":
		base = Path.home() / "Library" / "Application Support"
	elif os.name == "nt":
		base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
	else:
		base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
	return base / "inventory-midplatform"


def default_database() -> str:
	return f"sqlite:///{user_data_folder() / 'platform.sqlite'}"


def open_platform(url: str) -> Standalone:
	"""Open the platform on this database; the folder of a SQLite file is created where it is missing."""
	if url.startswith("sqlite:///"):
		Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
	try:
		return Standalone(url)
	except (ValueError, ImportError) as error:
		raise click.ClickException(str(error)) from error


database_option = click.option(
	"--database",
	"url",
	envvar="INVENTORY_MIDPLATFORM_DATABASE",
	default=default_database,
	show_default="a file in your data folder",
	help="sqlite:///path or mysql://user:password@host:port/name?unix_socket=…",
)
host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
port_option = click.option(
	"--port", type=int, help=f"Port to listen at; {USUAL_PORT}, or a free one if that is in use."
)


class _Commands(click.Group):
	"""Print a refusal of the platform as a plain sentence, with exit code 1."""

	def invoke(self, ctx: click.Context) -> Any:
		try:
			return super().invoke(ctx)
		except InventoryError as error:
			raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
	"""The inventory midplatform without ERPNext: for trying it out, and for developing against its API."""
	logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")


@main.command()
@database_option
@host_option
@port_option
def serve(url: str, host: str, port: int | None) -> None:
	"""Serve the API, its description and the page of stock."""
	run_server(open_platform(url), host, port)


@main.command()
@database_option
@host_option
@port_option
@click.option("--once", is_flag=True, envvar="ONCE", help="Stop after the steps; do not serve.")
def demo(url: str, host: str, port: int | None, once: bool) -> None:
	"""Go through the main job with a small company's stock, then serve it. The database is a new one each time,
	unless one is named."""
	from inventory_midplatform.adapters.standalone.demo import walk

	chosen = click.get_current_context().get_parameter_source("url")
	if chosen is click.core.ParameterSource.DEFAULT:
		path = user_data_folder() / "demo.sqlite"
		for suffix in ("", "-wal", "-shm"):
			Path(f"{path}{suffix}").unlink(missing_ok=True)
		url = f"sqlite:///{path}"
	platform = open_platform(url)
	walk(platform, click.echo)
	if not once:
		run_server(platform, host, port)


@main.command()
@database_option
def verify(url: str) -> None:
	"""Check the invariants of the ledger; exit with 1 where one is broken."""
	found = open_platform(url).call("ledger.verify", {})
	for table, rows in found["checked"].items():
		click.echo(f"{table}: {rows}")
	for finding in found["findings"]:
		where = " ".join(str(finding[k]) for k in ("item_code", "warehouse", "bin", "name") if finding.get(k))
		click.echo(f"{finding['sentence']} {where}: expected {finding['expected']}, found {finding['found']}")
	if found["more"]:
		click.echo(f"and {found['more']} more")
	if not found["ok"]:
		raise SystemExit(1)
	click.echo("All invariants hold.")


@main.command("back-fill")
@database_option
def back_fill(url: str) -> None:
	"""Compute what came in and went out of each day, in a database of a release that did not. May be run again."""
	platform = open_platform(url)
	after: tuple[str, str] | None = ("", "")
	while after is not None:
		after = in_transaction(platform.unit(), partial(history.back_fill, after=after))
	with platform.context() as ctx:
		click.echo(f"The history begins on {ctx.settings.history_from or 'the first posting'}.")


@main.command("import")
@database_option
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--company", default="", help="The company; one is created if none is named.")
@click.option("--months", type=int, help="Load only so many months, from the first in which orders wait.")
@click.option("--warehouse", default=WAREHOUSE, show_default=True, help="The name of the new warehouse.")
@click.option("--report", default="adventureworks-import", show_default=True, type=click.Path(path_type=Path))
def import_(url: str, path: Path, company: str, months: int | None, warehouse: str, report: Path) -> None:
	"""Load a folder of real data, the AdventureWorks extract. Run again after a stop, it continues."""
	loading = importing.prepared(open_platform(url), path, months, company, warehouse)
	if not import_progress.run(loading, report).ok:
		raise SystemExit(1)


@main.command("run-due")
@database_option
def run_due(url: str) -> None:
	"""Release expired reservations, block expired batches, sync Outbound and Inbound Orders, act on time limits of
	approvals and ask for them again, request low stock, and write the key figures. For a timer to call."""
	platform = open_platform(url)
	with platform.context() as ctx:
		expired_count = reservations.release_expired(ctx)
	click.echo(f"{expired_count} expired reservations were released.")
	with platform.context() as ctx:
		for key in expired_stock.due(ctx):
			try:
				with ctx.store.savepoint():
					outcome = f"{to_text(expired_stock.block(ctx, key))} has expired and is on hold."
			except InventoryError as refused:
				outcome = f"expired stock was not put on hold: {refused.message()}"
			click.echo(f"{key[0]} in {key[1]}: {outcome}")
	with platform.context() as ctx:
		for kind in outbound_sync.SOURCES:
			after = ""
			while names := outbound_sync.open_documents(ctx, kind, after):
				for name in names:
					outbound_sync.sync(ctx, kind, name)
				after = names[-1]
		for kind in inbound_sync.SOURCES:
			after = ""
			while names := inbound_sync.open_documents(ctx, kind, after):
				for name in names:
					inbound_sync.sync(ctx, kind, name)
				after = names[-1]
		if long_in_staging := in_staging.check_age(ctx):
			click.echo(f"In staging for too long: {long_in_staging} items; see outbound.list_staging.")
	with platform.context() as ctx:
		is_on = ctx.settings.approval
		waiting = approval_requests.open_requests(ctx) if is_on else []
		due = time_outs.due(ctx) if is_on else []
	for name, work in (
		*((name, time_outs.act) for name in due),
		*((name, asking.ask_again) for name in waiting),
	):
		try:
			if done := in_transaction(platform.unit(), partial(work, name=name)):
				click.echo(f"{name}: {done}")
		except InventoryError as refused:
			click.echo(f"{name}: {refused.message()}")
	with platform.context() as ctx:
		for delegation in delegations.changed(ctx) if is_on else ():
			delegations.applied(ctx, delegation)
	with platform.context() as ctx:
		run = material_requests.create_material_requests(ctx) if ctx.settings.replenishment else None
	for request in run["created"] if run else ():
		items = ", ".join(
			f"{line['item_code']} × {to_text(line['qty'])} {line['uom']}" for line in request["items"]
		)
		click.echo(f"Drafted {request['material_request']} for {request['warehouse']}: {items}")
	for refused in run["failed"] if run else ():
		click.echo(f"Not requested: {refused['item_code']} in {refused['warehouse']}: {refused['reason']}")
	if run and not run["created"] and not run["failed"]:
		click.echo("Nothing new is low.")
	write_kpis(platform)


def write_kpis(platform: Standalone) -> None:
	"""Write the key figures of the days that are due, a transaction for each."""
	measure = Measuring()
	with platform.context() as ctx:
		if not ctx.settings.ledger:
			return
		days = kpis.days_to_write(ctx)
	for day in days:
		in_transaction(platform.unit(), partial(kpis.write, day=day, measure=measure))
	in_transaction(platform.unit(), partial(kpis.write_baselines, measure=measure))
	if days:
		click.echo(f"Key figures are written up to {days[-1]}.")


@main.command()
@database_option
@click.option("--user", default=ADMINISTRATOR, show_default=True, help="The user of the key.")
@click.option(
	"--role", "roles", multiple=True, type=click.Choice(ROLES), help="The user's roles; may be repeated."
)
@click.option(
	"--warehouse",
	"warehouses",
	multiple=True,
	help="A warehouse the user may see, and no other; may be repeated.",
)
def key(url: str, user: str, roles: tuple[str, ...], warehouses: tuple[str, ...]) -> None:
	"""Make an API key; it is shown once. With --role the user is created, or gets exactly these roles."""
	with open_platform(url).context() as ctx:
		known = ctx.store.rows("SELECT name FROM `tabUser` WHERE name = %(name)s", {"name": user})
		if roles and user == ADMINISTRATOR:
			raise click.ClickException(f"{ADMINISTRATOR} has every role; name another --user.")
		if not known and not roles:
			raise click.ClickException(f"There is no user {user}; name at least one --role to make one.")
		there = {row["name"] for row in ctx.store.rows("SELECT name FROM `tabWarehouse`")}
		if unknown := [warehouse for warehouse in warehouses if warehouse not in there]:
			raise click.ClickException(f"There is no warehouse {unknown[0]!r}.")
		if roles:
			add_user(ctx, user, roles, warehouses=warehouses)
		made = new_api_key(ctx, user)
	click.echo(made)


def run_server(platform: Standalone, host: str, port: int | None) -> None:
	import waitress

	from inventory_midplatform.adapters.standalone.server import MOST_BYTES, Server

	listener = _listen(host, port)
	address = f"http://{host}:{listener.getsockname()[1]}"
	if platform.first_key:
		click.echo(f"API key of {ADMINISTRATOR}, shown only now: {platform.first_key}")
		click.echo(f"Open       {address}/#token={platform.first_key}")
		click.echo(f"On a phone {address}/work/#token={platform.first_key}")
	else:
		click.echo(f"Open       {address}/   (a new key: inventory-midplatform key)")
		click.echo(f"On a phone {address}/work/")
	click.echo(f"API        {address}/docs")
	click.echo("Stop       Ctrl+C")
	sys.stdout.flush()
	waitress.serve(
		Server(platform), sockets=[listener], threads=THREADS, ident=None, max_request_body_size=MOST_BYTES
	)


def _listen(host: str, port: int | None) -> socket.socket:
	"""Return a listening socket on this port, or on the usual one, or on a free one if that is in use."""
	family = socket.AF_INET6 if ":" in host else socket.AF_INET
	for candidate in [port] if port is not None else [USUAL_PORT, 0]:
		listener = socket.socket(family, socket.SOCK_STREAM)
		listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		try:
			listener.bind((host, candidate))
			# From here on a caller is served, if only once the server has started.
			listener.listen(1024)
		except OSError as error:
			listener.close()
			if candidate != USUAL_PORT or port is not None:
				raise click.ClickException(
					f"cannot listen at {host}:{candidate}: {error.strerror}"
				) from error
		else:
			return listener
	raise AssertionError("unreachable")
