"""The orders of a fulfilment day: seeded ones, and those of AdventureWorks' busiest week. Pure."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from inventory_midplatform.importing import adventureworks

PARCELS_A_DAY = 6_000
WAVES = 5
PEAK_HOUR = 0.2
"""The share of a day's parcels that its peak hour has."""

SEED = 20261128
LINES = (0.40, 0.25, 0.15, 0.10, 0.10)
"""The share of orders of one to five lines: as of a web shop, 2.25 lines on average."""
QUANTITIES = (0.80, 0.15, 0.05)
"""The share of lines of one to three pieces: 1.25 on average."""

ON_A_CART = 12
"""Parcels whose goods come to a packer together, mixed."""

Line = tuple[str, int]
"""Item and pieces."""


@dataclass(frozen=True)
class Parcel:
	lines: tuple[Line, ...]

	@property
	def pieces(self) -> int:
		return sum(qty for _, qty in self.lines)


def of_a_day(items: Sequence[str], number: int, lines: int = 0) -> list[Parcel]:
	"""Return orders of different items, a few of which are in most orders. ``lines`` for orders of so many lines each."""
	chance = random.Random(SEED)
	parcels = []
	for _ in range(number):
		count = lines or chance.choices(range(1, 6), LINES)[0]
		chosen: dict[str, int] = {}
		while len(chosen) < min(count, len(items)):
			item = items[int(len(items) * chance.random() ** 2)]
			chosen.setdefault(item, chance.choices(range(1, 4), QUANTITIES)[0])
		parcels.append(Parcel(tuple(chosen.items())))
	return parcels


def of_the_busiest_week(folder: Path) -> tuple[date, list[Parcel]]:
	"""Return the Monday of the week with the most orders of the extract, and these orders."""
	weeks: dict[date, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
	for sale in adventureworks.read(folder).sales:
		monday = sale.order_date - timedelta(days=sale.order_date.weekday())
		weeks[monday][sale.sales_order].append((sale.item_code, int(sale.qty)))
	monday = max(weeks, key=lambda week: len(weeks[week]))
	return monday, [Parcel(tuple(lines)) for _, lines in sorted(weeks[monday].items())]


def piles(parcels: Sequence[Parcel]) -> list[str]:
	"""Return the items in the order in which packers scan them, a piece each: a cart after the other, mixed on each."""
	chance = random.Random(SEED)
	scanned: list[str] = []
	for start in range(0, len(parcels), ON_A_CART):
		cart = parcels[start : start + ON_A_CART]
		pieces = [item for parcel in cart for item, qty in parcel.lines for _ in range(qty)]
		chance.shuffle(pieces)
		scanned += pieces
	return scanned


def needed(parcels: Sequence[Parcel]) -> dict[str, int]:
	"""Return the pieces of each item that the orders need together."""
	total: dict[str, int] = defaultdict(int)
	for parcel in parcels:
		for item, qty in parcel.lines:
			total[item] += qty
	return dict(total)
