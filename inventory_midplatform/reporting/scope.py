"""What a report is about: company, warehouse or group of them, item group or item, within what its user may see."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.domain.periods import check_days
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters

BELOW = """
WITH RECURSIVE below AS (
	SELECT name FROM `tab{doctype}` WHERE name = %(root)s
	UNION
	SELECT child.name FROM `tab{doctype}` child JOIN below ON child.{parent} = below.name
)
SELECT name FROM below
"""
"""A node of a tree and everything under it."""

PERIOD_DAYS = 90
"""How long a period is where nobody says."""

ROW_LIMIT = 2000
"""The most rows of a report; its totals count all of them."""


def below(ctx: Context, doctype: str, parent: str, root: str) -> tuple[str, ...] | None:
	"""Return a node of a tree and all below it; None for no root, an empty tuple for an unknown one."""
	if not root:
		return None
	rows = ctx.store.rows(BELOW.format(doctype=doctype, parent=parent), {"root": root})
	return tuple(row["name"] for row in rows)


@dataclass(frozen=True)
class Scope:
	"""Conditions over the tables ``tabItem item`` and ``tabWarehouse wh``; None and empty texts do not narrow."""

	company: str = ""
	item_code: str = ""
	warehouses: tuple[str, ...] | None = None
	item_groups: tuple[str, ...] | None = None

	@property
	def where(self) -> str:
		"""Return the conditions, joined by AND; their parameters are :attr:`params`."""
		conditions = ["1 = 1"]
		if self.company:
			conditions.append("wh.company = %(of_company)s")
		if self.item_code:
			conditions.append("item.name = %(of_item)s")
		if self.warehouses is not None:
			conditions.append("wh.name IN %(of_warehouses)s")
		if self.item_groups is not None:
			conditions.append("item.item_group IN %(of_groups)s")
		return " AND ".join(conditions)

	def where_of(self, table: str) -> str:
		"""Return the same conditions over a table with items and warehouses alone: nothing is joined for them."""
		conditions = ["1 = 1"]
		if self.company:
			places = "SELECT name FROM `tabWarehouse` WHERE company = %(of_company)s"
			conditions.append(f"{table}.warehouse IN ({places})")
		if self.item_code:
			conditions.append(f"{table}.item_code = %(of_item)s")
		if self.warehouses is not None:
			conditions.append(f"{table}.warehouse IN %(of_warehouses)s")
		if self.item_groups is not None:
			items = "SELECT name FROM `tabItem` WHERE item_group IN %(of_groups)s"
			conditions.append(f"{table}.item_code IN ({items})")
		return " AND ".join(conditions)

	@property
	def issued_from(self) -> str:
		"""Return the condition that narrows the warehouses (``sold``) from which an issue counts."""
		return "1 = 1" if self.warehouses is None else "sold.name IN %(of_warehouses)s"

	@property
	def params(self) -> Row:
		return {
			"of_company": self.company,
			"of_item": self.item_code,
			"of_warehouses": self.warehouses or ("",),
			"of_groups": self.item_groups or ("",),
		}


@dataclass(frozen=True)
class Companies:
	"""The companies of a scope's warehouses, each a number in SQL: without a join, and without long names to group by."""

	names: tuple[str, ...]
	currencies: tuple[str, ...]
	warehouses: tuple[tuple[str, ...], ...]

	def number(self, table: str) -> str:
		"""Return the number of the company of a table's warehouse."""
		if len(self.names) < 2:
			return "0"
		cases = (f"WHEN {table}.warehouse IN %(of_company_{i})s THEN {i}" for i in range(len(self.names)))
		return f"CASE {' '.join(cases)} END"

	@property
	def of(self) -> dict[str, str]:
		"""Return the company of each warehouse."""
		return {
			place: name for name, places in zip(self.names, self.warehouses, strict=True) for place in places
		}

	@property
	def params(self) -> Row:
		return {f"of_company_{i}": names for i, names in enumerate(self.warehouses)}


