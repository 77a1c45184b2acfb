"""Inbound Orders that people ask for: what a customer sends back, and what comes without a document."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.inbound import NOT_POSTED
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context
from inventory_midplatform.services import masters, modules
from inventory_midplatform.services.inbound import sources, sync
from inventory_midplatform.services.inbound.sources import DELIVERY_NOTE, SALES_RETURNS, Line


@dataclass(frozen=True)
class Expected:
	"""``qty`` in stock UOM."""

	item_code: str
	qty: Decimal


_EXPECTED = """
SELECT line.source_row, line.expected_qty AS qty
FROM `tabInbound Order` o JOIN `tabInbound Order Line` line ON line.parent = o.name
WHERE o.source_type = %(source_type)s AND o.source_name = %(source_name)s AND o.state IN %(states)s
"""


def expect_return(
	ctx: Context, delivery_note: str, items: Sequence[Expected], warehouse: str = "", reason: str = ""
) -> tuple[str, Reason]:
	"""Make an Inbound Order for what a customer sends back of a Delivery Note; returns its name. Without ``warehouse`` it goes
	back to where it was.

	Locks the Delivery Note. Raises NotFound (``unknown_document``), Conflict (``not_to_return``: not delivered, or on its way
	back already), InvalidInput (``several_warehouses``, ``missing_argument``), and what :mod:`masters` raises.
	"""
	modules.require(ctx, "inbound")
	place = masters.stock_warehouse(ctx, warehouse).name if warehouse else ""
	name = _locked_note(ctx, delivery_note)
	left = _to_return(ctx, name)
	lines: dict[Line, Decimal] = defaultdict(lambda: ZERO)
	places: set[str] = set()
	for item_code, qty in _by_item(ctx, items).items():
		rest = qty
		for (row, item, row_place), free in left.items():
			part = min(rest, free) if item == item_code else ZERO
			if part > 0:
				lines[(row, item)] += part
				places.add(row_place)
				rest -= part
		if rest:
			raise Conflict(
				"Item {item_code}: {left} of {document} can be returned; {qty} is more than that.",
				code="not_to_return",
				item_code=item_code,
				document=name,
				left=to_text(qty - rest),
				qty=to_text(qty),
			)
	if not place and len(places) > 1:
		raise InvalidInput(
			"The items were delivered from several warehouses; name the one that they come back to.",
			code="several_warehouses",
			warehouses=", ".join(sorted(places)),
		)
	place = place or places.pop()
	masters.require_warehouse(ctx, place)
	order = sync.create_for(ctx, (DELIVERY_NOTE, name), place, lines, reason)
	sync.notify_expected(ctx, order)
	return order, Reason(
		"{source} is expected in {warehouse}: {name}.", source=name, warehouse=place, name=order
	)


def expect(
	ctx: Context,
	warehouse: str,
	items: Sequence[Expected],
	reason: str,
	supplier: str = "",
	due: date | None = None,
) -> tuple[str, Reason]:
	"""Make an Inbound Order of what comes without a document; returns its name.

	Raises InvalidInput (``missing_argument``), NotFound (``unknown_supplier``), and what :mod:`masters` raises.
	"""
	modules.require(ctx, "inbound")
	if not reason:
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument="reason")
	place = masters.stock_warehouse(ctx, warehouse)
	masters.require_warehouse(ctx, place.name)
	lines = {("", item_code): qty for item_code, qty in _by_item(ctx, items).items()}
	header = {"company": place.company, "supplier": _supplier(ctx, supplier), "due": due, "reason": reason}
	order = sync.create(ctx, place.name, lines, header)
	sync.notify_expected(ctx, order)
	return order, Reason(
		"{source} is expected in {warehouse}: {name}.",
		source=sync.origin(header),
		warehouse=place.name,
		name=order,
	)


def _by_item(ctx: Context, items: Sequence[Expected]) -> dict[str, Decimal]:
	if not items:
		raise InvalidInput("Name at least one item.", code="missing_argument", argument="items")
	found: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for item in items:
		item_code = masters.stock_item(ctx, item.item_code).item_code
		masters.require_whole(ctx, item_code, item.qty)
		found[item_code] += item.qty
	return found


def _supplier(ctx: Context, name: str) -> str | None:
	if not name:
		return None
	rows = ctx.store.rows("SELECT name FROM `tabSupplier` WHERE name = %(name)s", {"name": name})
	if not rows:
		raise NotFound("Supplier {supplier} does not exist.", code="unknown_supplier", supplier=name)
	return str(rows[0]["name"])


def _locked_note(ctx: Context, name: str) -> str:
	"""Lock a Delivery Note after its Inbound Orders, as their steps do, so that two people do not both expect the same."""
	sync.lock_orders(ctx, [(DELIVERY_NOTE, name)])
	rows = ctx.store.rows(
		"SELECT name, docstatus, is_return FROM `tabDelivery Note` WHERE name = %(name)s"
		+ ctx.store.for_update,
		{"name": name},
	)
	if not rows:
		raise NotFound(
			"{doctype} {name} does not exist.", code="unknown_document", doctype=DELIVERY_NOTE, name=name
		)
	if rows[0]["docstatus"] != 1 or rows[0]["is_return"]:
		raise Conflict(
			"{doctype} {name} is in another state.", code="wrong_state", doctype=DELIVERY_NOTE, name=name
		)
	return str(rows[0]["name"])


def _to_return(ctx: Context, name: str) -> dict[tuple[str, str, str], Decimal]:
	"""Return (row, item, warehouse) → what of a Delivery Note has not come back, and is not expected already."""
	about = {"source_type": DELIVERY_NOTE, "source_name": name, "states": NOT_POSTED}
	expected: dict[str, Decimal] = defaultdict(lambda: ZERO)
	for row in ctx.store.rows(_EXPECTED + ctx.store.for_update, about):
		expected[row["source_row"]] += from_store(row["qty"])
	outstanding, _ = sources.outstanding(ctx, SALES_RETURNS, name)
	return {
		(row, item, warehouse): qty - expected[row]
		for warehouse, lines in outstanding.items()
		for (row, item), qty in lines.items()
	}
