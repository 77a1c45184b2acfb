"""What can be asked of ``view.query``, for whoever builds a question: datasets, their fields, the values of a field."""

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting import measures
from inventory_midplatform.reporting.datasets import Dataset, Dimension, catalogue
from inventory_midplatform.reporting.scope import scope
from inventory_midplatform.reporting.view_conditions import Conditions, operators
from inventory_midplatform.reporting.view_query import dataset_named


def described(ctx: Context) -> list[Row]:
	"""Return every dataset that the user may see, with the measures that they may."""
	return [_described(ctx, dataset) for dataset in catalogue(ctx).values()]


def _described(ctx: Context, dataset: Dataset) -> Row:
	return {
		"name": dataset.name,
		"label": dataset.label,
		"params": list(dataset.params),
		"fields": [_field(ctx, d) for d in dataset.dimensions],
		"measures": [
			{name: getattr(m, name) for name in ("name", "label", "unit", "formula", "source")}
			for m in measures.of(ctx, (f.name for f in dataset.figures))
		],
		"opens": dataset.opens.shown(),
	}


def _field(ctx: Context, dimension: Dimension) -> Row:
	return {
		"name": dimension.name,
		"label": dimension.label,
		"type": dimension.type,
		"options": dimension.options,
		"grains": list(dimension.grains),
		"operators": list(operators(dimension)),
		"domain": list(dimension.domain(ctx, {})) if dimension.domain else [],
	}


def values(ctx: Context, dataset: str, field: str, text: str, start: int, limit: int) -> Row:
	"""Return a page of a field's values in what the user may see, those of a domain in its order.

	Raises NotFound (``unknown_dataset``), InvalidInput (``unknown_field``). One statement; none where the domain is known.
	"""
	of = dataset_named(ctx, dataset)
	conditions = Conditions(ctx, of, {}, ())
	dimension = conditions.dimension(field)
	if dimension.is_date:
		raise InvalidInput("The values of {name} are dates.", code="unknown_field", name=dimension.name)
	domain = conditions.domain(dimension)
	if domain:
		found = [value for value in domain if text.lower() in value.lower()]
		return {"values": found[start : start + limit], "has_more": len(found) > start + limit}
	seen, seen_params = of.seen(ctx, scope(ctx))
	condition = f"{of.condition} AND {seen} AND {dimension.sql} <> ''"
	if text:
		condition += f" AND INSTR(LOWER({dimension.sql}), LOWER(%(text)s)) > 0"
	sql = (
		f"SELECT DISTINCT {dimension.sql} AS value {of.source(dimension.sql, condition)} WHERE {condition}"
		" ORDER BY value LIMIT %(rows)s OFFSET %(start)s"
	)
	params = {**seen_params, **of.values(ctx, {}), "text": text, "rows": limit + 1, "start": start}
	rows = [row["value"] for row in ctx.store.rows(of.written(ctx, sql), params)]
	return {"values": rows[:limit], "has_more": len(rows) > limit}
