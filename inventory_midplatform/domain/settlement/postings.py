"""Postings: a voucher of the books and its rows, as an adapter hands them to the settlement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.reservation import Demand


@dataclass(frozen=True)
class PostingRow:
	"""One row of a posted voucher. ``qty`` is signed and in stock UOM: negative leaves the warehouse."""

	item_code: str
	warehouse: str
	qty: Decimal
	detail_no: str = ""
	demand: Demand | None = None
	"""The demand that the row delivers: its own reservation is consumed first."""
	bin: str = ""
	"""The bin that one of the platform's steps named."""
	batch_no: str = ""
	serial_no: str = ""
	"""A row with serial numbers is split into one row for each."""
	stock_status: str = AVAILABLE
	"""Into what status it comes; of what leaves, the status that its voucher names, taken before any other."""
	received_at: datetime | None = None
	"""When the stock that a cancellation returns was first received."""

	@property
	def key(self) -> Key:
		return (self.item_code, self.warehouse)

	@property
	def tracked_item(self) -> tuple[str, str, str]:
		return (self.item_code, self.batch_no, self.serial_no)


@dataclass(frozen=True)
class Posting:
	"""A voucher of the books that was just submitted or cancelled."""

	voucher_type: str
	voucher_no: str
	posting_datetime: datetime
	rows: tuple[PostingRow, ...]
	cancelled: bool = False
	uninspected: Mapping[tuple[str, str, str], Decimal] = field(default_factory=dict)
	"""Of a receipt that is cancelled: what of it by item, warehouse and batch is still on hold in status Quality."""
	counted: bool = False
	"""The voucher sets a quantity rather than changing it (Stock Reconciliation): its rows do not add up."""
	may_be_refused: bool = True
	"""False for what has happened already and must not fail: a repost, a POS closing."""

	@property
	def voucher(self) -> tuple[str, str]:
		return (self.voucher_type, self.voucher_no)


MovedRows = tuple[Posting, tuple[PostingRow, ...]]
"""A posting and the rows that it moved, outgoing first."""
