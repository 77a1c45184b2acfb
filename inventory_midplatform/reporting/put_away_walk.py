"""What is to be put away in a warehouse, of all its orders, as a storekeeper walks: in the order of the proposed bins."""

from collections import defaultdict
from collections.abc import Sequence

from inventory_midplatform.domain.inbound import TO_PUT_AWAY
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import inbound
from inventory_midplatform.services import masters
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.locations import suggestions
from inventory_midplatform.services.locations.suggestions import ToPlace

_LINES = """
SELECT o.name AS inbound_order, o.source_name, o.supplier, o.reason, o.received_at, scanned.line, scanned.item_code,
	COALESCE(scanned.batch_no, '') AS batch_no, SUM(scanned.accepted_qty - scanned.put_away_qty) AS qty
FROM `tabInbound Order` o JOIN `tabInbound Receipt Line` scanned ON scanned.inbound_order = o.name
WHERE o.state = %(state)s AND o.warehouse = %(warehouse)s AND scanned.accepted_qty > scanned.put_away_qty
GROUP BY o.name, o.source_name, o.supplier, o.reason, o.received_at, scanned.line, scanned.item_code,
	COALESCE(scanned.batch_no, '')
ORDER BY o.received_at, o.name, scanned.line, batch_no
LIMIT %(limit)s OFFSET %(offset)s
"""

_SERIALS = """
SELECT line, COALESCE(batch_no, '') AS batch_no, serial_no FROM `tabInbound Receipt Line`
WHERE inbound_order IN %(orders)s AND accepted_qty > put_away_qty AND serial_no <> '' ORDER BY name
"""


def list_to_put_away(ctx: Context, warehouse: str, *, limit: int = 50, offset: int = 0) -> Row:
	"""Return a page of what is to be put away of the orders To Put Away of a warehouse. Changes nothing.

	A row is a line and batch of an order; quantities in stock UOM. Those received first are on the first page; on a page they
	stand in walking order of the first bin that is proposed for each, what fits nowhere last. Proposals are those of a single
	order, and what is proposed for one row counts as being there for the rows of later receipts. Raises what :mod:`masters`
	raises.
	"""
	warehouse = masters.known_warehouse(ctx, warehouse)
	about = {"state": TO_PUT_AWAY, "warehouse": warehouse, "limit": limit + 1, "offset": offset}
	rows = ctx.store.rows(_LINES, about)
	page = [{**row, "qty": from_store(row["qty"])} for row in rows[:limit]]
	parts = [ToPlace(row["item_code"], row["batch_no"], row["qty"]) for row in page]
	proposed = suggestions.propose(ctx, warehouse, parts)
	facts = inbound.facts_of_items(ctx, {row["item_code"] for row in page})
	expires = bin_stock.batch_facts(ctx, {row["batch_no"] for row in page if row["batch_no"]})
	serials = _serials(ctx, [row for row in page if facts[row["item_code"]]["has_serial_no"]])
	lines = [
		{
			**{k: row[k] for k in ("inbound_order", "line", "item_code", "batch_no", "qty")},
			**{k: row[k] or "" for k in ("source_name", "supplier", "reason")},
			**facts[row["item_code"]],
			"expiry_date": expires.get(row["batch_no"], bin_stock.NO_BATCH)["expiry_date"],
			"serial_nos": serials[(row["line"], row["batch_no"])],
			**proposal,
		}
		for row, proposal in zip(page, proposed, strict=True)
	]
	return {
		"warehouse": warehouse,
		"lines": sorted(lines, key=_in_walking_order),
		"has_more": len(rows) > limit,
	}


def _in_walking_order(line: Row) -> tuple[bool, int, str]:
	bins = line["bins"]
	return (not bins, bins[0]["sequence"] if bins else 0, bins[0]["bin_code"] if bins else "")


def _serials(ctx: Context, rows: Sequence[Row]) -> dict[tuple[str, str], list[str]]:
	"""Return (line, batch) → its serial numbers that are not put away."""
	found: dict[tuple[str, str], list[str]] = defaultdict(list)
	orders = sorted({row["inbound_order"] for row in rows})
	for row in ctx.store.rows(_SERIALS, {"orders": orders}) if orders else ():
		found[(row["line"], row["batch_no"])].append(row["serial_no"])
	return found
