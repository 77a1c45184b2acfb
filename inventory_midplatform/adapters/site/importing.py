"""Load the AdventureWorks extract onto a site, for a trial: ``bench … inventory-import-adventureworks``."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import frappe
from frappe.utils.nestedset import get_root_of

from inventory_midplatform.adapters import import_progress
from inventory_midplatform.adapters.site.context import SiteUnitOfWork, site_context
from inventory_midplatform.domain.errors import InvalidInput, InventoryError
from inventory_midplatform.importing import adventureworks
from inventory_midplatform.importing.adventureworks import Extract
from inventory_midplatform.importing.loading import WAREHOUSE, Loading
from inventory_midplatform.importing.plan import Period
from inventory_midplatform.importing.report import Report
from inventory_midplatform.ports import Context

REPORT = "adventureworks-import"


def run(
	folder: str | Path,
	months: int = 3,
	company: str | None = None,
	whole: bool = False,
	warehouse: str = WAREHOUSE,
) -> Report:
	"""Load the folder as the current user; print the report and save it in the site's private files.

	Continues where an earlier run was stopped. Raises ClickException with the reason if it cannot.
	"""
	try:
		extract = adventureworks.read(Path(folder))
		loading = prepared(
			extract, company or default_company(), None if whole else months, warehouse=warehouse
		)
		return import_progress.run(loading, Path(frappe.get_site_path("private", "files", REPORT)))
	except InventoryError as error:
		raise click.ClickException(error.message(frappe._)) from error


class _ImportUnit(SiteUnitOfWork):
	"""A transaction that knows warehouses made in an earlier one of the same process."""

	def begin(self) -> Context:
		# ERPNext caches the accounts of all warehouses for a request; an import runs longer.
		frappe.flags.warehouse_account_map = {}
		return super().begin()


def prepared(extract: Extract, company: str, months: int | None = None, **options: Any) -> Loading:
	"""Return a loading, after making the groups and fiscal years that ERPNext needs before masters and postings.

	They are committed. Raises InvalidInput, NotFound.
	"""
	loading = Loading(_ImportUnit(), extract, company, months=months, extras=_extras(company), **options)
	_make_item_groups(extract)
	_make_fiscal_years(loading.period, company)
	frappe.db.commit()
	return loading


def default_company() -> str:
	"""Return the default or only company. Raises InvalidInput (``missing_argument``) if there is neither."""
	found = frappe.defaults.get_global_default("company")
	names = frappe.get_all("Company", pluck="name", order_by="name")
	if not found and len(names) != 1:
		raise InvalidInput("Name the company to load into.", code="missing_argument", argument="company")
	return str(found or names[0])


def _extras(company: str) -> Mapping[str, Mapping[str, Any]]:
	"""Return the parents of new records in the site's trees."""
	root = {"company": company, "is_group": 1, "parent_warehouse": ("is", "not set")}
	return {
		"Warehouse": {"parent_warehouse": frappe.db.get_value("Warehouse", root)},
		"Customer": {"customer_group": _leaf("Customer Group"), "territory": _leaf("Territory")},
		"Supplier": {"supplier_group": _leaf("Supplier Group")},
	}


def _leaf(doctype: str) -> str | None:
	"""Return the first leaf of a tree: a customer cannot belong to a group node."""
	return frappe.db.get_value(doctype, {"is_group": 0}, order_by="lft")  # type: ignore[no-any-return]


def _make_item_groups(extract: Extract) -> None:
	documents, root = site_context().documents, get_root_of("Item Group")
	for group in sorted({item.group for item in extract.items.values()}):
		if not frappe.db.exists("Item Group", group):
			documents.create("Item Group", {"item_group_name": group, "parent_item_group": root})


def _make_fiscal_years(period: Period, company: str) -> None:
	"""Make missing fiscal years, which ERPNext needs to post: calendar years, shorter where they meet an existing one."""
	from erpnext.accounts.utils import FiscalYearError, get_fiscal_year

	documents, day = site_context().documents, period.opening_day
	while day <= period.last:
		try:
			day = get_fiscal_year(day, verbose=0, company=company)[2] + timedelta(days=1)
			continue
		except FiscalYearError:
			first, last = _gap_around(day)
			name = f"{first.year}"
			documents.create(
				"Fiscal Year",
				{
					"year": name if not frappe.db.exists("Fiscal Year", name) else f"{first} {last}",
					"year_start_date": first,
					"year_end_date": last,
					"is_short_year": int((first.month, first.day, last.month, last.day) != (1, 1, 12, 31)),
				},
			)


def _gap_around(day: date) -> tuple[date, date]:
	"""Return the part of the calendar year around ``day`` that is in no fiscal year."""
	first, last = date(day.year, 1, 1), date(day.year, 12, 31)
	for year in frappe.get_all(
		"Fiscal Year", fields=["year_start_date", "year_end_date"], order_by="year_start_date"
	):
		if first <= year.year_end_date < day:
			first = year.year_end_date + timedelta(days=1)
		if day < year.year_start_date <= last:
			last = year.year_start_date - timedelta(days=1)
	return first, last
