"""Receiving Tolerances: how much more than ordered may be received of an item from a supplier, and how much less closes a
line. One for both comes before one for the item, that before one for the supplier, and that before one for all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context
from inventory_midplatform.services import masters
from inventory_midplatform.services.batching import batches

DOCTYPE = "Receiving Tolerance"

_FOUND = """
SELECT name, item_code, over_percent, under_percent FROM `tabReceiving Tolerance`
WHERE COALESCE(supplier, '') IN ('', %(supplier)s) AND COALESCE(item_code, '') IN %(items)s
ORDER BY CASE WHEN COALESCE(item_code, '') = '' THEN 1 ELSE 0 END,
	CASE WHEN COALESCE(supplier, '') = '' THEN 1 ELSE 0 END, name
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
	return tolerances_of(ctx, supplier, [item_code]).get(item_code)


def tolerances_of(ctx: Context, supplier: str | None, item_codes: Iterable[str]) -> dict[str, Tolerance]:
	"""Return the tolerance that counts for each of many items from a supplier; none for an item without one."""
	found: dict[str, Tolerance] = {}
	for items in batches(sorted(set(item_codes))):
		rows = ctx.store.rows(_FOUND, {"supplier": supplier or "", "items": ["", *items]})
		for item in items:
			row = next((row for row in rows if row["item_code"] in (item, "", None)), None)
			if row:
				percents = (from_store(row[field]) for field in ("over_percent", "under_percent"))
				found[item] = Tolerance(row["name"], *percents)
	return found


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
