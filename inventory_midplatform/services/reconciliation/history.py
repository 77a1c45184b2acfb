"""The history before the ledger was switched on, taken from the books: one warehouse after another, in parts.

How far it has come is stored with each part, so that it goes on where it stopped.
"""

import json
from datetime import date

from inventory_midplatform.domain.position import Key
from inventory_midplatform.ports import Context
from inventory_midplatform.services.ledger import snapshots

BEGINS = ("Inventory Midplatform Settings", "history_from")
REACHED = (snapshots.DOCTYPE, "reached")
"""Where both are stored: (doctype, field) of Singles."""

_NEXT = """
SELECT item_code, warehouse FROM `tabBin`
WHERE warehouse = %(warehouse)s AND item_code > %(item_code)s
ORDER BY item_code LIMIT %(limit)s
"""
_NEXT_WAREHOUSE = "SELECT MIN(warehouse) AS warehouse FROM `tabBin` WHERE warehouse > %(warehouse)s"
_COUNT = "SELECT COUNT(*) AS n FROM `tabBin`"
_DONE = """
SELECT COUNT(*) AS n FROM `tabBin`
WHERE warehouse < %(warehouse)s OR (warehouse = %(warehouse)s AND item_code <= %(item_code)s)
"""


def reached(ctx: Context) -> Key | None:
	"""Return the last (item, warehouse) that a back-fill which was stopped had taken; None where none was."""
	rows = ctx.store.rows(
		"SELECT value FROM `tabSingles` WHERE doctype = %(doctype)s AND field = %(field)s",
		{"doctype": REACHED[0], "field": REACHED[1]},
	)
	stored = json.loads(rows[0]["value"] or "null") if rows else None
	return (stored[0], stored[1]) if stored else None


def counts(ctx: Context, after: Key) -> tuple[int, int]:
	"""Return (items × warehouses up to ``after``, all of them)."""
	where = {"item_code": after[0], "warehouse": after[1]}
	return int(ctx.store.rows(_DONE, where)[0]["n"]), int(ctx.store.rows(_COUNT)[0]["n"])


def back_fill(ctx: Context, after: Key = ("", ""), limit: int = 200) -> Key | None:
	"""Bring the snapshots of the next ``limit`` items of a warehouse to the books; return the key to continue after, or None.

	With the last of them the history begins on the first day of the books. The caller commits between calls.
	"""
	where = {"item_code": after[0], "warehouse": after[1], "limit": limit}
	keys = [(row["item_code"], row["warehouse"]) for row in ctx.store.rows(_NEXT, where)]
	if not keys:
		warehouse = ctx.store.rows(_NEXT_WAREHOUSE, where)[0]["warehouse"]
		if warehouse is None:
			_store(ctx, REACHED, "")
			begin(ctx)
			return None
		return ("", warehouse)
	snapshots.refresh(ctx, keys)
	_store(ctx, REACHED, json.dumps(keys[-1]))
	return keys[-1]


def begin(ctx: Context) -> date | None:
	"""Let the history begin on the first day there is a snapshot of, now that all of them are there."""
	found = ctx.store.rows(f"SELECT MIN(snapshot_date) AS first FROM `tab{snapshots.DOCTYPE}`")[0]["first"]
	# SQLite has only text where a column is computed
	first = date.fromisoformat(str(found)[:10]) if found else None
	if first is None or (ctx.settings.history_from and ctx.settings.history_from <= first):
		return ctx.settings.history_from
	_store(ctx, BEGINS, first.isoformat())
	return first


def _store(ctx: Context, at: tuple[str, str], value: str) -> None:
	about = {"doctype": at[0], "field": at[1]}
	ctx.store.execute("DELETE FROM `tabSingles` WHERE doctype = %(doctype)s AND field = %(field)s", about)
	if value:
		ctx.store.execute(
			"INSERT INTO `tabSingles` (doctype, field, value) VALUES (%(doctype)s, %(field)s, %(value)s)",
			{**about, "value": value},
		)
