"""The ledger's own upkeep."""

from typing import Any

from inventory_midplatform.api.operation import PageSize, operation
from inventory_midplatform.api.v1 import results
from inventory_midplatform.ports import Context
from inventory_midplatform.services.reconciliation import verification


@operation()
def verify(ctx: Context, limit: PageSize = 100) -> results.Verification:
	"""Check the invariants of the ledger: movements, bins, positions, books and reservations agree."""
	result: Any = verification.verify(ctx, limit)
	return result
