"""Inventory Requests: ask for a purchase, an issue or a sample, and decide on it."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from inventory_midplatform.api.operation import LongText, Quantity, Text, operation
from inventory_midplatform.api.v1 import answers
from inventory_midplatform.ports import Context
from inventory_midplatform.services import requests


class Line(BaseModel):
	model_config = ConfigDict(extra="forbid")

	item_code: Text
	qty: Quantity
	uom: Text = ""
	rate: Quantity | None = None


@operation(writes=True)
def create(
	ctx: Context,
	request_type: Literal["Purchase", "Issue", "Sample"],
	warehouse: Text,
	items: Annotated[list[Line], Field(max_length=500)],
	required_by: date | None = None,
	purpose: LongText = "",
) -> answers.InventoryRequest:
	"""Draft a request. `rate` is an estimate in company currency per unit; left out, or sent by one who may not see
	costs, the last purchase rate stands in. Rates and amounts are null for those who may not see costs.
	"""
	name = requests.create(
		ctx, request_type, warehouse, [i.model_dump() for i in items], required_by, purpose
	)
	answer: Any = requests.get(ctx, name)
	return answer


@operation(writes=True)
def act(ctx: Context, name: Text, action: Text) -> answers.InventoryRequest:
	"""Take a step of the approval: "Ask for Approval", "Approve", "Reject", "Revise" or "Cancel"."""
	answer: Any = requests.act(ctx, name, action)
	return answer


@operation()
def get(ctx: Context, name: Text) -> answers.InventoryRequest:
	"""One request with its lines and what came of it."""
	answer: Any = requests.get(ctx, name)
	return answer
