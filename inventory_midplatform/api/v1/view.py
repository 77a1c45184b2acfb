"""Views: one question over stock, its ages, waiting demand, orders, alerts and KPIs, grouped and totalled."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from typing_extensions import NotRequired, TypedDict

from inventory_midplatform.api.operation import AS_WRITTEN, Offset, PageSize, Text, operation
from inventory_midplatform.domain.identifiers import NAME_LIMIT
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import view_catalogue, view_query

Value = Annotated[str, StringConstraints(max_length=NAME_LIMIT)]
"""What a field is compared with: always a parameter, so that any character is allowed."""

Rows = Annotated[int, Field(ge=1, le=view_query.MOST_ROWS), AS_WRITTEN]


class Grouping(BaseModel):
	model_config = ConfigDict(extra="forbid")

	field: Text
	grain: Literal["", "day", "week", "month", "fiscal_quarter", "fiscal_year"] = ""


class Condition(BaseModel):
	model_config = ConfigDict(extra="forbid")

	field: Text
	op: Value = "="
	value: Value | list[Value] = ""


class Sorting(BaseModel):
	model_config = ConfigDict(extra="forbid")

	field: Text
	direction: Literal["asc", "desc"] = "asc"


class ViewColumn(TypedDict):
	"""`kind` is group or measure. `domain` is the order of a field's values, of a date the first day of each period in the
	range asked for, and of fiscal periods `labels` their names; `options` is the DocType it links to.
	"""

	key: str
	label: str
	kind: str
	type: str
	unit: NotRequired[str]
	options: NotRequired[str]
	grain: NotRequired[str]
	domain: NotRequired[list[str]]
	labels: NotRequired[dict[str, str]]


class ViewTotals(TypedDict):
	"""Totals by the groups kept, counted from the data and never added up from rows."""

	level: list[int]
	rows: list[dict[str, Any]]
	truncated: bool


class ViewOpens(TypedDict):
	"""The report or list that shows what a row is made of: which field or parameter is which filter of it, and which of its
	filters take the first and the last day (an empty name where none does).
	"""

	kind: str
	name: str
	fields: dict[str, str]
	period: list[str]


class ViewResult(TypedDict):
	dataset: str
	columns: list[ViewColumn]
	rows: list[dict[str, Any]]
	totals: list[ViewTotals]
	truncated: bool
	as_of: str
	opens: ViewOpens
	history_from: str | None


class DatasetField(TypedDict):
	name: str
	label: str
	type: str
	options: str
	grains: list[str]
	operators: list[str]
	domain: list[str]


class DatasetMeasure(TypedDict):
	name: str
	label: str
	unit: str
	formula: str
	source: str


class DatasetShown(TypedDict):
	name: str
	label: str
	params: list[str]
	fields: list[DatasetField]
	measures: list[DatasetMeasure]
	opens: ViewOpens


class Datasets(TypedDict):
	datasets: list[DatasetShown]


class ValuePage(TypedDict):
	values: list[str]
	has_more: bool


@operation()
def query(
	ctx: Context,
	dataset: Text,
	params: dict[Text, Value] = {},  # noqa: B006 - read only, and shown in the API's description
	group: list[Grouping] = [],  # noqa: B006
	measures: list[Text] = [],  # noqa: B006
	where: list[Condition] = [],  # noqa: B006
	order: list[Sorting] = [],  # noqa: B006
	start: Offset = 0,
	limit: Rows = view_query.ROWS,
	totals: list[list[int]] = [[]],  # noqa: B006
) -> ViewResult:
	"""Aggregate a dataset by groups, within what the user may see, and return rows, totals and the way down from each row.

	`view.datasets` lists datasets, their fields, measures and operators. `params` narrow as the filters of reports do: a
	group of warehouses or items includes all below it. `totals` lists levels, each the positions of the groups it keeps:
	`[]` is one total of all. Each row has `drill`, the conditions (`where`) that narrow to it; `currency` with money,
	`uom` with quantities. Money of several companies and quantities of several units are never added: they are null.
	`history_from` is the first day of which a history knows everything; of days before nothing is shown.
	"""
	view: Any = view_query.query(
		ctx,
		dataset,
		params=params,
		group=[g.model_dump() for g in group],
		measures=measures,
		where=[c.model_dump() for c in where],
		order=[o.model_dump() for o in order],
		start=start,
		limit=limit,
		totals=totals,
	)
	shown: ViewResult = view.shown()
	return shown


@operation()
def datasets(ctx: Context) -> Datasets:
	"""Return the datasets that can be queried, with their fields and the measures that the user may see."""
	result: Any = {"datasets": view_catalogue.described(ctx)}
	return result


@operation()
def values(
	ctx: Context, dataset: Text, field: Text, text: Text = "", start: Offset = 0, limit: PageSize = 50
) -> ValuePage:
	"""Return a page of the values that a field has in what the user may see, with `text` in them, sorted."""
	result: Any = view_catalogue.values(ctx, dataset, field, text, start, limit)
	return result
