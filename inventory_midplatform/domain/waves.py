"""The wave flow: many Outbound Orders are released together, picked in one walk and sorted at the pack station."""

from inventory_midplatform.domain.flows import Flow, State, Step
from inventory_midplatform.domain.roles import IN_CHARGE, WORKERS

TO_RELEASE, TO_PICK, TO_PACK = "To Release", "To Pick", "To Pack"
DONE, CANCELLED = "Done", "Cancelled"

WAVE = Flow(
	"Outbound Wave",
	(
		State(TO_RELEASE, "orange"),
		State(TO_PICK, "blue"),
		State(TO_PACK, "purple"),
		State(DONE, "green", final=True),
		State(CANCELLED, "gray", final=True),
	),
	(
		Step("release", "Release", {TO_RELEASE: (TO_PICK,)}, WORKERS),
		Step("pick", "Pick", {TO_PICK: (TO_PICK,)}, WORKERS, ("item_code", "bin", "qty")),
		Step(
			"report_short",
			"Report Short",
			{TO_PICK: (TO_PICK,)},
			WORKERS,
			("item_code", "bin", "qty", "reason"),
		),
		Step("finish_picking", "Finish Picking", {TO_PICK: (TO_PACK, DONE)}, WORKERS),
		Step("close", "Close", {TO_PACK: (DONE,)}, WORKERS),
		Step("cancel", "Cancel", {TO_RELEASE: (CANCELLED,), TO_PICK: (CANCELLED,)}, IN_CHARGE),
	),
)
