"""Checking: what was picked is counted again, blind, before it is shipped."""

from collections.abc import Mapping
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, NotFound
from inventory_midplatform.domain.outbound import CHECK_OVER_AMOUNT, OUTBOUND, needs_check
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context
from inventory_midplatform.services import modules
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import deliveries, orders

_VALUE = """
SELECT SUM(line.picked_qty * COALESCE(
	CASE WHEN line.item_code = ordered.item_code THEN ordered.base_net_rate / NULLIF(ordered.conversion_factor, 0)
		ELSE ordered.base_net_rate * ordered.qty / NULLIF((
			SELECT SUM(part.qty) FROM `tabPacked Item` part
			WHERE part.parent_detail_docname = ordered.name AND part.parent = ordered.parent
		), 0) END,
	stock.valuation_rate, 0)) AS value
FROM `tabOutbound Order Line` line
JOIN `tabOutbound Order` o ON o.name = line.parent
LEFT JOIN `tabSales Order Item` ordered ON o.source_type = 'Sales Order' AND ordered.name = line.source_row
LEFT JOIN `tabBin` stock ON stock.item_code = line.item_code AND stock.warehouse = o.warehouse
WHERE line.parent = %(name)s
"""


def is_needed(ctx: Context, name: str) -> bool:
	"""Return whether what is picked for an order is to be counted again before it is shipped.

	Over an Amount looks at its value in company currency: what is picked at the net selling price of its Sales Order's rows
	(a product bundle's price is shared by its parts by their number), of other documents at the valuation rate. Orders of
	a wave are counted at the pack station, whatever they are worth.
	"""
	mode, amount = ctx.settings.outbound_check, ctx.settings.outbound_check_amount
	value = ZERO
	if mode == CHECK_OVER_AMOUNT:
		value = from_store(ctx.store.rows(_VALUE, {"name": name})[0]["value"])
	return needs_check(mode, amount, value)


def check(ctx: Context, name: str, counted: Mapping[str, Decimal]) -> Reason:
	"""Compare a count of each line (stock UOM) with what was picked; if all agree the delivery is drafted.

	A line that is not counted counts as zero. Raises NotFound (``unknown_line``), Conflict (``count_differs``) naming the
	lines that differ, not their quantities: the count stays blind.
	"""
	modules.require(ctx, "outbound")
	steps.begin(ctx, OUTBOUND, name, "check")
	lines = orders.lines_of(ctx, name, locked=True)
	unknown = set(counted) - {line["name"] for line in lines}
	if unknown:
		raise NotFound("{name} has no line {line}.", code="unknown_line", name=name, line=min(unknown))
	differing = [line for line in lines if counted.get(line["name"], ZERO) != line["picked_qty"]]
	if differing:
		raise Conflict(
			"The count differs from what was picked: {items}. Count again, or put back and pick again.",
			code="count_differs",
			items=", ".join(line["item_code"] for line in differing),
			differences=[{"line": line["name"], "item_code": line["item_code"]} for line in differing],
		)
	changes = [{"name": line["name"], "checked_qty": line["picked_qty"]} for line in lines]
	orders.set_lines(ctx, changes, "checked_qty")
	# or the pack station would count them once more, if the order is picked again
	ctx.store.execute(
		"UPDATE `tabOutbound Pick` SET checked_qty = ROUND(qty - returned_qty, 9) WHERE outbound_order = %(name)s",
		{"name": name},
	)
	orders.touch(ctx, name)
	deliveries.ready_to_ship(ctx, steps.read(ctx, OUTBOUND, name, locked=True), "check")
	return Reason("{name} is checked and ready to ship.", name=name)
