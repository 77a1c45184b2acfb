"""The draft Material Requests that request what is low, and the to-dos about them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from inventory_midplatform.domain.quantity import to_text
from inventory_midplatform.domain.replenishment import Supply
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules, recipients
from inventory_midplatform.services.replenishment import runs, suggest
from inventory_midplatform.services.replenishment.suggest import Suggestion

ORIGIN_LOW_STOCK = "Low Stock"


def create_material_requests(
	ctx: Context, company: str = "", warehouse: str = "", item_code: str = ""
) -> Row:
	"""Draft a Material Request for each company, warehouse, supplier and type, and notify the storekeeper and the buyers.

	Quantities are in the unit of the request: the purchase UOM for a purchase, else the stock UOM. What is drafted or on
	order already is not requested again, nor do two runs at once request it twice. An item that ERPNext refuses is
	returned under ``failed`` with the reason, and the others are drafted. Locks the counter of the company's runs.
	Raises Conflict (``module_off``), NotFound and SnapshotConflict.
	"""
	modules.require(ctx, "replenishment")
	if warehouse:
		warehouse = masters.known_warehouse(ctx, warehouse)
	runs.begin(ctx, company, warehouse)
	groups: dict[tuple[str, ...], list[Suggestion]] = defaultdict(list)
	for s in suggest.suggest(ctx, company, warehouse, item_code):
		groups[(s.company, s.supply.warehouse, s.supplier, s.request_type)].append(s)
	created: list[Row] = []
	failed: list[Row] = []
	for key in sorted(groups):
		name, drafted = _draft(ctx, groups[key], failed)
		if name:
			created.append(
				{
					"material_request": name,
					"company": key[0],
					"warehouse": key[1],
					"supplier": key[2],
					"request_type": key[3],
					"items": [
						{
							"item_code": s.supply.item_code,
							"qty": s.supply.request_qty,
							"uom": s.supply.request_uom,
						}
						for s in drafted
					],
				}
			)
			_notify(ctx, name, key[1], drafted)
	return {"created": created, "failed": failed}


def _draft(
	ctx: Context, suggestions: Sequence[Suggestion], failed: list[Row]
) -> tuple[str, Sequence[Suggestion]]:
	"""Create one draft of all items that ERPNext accepts; return its name and what is in it."""
	try:
		with ctx.store.savepoint():
			return _insert(ctx, suggestions), suggestions
	except Exception as error:
		if ctx.store.is_transient(error):
			raise
		accepted = _accepted_of(ctx, suggestions, error, failed)
	return _draft(ctx, accepted, failed) if accepted else ("", [])


def _accepted_of(
	ctx: Context, suggestions: Sequence[Suggestion], error: Exception, failed: list[Row]
) -> list[Suggestion]:
	"""Return the items of a refused draft that ERPNext accepts, found by halving: one bad item costs few attempts."""
	if len(suggestions) == 1:
		supply = suggestions[0].supply
		failed.append({"item_code": supply.item_code, "warehouse": supply.warehouse, "reason": str(error)})
		return []
	middle = len(suggestions) // 2
	accepted: list[Suggestion] = []
	for half in (suggestions[:middle], suggestions[middle:]):
		refusal = _refusal(ctx, half)
		accepted += _accepted_of(ctx, half, refusal, failed) if refusal else half
	return accepted


def _refusal(ctx: Context, suggestions: Sequence[Suggestion]) -> Exception | None:
	"""Return why a draft of these is refused, or None; a draft that is accepted is rolled back."""
	try:
		with ctx.store.savepoint():
			_insert(ctx, suggestions)
			raise _Accepted
	except _Accepted:
		return None
	except Exception as error:
		if ctx.store.is_transient(error):
			raise
		return error


class _Accepted(Exception):
	"""Rolls back a trial insert that was accepted."""


def _insert(ctx: Context, suggestions: Sequence[Suggestion]) -> str:
	first = suggestions[0]
	today = ctx.clock.now().date()
	return ctx.documents.create(
		"Material Request",
		{
			"company": first.company,
			"material_request_type": first.request_type,
			"transaction_date": today,
			"schedule_date": today + timedelta(days=max(s.lead_time_days for s in suggestions)),
			"set_warehouse": first.supply.warehouse,
			"inventory_origin": ORIGIN_LOW_STOCK,
			"inventory_supplier": first.supplier or None,
			"items": [
				{
					"item_code": s.supply.item_code,
					"qty": s.supply.request_qty,
					"stock_qty": s.supply.suggested_qty,
					"uom": s.supply.request_uom,
					"stock_uom": s.stock_uom,
					"conversion_factor": s.supply.conversion_factor,
					"warehouse": s.supply.warehouse,
					"schedule_date": today + timedelta(days=s.lead_time_days),
				}
				for s in suggestions
			],
		},
	)


def _notify(ctx: Context, name: str, warehouse: str, suggestions: Sequence[Suggestion]) -> None:
	"""Open a to-do for the storekeeper and the buyers that names the first five items."""
	listed = ", ".join(_line(s.supply) for s in suggestions[:5])
	more = f" … +{len(suggestions) - 5}" if len(suggestions) > 5 else ""
	ctx.notifier.todo(
		recipients.storekeeper_and_buyers(ctx, warehouse),
		"Low stock in {warehouse}: {what}. A draft request is ready to be checked.",
		"Material Request",
		name,
		warehouse=warehouse,
		what=listed + more,
	)


def _line(supply: Supply) -> str:
	return f"{supply.item_code} × {to_text(supply.request_qty)} {supply.request_uom}"
