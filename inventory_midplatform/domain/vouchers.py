"""Vouchers of the books: the lines that they are made from, and what they posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory_midplatform.domain.position import AVAILABLE


@dataclass(frozen=True)
class Voucher:
	"""A posting of the books."""

	voucher_type: str
	voucher_no: str


@dataclass(frozen=True)
class Budget:
	"""What may be spent in a period, in the company's currency."""

	cost_center: str
	period: str
	"""The fiscal year, or a month of it as ``2026-11``."""
	amount: Decimal
	used: Decimal
	"""What is booked, and what is ordered and not billed."""


@dataclass(frozen=True)
class DeliveryLine:
	"""A quantity (stock UOM) delivered for a document's row."""

	source_row: str
	item_code: str
	qty: Decimal
	batch_no: str = ""
	serial_nos: tuple[str, ...] = ()
	stock_status: str = AVAILABLE
	"""The status of the stock it takes; of a Stock Entry only."""


@dataclass(frozen=True)
class LedgerEntry:
	"""What a row of a voucher changed in a warehouse, as the books' stock ledger says: ``qty`` in stock UOM, ``value`` in
	company currency, negative where it left.
	"""

	voucher: Voucher
	detail_no: str
	item_code: str
	warehouse: str
	day: date
	qty: Decimal
	value: Decimal

	@property
	def place(self) -> tuple[str, str, str]:
		return (self.detail_no, self.item_code, self.warehouse)


@dataclass(frozen=True)
class Parcel:
	"""A package of a delivery: its number in the order, its weight in kg (0 where nobody weighed it), what is in it."""

	number: int
	weight: Decimal
	lines: Sequence[DeliveryLine]


@dataclass(frozen=True)
class PostingLine:
	"""``qty`` in stock UOM, ``rate`` in company currency per stock UOM; ``bin`` names where it goes to or comes from."""

	item_code: str
	warehouse: str
	qty: Decimal
	rate: Decimal | None = None
	bin: str = ""
	batch_no: str = ""
	serial_nos: tuple[str, ...] = ()
	"""As many as ``qty``, where the item has serial numbers."""

	@property
	def parts(self) -> list[tuple[Decimal, str]]:
		"""Return (quantity, serial number) for each serial number, or the whole quantity and an empty text."""
		return [(Decimal(1), serial) for serial in self.serial_nos] or [(self.qty, "")]


@dataclass(frozen=True)
class QualityFound:
	"""What an inspector found. ``sample_size`` in stock UOM; ``readings`` by the name of their parameter."""

	item_code: str
	sample_size: Decimal
	is_accepted: bool
	readings: Mapping[str, Sequence[str]]
	batch_no: str = ""
	remarks: str = ""


@dataclass(frozen=True)
class QualityParameter:
	"""One thing that is read of an item, and what is acceptable: a text, or numbers between two."""

	name: str
	numeric: bool
	value: str = ""
	min_value: Decimal = Decimal(0)
	max_value: Decimal = Decimal(0)


@dataclass(frozen=True)
class ReceiptLine:
	"""What is received of a document's row. ``qty`` in stock UOM."""

	source_row: str
	item_code: str
	qty: Decimal
	batch_no: str = ""
	serial_nos: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReturnLine:
	"""What goes back of what was received for a document's row. ``qty`` in stock UOM."""

	source_row: str
	item_code: str
	qty: Decimal
	batch_no: str = ""
	serial_nos: tuple[str, ...] = ()
	stock_status: str = AVAILABLE
	"""The status of the stock it takes."""
