"""The outbound flow: an order is accepted, picked, checked and shipped."""

from decimal import Decimal

from inventory_midplatform.domain.flows import Event, Flow, State, Step
from inventory_midplatform.domain.roles import IN_CHARGE, WORKERS

TO_ACCEPT, TO_PICK, TO_CHECK, TO_SHIP = "To Accept", "To Pick", "To Check", "To Ship"
SHIPPED, TO_PUT_BACK, CANCELLED = "Shipped", "To Put Back", "Cancelled"
ON_HOLD = "On Hold"
"""The order's document is on hold: nothing is picked or shipped until it is resumed."""

WORKING = (TO_ACCEPT, TO_PICK, TO_CHECK, TO_SHIP)
"""States in which an order is on its way to be shipped."""

CHECK_OFF, CHECK_ON, CHECK_OVER_AMOUNT = "Off", "On", "Over an Amount"
"""Whether what was picked is counted again before it is shipped: never, always, or of what is worth more than an amount."""

SHORT_REASONS = ("Not There", "Damaged", "Expired", "Other Goods There", "Cannot Reach")
"""Reasons for a short pick. The quantity is blocked in its bin and the item is to be counted, but for Cannot Reach."""

OUTBOUND = Flow(
	"Outbound Order",
	(
		State(TO_ACCEPT, "orange"),
		State(TO_PICK, "blue"),
		State(TO_CHECK, "purple"),
		State(TO_SHIP, "cyan"),
		State(ON_HOLD, "yellow"),
		State(TO_PUT_BACK, "red"),
		State(SHIPPED, "green", final=True),
		State(CANCELLED, "gray", final=True),
	),
	(
		Step("accept", "Accept", {TO_ACCEPT: (TO_PICK,)}, WORKERS, begins=True),
		Step("pick", "Pick", {TO_PICK: (TO_PICK,)}, WORKERS, ("line", "bin", "qty")),
		Step(
			"report_short", "Report Short", {TO_PICK: (TO_PICK,)}, WORKERS, ("line", "bin", "qty", "reason")
		),
		Step("finish_picking", "Finish Picking", {TO_PICK: (TO_CHECK, TO_SHIP)}, WORKERS),
		Step("check", "Check", {TO_CHECK: (TO_SHIP,)}, WORKERS, ("counted",)),
		Step("ship", "Ship", {TO_SHIP: (SHIPPED,)}, WORKERS),
		Step(
			"unpick",
			"Put Back",
			{
				TO_PICK: (TO_PICK,),
				TO_CHECK: (TO_PICK,),
				TO_SHIP: (TO_PICK,),
				ON_HOLD: (ON_HOLD,),
				TO_PUT_BACK: (TO_PUT_BACK, CANCELLED),
			},
			WORKERS,
			("line", "qty"),
		),
		Step(
			"cancel",
			"Cancel",
			{
				TO_ACCEPT: (CANCELLED,),
				TO_PICK: (TO_PUT_BACK, CANCELLED),
				TO_CHECK: (TO_PUT_BACK,),
				TO_SHIP: (TO_PUT_BACK,),
				ON_HOLD: (TO_PUT_BACK, CANCELLED),
			},
			IN_CHARGE,
			("reason",),
		),
		Step("reopen", "Reopen", {CANCELLED: (TO_ACCEPT,)}, IN_CHARGE),
	),
	(
		Event("Put on Hold", dict.fromkeys(WORKING, (ON_HOLD,))),
		Event("Resume", {ON_HOLD: WORKING}),
	),
)

PACKING = Flow(
	OUTBOUND.doctype,
	OUTBOUND.states,
	(
		Step("pack", "Pack", {TO_CHECK: (TO_CHECK,), TO_SHIP: (TO_SHIP,)}, WORKERS),
		Step("unpack", "Unpack", {TO_CHECK: (TO_CHECK,), TO_SHIP: (TO_SHIP,)}, WORKERS, ("package",)),
	),
)
"""What is done with the packages of an order; it changes no state."""


def needs_check(mode: str, amount: Decimal, value: Decimal) -> bool:
	"""Return whether goods of this ``value`` are checked; it counts only where ``mode`` is Over an Amount (``amount``)."""
	return mode == CHECK_ON or (mode == CHECK_OVER_AMOUNT and value > amount)
