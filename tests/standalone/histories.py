"""Random histories of an item in two warehouses, and what raw movements say about them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from platforms import StandalonePlatform

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import PostingLine, Row, Voucher

DAYS = 240

steps = st.lists(
	st.tuples(
		st.sampled_from(["receive", "receive", "issue", "transfer", "count", "cancel"]),
		st.integers(0, DAYS),
		st.integers(1, 6),
		st.integers(0, 1),
	),
	min_size=1,
	max_size=14,
)


@dataclass
class History:
	"""One item in two warehouses, and what was posted."""

	platform: StandalonePlatform
	item: str
	places: Sequence[str]
	now: datetime

	def play(self, drawn: Iterable[tuple[str, int, int, int]]) -> int:
		"""Post the steps; what the books refuse is left out. Return how many were posted."""
		posted: list[Voucher] = []
		books = self.platform.books
		for n, (step, days, qty, at) in enumerate(drawn):
			when = self.now - timedelta(days=days, seconds=n)
			line = [PostingLine(self.item, self.places[at], Decimal(qty), Decimal(qty + n))]
			try:
				if step == "receive":
					posted.append(books.receive(line, at=when))
				elif step == "issue":
					posted.append(books.issue(line, at=when))
				elif step == "transfer":
					posted.append(books.transfer(line, self.places[1 - at], at=when))
				elif step == "count":
					posted.append(books.count(line, at=when))
				elif posted:
					books.cancel(posted.pop(qty % len(posted)))
			except InventoryError:
				continue
		return len(posted)

	def movements(self) -> list[Row]:
		"""Raw movements that nothing has cancelled, in the order of posting."""
		rows = self.platform.rows(
			"SELECT warehouse, qty, kind, posting_datetime, voucher_type, voucher_no, voucher_detail_no"
			" FROM `tabStock Movement` WHERE item_code = %(item)s ORDER BY posting_datetime, name",
			item=self.item,
		)
		cancelled = {r["voucher_no"] for r in rows if r["kind"] == "Cancellation"}
		return [r for r in rows if r["voucher_no"] not in cancelled]

	def units(self) -> dict[str, list[int]]:
		"""Return of each warehouse the age of every single unit, by moving units one after the other."""
		there: dict[str, list[datetime]] = defaultdict(list)
		missing: dict[str, int] = defaultdict(int)
		vouchers: dict[Any, list[Row]] = defaultdict(list)
		for row in self.movements():
			vouchers[row["posting_datetime"], row["voucher_no"]].append(row)
		for _, rows in sorted(vouchers.items()):
			in_hand: dict[str, list[datetime]] = defaultdict(list)
			for row in sorted(rows, key=lambda r: r["qty"]):
				place, lane = row["warehouse"], in_hand[row["voucher_detail_no"]]
				for _ in range(abs(int(row["qty"]))):
					if row["qty"] < 0:
						there[place].sort()
						if there[place]:
							lane.append(there[place].pop(0))
						else:
							missing[place] += 1
					else:
						unit = lane.pop(0) if lane else row["posting_datetime"]
						if missing[place]:
							missing[place] -= 1
						else:
							there[place].append(unit)
		today = self.now.date()
		return {place: sorted((today - unit.date()).days for unit in there[place]) for place in self.places}

	def issued(self, days: int) -> int:
		"""Return how many units were used in the last days: what left a warehouse and reached no other."""
		since = datetime(self.now.year, self.now.month, self.now.day) - timedelta(days=days)
		arrived = {r["voucher_no"] for r in self.movements() if r["kind"] == "Incoming"}
		return sum(
			-int(r["qty"])
			for r in self.movements()
			if r["kind"] == "Outgoing" and r["voucher_no"] not in arrived and r["posting_datetime"] >= since
		)


def new_history(platform: StandalonePlatform) -> History:
	group = platform.make_warehouse(is_group=1)
	places = [platform.make_warehouse(parent_warehouse=group) for _ in range(2)]
	return History(platform, platform.make_item(), places, datetime.now().replace(microsecond=0))
