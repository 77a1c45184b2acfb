"""Version 1 of the API. Importing it registers every operation."""

from inventory_midplatform.api.v1 import ledger, meta, replenishment, request, reservation, stock

__all__ = ["ledger", "meta", "replenishment", "request", "reservation", "stock"]
