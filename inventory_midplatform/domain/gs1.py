"""GS1 element strings as people write them, "(01)…(10)…(17)…(21)…": what our labels say, and what a code of a label is.

An item without a product code is named by its own code as (240), GS1's identifier for a number of the company's own.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from inventory_midplatform.domain.product_codes import has_check_digit

_PRODUCT, _OF_CASE, _ITEM, _BATCH, _EXPIRY, _SERIAL = "01", "02", "240", "10", "17", "21"
_MOST = {_ITEM: 30, _BATCH: 20, _SERIAL: 20}
"""How many characters a value may have."""
_MARK = re.compile(r"\((\d{2,4})\)")
_PLAIN = re.compile(r"[!-'*-{}](?:[ -'*-{}]*[!-'*-{}])?")
"""What every gun types and no scanner takes for a bracket or a separator: ASCII without ( ) | ~, no blank at an end."""
_CENTURY = range(2000, 2050)
"""The years that two digits of a date mean, to every reader."""


@dataclass(frozen=True)
class Elements:
	"""What a message says of goods; '' and None for what it does not."""

	gtin: str = ""
	"""A product code, of fourteen digits."""
	item_code: str = ""
	batch_no: str = ""
	serial_no: str = ""
	expiry: date | None = None


def write(said: Elements) -> str:
	"""Return the message; '' where a scanner would not read the product, batch and serial number as they are. An expiry date
	of another century is left out: the batch has it.
	"""
	day = said.expiry if said.expiry and said.expiry.year in _CENTURY else None
	parts = (
		(_PRODUCT, said.gtin.zfill(14) if said.gtin else ""),
		(_ITEM, "" if said.gtin else said.item_code),
		(_BATCH, said.batch_no),
		(_EXPIRY, day.strftime("%y%m%d") if day else ""),
		(_SERIAL, said.serial_no),
	)
	if not (said.gtin or said.item_code) or (said.gtin and not has_check_digit(said.gtin)):
		return ""
	if any(value and not _readable(mark, value) for mark, value in parts):
		return ""
	return "".join(f"({mark}){value}" for mark, value in parts if value)


def _readable(mark: str, value: str) -> bool:
	return len(value) <= _MOST.get(mark, len(value)) and bool(_PLAIN.fullmatch(value))


def read(text: str) -> Elements | None:
	"""Return what a message in brackets says; None for a text that is none, or names no product or item."""
	before, *parts = _MARK.split(text)
	if before or not parts:
		return None
	values = dict(zip(parts[::2], parts[1::2], strict=True))
	gtin = values.get(_PRODUCT) or values.get(_OF_CASE) or ""
	if gtin and not (len(gtin) == 14 and has_check_digit(gtin)):
		return None
	if not (gtin or values.get(_ITEM)):
		return None
	return Elements(
		gtin,
		values.get(_ITEM, ""),
		values.get(_BATCH, ""),
		values.get(_SERIAL, ""),
		_day(values.get(_EXPIRY, "")),
	)


def _day(text: str) -> date | None:
	"""Return the day of six digits, day 00 being the month's last; None where the calendar has none such."""
	if not re.fullmatch(r"[0-9]{6}", text):
		return None
	year, month, day = (int(text[at : at + 2]) for at in (0, 2, 4))
	year += 2000 if 2000 + year in _CENTURY else 1900
	try:
		return date(year, month, day or monthrange(year, month)[1])
	except ValueError:
		return None
