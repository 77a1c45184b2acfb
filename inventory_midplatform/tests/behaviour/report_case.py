"""What tests of reports share."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from inventory_midplatform.ports import Context
from inventory_midplatform.services.ledger import receipt_layers
from inventory_midplatform.tests.behaviour.base import Behaviour


class ReportCase(Behaviour):
	def setUp(self) -> None:
		super().setUp()
		with self.platform.context() as ctx:
			self.today = ctx.clock.now().replace(microsecond=0)

	def ago(self, days: int) -> datetime:
		return self.today - timedelta(days=days)

	def receive_ago(self, item: str, warehouse: str, qty: Any, days: int) -> Any:
		return self.platform.books.receive([self.line(item, warehouse, qty)], at=self.ago(days))

	def fiscal_year_of(self, day: date) -> tuple[str, date, date]:
		"""Return name, first and last day of the fiscal year that a day is in; it is made where there is none."""
		sql = (
			"SELECT name, year_start_date AS first, year_end_date AS last FROM `tabFiscal Year`"
			" WHERE year_start_date <= %(day)s AND year_end_date >= %(day)s AND disabled = 0"
		)
		found = self.platform.rows(sql, day=day)
		if not found:
			days = {"year_start_date": date(day.year, 1, 1), "year_end_date": date(day.year, 12, 31)}
			self.platform.create("Fiscal Year", {"year": str(day.year), **days})
			found = self.platform.rows(sql, day=day)
		first, last = (date.fromisoformat(str(found[0][name])[:10]) for name in ("first", "last"))
		return found[0]["name"], first, last

	def rebuild_layers(self, item: str) -> None:
		with self.platform.context() as ctx:
			receipt_layers.rebuild(ctx, [item])

	def statements(self, work: Callable[[Context], Any]) -> int:
		"""Return how many statements this work runs."""
		with self.platform.context() as ctx:
			ran: list[str] = []
			rows = ctx.store.rows

			def recorded(sql: str, *args: Any) -> Any:
				ran.append(sql)
				return rows(sql, *args)

			ctx.store.rows = recorded  # type: ignore[method-assign]
			try:
				work(ctx)
			finally:
				ctx.store.rows = rows  # type: ignore[method-assign]
			return len(ran)
