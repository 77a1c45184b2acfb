"""The pack station: picked orders are sorted, checked by scanning, and packed."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from inventory_midplatform.api import wave_results as results
from inventory_midplatform.api.operation import Quantity, Text, operation
from inventory_midplatform.api.v1.outbound import zero_or_quantity
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import waves as reading
from inventory_midplatform.services.outbound import packages, packing
from inventory_midplatform.services.outbound.packing import Scope

Weight = Annotated[Decimal, BeforeValidator(zero_or_quantity)]


class PackedLine(BaseModel):
	model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

	line: Text
	qty: Quantity


@operation()
def get(ctx: Context, name: Text) -> results.Packing:
	"""An Outbound Order at the pack station: what of each line is counted and packed, and its packages."""
	order: Any = reading.packing_of(ctx, name)
	return order


@operation(writes=True)
def scan(
	ctx: Context,
	code: Text,
	wave: Text = "",
	warehouse: Text = "",
	name: Text = "",
	qty: Quantity | None = None,
) -> results.PackStep:
	"""Scan an item, batch, serial number or barcode: says which order and cell it belongs to, and counts it there.

	Name the `wave`, one order (`name`) or the `warehouse`. An order's own code only says where it is. When everything of
	an order was scanned it is ready to ship. Without `qty` it counts one, or what the barcode's unit holds.
	"""
	scanned, message = packing.scan(ctx, code, Scope(name, wave, warehouse), qty or ZERO)
	return _done(ctx, scanned.order, message, scanned.item_code, scanned.qty)


@operation(writes=True)
def unscan(ctx: Context, name: Text, code: Text, qty: Quantity | None = None) -> results.PackStep:
	"""Take back what a scan counted for an order that is not complete yet; as much as the same scan counts."""
	scanned, message = packing.unscan(ctx, name, code, qty or ZERO)
	return _done(ctx, name, message, scanned.item_code, ZERO)


@operation(writes=True)
def pack(
	ctx: Context,
	name: Text,
	lines: Annotated[list[PackedLine], Field(max_length=500)] = [],  # noqa: B006 - read only
	weight: Weight = ZERO,
	carrier: Text = "",
	tracking_no: Text = "",
) -> results.PackStep:
	"""Make a package of an order's lines; without `lines`, of all that is counted and in no package yet. Weight in kg."""
	quantities: dict[str, Decimal] = {}
	for line in lines:
		quantities[line.line] = quantities.get(line.line, ZERO) + line.qty
	_, message = packages.pack(ctx, name, quantities, weight, carrier, tracking_no)
	return _done(ctx, name, message)


@operation(writes=True)
def unpack(ctx: Context, package: Text) -> results.PackStep:
	"""Undo a package of an order that is not shipped."""
	name, message = packages.unpack(ctx, package)
	return _done(ctx, name, message)


def _done(ctx: Context, name: str, message: Reason, item_code: str = "", qty: Decimal = ZERO) -> Any:
	data = reading.packing_of(ctx, name, item_code, qty)
	return {
		"state": data["state"],
		"next_steps": data["next_steps"],
		"message": message.as_dict(),
		"data": data,
	}
