"""What reports about service group by, and how rows with a day become figures of companies and groups."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from inventory_midplatform.ports import Row

COMPANY, WAREHOUSE, ITEM_GROUP, CUSTOMER, SUPPLIER, MONTH = (
	"",
	"warehouse",
	"item_group",
	"customer",
	"supplier",
	"month",
)
GROUPS = (COMPANY, WAREHOUSE, ITEM_GROUP, CUSTOMER, SUPPLIER, MONTH)

Key = tuple[str, str]
"""A company and a group; an empty group is the whole company."""

T = TypeVar("T")


def grouped(
	rows: Iterable[Row],
	by: str,
	first: date,
	last: date,
	figure: Callable[[Sequence[Row], date, date], T],
) -> dict[Key, T]:
	"""Return the figure of each company and group among rows that have a ``day``. A month counts only what is of it; a row
	that does not know the group is of none.
	"""
	parts: dict[Key, list[Row]] = defaultdict(list)
	for row in rows:
		group = "" if by == COMPANY else month_of(row["day"]) if by == MONTH else row.get(by)
		if group is not None:
			parts[row["company"] or "", group].append(row)
	if by != MONTH:
		return {key: figure(part, first, last) for key, part in parts.items()}
	return {
		key: figure(_whole(parts, key), *_days_of(key[1], first, last))
		for key in parts
		if first <= _days_of(key[1], date.min, date.max)[1]
		and _days_of(key[1], date.min, date.max)[0] <= last
	}


def _whole(parts: Mapping[Key, list[Row]], key: Key) -> list[Row]:
	"""Return a month's rows, and all others of orders that have a row in it: an order is due with its last row."""
	orders = {row["parent"] for row in parts[key] if "parent" in row}
	others = [row for other, part in parts.items() if other[0] == key[0] and other != key for row in part]
	return parts[key] + [row for row in others if row.get("parent") in orders]


def of_one_unit(rows: Iterable[Row]) -> bool:
	return len({row["stock_uom"] for row in rows}) <= 1


def month_of(day: date) -> str:
	return f"{day:%Y-%m}"


def _days_of(month: str, first: date, last: date) -> tuple[date, date]:
	"""Return the first and last day of a month, as far as they are in the period."""
	begins = date(int(month[:4]), int(month[5:7]), 1)
	ends = (begins.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
	return max(begins, first), min(ends, last)


def moments(first: date, last: date) -> Row:
	"""Return when a period begins, and when it is over."""
	return {
		"since": datetime.combine(first, time()),
		"until": datetime.combine(last, time()) + timedelta(days=1),
	}


def as_date(value: Any) -> date:
	"""Return a day as either engine returns it; SQLite has only text where a column is computed."""
	if isinstance(value, str):
		return date.fromisoformat(value[:10])
	return value.date() if isinstance(value, datetime) else value
