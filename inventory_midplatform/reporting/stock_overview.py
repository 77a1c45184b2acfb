"""Stock overview: what stock is worth, how many items, in which share, by warehouse, zone, item group, ABC–XYZ or item."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from inventory_midplatform.domain.ageing import abc_classes, share
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import usage
from inventory_midplatform.reporting.measures import without_costs
from inventory_midplatform.reporting.names import item_names
from inventory_midplatform.reporting.scope import ROW_LIMIT, Scope, companies, one_of, rows_of, scope
from inventory_midplatform.reporting.stock_ageing import UNIT_VALUE
from inventory_midplatform.reporting.turnover import xyz_classes

WAREHOUSE, ZONE, ITEM_GROUP, ITEM = "warehouse", "zone", "item_group", "item"
ABC, ABC_XYZ = "abc_class", "abc_xyz"
GROUPS = (WAREHOUSE, ZONE, ITEM_GROUP, ABC, ABC_XYZ, ITEM)
CLASSES = ("", *(a + x for a in "ABC" for x in ("", *"XYZ")))
"""What items can be narrowed to: all, a class, or one of its cells with XYZ."""

_POSITIONS = """
SELECT p.item_code, p.warehouse, p.on_hand AS qty, COALESCE(book.stock_value, 0) AS value,
	COALESCE(book.valuation_rate, 0) AS rate
FROM `tabStock Position` p
LEFT JOIN `tabBin` book ON book.item_code = p.item_code AND book.warehouse = p.warehouse
WHERE p.on_hand <> 0 AND {where_of_p}
"""

_BY_ZONE = f"""
SELECT wh.company, COALESCE(wb.zone, '') AS zone, p.warehouse, p.item_code, SUM(stock.qty) AS qty,
	SUM(stock.qty * {UNIT_VALUE}) AS value
