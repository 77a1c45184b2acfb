"""A wave closes by itself when its last order is shipped or has left it."""

from inventory_midplatform.domain.outbound import ON_HOLD, TO_CHECK, TO_SHIP
from inventory_midplatform.domain.outbound import TO_PICK as ORDER_TO_PICK
from inventory_midplatform.domain.waves import DONE, TO_PACK, WAVE
from inventory_midplatform.ports import Context
from inventory_midplatform.services.flows import steps

UNFINISHED = (ORDER_TO_PICK, TO_CHECK, TO_SHIP, ON_HOLD)
"""States of an order that its wave still waits for."""

_WAITED_FOR = "SELECT name FROM `tabOutbound Order` WHERE wave = %(wave)s AND state IN %(states)s LIMIT 1"

_PACKED = """
SELECT wave.name FROM `tabOutbound Wave` wave WHERE wave.state = %(to_pack)s AND NOT EXISTS (
	SELECT 1 FROM `tabOutbound Order` o WHERE o.wave = wave.name AND o.state IN %(states)s
)
ORDER BY wave.name
"""


def close_if_packed(ctx: Context, wave: str | None) -> None:
	"""Close a wave that is to be packed if it waits for no order. Called when one of its orders has been written.

	The orders are read without a lock: of two who finish the last two at once neither may see the other's, and
	:func:`close_packed` closes the wave at night. Locks the wave only where it seems to be done.
	"""
	if not wave or ctx.store.rows(_WAITED_FOR, {"wave": wave, "states": UNFINISHED}):
		return
	source = ctx.store.through(WAVE.doctype, ("name",))
	sql = f"SELECT * FROM {source} WHERE name = %(wave)s{ctx.store.for_update}"
	for found in ctx.store.rows(sql, {"wave": wave}):
		if found["state"] == TO_PACK:
			steps.finish(ctx, WAVE, found, "close", DONE)


def close_packed(ctx: Context) -> int:
	"""Close all waves that are packed; return how many there were. Done every night."""
	found = ctx.store.rows(_PACKED, {"to_pack": TO_PACK, "states": UNFINISHED})
	for row in found:
		close_if_packed(ctx, row["name"])
	return len(found)
