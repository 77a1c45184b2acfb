"""A month of AdventureWorks' Purchase Orders through the inbound flow: ordered, arrived, received, inspected, put away.

What of it the file says, it takes from there: supplier, item, how much was ordered, received and rejected, when it was due.
The file does not say when goods came: an order comes from two days before to one day after it was due, by its number, is
inspected on the next day, and put away one to three days after it came.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any

from inventory_midplatform.importing.adventureworks import Extract, OrderedLine, Place
from inventory_midplatform.ports import PostingLine, Row
from inventory_midplatform.tests.platform import Platform

REASON = "Rejected in the file"
INSPECTED_AFTER = 1
"""Days after an order came."""


def days_late(purchase_order: str) -> int:
	return int(purchase_order) % 4 - 2


def days_to_shelf(purchase_order: str) -> int:
	return INSPECTED_AFTER + int(purchase_order) % 3


# through the platform


@dataclass
class Ordered:
	"""A Purchase Order of the extract on the platform."""

	number: str
	lines: list[OrderedLine]
	order: str
	"""Its name in the books."""
	inbound: str = ""


class Month:
	"""The orders of a month on a platform, whose clock it moves: the first of them is ordered today."""

	def __init__(self, platform: Platform, extract: Extract, month: str):
		self.platform = platform
		self.lines = [line for line in extract.ordered if f"{line.ordered_on:%Y-%m}" == month]
		self.shift = self._now().date() - min(min(line.ordered_on, line.due_on) for line in self.lines)
		self.warehouse = platform.make_warehouse()
		homes = {o.item_code: o.place for o in reversed(extract.opening)}
		bins: dict[Place, str] = {}
		self.items: dict[str, str] = {}
		self.home: dict[str, str] = {}
		"""Item → the code of its bin."""
		for code in sorted({line.item_code for line in self.lines}):
			place = homes[code]
			shelf = "-".join(
				part for part in (extract.locations[place.location].number, place.shelf, place.bin) if part
			)
			if place not in bins:
				bins[place] = platform.make_bin(self.warehouse, bin_code=shelf)
			item = platform.make_item(stock_uom="Nos", inspection_required_before_purchase=1)
			policy = {"warehouse": self.warehouse, "item_code": item, "put_away_strategy": "Fixed Bin"}
			platform.create("Storage Policy", {**policy, "fixed_bin": bins[place]})
			self.items[code], self.home[code] = item, shelf
		self.suppliers = {code: platform.make_supplier() for code in sorted({x.supplier for x in self.lines})}
		self.drafts: list[str] = []
		"""Returns of what was rejected."""

	def run(self) -> None:
		orders = [self._order(number, lines) for number, lines in self._by_order()]
		events = [event for order in orders for event in self._events(order)]
		try:
			for day, _, step, order in sorted(events, key=lambda event: event[:2]):
				self._put_clock_to(day)
				step(order)
		finally:
			self.platform.put_clock(timedelta())

	def figures(self) -> dict[str, Row]:
		"""Return what the platform says of each supplier of the extract."""
		codes = {name: code for code, name in self.suppliers.items()}
		period = {
			"from_date": str(self._now().date() - timedelta(days=7)),
			"to_date": str(self._now().date() + timedelta(days=400)),
		}
		found: list[Row] = []
		more = True
		while more:
			page = self.platform.call(
				"inbound.supplier_performance",
				warehouse=self.warehouse,
				limit=50,
				offset=len(found),
				**period,
			)
			found, more = found + page["rows"], page["has_more"]
		return {codes[row["supplier"]]: row for row in found}

	# steps

	def _by_order(self) -> list[tuple[str, list[OrderedLine]]]:
		found: dict[str, list[OrderedLine]] = defaultdict(list)
		for line in self.lines:
			found[line.purchase_order].append(line)
		return sorted(found.items(), key=lambda one: int(one[0]))

	def _order(self, number: str, lines: list[OrderedLine]) -> Ordered:
		rows = [
			PostingLine(self.items[x.item_code], self.warehouse, x.ordered, x.price or Decimal(1))
			for x in lines
		]
		due = min(line.due_on for line in lines) + self.shift
		return Ordered(
			number, lines, self.platform.books.purchase(self.suppliers[lines[0].supplier], rows, due=due)
		)

	def _events(self, order: Ordered) -> Iterator[tuple[date, int, Any, Ordered]]:
		if not any(line.received for line in order.lines):
			return
		came = min(line.due_on for line in order.lines) + timedelta(days=days_late(order.number)) + self.shift
		yield came, int(order.number), self._receive, order
		yield came + timedelta(days=INSPECTED_AFTER), int(order.number), self._inspect, order
		yield came + timedelta(days=days_to_shelf(order.number)), int(order.number), self._put_away, order

	def _receive(self, order: Ordered) -> None:
		(task,) = self.platform.call("inbound.list_tasks", search=order.order)["tasks"]
		order.inbound = task["name"]
		data = self._step("arrive", order)
		for line, of_file in zip(data["lines"], order.lines, strict=True):
			assert (line["item_code"], line["expected_qty"]) == (
				self.items[of_file.item_code],
				of_file.ordered,
			)
			if of_file.received:
				self._step("receive", order, line=line["line"], qty=of_file.received)
		data = self._step("finish_receiving", order)
		assert data["state"] == "To Inspect", data["state"]

	def _inspect(self, order: Ordered) -> None:
		data = self.platform.call("inbound.get", name=order.inbound)
		for line, of_file in zip(data["lines"], order.lines, strict=True):
			if of_file.received:
				why = {"reason": REASON} if of_file.rejected else {}
				accepted = of_file.received - of_file.rejected
				said = {"accepted": accepted, "rejected": of_file.rejected, **why}
				data = self._step("inspect", order, line=line["line"], **said)
		if data["purchase_return"]:
			self.drafts.append(data["purchase_return"])

	def _put_away(self, order: Ordered) -> None:
		data = self.platform.call("inbound.get", name=order.inbound)
		for proposal in data["to_put_away"]:
			for bin in proposal["bins"]:
				placed = {"line": proposal["line"], "bin": bin["bin"], "qty": bin["qty"]}
				data = self._step("put_away", order, **placed)
		assert data["state"] == "Done", data["to_put_away"]

	def _step(self, step: str, order: Ordered, **arguments: Any) -> Row:
		data: Row = self.platform.call(f"inbound.{step}", name=order.inbound, **arguments)["data"]
		return data

	# the clock

	def _now(self) -> datetime:
		with self.platform.context() as ctx:
			return ctx.clock.now()

	def _put_clock_to(self, day: date) -> None:
		self.platform.put_clock(timedelta())
		self.platform.put_clock(datetime.combine(day, time(9)) - self._now())


# the file, in plain Python


class OfFile:
	"""The same month counted in the file."""

	def __init__(self, folder: Path, month: str):
		with (folder / "purchase_lines.csv").open(encoding="utf-8") as stream:
			rows = [row for row in csv.DictReader(stream) if row["order_date"].startswith(month)]
		self.rows = [
			{k: int(v) if k.endswith("_qty") else v for k, v in row.items() if k != "unit_price"}
			for row in rows
		]

	def pieces(self, column: str) -> Counter[str]:
		"""Return pieces by item; ``missing_qty`` is what did not come."""
		found: Counter[str] = Counter()
		for row in self.rows:
			missing = row["ordered_qty"] - row["received_qty"]
			found[row["item_code"]] += missing if column == "missing_qty" else row[column]
		return +found

	def with_rejects(self) -> int:
		return len({row["purchase_order"] for row in self.rows if row["rejected_qty"]})

	def suppliers(self) -> dict[str, Row]:
		"""Return what is to be said of each supplier."""
		orders: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
		for row in self.rows:
			orders[row["supplier_code"]][row["purchase_order"]].append(row)
		return {
			supplier: _of_supplier({number: rows for number, rows in of.items() if _came(rows)})
			for supplier, of in orders.items()
			if any(_came(rows) for rows in of.values())
		}


def _came(rows: list[Row]) -> bool:
	return any(row["received_qty"] for row in rows)


def _of_supplier(orders: dict[str, list[Row]]) -> Row:
	lines = [row for rows in orders.values() for row in rows if row["received_qty"]]
	days = sorted(
		days_to_shelf(number) if any(row["stocked_qty"] for row in rows) else INSPECTED_AFTER
		for number, rows in orders.items()
	)
	in_full = [all(row["received_qty"] >= row["ordered_qty"] for row in rows) for rows in orders.values()]
	return {
		"receipts": len(orders),
		"on_time_share": sum(days_late(number) <= 0 for number in orders) / len(orders),
		"in_full_share": sum(in_full) / len(orders),
		"accepted_share": sum(row["stocked_qty"] / row["received_qty"] for row in lines) / len(lines),
		"put_away": len(days),
		"mean_days_to_shelf": sum(days) / len(days),
		"p90_days_to_shelf": days[ceil(len(days) * 9 / 10) - 1],
	}


# both beside each other


def compare(month: Month, of_file: OfFile) -> list[str]:
	"""Return in what the platform, after :meth:`Month.run`, differs from the file; empty where in nothing."""
	wrong = []
	said, counted = month.figures(), of_file.suppliers()
	if said.keys() != counted.keys():
		wrong.append(f"suppliers: {sorted(said.keys() ^ counted.keys())}")
	for supplier, figures in counted.items():
		for what, value in figures.items():
			digit = 0.01 if "days" in what else 0.0001
			if abs((said.get(supplier, {}).get(what) or 0) - value) > digit:
				wrong.append(f"{supplier}: {what} is {said.get(supplier, {}).get(what)}, in the file {value}")
	platform, place = month.platform, month.warehouse
	for what, statuses, column in (
		("available", ("Available",), "stocked_qty"),
		("on hold", ("Quality", "Blocked", "Damaged"), "rejected_qty"),
	):
		rows = platform.rows(
			"SELECT item_code, SUM(qty) AS qty FROM `tabBin Stock` WHERE warehouse = %(place)s"
			" AND stock_status IN %(statuses)s AND qty <> 0 GROUP BY item_code",
			place=place,
			statuses=statuses,
		)
		_differing(wrong, what, rows, month, of_file.pieces(column))
	expected = platform.rows(
		"SELECT line.item_code, SUM(line.expected_qty) AS qty FROM `tabInbound Order` o"
		" JOIN `tabInbound Order Line` line ON line.parent = o.name"
		" WHERE o.warehouse = %(place)s AND o.state = 'Expected' GROUP BY line.item_code",
		place=place,
	)
	_differing(wrong, "still expected", expected, month, of_file.pieces("missing_qty"))
	drafted = platform.rows(
		"SELECT row.item_code, SUM(-row.stock_qty) AS qty FROM `tabPurchase Receipt Item` row"
		" WHERE row.parent IN %(names)s AND row.docstatus = 0 GROUP BY row.item_code",
		names=month.drafts or [""],
	)
	_differing(wrong, "in drafted returns", drafted, month, of_file.pieces("rejected_qty"))
	if len(month.drafts) != of_file.with_rejects():
		wrong.append(f"{len(month.drafts)} returns are drafted, {of_file.with_rejects()} orders have rejects")
	shelves = platform.rows(
		"SELECT stock.item_code, bin.bin_code FROM `tabBin Stock` stock JOIN `tabWarehouse Bin` bin"
		" ON bin.name = stock.bin WHERE stock.warehouse = %(place)s AND stock.qty <> 0"
		" AND stock.stock_status = 'Available'",
		place=place,
	)
	codes = {name: code for code, name in month.items.items()}
	wrong += [
		f"{codes[row['item_code']]} is in {row['bin_code']}, its bin is {month.home[codes[row['item_code']]]}"
		for row in shelves
		if row["bin_code"] != month.home[codes[row["item_code"]]]
	]
	return wrong


def _differing(wrong: list[str], what: str, rows: list[Row], month: Month, counted: Counter[str]) -> None:
	codes = {name: code for code, name in month.items.items()}
	found = Counter({codes[row["item_code"]]: int(row["qty"]) for row in rows})
	if +found != counted:
		wrong.append(f"pieces {what}: {+found - counted} more, {counted - found} less than in the file")
