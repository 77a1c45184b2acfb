"""Low-stock runs, one after the other in each company, so that two never request the same."""

from inventory_midplatform.domain.identifiers import digest
from inventory_midplatform.ports import Context, SnapshotConflict

COUNTERS = "low-stock-"
"""The prefix of the names of the rows that count runs."""

_COMPANIES = """
SELECT DISTINCT company FROM `tabWarehouse`
WHERE (%(company)s = '' OR company = %(company)s) AND (%(warehouse)s = '' OR name = %(warehouse)s)
"""
_RUNS = "SELECT name, current FROM `tabSeries` WHERE name IN %(names)s"


def begin(ctx: Context, company: str = "", warehouse: str = "") -> None:
	"""Keep every other run of the company waiting until this transaction ends; of all companies where none is named.

	Locks a row for each company that counts its runs and that nobody else reads. Other locks would stop other work:
	locking the drafts of this app locks the gap in which every new Material Request is inserted, and ERPNext writes to a
	company's own row with each Sales Invoice. Raises SnapshotConflict where another run has ended since this transaction
	first read: a plain read would not show what that run drafted.
	"""
	filters = {"company": company, "warehouse": warehouse}
	names = sorted(_counter(row["company"]) for row in ctx.store.rows(_COMPANIES, filters))
	if not names:
		return
	before = _runs(ctx, names)
	counters = ctx.store.through("Series", ("name",))
	for name in names:
		if name not in before:
			ctx.store.execute("INSERT INTO `tabSeries` (name, current) VALUES (%(name)s, 0)", {"name": name})
		ctx.store.execute(
			f"UPDATE {counters} SET current = current + 1 WHERE name = %(name)s", {"name": name}
		)
	if _runs(ctx, names) != {name: before.get(name, 0) + 1 for name in names}:
		raise SnapshotConflict("Another low-stock run has ended since this one first read")


def _counter(company: str | None) -> str:
	return f"{COUNTERS}{digest(company or '')}"


def _runs(ctx: Context, names: list[str]) -> dict[str, int]:
	return {row["name"]: int(row["current"]) for row in ctx.store.rows(_RUNS, {"names": names})}
