"""Runs of low stock, one after the other in each company, so that two never ask for one need."""

from inventory_midplatform.domain.identifiers import digest
from inventory_midplatform.ports import Context, SnapshotConflict

COUNTERS = "low-stock-"
"""What the names of the rows that count runs begin with."""

_COMPANIES = """
SELECT DISTINCT company FROM `tabWarehouse`
WHERE (%(company)s = '' OR company = %(company)s) AND (%(warehouse)s = '' OR name = %(warehouse)s)
"""
_RUNS = "SELECT name, current FROM `tabSeries` WHERE name IN %(names)s"


def begin(ctx: Context, company: str = "", warehouse: str = "") -> None:
	"""Let no other run of the company end before this transaction does; where none is named, of all companies.

	A row that nobody else reads counts the runs of a company. Locking our drafts instead, to which others may not add
	meanwhile, locks the gap in which every new Material Request lies, and ERPNext writes to a company's own row with
	each Sales Invoice. Raises SnapshotConflict where another run has ended since this transaction first looked:
	its drafts, and what is on order since, a plain read would not show.
	"""
	about = {"company": company, "warehouse": warehouse}
	names = sorted(_counter(row["company"]) for row in ctx.store.rows(_COMPANIES, about))
	if not names:
		return
	seen = _runs(ctx, names)
	counters = ctx.store.through("Series", ("name",))
	for name in names:
		if name not in seen:
			ctx.store.execute("INSERT INTO `tabSeries` (name, current) VALUES (%(name)s, 0)", {"name": name})
		ctx.store.execute(
			f"UPDATE {counters} SET current = current + 1 WHERE name = %(name)s", {"name": name}
		)
	if _runs(ctx, names) != {name: seen.get(name, 0) + 1 for name in names}:
		raise SnapshotConflict("Low stock was asked for by another run since this one has looked")


def _counter(company: str | None) -> str:
	return f"{COUNTERS}{digest(company or '')}"


def _runs(ctx: Context, names: list[str]) -> dict[str, int]:
	return {row["name"]: int(row["current"]) for row in ctx.store.rows(_RUNS, {"names": names})}
