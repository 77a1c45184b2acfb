"""Stock that was sent to a warehouse by way of another, and is not yet received."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context
from inventory_midplatform.services.batching import batches

SENT_FOR_REQUESTS = """
SELECT request.parent AS material_request, request.warehouse, request.schedule_date, sent.item_code,
	sent.t_warehouse AS transit_warehouse,
	sent.transfer_qty - COALESCE((
		SELECT SUM(received.transfer_qty) FROM `tabStock Entry Detail` received
		WHERE received.ste_detail = sent.name AND received.docstatus = 1
	), 0) AS qty
FROM `tabStock Entry` entry
JOIN `tabStock Entry Detail` sent ON sent.parent = entry.name
JOIN `tabMaterial Request Item` request ON request.name = sent.material_request_item
WHERE entry.add_to_transit = 1 AND entry.docstatus = 1 AND {condition}
"""
"""Rows sent into transit for a Material Request, with what is not received of each, in stock UOM; zero for most.

ERPNext's own ``transferred_qty`` and ``per_transferred`` add up quantities of receiving rows in whatever unit each has,
so the rows themselves are read. ``{condition}`` is one on ``sent`` or ``request``. Where no request names the
destination, ERPNext does not know it until the goods are received.
"""

MOST_NAMED = 1000
"""Of more items than this, everything that was sent is read, in one statement."""


def by_transit_warehouse(ctx: Context, items: Iterable[str]) -> dict[Key, dict[str, Decimal]]:
	"""Return, by item and destination, what of these items is in which transit warehouse, in stock UOM."""
	found: dict[Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
	wanted = sorted(set(items))
	named, few = set(wanted), len(wanted) <= MOST_NAMED
	condition = "sent.item_code IN %(items)s" if few else "1 = 1"
	for batch in batches(wanted) if few else [()]:
		for row in ctx.store.rows(SENT_FOR_REQUESTS.format(condition=condition), {"items": batch}):
			if row["item_code"] in named and (qty := from_store(row["qty"])) > 0:
				found[(row["item_code"], row["warehouse"])][row["transit_warehouse"] or ""] += qty
	return found


def in_transit(ctx: Context, items: Iterable[str]) -> dict[Key, Decimal]:
	"""Return, by item and destination, what of these items is on its way from another warehouse, in stock UOM."""
	return {key: sum(parts.values(), ZERO) for key, parts in by_transit_warehouse(ctx, items).items()}
