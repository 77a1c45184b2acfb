"""Inventory Requests for a purchase, an issue, a sample or a write-off. They are approved by `approval.*`."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from inventory_midplatform.api.operation import LongText, Quantity, Text, operation
from inventory_midplatform.api.v1 import results
from inventory_midplatform.ports import Context
from inventory_midplatform.services.requests import inventory_requests


class Line(BaseModel):
	model_config = ConfigDict(extra="forbid")

	item_code: Text
	qty: Quantity
	uom: Text = ""
	rate: Quantity | None = None


@operation(writes=True)
def create(
	ctx: Context,
	request_type: Literal["Purchase", "Issue", "Sample", "Write-off"],
	warehouse: Text,
	items: Annotated[list[Line], Field(max_length=500)],
	required_by: date | None = None,
	purpose: LongText = "",
	stock_status: Literal["Available", "Quality", "Damaged", "Blocked"] = "Available",
) -> results.InventoryRequest:
	"""Draft a request. `rate` is an estimate in company currency per unit; the default is the last purchase rate, and for
	users who may not see costs it always counts. Rates and amounts are null for those users. A write-off takes stock of
	`stock_status`; what is on hold leaves only by somebody who may unblock it.
	"""
	name = inventory_requests.create(
		ctx, request_type, warehouse, [i.model_dump() for i in items], required_by, purpose, stock_status
	)
	result: Any = inventory_requests.get(ctx, name)
	return result


@operation(writes=True)
def submit(ctx: Context, name: Text) -> results.InventoryRequest:
	"""Submit a request: one that no Approval Policy is for, or whose approval leaves that to a person. Its approval is
	requested by `approval.request`; the policy that the app brings submits what is approved.
	"""
	inventory_requests.submit(ctx, name)
	result: Any = inventory_requests.get(ctx, name)
	return result


@operation(writes=True)
def cancel(ctx: Context, name: Text) -> results.InventoryRequest:
	"""Cancel a submitted request, with the draft that was made of it."""
	inventory_requests.cancel(ctx, name)
	result: Any = inventory_requests.get(ctx, name)
	return result


@operation()
def get(ctx: Context, name: Text) -> results.InventoryRequest:
	"""Return a request with its lines and the document made of it."""
	result: Any = inventory_requests.get(ctx, name)
	return result
