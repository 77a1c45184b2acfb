"""The kinds of stock movement."""

from enum import Enum


class MovementKind(str, Enum):
	"""Why stock moved, as the field Kind of Stock Movement stores it."""

	OPENING_STOCK = "Opening Stock"
	INCOMING = "Incoming"
	OUTGOING = "Outgoing"
	RECONCILIATION = "Reconciliation"
	CANCELLATION = "Cancellation"
	ADJUSTMENT = "Adjustment"
	BIN_MOVE = "Bin Move"
	STATUS_CHANGE = "Status Change"

	def __str__(self) -> str:
		return str(self.value)


INSIDE_WAREHOUSE = (MovementKind.BIN_MOVE, MovementKind.STATUS_CHANGE)
"""Kinds that bring nothing into a warehouse and take nothing out of it."""

NOT_IN_VOUCHER = (MovementKind.OPENING_STOCK, MovementKind.ADJUSTMENT)
"""Kinds that no row of a voucher explains: cancelling the voucher does not reverse them."""
