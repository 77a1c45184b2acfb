"""Low stock: what to request and why, and the draft requests."""

from typing import Any

from inventory_midplatform.api.operation import Offset, PageSize, Text, operation
from inventory_midplatform.api.v1 import results
from inventory_midplatform.ports import Context
from inventory_midplatform.services.replenishment import material_requests
from inventory_midplatform.services.replenishment import suggest as suggestions


@operation()
def suggest(
	ctx: Context,
	company: Text = "",
	warehouse: Text = "",
	item_code: Text = "",
	limit: PageSize = 50,
	offset: Offset = 0,
) -> results.SuggestionPage:
	"""Every item below its threshold, each with the numbers that made it so."""
	found = suggestions.suggest(ctx, company, warehouse, item_code)
	page: Any = {"suggestions": [s.as_dict() for s in found[offset : offset + limit]], "total": len(found)}
	return page


@operation(writes=True)
def create_material_requests(
	ctx: Context, company: Text = "", warehouse: Text = "", item_code: Text = ""
) -> results.MaterialRequests:
	"""Draft a Material Request for each company, warehouse and supplier; run twice, it requests once."""
	drafted: Any = material_requests.create_material_requests(ctx, company, warehouse, item_code)
	return drafted
