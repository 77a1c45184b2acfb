"""The real extract, loaded into SQLite, beside what plain Python counts in its files."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.importing.report import Report

WHOLE = 30
"""Months of the extract."""


class Loaded:
	def __init__(self, folder: Path, platform: Standalone, report: Report):
		self.folder, self.platform, self.report = folder, platform, report
		self.data: dict[str, Any] = report.as_dict()

	def rows(self, sql: str) -> list[dict[str, Any]]:
		with self.platform.context(writes=False) as ctx:
			return ctx.store.rows(sql)

	def counted(self, file: str, day: str = "", shift: int = 0, qty: str = "qty") -> Counter[str]:
		"""Pieces by item, straight from a file: rows of known items, in the period, no row twice."""
		with (self.folder / "items.csv").open(encoding="utf-8") as stream:
			items = {row["item_code"] for row in csv.DictReader(stream)}
		pieces: Counter[str] = Counter()
		seen = set()
		with (self.folder / file).open(encoding="utf-8") as stream:
			for row in csv.DictReader(stream):
				same = (row.get("sales_order"), row.get("line"))
				if row["item_code"] not in items or (same[0] and same in seen) or not int(row[qty]):
					continue
				seen.add(same)
				if day and not self._in_period(max(row[d] for d in day.split("|")), shift):
					continue
				pieces[row["item_code"]] += int(row[qty])
		return pieces

	def _in_period(self, day: str, shift: int) -> bool:
		moved = date(int(day[:4]) + shift, int(day[5:7]), int(day[8:]))
		return self.report.period.has(moved)

	def reported(self, kind: str) -> Counter[str]:
		return Counter({code: row[kind] for code, row in self.data["items"].items() if row[kind]})
