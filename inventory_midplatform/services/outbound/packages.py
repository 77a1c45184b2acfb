"""Packages of an Outbound Order: the contents of each parcel, its weight, carrier and tracking number."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, NotFound
from inventory_midplatform.domain.outbound import OUTBOUND, PACKING, SHIPPED, TO_SHIP
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import modules, operation_log
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import deliveries, orders

DOCTYPE = "Outbound Package"

_PACKED = """
SELECT line.line, SUM(line.qty) AS qty
FROM `tabOutbound Package` package JOIN `tabOutbound Package Line` line ON line.parent = package.name
WHERE package.outbound_order = %(name)s GROUP BY line.line
"""


def pack(
	ctx: Context,
	name: str,
	quantities: Mapping[str, Decimal],
	weight: Decimal = ZERO,
	carrier: str = "",
	tracking_no: str = "",
) -> tuple[str, Reason]:
	"""Make a package of an order: line → quantity in stock UOM, or all that is checked and in no package yet.

	The delivery of an order that is ready to ship is drafted with its first package. ``weight`` in kg. Carrier and tracking number become the order's where it has none. Raises what :func:`steps.begin`
	raises, NotFound (``unknown_line``) or Conflict (``more_than_checked``, ``nothing_to_pack``). Locks the order.
	"""
	modules.require(ctx, "outbound")
	order = steps.begin(ctx, PACKING, name, "pack")
	order_lines = {line["name"]: line for line in orders.lines_of(ctx, name, locked=True)}
	if unknown := set(quantities) - set(order_lines):
		raise NotFound("{name} has no line {line}.", code="unknown_line", name=name, line=min(unknown))
	left = unpacked(ctx, order, order_lines.values())
	chosen = {line: qty for line, qty in (quantities or left).items() if qty > 0}
	if not chosen:
		raise Conflict("Nothing of {name} is left to pack.", code="nothing_to_pack", name=name)
	for line, qty in chosen.items():
		if qty > left[line]:
			raise Conflict(
				"{left} of item {item_code} is checked and in no package; {qty} is more.",
				code="more_than_checked",
				item_code=order_lines[line]["item_code"],
				left=to_text(left[line]),
				qty=to_text(qty),
			)
	if order["state"] == TO_SHIP:
		deliveries.require_draft(ctx, order)
	rows = ctx.store.rows(
		"SELECT MAX(package_no) AS last FROM `tabOutbound Package` WHERE outbound_order = %(name)s",
		{"name": name},
	)
	package = ctx.documents.create(
		DOCTYPE,
		{
			"outbound_order": name,
			"package_no": int(rows[0]["last"] or 0) + 1,
			"warehouse": order["warehouse"],
			"weight": weight,
			"carrier": carrier,
			"tracking_no": tracking_no,
			"lines": [
				{
					"line": line,
					"item_code": order_lines[line]["item_code"],
					"stock_uom": order_lines[line]["stock_uom"],
					"qty": qty,
				}
				for line, qty in chosen.items()
			],
		},
	)
	named = {"carrier": order["carrier"] or carrier, "tracking_no": order["tracking_no"] or tracking_no}
	_update(ctx, name, named)
	operation_log.log(
		ctx,
		"Pack",
		OUTBOUND.doctype,
		name,
		warehouse=order["warehouse"],
		to_value=package,
		reason=tracking_no,
	)
	return package, Reason("Package {package} made.", package=package)


def unpack(ctx: Context, package: str) -> tuple[str, Reason]:
	"""Undo a package that is not shipped; its goods stay checked. Returns the order's name.

	Raises NotFound (``unknown_document``) and what :func:`steps.begin` raises.
	"""
	modules.require(ctx, "outbound")
	rows = ctx.store.rows(
		"SELECT outbound_order FROM `tabOutbound Package` WHERE name = %(name)s", {"name": package}
	)
	if not rows:
		raise NotFound(
			"{doctype} {name} does not exist.", code="unknown_document", doctype=DOCTYPE, name=package
		)
	name = str(rows[0]["outbound_order"])
	order = steps.begin(ctx, PACKING, name, "unpack")
	_delete(ctx, "name", package)
	orders.touch(ctx, name)
	operation_log.log(ctx, "Pack", OUTBOUND.doctype, name, warehouse=order["warehouse"], from_value=package)
	return name, Reason("Package {package} undone.", package=package)


def _update(ctx: Context, name: str, values: Row) -> None:
	ctx.store.execute(
		"UPDATE `tabOutbound Order` SET carrier = %(carrier)s, tracking_no = %(tracking_no)s WHERE name = %(name)s",
		{**values, "name": name},
	)
	orders.touch(ctx, name)


def unpacked(ctx: Context, order: Row, order_lines: Iterable[Row]) -> dict[str, Decimal]:
	"""Return line → what is checked and in no package yet, in stock UOM; of an order that needed no check, what is picked."""
	packed = {row["line"]: from_store(row["qty"]) for row in ctx.store.rows(_PACKED, {"name": order["name"]})}
	rows = list(order_lines)
	unchecked = order["state"] in (TO_SHIP, SHIPPED) and not any(line["checked_qty"] for line in rows)
	column = "picked_qty" if unchecked else "checked_qty"
	return {line["name"]: line[column] - packed.get(line["name"], ZERO) for line in rows}


def next_steps(ctx: Context, order: Row, left: Mapping[str, Decimal], packages: int) -> list[Row]:
	"""Return what this user may do with an order's packages: ``left`` is what is in none, ``packages`` how many it has."""
	useful = {"pack": any(qty > 0 for qty in left.values()), "unpack": packages > 0}
	return [step for step in steps.next_steps(ctx, PACKING, order["state"]) if useful[step["step"]]]


def check_again(ctx: Context, name: str, line: str = "") -> None:
	"""Reset the pack station's count of a line, or of all lines, and delete the order's packages. The order is locked."""
	ctx.store.execute(
		"UPDATE `tabOutbound Pick` SET checked_qty = 0"
		" WHERE outbound_order = %(name)s AND (%(line)s = '' OR line = %(line)s)",
		{"name": name, "line": line},
	)
	_delete(ctx, "outbound_order", name)


def _delete(ctx: Context, column: str, value: str) -> None:
	rows = ctx.store.rows(
		f"SELECT name FROM `tabOutbound Package` WHERE {column} = %(value)s", {"value": value}
	)
	if rows:
		about = {"names": [row["name"] for row in rows]}
		ctx.store.execute("DELETE FROM `tabOutbound Package Line` WHERE parent IN %(names)s", about)
		ctx.store.execute("DELETE FROM `tabOutbound Package` WHERE name IN %(names)s", about)
