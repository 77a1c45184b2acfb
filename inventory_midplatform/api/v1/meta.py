"""About the API itself."""

from typing import Any

from inventory_midplatform.api.openapi import document
from inventory_midplatform.api.operation import operation
from inventory_midplatform.ports import Context


@operation()
def openapi(ctx: Context) -> dict[str, Any]:
	"""This API as an OpenAPI 3.1 document."""
	return document()
