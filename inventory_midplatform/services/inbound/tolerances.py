"""Receiving Tolerances: how much more than ordered may be received of an item from a supplier, and how much less closes a
line. One for both comes before one for the item, that before one for the supplier, and that before one for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context
from inventory_midplatform.services import masters

DOCTYPE = "Receiving Tolerance"

_FOUND = """
SELECT name, over_percent, under_percent FROM `tabReceiving Tolerance`
WHERE COALESCE(supplier, '') IN ('', %(supplier)s) AND COALESCE(item_code, '') IN ('', %(item)s)
ORDER BY CASE WHEN COALESCE(item_code, '') = '' THEN 1 ELSE 0 END,
	CASE WHEN COALESCE(supplier, '') = '' THEN 1 ELSE 0 END, name
LIMIT 1
"""

_SAME = """
SELECT name FROM `tabReceiving Tolerance`
WHERE COALESCE(supplier, '') = %(supplier)s AND COALESCE(item_code, '') = %(item)s AND name <> %(name)s
"""


@dataclass(frozen=True)
class Tolerance:
	name: str
	over_percent: Decimal
	under_percent: Decimal


def tolerance_of(ctx: Context, supplier: str | None, item_code: str) -> Tolerance | None:
	"""Return the tolerance that counts for an item from a supplier; None where there is none."""
	rows = ctx.store.rows(_FOUND, {"supplier": supplier or "", "item": item_code})
	if not rows:
		return None
	row = rows[0]
	return Tolerance(row["name"], from_store(row["over_percent"]), from_store(row["under_percent"]))


def check_tolerance(ctx: Context, tolerance: Mapping[str, Any]) -> None:
	"""Check a Receiving Tolerance that is about to be saved. Raises what :mod:`masters` raises, InvalidInput
	(``invalid_percent``) or Conflict (``duplicate_tolerance``).
	"""
	supplier, item_code = tolerance.get("supplier") or "", tolerance.get("item_code") or ""
	if item_code:
		masters.known_item(ctx, item_code)
	for field in ("over_percent", "under_percent"):
		percent = Decimal(str(tolerance.get(field) or 0))
		if percent < 0 or (field == "under_percent" and percent >= 100):
			raise InvalidInput(
				"{field} is not a percentage that can be used.", code="invalid_percent", field=field
			)
	about = {"supplier": supplier, "item": item_code, "name": tolerance.get("name") or ""}
	same = ctx.store.rows(_SAME, about)
	if same:
		raise Conflict(
			"{name} is for the same supplier and item already.",
			code="duplicate_tolerance",
			name=same[0]["name"],
		)
