"""Stock Reconciliation: rows in which nothing differs stay known. ERPNext drops them when a count is saved, and what is
left would say that every count was wrong.
"""

import json
from typing import Any

from inventory_midplatform.ports import Row

COUNT = "Stock Reconciliation"


def before_validate(count: Any, method: str | None = None) -> None:
	rows = count.get("items") if count.purpose == COUNT else ()
	count.flags.inventory_counted = [_row(row) for row in rows if row.qty is not None and not row.serial_no]


def validate(count: Any, method: str | None = None) -> None:
	"""Remember the rows that were there before ERPNext looked, and are not now."""
	counted = count.flags.inventory_counted or []
	left = {_key(_row(row)) for row in count.get("items")}
	known = {_key(row): row for row in json.loads(count.get("inventory_matched") or "[]")}
	known |= {_key(row): row for row in counted}
	matched = [row for key, row in known.items() if key not in left]
	count.inventory_matched = json.dumps(matched) if matched and count.purpose == COUNT else None


def _row(row: Any) -> Row:
	return {
		"item_code": row.item_code,
		"warehouse": row.warehouse,
		"batch_no": row.batch_no or "",
		"qty": float(row.qty or 0),
	}


def _key(row: Row) -> tuple[str, str, str]:
	return row["item_code"], row["warehouse"], row["batch_no"]
