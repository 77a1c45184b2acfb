"""What must be true after the deaths of crashing.py: of everything told, and of the quantities."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests.crashing import OPENING, Asked, Call, Journal, Stock
from inventory_midplatform.tests.platform import Platform


@dataclass
class Judgement:
	"""What is wrong, and how much there was to judge."""

	wrong: list[str]
	told: int
	cut_short: int
	"""Calls that a death interrupted: nobody had been told of them when the next one took over."""

	def __str__(self) -> str:
		return f"{self.told} calls told, {self.cut_short} cut short"


def judge(platform: Platform, call: Call, stock: Stock, journals: list[Journal]) -> Judgement:
	"""Everybody who was told yes has it, everybody told no has not, each key gives its first answer once more, and the
	quantities are those of the calls told; calls nobody was told of count either way.
	"""
	histories = [journal.read() for journal in journals]
	cut_short = sum(asked.open for history in histories for asked in history.values())
	calls: dict[str, Asked] = {}
	for history in histories:
		for id, asked in history.items():
			if id not in calls or calls[id].open:
				calls[id] = asked
	for asked in calls.values():
		if asked.open and "." in asked.what:
			try:
				asked.told = call(asked.what, key=asked.id, **asked.arguments)
			except InventoryError as error:
				asked.refused = error.code
	wrong = [*_quantities_wrong(platform, stock, calls), *_reservations_wrong(platform, calls)]
	wrong += _ledger_not_followed(platform, stock)
	# what ERPNext loses of its Bin (see test_mixed_load) it finds again when the item is posted
	platform.books.receive([PostingLine(i, stock.warehouse, Decimal(1), Decimal(10)) for i in stock.items])
	wrong += _ledger_not_followed(platform, stock)
	wrong += [f"verify: {finding}" for finding in platform.verify()]
	wrong += _repeated_wrong(platform, call, calls)
	return Judgement(wrong, sum(not asked.open for asked in calls.values()), cut_short)


def _reservations_wrong(platform: Platform, calls: dict[str, Asked]) -> Iterator[str]:
	released: dict[str, int] = {}
	for asked in calls.values():
		if asked.what == "reservation.release" and asked.told:
			name = asked.arguments["name"]
			released[name] = released.get(name, 0) + asked.arguments["qty"]
	rows = platform.rows(
		"SELECT name, qty, reserved_qty, released_qty FROM `tabInventory Reservation`"
		" WHERE warehouse IN %(warehouses)s",
		warehouses=sorted({a.arguments["warehouse"] for a in calls.values() if "warehouse" in a.arguments}),
	)
	found = {row["name"]: row for row in rows}
	for asked in calls.values():
		if asked.what != "reservation.reserve":
			continue
		row, name = found.get(asked.id), asked.id
		if asked.refused and row:
			yield f"{name}: told {asked.refused}, and is there"
		if asked.told:
			qty, gone = asked.arguments["qty"], released.get(name, 0)
			kept = row and (float(row["qty"]), float(row["reserved_qty"]), float(row["released_qty"]))
			if kept != (qty, qty - gone, gone):
				yield f"{name}: told {qty}, released {gone}, found {kept}"


def _quantities_wrong(platform: Platform, stock: Stock, calls: dict[str, Asked]) -> Iterator[str]:
	for item in stock.items:
		least = most = OPENING
		for asked in calls.values():
			if asked.what not in ("receive", "deliver") or asked.arguments["item_code"] != item:
				continue
			qty = asked.arguments["qty"] * (1 if asked.what == "receive" else -1)
			least += qty if asked.told else min(qty, 0) if asked.open else 0
			most += qty if asked.told else max(qty, 0) if asked.open else 0
		ledger, _ = _in_ledger_and_on_hand(platform, item, stock.warehouse)
		if not least <= ledger <= most:
			yield f"{item}: {ledger} in the stock ledger, between {least} and {most} by what was told"
	vouchers = {a.told["voucher_no"] for a in calls.values() if a.told and a.what in ("receive", "deliver")}
	rows = platform.rows(
		"SELECT DISTINCT voucher_no FROM `tabStock Movement` WHERE warehouse = %(warehouse)s",
		warehouse=stock.warehouse,
	)
	for voucher in sorted(vouchers - {row["voucher_no"] for row in rows}):
		yield f"{voucher}: told as posted, and moved nothing"


def _ledger_not_followed(platform: Platform, stock: Stock) -> Iterator[str]:
	for item in stock.items:
		ledger, position = _in_ledger_and_on_hand(platform, item, stock.warehouse)
		if ledger != position:
			yield f"{item}: {ledger} in the stock ledger, {position} on hand"


def _in_ledger_and_on_hand(platform: Platform, item: str, warehouse: str) -> tuple[float, float]:
	where = "WHERE item_code = %(item)s AND warehouse = %(warehouse)s"
	entries = f"SELECT SUM(actual_qty) AS qty FROM `tabStock Ledger Entry` {where} AND is_cancelled = 0"
	positions = f"SELECT on_hand AS qty FROM `tabStock Position` {where}"
	ledger, position = (
		float(platform.rows(sql, item=item, warehouse=warehouse)[0]["qty"]) for sql in (entries, positions)
	)
	return ledger, position


def _repeated_wrong(platform: Platform, call: Call, calls: dict[str, Asked]) -> Iterator[str]:
	before = _counted(platform)
	for asked in calls.values():
		if asked.told and "." in asked.what:
			again = call(asked.what, key=asked.id, **asked.arguments)
			if again != asked.told:
				yield f"{asked.id}: first {asked.told}, again {again}"
			if asked.what == "reservation.reserve":
				named = call(asked.what, **asked.arguments)
				if (named["name"], named["qty"]) != (asked.told["name"], asked.told["qty"]):
					yield f"{asked.id}: first {asked.told}, by its name {named}"
	after = _counted(platform)
	if before != after:
		yield f"repeated calls did something: {before} → {after}"


def _counted(platform: Platform) -> list[int]:
	tables = ("Stock Movement", "Inventory Reservation", "Stock Operation Log")
	return [platform.rows(f"SELECT COUNT(*) AS n FROM `tab{table}`")[0]["n"] for table in tables]
