"""Stock movements and their kinds."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from inventory_midplatform.domain.identifiers import digest
from inventory_midplatform.domain.position import AVAILABLE, Key


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

OF_VOUCHERS = (
	MovementKind.INCOMING,
	MovementKind.OUTGOING,
	MovementKind.RECONCILIATION,
	MovementKind.CANCELLATION,
)
"""Kinds that a voucher's rows explain."""


@dataclass(frozen=True)
class Movement:
	"""One signed change of a bin's stock. ``qty`` in stock UOM."""

	item_code: str
	warehouse: str
	bin: str
	qty: Decimal
	kind: MovementKind
	posting_datetime: datetime
	batch_no: str = ""
	serial_no: str = ""
	stock_status: str = AVAILABLE
	stock_owner: str = ""
	received_at: datetime | None = None
	"""When its stock was first received; None for the posting's own time."""
	voucher_type: str = ""
	voucher_no: str = ""
	voucher_detail_no: str = ""
	revision: int = 0
	reason: str = ""

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)

	@property
	def identity(self) -> tuple[object, ...]:
		"""Return what makes it one change. Its quantity, its times and its reason do not."""
		return (
			"+" if self.qty > 0 else "-",
			self.item_code,
			self.warehouse,
			self.bin,
			self.kind,
			self.batch_no,
			self.serial_no,
			self.stock_status,
			self.stock_owner,
			self.voucher_type,
			self.voucher_no,
			self.voucher_detail_no,
			self.revision,
		)

	@property
	def posting_key(self) -> str:
		"""Return the unique key of this change: settled a second time, it collides with the first."""
		return digest(*self.identity)
