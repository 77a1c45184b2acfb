"""Low stock: what to ask for and why, and the draft requests."""

from typing import Any

from inventory_midplatform.api.operation import Offset, PageSize, Text, operation
from inventory_midplatform.api.v1 import answers
from inventory_midplatform.ports import Context
from inventory_midplatform.services import replenishment


@operation()
def suggest(
	ctx: Context,
	company: Text = "",
	warehouse: Text = "",
	item_code: Text = "",
	limit: PageSize = 50,
	offset: Offset = 0,
) -> answers.SuggestionPage:
	"""Everything below its threshold, each with the numbers that made it."""
	found = replenishment.suggest(ctx, company, warehouse, item_code)
	page: Any = {"suggestions": [s.as_dict() for s in found[offset : offset + limit]], "total": len(found)}
	return page


@operation(writes=True)
def create_material_requests(
	ctx: Context, company: Text = "", warehouse: Text = "", item_code: Text = ""
) -> answers.MaterialRequests:
	"""Draft a Material Request per company, warehouse and supplier for all that is low; run twice, it asks once."""
	answer: Any = replenishment.create_material_requests(ctx, company, warehouse, item_code)
	return answer
