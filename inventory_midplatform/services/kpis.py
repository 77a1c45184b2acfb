"""Key figures of each day, kept as records: written once a day, mended where their past was, compared with one baseline.

How a figure is measured is told by whoever calls (:data:`Measure`, ``reporting/kpis.py``): what can be seen stands above
the services.
"""

from collections.abc import Callable
from datetime import date, timedelta

from inventory_midplatform.domain.carrying_cost import Rates
from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.kpi import (
	CHANGE_TARGET,
	KPIS,
	PERCENT,
	SHARE_TARGET,
	STOCK_COST,
	CostParts,
	Kpi,
	Measured,
	check_baseline,
	offered_baseline,
	scale,
	value_of,
)
from inventory_midplatform.domain.quantity import from_store, to_text
from inventory_midplatform.ports import Context, Row, Settings
from inventory_midplatform.services import operation_log

DOCTYPE, VALUES, BASELINES = "Inventory KPI", "Inventory KPI Value", "Inventory KPI Baseline"
SETTINGS = "Inventory Midplatform Settings"

MOST_DAYS = 90
"""How many days back the job writes days that are missing."""

Measure = Callable[[Context, Kpi, date, date], Measured | None]
"""Measures a figure of all companies over days; None where its history does not reach back so far."""

_CHANGED_SINCE = """
SELECT MIN(snapshot.snapshot_date) AS day FROM `tabStock Snapshot` snapshot
WHERE snapshot.modified > (SELECT MAX(written.modified) FROM `tabInventory KPI Value` written)
"""


def install(ctx: Context) -> None:
	"""Make the records of the key figures that are missing; what a manager changed stays."""
	rows = ctx.store.rows(f"SELECT name, definition, better, window_days FROM `tab{DOCTYPE}`")
	known = {row["name"]: row for row in rows}
	for kpi in KPIS.values():
		fixed = {"definition": kpi.formula, "better": kpi.better, "window_days": kpi.window}
		if kpi.name not in known:
			target = {"target_kind": kpi.target_kind, "target": kpi.target, "amber_margin": kpi.margin}
			named = {"name": kpi.name, "kpi_name": kpi.name, "enabled": 1}
			ctx.store.insert(DOCTYPE, [{**named, **target, **fixed}])
		elif any(known[kpi.name][field] != value for field, value in fixed.items()):
			ctx.store.execute(
				f"UPDATE `tab{DOCTYPE}` SET definition = %(definition)s, better = %(better)s,"
				" window_days = %(window_days)s WHERE name = %(name)s",
				{**fixed, "name": kpi.name},
			)


def checked(record: Row) -> Row:
	"""Return what a manager may not change of a record. Raises InvalidInput (``unknown_kpi``, ``wrong_target``)."""
	kpi = KPIS.get(record.get("kpi_name") or "")
	if kpi is None:
		raise InvalidInput("There is no KPI {kpi}.", code="unknown_kpi", kpi=record.get("kpi_name") or "")
	target = from_store(record.get("target"))
	if record.get("target_kind") == CHANGE_TARGET and target <= -100:
		raise InvalidInput("A KPI cannot fall by 100 % of its baseline or more.", code="wrong_target")
	if record.get("target_kind") == SHARE_TARGET and not (kpi.unit == PERCENT and 0 <= target <= 100):
		raise InvalidInput(
			"Only a KPI in percent has a share as its target, from 0 to 100.", code="wrong_target"
		)
	return {"definition": kpi.formula, "better": kpi.better, "window_days": kpi.window}


def require_removable(ctx: Context, name: str) -> None:
	"""Raise Conflict (``shipped_kpi``) for a KPI that the app brings: it is disabled instead."""
	if name in KPIS:
		raise Conflict("{kpi} belongs to the app. Disable it instead.", code="shipped_kpi", kpi=name)


