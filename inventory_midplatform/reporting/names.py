"""What items are called, looked up once for each item instead of being joined to every row."""

from collections.abc import Iterable

from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.batching import batches

MOST_NAMED = 5000
"""So many items are named in one statement."""

_NAMES = "SELECT name, item_name, item_group, stock_uom FROM `tabItem` WHERE name IN %(items)s"


def item_names(ctx: Context, codes: Iterable[str]) -> dict[str, Row]:
	"""Return name, group and unit of each item. A statement for each :data:`MOST_NAMED` items."""
	found: dict[str, Row] = {}
	for some in batches(sorted(set(codes)), MOST_NAMED):
		found |= {row.pop("name"): row for row in ctx.store.rows(_NAMES, {"items": some})}
	return found
