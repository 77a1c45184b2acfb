"""Waves: many Outbound Orders picked in one walk."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, NaiveDatetime

from inventory_midplatform.api import wave_results as results
from inventory_midplatform.api.operation import (
	AS_WRITTEN,
	LongText,
	Offset,
	PageSize,
	Quantity,
	Text,
	operation,
)
from inventory_midplatform.api.v1.outbound import ShortReason
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.waves import WAVE
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import waves as reading
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import wave_picking, waves
from inventory_midplatform.services.outbound.wave_picking import WavePick
from inventory_midplatform.services.outbound.waves import Selection

State = Literal["", "To Release", "To Pick", "To Pack", "Done", "Cancelled"]
Names = Annotated[list[Text], Field(max_length=500)]
OrderNames = Annotated[list[Text], Field(max_length=2000)]
MaxOrders = Annotated[int, Field(ge=1, le=2000), AS_WRITTEN]


@operation()
def list(
	ctx: Context, warehouse: Text = "", state: State = "", limit: PageSize = 50, offset: Offset = 0
) -> results.WavePage:
	"""A page of open waves, the oldest first; with `state`, those in that state."""
	page: Any = reading.list_waves(ctx, warehouse=warehouse, state=state, limit=limit, offset=offset)
	return page


@operation()
def get(ctx: Context, name: Text) -> results.Wave:
	"""One wave: its orders with their cells, and what to pick from which bin in walking order, for all of them at once."""
	wave: Any = reading.get(ctx, name)
	return wave


@operation()
def count_ready(
	ctx: Context,
	warehouse: Text,
	due_until: date | None = None,
	carrier: Text = "",
	zone: Text = "",
	single_line_only: bool = False,
	max_orders: MaxOrders = 200,
	ordered_until: NaiveDatetime | None = None,
) -> results.ReadyOrders:
	"""How many Outbound Orders `wave.create` would put into a wave now with the same arguments; changes nothing."""
	selection = Selection(due_until, carrier, zone, single_line_only, max_orders, ordered_until)
	return {"orders": len(waves.ready(ctx, warehouse, selection))}


@operation(writes=True)
def create(
	ctx: Context,
	warehouse: Text,
	names: OrderNames = [],  # noqa: B006 - read only, and shown in the API's description
	due_until: date | None = None,
	carrier: Text = "",
	zone: Text = "",
	single_line_only: bool = False,
	max_orders: MaxOrders = 200,
	ordered_until: NaiveDatetime | None = None,
) -> results.WaveStep:
	"""Make a wave of these Outbound Orders, or of those that are ready: the most urgent, up to `max_orders`.

	`due_until`, `ordered_until` (the cut-off, in the site's time: orders that came in by then), `carrier`, `zone` (every item
	is in stock there) and `single_line_only` narrow the choice.
	"""
	selection = Selection(due_until, carrier, zone, single_line_only, max_orders, ordered_until)
	name, message = waves.create(ctx, warehouse, names, selection)
	return _done(ctx, name, message)


@operation(writes=True)
def release(ctx: Context, name: Text) -> results.WaveStep:
	"""Accept all orders of a wave: bins are allocated to what is reserved for them. Orders with nothing reserved leave it."""
	return _done(ctx, name, waves.release(ctx, name))


@operation(writes=True)
def pick(
	ctx: Context,
	name: Text,
	item_code: Text,
	bin: Text,
	qty: Quantity,
	batch_no: Text = "",
	serial_nos: Names = [],  # noqa: B006
	reason: LongText = "",
	brief: bool = False,
) -> results.WaveStep:
	"""Pick an item from a bin for all orders of the wave at once; it moves to staging and is divided among them.

	The most urgent orders come first. Another batch than proposed needs a `reason`. `brief` returns the picks of
	this item only and no orders: the rest of a large wave is long, and did not change.
	"""
	picked = WavePick(item_code, bin, qty, batch_no, serial_nos, reason)
	return _done(ctx, name, wave_picking.pick(ctx, name, picked), item_code if brief else "")


@operation(writes=True)
def report_short(
	ctx: Context,
	name: Text,
	item_code: Text,
	bin: Text,
	qty: Quantity,
	reason: ShortReason,
	batch_no: Text = "",
) -> results.WaveStep:
	"""Say that a quantity that was to be picked from a bin cannot be. The least urgent orders lose it; it is picked
	elsewhere for them, or waits.
	"""
	short = WavePick(item_code, bin, qty, batch_no, reason=reason)
	return _done(ctx, name, wave_picking.report_short(ctx, name, short))


@operation(writes=True)
def finish_picking(ctx: Context, name: Text) -> results.WaveStep:
	"""Say that all that can be picked is picked: the orders go to the pack station. Orders with nothing picked leave the
	wave.
	"""
	return _done(ctx, name, waves.finish_picking(ctx, name))


@operation(writes=True)
def close(ctx: Context, name: Text) -> results.WaveStep:
	"""Say that a wave is packed. Orders that are not leave it and go on by themselves."""
	return _done(ctx, name, waves.close(ctx, name))


@operation(writes=True)
def cancel(ctx: Context, name: Text) -> results.WaveStep:
	"""Cancel a wave, not its orders: they leave it as they are."""
	return _done(ctx, name, waves.cancel(ctx, name))


def _done(ctx: Context, name: str, message: Reason, of_item: str = "") -> Any:
	return steps.step_result(ctx, WAVE, reading.get(ctx, name, of_item), message)