def cost_parts(settings: Settings) -> CostParts:
	"""Return the parts of carrying cost that were entered."""
	return CostParts(
		capital_rate=settings.capital_rate,
		handling_rate=settings.handling_rate,
		loss_rate=settings.loss_rate,
		space_cost_per_month=settings.space_cost_per_month,
		space_cost_company=settings.space_cost_company,
	)


def cost_rates(settings: Settings, company: str) -> Rates:
	"""Return what was entered for a company; None for what was not."""
	parts = cost_parts(settings)
	is_payer = parts.space_cost_company in ("", company)
	return Rates(
		capital=parts.capital_rate or None,
		space_per_month=(parts.space_cost_per_month or None) if is_payer else None,
		handling=parts.handling_rate or None,
		loss=parts.loss_rate or None,
	)


def baseline(settings: Settings) -> tuple[date, date] | None:
	"""Return the first and last day of the baseline, None where none was chosen."""
	if not (settings.kpi_baseline_from and settings.kpi_baseline_to):
		return None
	return date.fromisoformat(settings.kpi_baseline_from), date.fromisoformat(settings.kpi_baseline_to)


def began(ctx: Context) -> date | None:
	"""Return the day on which the ledger was switched on: that of its first movement. Their names are ordered by time."""
	rows = ctx.store.rows("SELECT creation FROM `tabStock Movement` ORDER BY name LIMIT 1")
	return date.fromisoformat(str(rows[0]["creation"])[:10]) if rows else None


def offer(ctx: Context) -> tuple[date, date] | None:
	"""Return the baseline to offer: the ninety days before the ledger was switched on."""
	day = began(ctx)
	return offered_baseline(day) if day else None


def days_to_write(ctx: Context, most: int = MOST_DAYS) -> list[date]:
	"""Return the days up to yesterday that have no values yet, and those since a day whose past was changed meanwhile, the
	first first; at most so many.
	"""
	yesterday = ctx.clock.now().date() - timedelta(days=1)
	begins = _day(ctx, "SELECT MIN(snapshot_date) AS day FROM `tabStock Snapshot`") or yesterday
	earliest = max(yesterday - timedelta(days=most - 1), begins)
	last = _day(ctx, f"SELECT MAX(day) AS day FROM `tab{VALUES}`")
	first = earliest if last is None else last + timedelta(days=1)
	changed = _day(ctx, _CHANGED_SINCE) if last else None
	if changed is not None:
		first = min(first, changed)
	first = max(first, earliest)
	return [first + timedelta(days=n) for n in range((yesterday - first).days + 1)]


def write(ctx: Context, day: date, measure: Measure) -> int:
	"""Write the values of a day, instead of those that it had; return how many there are now."""
	parts = cost_parts(ctx.settings)
	rows = []
	for kpi in KPIS.values():
		found = measure(ctx, kpi, day - timedelta(days=kpi.window - 1), day)
		rows += _rows(kpi, found, kpi.window, parts, {"day": day})
	ctx.store.execute(f"DELETE FROM `tab{VALUES}` WHERE day = %(day)s", {"day": day})
	ctx.store.insert(VALUES, rows)
	return len(rows)


def write_baselines(ctx: Context, measure: Measure) -> int:
	"""Write what each key figure was in the baseline, for those of which that is not written yet."""
	period = baseline(ctx.settings)
	if period is None:
		return 0
	first, last = period
	written = {row["kpi"] for row in ctx.store.rows(f"SELECT DISTINCT kpi FROM `tab{BASELINES}`")}
	days, parts, rows = (last - first).days + 1, cost_parts(ctx.settings), []
	for kpi in KPIS.values():
		if kpi.name not in written:
			found = measure(ctx, kpi, first, last)
			rows += _rows(kpi, found, days, parts, {"first_day": first, "last_day": last})
	ctx.store.insert(BASELINES, rows)
	return len(rows)


