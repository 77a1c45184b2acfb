"""Export the ledger as CSV files, before the app is uninstalled."""

import csv
from collections.abc import Iterator
from pathlib import Path

import frappe

EXPORTED = (
	"Warehouse Zone",
	"Warehouse Bin",
	"Storage Policy",
	"Receiving Tolerance",
	"Stock Movement",
	"Bin Stock",
	"Stock Position",
	"Serial Location",
	"Receipt Layer",
	"Stock Snapshot",
	"Bin Allocation",
	"Inventory Reservation",
	"Stock Operation Log",
	"Inventory Request",
	"Inventory Request Item",
	"Inventory Alert",
	"Approval Policy",
	"Approval Policy Step",
	"Approval Policy Approver",
	"Approval Policy Branch",
	"Approval Condition",
	"Approval Request",
	"Approval Decision",
	"Approval Delegation",
	"Inventory KPI",
	"Inventory KPI Value",
	"Inventory KPI Baseline",
)
MARKER = "inventory_midplatform_exported"
"""The site's default that holds how many movements the last export had."""


def export(folder: str) -> Iterator[tuple[str, int]]:
	"""Write every table into ``folder`` and yield (DocType, rows). Reads in pages: a table may be larger than memory."""
	Path(folder).mkdir(parents=True, exist_ok=True)
	for doctype in EXPORTED:
		yield doctype, _write(Path(folder) / f"{frappe.scrub(doctype)}.csv", doctype)
	frappe.db.set_default(MARKER, str(movements()))
	frappe.db.commit()


def movements() -> int:
	return int(frappe.db.count("Stock Movement"))


def exported() -> bool:
	"""Return whether the last export has as many movements as the ledger."""
	return frappe.db.get_default(MARKER) == str(movements())


def _write(path: Path, doctype: str, page: int = 5000) -> int:
	columns = frappe.db.get_table_columns(doctype)
	last, count = "", 0
	with path.open("w", newline="", encoding="utf-8") as file:
		writer = csv.writer(file)
		writer.writerow(columns)
		names = ", ".join(f"`{c}`" for c in columns)
		while rows := frappe.db.sql(
			f"SELECT {names} FROM `tab{doctype}` WHERE name > %(last)s ORDER BY name LIMIT {page}",
			{"last": last},
		):
			writer.writerows(rows)
			count += len(rows)
			last = rows[-1][columns.index("name")]
	return count
