"""About the API itself."""

from typing import Any

from inventory_midplatform.api.openapi import document
from inventory_midplatform.api.operation import operation
from inventory_midplatform.api.v1 import results
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import people


@operation()
def openapi(ctx: Context) -> dict[str, Any]:
	"""This API as an OpenAPI 3.1 document."""
	return document()


@operation()
def me(ctx: Context) -> results.Me:
	"""Who is calling: roles, the operations they allow, and the warehouses to work in."""
	found: Any = people.me(ctx)
	return found
