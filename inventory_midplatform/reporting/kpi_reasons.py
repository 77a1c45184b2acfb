"""Why a key figure moved: what each item, warehouse or step added to its change between two periods."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from inventory_midplatform.domain import kpi as rules
from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.kpi import Kpi, Moved, Part, Ratio
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import kpis
from inventory_midplatform.reporting.kpi_measures import Measuring
from inventory_midplatform.reporting.scope import Scope, scope
from inventory_midplatform.services import kpis as records

BY_ITEM, BY_STEP, BY_WAREHOUSE = "item", "step", "warehouse"

BEFORE, BASELINE = "before", "baseline"
"""What a period is compared with: as many days before it, or the baseline."""

DRILLS = {
	rules.COUNT_ACCURACY: "Stock Reconciliation",
	rules.ON_TIME: "Sales Order",
	rules.STOCK_OUT_LINES: "Sales Order",
}
"""Where the documents behind a part are found; else in the movement journal of the item."""

JOURNAL = "Movement Journal"


@dataclass(frozen=True)
class Why:
	"""What moved a figure from ``before`` to ``after``, the largest first; contributions are in its unit and add up to
	``change``. ``other`` is the sum of those not in ``rows``.
	"""

	kpi: str
	unit: str
	better: str
	by: str
	first: date
	last: date
	before_first: date
	before_last: date
	before: Decimal | None = None
	after: Decimal | None = None
	change: Decimal | None = None
	rows: list[Row] = field(default_factory=list)
	other: Decimal = Decimal(0)
	total_rows: int = 0
	missing: str = ""


def why(
	ctx: Context,
	*,
	kpi: str,
	company: str = "",
	warehouse: str = "",
	by: str = BY_ITEM,
	against: str = BEFORE,
	limit: int = 20,
	as_of: date | None = None,
) -> Why:
	"""Take the change of a figure apart, of one company or one warehouse: its days up to yesterday, or to an earlier day, beside
	those before them, or beside the baseline.

	Raises NotFound (``unknown_kpi``), NotPermitted (``costs_not_permitted``), InvalidInput (``missing_argument``,
	``no_baseline``, ``whole_company``, ``invalid_date``) and what :func:`scope` raises.
	"""
	of = kpis.known_kpi(ctx, kpi)
	about = scope(ctx, company=company, warehouse=warehouse)
	place = _place(ctx, about, company, warehouse)
	last = kpis.last_day(ctx, as_of)
	first = last - timedelta(days=of.window - 1)
	earlier = _earlier(ctx, of, first, against)
	reasons = _Reasons(ctx, of, about, place)
	after, before = reasons.parts(first, last), reasons.parts(*earlier)
	found = Why(
		kpi=of.name,
		unit=of.unit,
		better=of.better,
		by=by,
		first=first,
		last=last,
		before_first=earlier[0],
		before_last=earlier[1],
		before=reasons.value(before, *earlier),
		after=reasons.value(after, first, last),
	)
	if found.before is None or found.after is None:
		missing = reasons.missing(after if found.after is None else before)
		return Why(**{**vars(found), "missing": missing})
	scales = (reasons.scale(*earlier), reasons.scale(first, last))
	grouped = [
		rules.added_up((_group(part, by), part.ratio) for part in some or ()) for some in (before, after)
	]
	moved = rules.why(grouped[0], grouped[1], scales, is_sum=of.unit == rules.MONEY)
	moved = [(key, how) for key, how in moved if how.contribution]
	shown = moved[:limit]
	return Why(
		**{
			**vars(found),
			"change": found.after - found.before,
			"rows": reasons.rows(shown, by, first, last),
			"other": sum((how.contribution for _, how in moved[limit:]), Decimal(0)),
			"total_rows": len(moved),
		}
	)


def _place(ctx: Context, about: Scope, company: str, warehouse: str) -> kpis.Place:
	"""Return the one company or warehouse that is asked about."""
	found = kpis.places(ctx, about, bool(warehouse))
	named = [place for place in found if place.warehouse == warehouse]
	if not named or len(named) > 1:
		argument = "company" if not warehouse and not company else "warehouse"
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument=argument)
	return named[0]


def _earlier(ctx: Context, of: Kpi, first: date, against: str) -> tuple[date, date]:
	if against == BASELINE:
		period = records.baseline(ctx.settings)
		if period is None:
			raise InvalidInput("No baseline was chosen yet. Choose it in the settings.", code="no_baseline")
		return period
	return first - timedelta(days=of.window), first - timedelta(days=1)


def _group(part: Part, by: str) -> str:
	return {BY_ITEM: part.item_code, BY_STEP: part.step, BY_WAREHOUSE: part.warehouse}[by]


class _Reasons:
	def __init__(self, ctx: Context, of: Kpi, about: Scope, place: kpis.Place):
		self.ctx, self.of, self.place = ctx, of, place
		self.measure = Measuring(Scope(company=place.company, warehouses=about.warehouses))
		self.rates = records.cost_parts(ctx.settings)
		self.sees_parts = reads_costs(ctx.identity.roles) or not of.parts_are_costs

	def parts(self, first: date, last: date) -> list[Part] | None:
		found = self.measure(self.ctx, self.of, first, last)
		return None if found is None else found.parts(*self.place.key)

	def value(self, parts: list[Part] | None, first: date, last: date) -> Decimal | None:
		if not parts:
			return None
		whole = sum((part.ratio for part in parts), Ratio())
		return rules.value_of(self.of, whole, (last - first).days + 1, self.rates, *self.place.key)

	def scale(self, first: date, last: date) -> Decimal:
		return rules.scale(self.of, (last - first).days + 1, self.rates)

	def missing(self, parts: list[Part] | None) -> str:
		if self.of.unit == rules.MONEY and not self.rates.is_entered:
			return kpis.NO_PARTS
		return kpis.NO_HISTORY if parts is None else kpis.NO_DATA

	def rows(self, moved: Iterable[tuple[str, Moved]], by: str, first: date, last: date) -> list[Row]:
		found = list(moved)
		names = _item_names(self.ctx, [key for key, _ in found]) if by == BY_ITEM else {}
		return [
			{
				"part": key,
				"item_name": names.get(key, ""),
				"contribution": how.contribution,
				"before": self._shown(how.before),
				"after": self._shown(how.after),
				"drill": self._drill(key, by, first, last),
			}
			for key, how in found
		]

	def _shown(self, ratio: Ratio) -> Row | None:
		if not self.sees_parts:
			return None
		return {"numerator": ratio.numerator, "denominator": ratio.denominator}

	def _drill(self, key: str, by: str, first: date, last: date) -> Row:
		"""Return where what a part is made of is seen: a report or a list, and its filters."""
		filters = {"from_date": first, "to_date": last, "company": self.place.company}
		if self.place.warehouse or by == BY_WAREHOUSE:
			filters["warehouse"] = key if by == BY_WAREHOUSE else self.place.warehouse
		if by == BY_ITEM:
			filters["item_code"] = key
		return {"view": DRILLS.get(self.of.name, JOURNAL), "filters": filters}


def _item_names(ctx: Context, items: list[str]) -> dict[str, str]:
	if not items:
		return {}
	sql = "SELECT name, item_name FROM `tabItem` WHERE name IN %(items)s"
	return {row["name"]: row["item_name"] or "" for row in ctx.store.rows(sql, {"items": items})}