FROM `tabStock Position` p
JOIN `tabBin Stock` stock ON stock.item_code = p.item_code AND stock.warehouse = p.warehouse AND stock.stock_owner = ''
JOIN `tabWarehouse Bin` wb ON wb.name = stock.bin
JOIN `tabItem` item ON item.name = p.item_code
JOIN `tabWarehouse` wh ON wh.name = p.warehouse
LEFT JOIN `tabBin` book ON book.item_code = p.item_code AND book.warehouse = p.warehouse
WHERE stock.qty <> 0 AND {{where}}
GROUP BY wh.company, COALESCE(wb.zone, ''), p.warehouse, p.item_code
"""


@dataclass(frozen=True)
class CompanyStock:
	"""Totals of one company, in its currency; ``value`` is None for who may not see costs."""

	company: str
	currency: str
	items: int
	positions: int
	classes: Counter[str]
	value: Decimal | None = None


@dataclass(frozen=True)
class StockOverview:
	"""A row is one group in one company, the one worth most first (with most items, for who may not see costs)."""

	rows: list[Row] = field(default_factory=list)
	total_rows: int = 0
	companies: list[CompanyStock] = field(default_factory=list)

	@property
	def has_more(self) -> bool:
		return self.total_rows > len(self.rows)


def stock_overview(
	ctx: Context,
	*,
	company: str = "",
	warehouse: str = "",
	item_group: str = "",
	item_code: str = "",
	group_by: str = WAREHOUSE,
	of_class: str = "",
	limit: int = ROW_LIMIT,
) -> StockOverview:
	"""Return what stock is worth by group, and each group's share of its company's; companies are never added.

	An item's ABC class is by the usage value of the last 90 days among the items of its company that are shown; ``of_class``
	(``A``, ``AX``) leaves only the rows of items in it, and nothing of totals. Four statements, two where XYZ is asked for,
	and one for each 5,000 items that are named. Raises InvalidInput (``invalid_argument``) and what :func:`scope` raises.
	"""
	one_of("group_by", group_by, GROUPS)
	one_of("of_class", of_class, CLASSES)
	about = scope(ctx, company=company, warehouse=warehouse, item_group=item_group, item_code=item_code)
	positions = _positions(ctx, about)
	items = _by_item(positions)
	classes = _classify(ctx, about, items)
	totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
	currencies = {row["company"]: row["currency"] for row in items}
	for row in items:
		totals[row["company"]] += row["value"]
	if group_by == ABC_XYZ or len(of_class) > 1:
		_add_xyz(ctx, about, items)
	if group_by == ITEM:
		rows = [row for row in items if not of_class or of_class in (row[ABC], row.get(ABC_XYZ))]
	else:
		rows = _grouped(_parts(ctx, about, group_by, positions, items), classes)
	for row in rows:
		row["currency"] = currencies.get(row["company"], "")
		row["value"] = from_store(row["value"])
		row["value_share"] = share(row["value"], totals[row["company"]])
	sees_costs = reads_costs(ctx.identity.roles)
	by_worth = (lambda r: -r["value"]) if sees_costs else (lambda r: -int(r.get("items", 0)))
	if group_by in (ABC, ABC_XYZ):
		by_worth = lambda r: not r["name"]  # noqa: E731 - A before B, and last what has no class
	rows = sorted(
		rows, key=lambda r: (r["company"] or "", by_worth(r), str(r.get("name") or r.get("item_code")))
	)
	shown = [{k: v for k, v in row.items() if k != "rate"} for row in rows[:limit]]
	if group_by == ITEM:
		names = item_names(ctx, (row["item_code"] for row in shown))
		shown = [{**row, **names[row["item_code"]]} for row in shown]
	return StockOverview(
		rows=without_costs(ctx, shown),
		total_rows=len(rows),
		companies=[
			_total(name, currencies[name], items, classes, totals[name] if sees_costs else None)
			for name in sorted(currencies)
		],
	)


def classes(ctx: Context, about: Scope) -> dict[tuple[str, str], str]:
	"""Return the ABC classes of what is on hand, by (item, company). Four statements."""
	return _classify(ctx, about, _by_item(_positions(ctx, about)))


def _positions(ctx: Context, about: Scope) -> list[Row]:
	"""Return what is on hand by item and warehouse: the smallest rows, from which all else is added up."""
	known = companies(ctx, about)
	of, currencies = known.of, dict(zip(known.names, known.currencies, strict=True))
	rows = rows_of(ctx, _POSITIONS, about)
	for row in rows:
		row["company"] = of[row["warehouse"]]
		row["currency"] = currencies[row["company"]]
		for name in ("qty", "value", "rate"):
			row[name] = from_store(row[name])
	return rows


def _by_item(positions: Sequence[Row]) -> list[Row]:
	"""Return a row for each item and company."""
	items: dict[tuple[str, str], Row] = {}
	for part in positions:
		key = (part["item_code"], part["company"])
		row = items.get(key)
		if row is None:
			row = items[key] = {name: part[name] for name in ("item_code", "company", "currency")}
			row |= {"positions": 0, "qty": ZERO, "value": ZERO, "rate": ZERO}
		row["positions"] += 1
		row["qty"] += part["qty"]
		row["value"] += part["value"]
		row["rate"] = max(row["rate"], part["rate"])
	return list(items.values())


def _classify(ctx: Context, about: Scope, items: Sequence[Row]) -> dict[tuple[str, str], str]:
	"""Give each item its usage value and class; return the classes by (item, company)."""
	used = usage.used(ctx, about)
	values: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
	for row in items:
		key = (row["item_code"], row["company"])
		unit = row["value"] / row["qty"] if row["qty"] > 0 else row["rate"]
		row["usage_value"] = from_store(used.get(key, ZERO) * unit)
		values[row["company"]][key] = row["usage_value"]
	classes: dict[tuple[str, str], str] = {}
	for of_company in values.values():
		classes |= abc_classes(of_company.items())
	for row in items:
		row["abc_class"] = classes.get((row["item_code"], row["company"]), "")
	return classes


def _add_xyz(ctx: Context, about: Scope, items: Sequence[Row]) -> None:
	"""Give each item its cell of ABC–XYZ: its ABC class alone where the history is too short for XYZ."""
	xyz = xyz_classes(ctx, about, ctx.clock.now().date(), companies(ctx, about))
	for row in items:
		letter = row[ABC] and xyz.get((row["item_code"], row["company"] or ""), "")
		row[ABC_XYZ] = f"{row[ABC]}{letter}"


def _parts(
	ctx: Context, about: Scope, group_by: str, positions: Sequence[Row], items: Sequence[Row]
) -> list[Row]:
	if group_by == ITEM_GROUP:
		groups = {
			code: {"name": of["item_group"], "item_group": of["item_group"]}
			for code, of in item_names(ctx, (row["item_code"] for row in positions)).items()
		}
		return [{**row, **groups[row["item_code"]], "warehouse": None} for row in positions]
	if group_by in (ABC, ABC_XYZ):
		cells = {
			(row["item_code"], row["company"]): {
				"name": row[group_by],
				ABC: row[ABC],
				ABC_XYZ: row.get(ABC_XYZ),
			}
			for row in items
		}
		return [{**row, **cells[(row["item_code"], row["company"])], "warehouse": None} for row in positions]
	if group_by == WAREHOUSE:
		return [{**row, "name": row["warehouse"]} for row in positions]
	# stock of no zone is apart for each warehouse
	return [{**row, "name": f"{row['zone']}\n{row['warehouse']}"} for row in rows_of(ctx, _BY_ZONE, about)]


def _grouped(parts: Sequence[Row], classes: dict[tuple[str, str], str]) -> list[Row]:
	groups: dict[tuple[str, str], Row] = {}
	seen: dict[tuple[str, str], set[str]] = defaultdict(set)
	for part in parts:
		key = (part["company"] or "", part["name"] or "")
		row = groups.get(key)
		if row is None:
			names = ("company", "name", "warehouse", "zone", "item_group", ABC, ABC_XYZ)
			row = {name: part.get(name) for name in names}
			row |= {"items": 0, "positions": 0, "value": ZERO, "a_items": 0, "b_items": 0, "c_items": 0}
			groups[key] = row
		row["value"] += from_store(part["value"])
		row["positions"] += 1
		if part["item_code"] not in seen[key]:
			seen[key].add(part["item_code"])
			row["items"] += 1
			letter = classes.get((part["item_code"], part["company"]), "").lower()
			if letter:
				row[f"{letter}_items"] += 1
	return list(groups.values())


def _total(
	company: str,
	currency: str,
	items: Sequence[Row],
	classes: dict[tuple[str, str], str],
	value: Decimal | None,
) -> CompanyStock:
	own = [row for row in items if row["company"] == company]
	return CompanyStock(
		company=company,
		currency=currency,
		items=len(own),
		positions=sum(int(row["positions"]) for row in own),
		classes=Counter(classes[key] for key in classes if key[1] == company),
		value=value,
	)
