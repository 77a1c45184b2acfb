"""Bins and serial numbers as a settlement sees them."""

from dataclasses import dataclass

from inventory_midplatform.domain.position import AVAILABLE


@dataclass(frozen=True)
class KnownBin:
	"""A bin that a row names, or that holds stock."""

	warehouse: str
	disabled: bool = False


@dataclass(frozen=True)
class SerialPlace:
	"""Where a serial number is."""

	warehouse: str
	bin: str
	batch_no: str = ""
	stock_status: str = AVAILABLE
