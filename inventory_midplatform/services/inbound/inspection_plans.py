"""Inspection Plans: which one counts for an item of a supplier, what makes one valid, and what it means to a receipt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain import inspection
from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.inspection import BAD, GOOD, SKIPPED, Plan
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters
from inventory_midplatform.services.locations.storage_policies import groups_above

DOCTYPE = "Inspection Plan"

PLANS = """
SELECT item_code, item_group, supplier, method, value, skip_after, skip_next FROM `tabInspection Plan`
WHERE disabled = 0 AND COALESCE(supplier, '') IN ('', %(supplier)s) AND (item_code IN %(items)s OR item_code IS NULL)
ORDER BY creation DESC, name DESC
"""

SAME_SCOPE = """
SELECT name FROM `tabInspection Plan`
WHERE (item_code = %(item_code)s OR item_code IS NULL)
	AND COALESCE(item_code, '') = %(item_code)s AND COALESCE(item_group, '') = %(item_group)s
	AND COALESCE(supplier, '') = %(supplier)s AND name <> %(name)s
"""

RECEIPTS = """
SELECT line.is_skipped, line.rejected_qty FROM `tabInbound Order` received
JOIN `tabInbound Order Line` line ON line.parent = received.name
WHERE received.supplier = %(supplier)s AND received.received_at IS NOT NULL
	AND line.item_code = %(item)s AND line.received_qty > 0
	AND (line.is_skipped = 1 OR line.rejected_qty > 0 OR (line.to_inspect = 1 AND line.accepted_qty >= line.received_qty))
ORDER BY received.received_at DESC, received.name DESC, line.idx DESC LIMIT %(limit)s
"""
"""What became of the last receipts of an item from a supplier. One that is still to be inspected does not count yet."""


@dataclass(frozen=True)
class Sample:
	qty: Decimal
	is_skipped: bool = False
	"""It is accepted without inspection."""


def samples(ctx: Context, supplier: str, lines: Sequence[Row]) -> dict[str, Sample]:
	"""Return how much is inspected of each line of a receipt that is to be inspected: line → sample."""
	items = sorted({line["item_code"] for line in lines})
	if not items:
		return {}
	found = plans(ctx, supplier, items)
	skipped = {item for item in items if found[item].skips(_receipts(ctx, supplier, item, found[item]))}
	whole = _counted_in_whole_units(ctx, items)
	result = {}
	for line in lines:
		item = line["item_code"]
		if item in skipped:
			result[line["name"]] = Sample(ZERO, is_skipped=True)
		else:
			result[line["name"]] = Sample(found[item].sample_qty(line["received_qty"], item in whole))
	return result


def plans(ctx: Context, supplier: str, items: Iterable[str]) -> dict[str, Plan]:
	"""Return the plan of each item: its own, else the nearest item group's, else the supplier's, else the one for all; of
	each the one for the supplier first. Without any, all is inspected.
	"""
	names = sorted(set(items))
	rows = ctx.store.rows(PLANS, {"supplier": supplier or "", "items": ["", *names]})
	by_scope = {(r["item_code"] or "", r["item_group"] or "", r["supplier"] or ""): r for r in rows}
	groups = groups_above(ctx, names, {group for _, group, _ in by_scope if group})
	found = {}
	for item in names:
		of_item = ((item, ""), *(("", group) for group in groups.get(item, ())), ("", ""))
		scopes = ((*scope, of) for scope in of_item for of in (supplier or "", ""))
		row = next((by_scope[scope] for scope in scopes if scope in by_scope), None)
		found[item] = _plan(row) if row else Plan()
	return found


def _plan(row: Row) -> Plan:
	return Plan(
		row["method"], from_store(row["value"]), int(row["skip_after"] or 0), int(row["skip_next"] or 0)
	)


def _receipts(ctx: Context, supplier: str, item: str, plan: Plan) -> list[str]:
	if not supplier or not plan.skip_after or not plan.skip_next:
		return []
	about = {"supplier": supplier, "item": item, "limit": plan.receipts_needed}
	return [
		SKIPPED if row["is_skipped"] else BAD if row["rejected_qty"] else GOOD
		for row in ctx.store.rows(RECEIPTS, about)
	]


def _counted_in_whole_units(ctx: Context, items: Sequence[str]) -> set[str]:
	rows = ctx.store.rows(
		"SELECT item.name FROM `tabItem` item LEFT JOIN `tabUOM` uom ON uom.name = item.stock_uom"
		" WHERE item.name IN %(items)s AND (item.has_serial_no = 1 OR uom.must_be_whole_number = 1)",
		{"items": items},
	)
	return {row["name"] for row in rows}


def check_plan(ctx: Context, plan: Mapping[str, Any]) -> None:
	"""Check an Inspection Plan that is about to be saved.

	Raises what :mod:`masters` raises, InvalidInput (``two_scopes``, ``invalid_input``, ``missing_argument``) or Conflict
	(``duplicate_plan``).
	"""
	if plan.get("item_code") and plan.get("item_group"):
		raise InvalidInput(
			"Name an item or an item group, not both: a plan is for one of them.", code="two_scopes"
		)
	if plan.get("item_code"):
		masters.known_item(ctx, plan["item_code"])
	method, value = plan.get("method") or inspection.ALL, from_store(plan.get("value"))
	if method != inspection.ALL and value <= 0:
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument="value")
	if method == inspection.PERCENT and value > 100:
		raise InvalidInput("A sample is at most 100 percent.", code="invalid_input", value=str(value))
	if bool(int(plan.get("skip_after") or 0)) != bool(int(plan.get("skip_next") or 0)):
		raise InvalidInput(
			"Say both: after how many good receipts, and how many are then not inspected.",
			code="invalid_input",
		)
	scope = {field: plan.get(field) or "" for field in ("item_code", "item_group", "supplier", "name")}
	others = ctx.store.rows(SAME_SCOPE, scope)
	if others:
		raise Conflict(
			"There is an Inspection Plan for this already: {plan}. Change that one.",
			code="duplicate_plan",
			plan=others[0]["name"],
		)