def _rows(kpi: Kpi, found: Measured | None, days: int, parts: CostParts, about: Row) -> list[Row]:
	"""Return the records of a figure: of each company and each warehouse with data."""
	rows = []
	for (company, warehouse), ratio in sorted((found.totals if found else {}).items()):
		value = value_of(kpi, ratio, days, parts, company, warehouse)
		if value is not None:
			place = {"kpi": kpi.name, "company": company, "warehouse": warehouse}
			made_of = {"numerator": ratio.numerator, "denominator": ratio.denominator}
			rows.append({**place, **about, "value": value, **made_of})
	return rows


def check_settings(ctx: Context, after: Settings) -> None:
	"""Refuse settings of key figures that make no sense. Raises InvalidInput (``wrong_baseline``, ``missing_argument``)."""
	period = (after.kpi_baseline_from, after.kpi_baseline_to)
	first, last = (date.fromisoformat(day) if day else None for day in period)
	check_baseline(first, last, ctx.clock.now().date())
	if after.space_cost_per_month and not after.space_cost_company:
		companies = ctx.store.rows("SELECT COUNT(*) AS companies FROM `tabCompany`")[0]["companies"]
		if companies > 1:
			raise InvalidInput("Name the company whose space cost that is.", code="missing_argument")


def settings_changed(ctx: Context, before: Settings, after: Settings) -> bool:
	"""Log a new baseline or new parts of carrying cost; forget the figures of the old baseline, and judge every day by the
	new parts. Return whether figures are to be written now.
	"""
	has_baseline, has_parts = baseline(before) != baseline(after), False
	if has_baseline:
		ctx.store.execute(f"DELETE FROM `tab{BASELINES}`")
		texts = {"from_value": _period(before), "to_value": _period(after)}
		operation_log.log(ctx, "Baseline Changed", SETTINGS, SETTINGS, **texts)
	old, new = cost_parts(before), cost_parts(after)
	if old != new:
		texts = {"from_value": _entered(old), "to_value": _entered(new)}
		operation_log.log(ctx, "Cost Rates Changed", SETTINGS, SETTINGS, **texts)
		has_parts = new.is_entered and not old.is_entered
		_judge_again(ctx, old, new)
	return has_baseline or has_parts


def _judge_again(ctx: Context, old: CostParts, new: CostParts) -> None:
	"""Bring the values of carrying cost to the parts in force; where there were none before, all days are written anew."""
	kpi = KPIS[STOCK_COST]
	if not (old.is_entered and new.is_entered):
		ctx.store.execute(
			f"DELETE FROM `tab{VALUES}` WHERE %(any)s OR kpi = %(kpi)s",
			{"any": new.is_entered, "kpi": kpi.name},
		)
		ctx.store.execute(f"DELETE FROM `tab{BASELINES}` WHERE kpi = %(kpi)s", {"kpi": kpi.name})
		return
	for table in (VALUES, BASELINES):
		companies = f"SELECT DISTINCT company FROM `tab{table}` WHERE kpi = %(kpi)s"
		for row in ctx.store.rows(companies, {"kpi": kpi.name}):
			ctx.store.execute(
				f"UPDATE `tab{table}` SET value = numerator * %(scale)s"
				" + CASE WHEN warehouse = '' THEN %(space)s ELSE 0 END"
				" WHERE kpi = %(kpi)s AND company = %(company)s",
				{
					"scale": scale(kpi, kpi.window, new),
					"space": new.space(row["company"]),
					"kpi": kpi.name,
					"company": row["company"],
				},
			)


def _period(settings: Settings) -> str:
	period = baseline(settings)
	return f"{period[0]} – {period[1]}" if period else ""


def _entered(parts: CostParts) -> str:
	"""Return the parts as one text: capital + handling + loss, space."""
	if not parts.is_entered:
		return ""
	rates = " + ".join(to_text(rate) for rate in (parts.capital_rate, parts.handling_rate, parts.loss_rate))
	return f"{rates} %, {to_text(parts.space_cost_per_month)} {parts.space_cost_company}".strip()


def _day(ctx: Context, sql: str) -> date | None:
	value = ctx.store.rows(sql)[0]["day"]
	return date.fromisoformat(str(value)[:10]) if value else None
