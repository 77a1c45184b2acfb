"""``inventory-midplatform import``: the AdventureWorks extract into a standalone platform."""

from pathlib import Path

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.importing import adventureworks
from inventory_midplatform.importing.loading import WAREHOUSE, Loading

COMPANY = "AdventureWorks Cycles"
ABBR = "AWC"


def prepared(
	platform: Standalone,
	folder: Path,
	months: int | None = None,
	company: str = "",
	warehouse: str = WAREHOUSE,
) -> Loading:
	"""Prepare to load the folder, all of it or its first months. Without a company, ``COMPANY`` is created and used.

	Raises NotFound or InvalidInput where the folder is not such an extract.
	"""
	extract = adventureworks.read(folder)
	return Loading(
		platform.unit(), extract, company or _own_company(platform), months=months, warehouse=warehouse
	)


def _own_company(platform: Standalone) -> str:
	with platform.context() as ctx:
		if not ctx.store.rows("SELECT name FROM `tabCompany` WHERE name = %(name)s", {"name": COMPANY}):
			values = {"name": COMPANY, "company_name": COMPANY, "abbr": ABBR, "default_currency": "USD"}
			ctx.documents.create("Company", values)
	return COMPANY
