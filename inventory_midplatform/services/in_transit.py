"""What was sent to a warehouse by way of another, and has not arrived."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context

_IN_TRANSIT = """
SELECT mri.warehouse, sed.item_code, sed.t_warehouse AS by_way_of,
	SUM(sed.transfer_qty - sed.transferred_qty * sed.conversion_factor) AS in_transit
FROM `tabStock Entry` se
JOIN `tabStock Entry Detail` sed ON sed.parent = se.name
JOIN `tabMaterial Request Item` mri ON mri.name = sed.material_request_item
WHERE se.add_to_transit = 1 AND se.docstatus = 1 AND se.per_transferred < 100
	AND sed.item_code IN %(items)s
	AND sed.transfer_qty > sed.transferred_qty * sed.conversion_factor
GROUP BY mri.warehouse, sed.item_code, sed.t_warehouse
"""
"""Sent on its way and not yet received, for the warehouse that requested it. Where nobody did, ERPNext knows no
destination until it is received: a warehouse's default transit is what it sends through."""


def by_way(ctx: Context, items: Iterable[str]) -> dict[Key, dict[str, Decimal]]:
	"""(item, warehouse) → warehouse where it lies meanwhile → what of these items is on its way, in stock UOM."""
	asked = sorted(set(items))
	found: dict[Key, dict[str, Decimal]] = defaultdict(dict)
	for start in range(0, len(asked), 500):
		for row in ctx.store.rows(_IN_TRANSIT, {"items": asked[start : start + 500]}):
			key = (row["item_code"], row["warehouse"])
			found[key][row["by_way_of"] or ""] = from_store(row["in_transit"])
	return found


def in_transit(ctx: Context, items: Iterable[str]) -> dict[Key, Decimal]:
	"""(item, warehouse) → what of these items is on its way there from another warehouse, in stock UOM."""
	return {key: sum(parts.values(), ZERO) for key, parts in by_way(ctx, items).items()}
