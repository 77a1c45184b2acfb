"""The inbound flow: what a supplier sends arrives, is received, inspected and put away."""

import unicodedata

from inventory_midplatform.domain.flows import Event, Flow, State, Step
from inventory_midplatform.domain.roles import CANCEL_INBOUND, INSPECTORS, WORKERS

EXPECTED, TO_RECEIVE, TO_INSPECT, TO_PUT_AWAY = "Expected", "To Receive", "To Inspect", "To Put Away"
DONE, CANCELLED = "Done", "Cancelled"

NOT_POSTED = (EXPECTED, TO_RECEIVE)
"""States in which nothing of an order is in the books yet."""

QUALITY = "Quality"
"""The stock status of what is received and not inspected: on hand, and promised to nobody."""

BLOCKED, DAMAGED = "Blocked", "Damaged"
REJECTED_AS = (BLOCKED, DAMAGED)
"""Stock statuses that rejected stock may get: it stays on hold."""

WITHIN_TOLERANCE = "Within the Receiving Tolerance"
"""Why the log says that what is missing of a line is not expected any more."""

INBOUND = Flow(
	"Inbound Order",
	(
		State(EXPECTED, "orange"),
		State(TO_RECEIVE, "blue"),
		State(TO_INSPECT, "purple"),
		State(TO_PUT_AWAY, "cyan"),
		State(DONE, "green", final=True),
		State(CANCELLED, "gray", final=True),
	),
	(
		Step("arrive", "Arrive", {EXPECTED: (TO_RECEIVE,)}, WORKERS, begins=True),
		Step("receive", "Receive", {TO_RECEIVE: (TO_RECEIVE,)}, WORKERS, ("line", "qty")),
		Step("undo_receive", "Undo Receive", {TO_RECEIVE: (TO_RECEIVE,)}, WORKERS, ("line", "qty")),
		Step("finish_receiving", "Finish Receiving", {TO_RECEIVE: (TO_INSPECT, TO_PUT_AWAY)}, WORKERS),
		Step(
			"inspect",
			"Inspect",
			{TO_INSPECT: (TO_INSPECT, TO_PUT_AWAY, DONE)},
			INSPECTORS,
			("line", "accepted", "rejected", "destroyed", "reason"),
		),
		Step(
			"put_away",
			"Put Away",
			{TO_INSPECT: (TO_INSPECT,), TO_PUT_AWAY: (TO_PUT_AWAY, DONE)},
			WORKERS,
			("line", "bin", "qty"),
		),
		Step(
			"cross_dock",
			"Bring to Staging",
			{TO_INSPECT: (TO_INSPECT,), TO_PUT_AWAY: (TO_PUT_AWAY, DONE)},
			WORKERS,
			("line", "outbound_order", "qty"),
		),
		Step("finish_putting_away", "Finish Putting Away", {TO_PUT_AWAY: (DONE,)}, WORKERS),
		Step(
			"book_slot",
			"Book Slot",
			{EXPECTED: (EXPECTED,), TO_RECEIVE: (TO_RECEIVE,)},
			WORKERS,
			("dock", "slot_start", "slot_end", "truck"),
		),
		Step(
			"cancel",
			"Cancel",
			dict.fromkeys(NOT_POSTED, (CANCELLED,)),
			CANCEL_INBOUND,
			("reason",),
		),
	),
	(
		Event("Receipt Posted", dict.fromkeys(NOT_POSTED, (TO_INSPECT, TO_PUT_AWAY))),
		Event("Receipt Cancelled", dict.fromkeys((TO_INSPECT, TO_PUT_AWAY, DONE), NOT_POSTED)),
	),
)


def truck_number(text: str) -> str:
	"""Return a plate or waybill number as it is stored: the same truck is typed with and without blanks, in small letters too."""
	return "".join(unicodedata.normalize("NFKC", text).split()).upper()
