"""Calendars of approval policies: their working hours, and the holiday lists that ERPNext keeps."""

from collections.abc import Iterable, Sequence
from datetime import date, time

from inventory_midplatform.domain.approval_policy import Policy
from inventory_midplatform.domain.process_times import WEEKEND
from inventory_midplatform.domain.working_time import DAY_BEGINS, DAY_ENDS, Calendar, time_of
from inventory_midplatform.ports import Context, Row

_HOLIDAYS = """
SELECT list.name, list.from_date, list.to_date, holiday.holiday_date, holiday.weekly_off
FROM `tabHoliday List` list LEFT JOIN `tabHoliday` holiday ON holiday.parent = list.name
WHERE list.name IN %(names)s
"""


class Calendars:
	"""The calendars of policies, each holiday list read once."""

	def __init__(self, ctx: Context):
		self._ctx = ctx
		self._lists: dict[str, list[Row]] = {}

	def read(self, policies: Sequence[Policy]) -> None:
		"""Read the holiday lists of these policies in one statement, those that are known already left out."""
		self._read({policy.holiday_list for policy in policies})

	def _read(self, names: set[str]) -> None:
		names = names - {"", *self._lists}
		if not names:
			return
		self._lists.update({name: [] for name in names})
		for row in self._ctx.store.rows(_HOLIDAYS, {"names": sorted(names)}):
			self._lists[row["name"]].append(row)

	def of(self, policy: Policy) -> Calendar:
		"""Return a policy's calendar. Before and after its holiday list only the weekly days off of the list are free; without
		a list every day is a working day.

		Raises InvalidInput (``day_ends_first``, ``invalid_input``).
		"""
		self.read([policy])
		begins, ends = time_of(policy.day_begins, DAY_BEGINS), time_of(policy.day_ends, DAY_ENDS)
		return self._calendar(policy.holiday_list, begins, ends)

	def of_lists(self, names: Iterable[str]) -> dict[str, Calendar]:
		"""Return the calendars of holiday lists, with the usual working hours; of no list, Saturday and Sunday are free."""
		self._read(set(names))
		calendars = {name: self._calendar(name, DAY_BEGINS, DAY_ENDS) for name in names if name}
		return {**calendars, "": Calendar(days_off=WEEKEND)}

	def _calendar(self, holiday_list: str, begins: time, ends: time) -> Calendar:
		rows = self._lists.get(holiday_list, [])
		days = [row for row in rows if row["holiday_date"]]
		first, last = (rows[0]["from_date"], rows[0]["to_date"]) if rows else (None, None)
		return Calendar(
			begins,
			ends,
			frozenset(row["holiday_date"] for row in days),
			frozenset(row["holiday_date"].weekday() for row in days if int(row["weekly_off"] or 0)),
			first or date.max,
			last or date.min,
		)
