"""Faults at the calls of the Store and the Books: an operation that meets one leaves nothing of itself."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unittest import TestCase
from unittest.mock import patch

from inventory_midplatform.ports import Row
from inventory_midplatform.tests.platform import Platform

STORE_CALLS = ("execute", "insert", "add")
BOOKS_CALLS = (
	"draft_delivery",
	"draft_receipt",
	"draft_return",
	"record_quality",
	"submit",
	"pack",
	"dispatch",
	"cancel",
)
TABLES = (
	"Outbound Order",
	"Outbound Order Line",
	"Outbound Pick",
	"Outbound Wave",
	"Outbound Package",
	"Outbound Package Line",
	"Stock Movement",
	"Bin Stock",
	"Stock Position",
	"Bin Allocation",
	"Inventory Reservation",
	"Delivery Note",
	"Stock Ledger Entry",
	"Stock Operation Log",
	"ToDo",
)


class Fault(Exception):
	"""What a broken disk or a bug would raise."""


class _Breaking:
	"""Lets ``calls`` calls pass and fails the next one: one that writes in the store, or the books before and after theirs."""

	def __init__(self, calls: int):
		self.left, self.broke = calls, False

	def _count(self) -> None:
		if self.left == 0:
			self.broke = True
			raise Fault
		self.left -= 1

	def of_store(self, method: Any) -> Callable[..., Any]:
		def call(store: Any, *args: Any, **kwargs: Any) -> Any:
			self._count()
			return method(store, *args, **kwargs)

		return call

	def of_books(self, method: Any) -> Callable[..., Any]:
		def call(books: Any, *args: Any, **kwargs: Any) -> Any:
			self._count()
			result = method(books, *args, **kwargs)
			self._count()
			return result

		return call


@contextlib.contextmanager
def breaking(store: type, books: type, calls: int) -> Iterator[_Breaking]:
	"""Let the classes' methods fail at the call after ``calls`` ones."""
	found = _Breaking(calls)
	with contextlib.ExitStack() as stack:
		for kind, names, wrapped in (
			(store, STORE_CALLS, found.of_store),
			(books, BOOKS_CALLS, found.of_books),
		):
			for name in names:
				stack.enter_context(patch.object(kind, name, wrapped(getattr(kind, name))))
		yield found


def content(platform: Platform, tables: Sequence[str] = TABLES) -> dict[str, list[Row]]:
	return {table: platform.rows(f"SELECT * FROM `tab{table}` ORDER BY name") for table in tables}


def checksums(platform: Platform, tables: Sequence[str]) -> dict[str, Any]:
	"""Return MariaDB's checksum of all that is in each table: many tests before have filled those of a site."""
	names = ", ".join(f"`tab{table}`" for table in tables)
	return {row["Table"]: row["Checksum"] for row in platform.rows(f"CHECKSUM TABLE {names}")}


def fails_as_a_whole(
	platform: Platform,
	store: type,
	books: type,
	operation: str,
	arguments: Row,
	tables: Sequence[str] = TABLES,
	read: Callable[[Platform, Sequence[str]], dict[str, Any]] = content,
) -> int:
	"""Fail each call of an operation in turn, and check that nothing of it is left; then let it pass.

	``read`` returns what of each table is compared. Returns how many faults there were. On the way nothing else may use
	the platform.
	"""
	check = TestCase()
	before = read(platform, tables)
	faults = 0
	while True:
		with breaking(store, books, faults) as found, contextlib.suppress(Fault):
			platform.call(operation, **arguments)
		if not found.broke:
			break
		check.assertEqual(read(platform, tables), before, f"left by fault {faults} of {operation}")
		faults += 1
	check.assertGreater(faults, 2, "the step writes more than that")
	check.assertNotEqual(read(platform, tables), before)
	return faults


def shipment_with_a_wave(
	platform: Platform, item: str, warehouse: str, bin: str
) -> Iterator[tuple[str, Row]]:
	"""Yield each step of two orders from wave to shipped as (operation, arguments); each is to be taken before the next.

	There must be two ready orders of 2 and 3 of the item in the warehouse, all of it in the bin.
	"""
	made = platform.call("wave.create", warehouse=warehouse)["data"]
	wave, order = made["name"], made["orders"][0]
	yield "wave.release", {"name": wave}
	yield "wave.pick", {"name": wave, "item_code": item, "bin": bin, "qty": 5}
	yield "wave.finish_picking", {"name": wave}
	yield "pack.scan", {"name": order["name"], "code": item, "qty": order["qty"]}
	yield "pack.pack", {"name": order["name"], "weight": 1, "tracking_no": "SF1"}
	yield "outbound.ship", {"name": order["name"]}