def companies(ctx: Context, about: Scope) -> Companies:
	"""Return the companies of a scope's warehouses, in the order of their names."""
	rows = ctx.store.rows(
		"SELECT wh.name, wh.company, company.default_currency AS currency FROM `tabWarehouse` wh"
		" LEFT JOIN `tabCompany` company ON company.name = wh.company ORDER BY wh.company, wh.name"
	)
	found: dict[str, list[str]] = {}
	currencies = {}
	for row in rows:
		is_visible = about.warehouses is None or row["name"] in about.warehouses
		if is_visible and about.company in ("", row["company"] or ""):
			found.setdefault(row["company"] or "", []).append(row["name"])
			currencies[row["company"] or ""] = row["currency"] or ""
	return Companies(
		tuple(found), tuple(currencies[name] for name in found), tuple(map(tuple, found.values()))
	)


def scope(
	ctx: Context, *, company: str = "", warehouse: str = "", item_group: str = "", item_code: str = ""
) -> Scope:
	"""Return what these filters and the user's permissions leave. A group of warehouses or items includes all below it.

	Raises NotFound (``unknown_company``, ``unknown_warehouse``, ``unknown_item_group``, ``unknown_item``) or NotPermitted
	(``warehouse_not_permitted``).
	"""
	if company and not _exists(ctx, "Company", company):
		raise NotFound("Company {company} does not exist.", code="unknown_company", company=company)
	groups = below(ctx, "Item Group", "parent_item_group", item_group)
	if groups == () and not _group_of_items(ctx, item_group):
		raise NotFound(
			"Item group {item_group} does not exist.", code="unknown_item_group", item_group=item_group
		)
	warehouses = below(ctx, "Warehouse", "parent_warehouse", warehouse)
	if warehouses == ():
		raise NotFound("Warehouse {warehouse} does not exist.", code="unknown_warehouse", warehouse=warehouse)
	visible = ctx.identity.warehouses
	if visible is not None:
		if warehouses and not visible & set(warehouses):
			masters.require_warehouse(ctx, warehouse)
		warehouses = tuple(sorted(visible if warehouses is None else visible & set(warehouses)))
	return Scope(
		company=company,
		item_code=masters.known_item(ctx, item_code) if item_code else "",
		warehouses=warehouses,
		item_groups=(item_group,) if groups == () else groups,
	)


def period(ctx: Context, first: date | None, last: date | None, days: int = PERIOD_DAYS) -> tuple[date, date]:
	"""Return the first and last day of a period: the last ``days`` where none is named.

	Raises InvalidInput (``wrong_period``, ``invalid_date``).
	"""
	check_days(first, last)
	until = last or ctx.clock.now().date()
	since = first or until - timedelta(days=days)
	if since > until:
		raise InvalidInput("The period ends before it begins.", code="wrong_period")
	return since, until


def one_of(argument: str, value: str, known: Iterable[str]) -> str:
	"""Return ``value`` if it is known. Raises InvalidInput (``invalid_argument``)."""
	if value not in known:
		raise InvalidInput(
			"There is no such filter: {only}.", code="invalid_argument", argument=argument, only=value
		)
	return value


def _exists(ctx: Context, doctype: str, name: str) -> bool:
	return bool(ctx.store.rows(f"SELECT name FROM `tab{doctype}` WHERE name = %(name)s", {"name": name}))


def _group_of_items(ctx: Context, name: str) -> bool:
	"""Return whether any item names this group, where groups have no records of their own."""
	sql = "SELECT name FROM `tabItem` WHERE item_group = %(name)s LIMIT 1"
	return bool(ctx.store.rows(sql, {"name": name}))


def rows_of(ctx: Context, sql: str, scope: Scope, **more: Any) -> list[Row]:
	"""Run a statement over a scope: ``{where}``, ``{issued_from}`` and ``{where_of_t}``, over a table ``t`` alone, become
	the scope's conditions."""
	text = sql.replace("{where}", scope.where).replace("{issued_from}", scope.issued_from)
	text = re.sub(r"\{where_of_(\w+)\}", lambda found: scope.where_of(found[1]), text)
	return ctx.store.rows(text, {**scope.params, **more})
