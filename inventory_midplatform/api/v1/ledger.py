"""The ledger's own upkeep."""

from typing import Any

from inventory_midplatform.api.operation import PageSize, operation
from inventory_midplatform.api.v1 import answers
from inventory_midplatform.ports import Context
from inventory_midplatform.services import verification


@operation()
def verify(ctx: Context, limit: PageSize = 100) -> answers.Verification:
	"""Check the laws of the ledger: movements, bins, positions, books and reservations agree."""
	answer: Any = verification.verify(ctx, limit)
	return answer
