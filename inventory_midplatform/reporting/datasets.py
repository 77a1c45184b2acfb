"""What can be asked of stock by ``view.query``: datasets with their dimensions and figures, a table that other apps add to.

SQL stands only here and in :mod:`shipped_datasets`. Whoever asks names datasets, fields, measures and operators of these
tables, and their values are parameters.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from inventory_midplatform.domain.periods import GRAINS
from inventory_midplatform.domain.roles import EVERYBODY
from inventory_midplatform.ports import Context, Row, Store
from inventory_midplatform.reporting.measure import QUANTITY, VALUE, Measure
from inventory_midplatform.reporting.measures import MEASURES
from inventory_midplatform.reporting.scope import Scope

SCOPE = ("company", "warehouse", "item_group", "item_code")
"""Parameters that narrow a dataset as the filters of the reports do: a group includes all below it."""

ADDED = ("currency", "uom", "drill")
"""What rows have beside the fields that were asked for."""

Parameters = Mapping[str, str]
"""The parameters of a query, those of its dataset only."""


@dataclass(frozen=True)
class Dimension:
	"""A field to group and narrow by. ``sql`` is a column of the dataset's tables, or an expression over them."""

	name: str
	label: str
	sql: str
	type: str = "Data"
	"""``Link``, ``Select``, ``Date``, ``Datetime`` or ``Data``."""
	options: str = ""
	"""The DocType of a Link."""
	domain: Callable[[Context, Parameters], Sequence[str]] | None = None
	"""All its values in their order, where text would sort them wrongly."""
	is_index: bool = False
	"""Whether ``sql`` is a value's place in the domain and not the value."""
	may_be_empty: bool = False
	"""Whether it is NULL in some rows, which are shown together with those of an empty text."""
	has_one_company: bool = False
	"""Whether all rows of a value are of one company, so that their money can be added."""
	has_one_unit: bool = False
	"""Whether all rows of a value have one unit."""
	parent: str = ""
	"""The field of its DocType that names the node above, where that is a tree."""

	@property
	def filled(self) -> str:
		"""Return the expression that is never NULL. A condition on it finds no index."""
		return f"COALESCE({self.sql}, '')" if self.may_be_empty else self.sql

	@property
	def is_date(self) -> bool:
		return self.type in ("Date", "Datetime")

	@property
	def grains(self) -> tuple[str, ...]:
		return GRAINS if self.is_date else ()


@dataclass(frozen=True)
class Figure:
	"""A measure as a dataset counts it: ``sql`` aggregates rows; with ``by`` it is a ratio, whose numerator and denominator
	are both aggregated. Money is empty where companies differ, and what is counted in units where units do.
	"""

	name: str
	sql: str
	by: str = ""
	is_weighed: bool = False
	"""Whether a ratio is of quantities."""
	by_value: tuple[str, str] = ("", "")
	"""Numerator and denominator of the ratio in money, for rows of different units; for who may see costs."""

	@property
	def measure(self) -> Measure:
		return MEASURES[self.name]

	@property
	def is_money(self) -> bool:
		return self.measure.unit == VALUE

	@property
	def is_counted_in_units(self) -> bool:
		return self.is_weighed or self.measure.unit == QUANTITY


@dataclass(frozen=True)
class Opens:
	"""The report or list in which a row's documents are seen.

	``fields`` says which field or parameter fills which filter of it, ``period`` the filters of a report that the first
	and the last day fill; an empty name where it has none for that.
	"""

	kind: str
	"""``report`` or ``list``."""
	name: str
	fields: Mapping[str, str]
	period: tuple[str, ...] = ()

	def shown(self) -> Row:
		return {
			"kind": self.kind,
			"name": self.name,
			"fields": dict(self.fields),
			"period": list(self.period),
		}


@dataclass(frozen=True)
class Dataset:
	"""Rows to aggregate.

	``table`` is the FROM clause's first table with its alias, ``joins`` the others by alias; only those that a query
	needs are joined. One of them is ``wh`` (``tabWarehouse``), by which permissions narrow; ``item`` (``tabItem``)
	where its parameters name items, ``company`` (``tabCompany``) where it has money. ``values`` gives the
	parameters of its SQL.
	"""

	name: str
	label: str
	table: str
	joins: Mapping[str, str]
	dimensions: tuple[Dimension, ...]
	figures: tuple[Figure, ...]
	opens: Opens
	condition: str = "1 = 1"
	params: tuple[str, ...] = SCOPE
	values: Callable[[Context, Parameters], Row] = field(default=lambda ctx, params: {})
	terms: Callable[[Store], Mapping[str, str]] = field(default=lambda store: {})
	"""What ``{name}`` in its SQL stands for, where each engine writes it in its own way."""
	roles: frozenset[str] = EVERYBODY
	begins: Callable[[Context], date | None] | None = None
	"""The first day of which a history is complete, None while there is none: of the days before nothing is shown."""
	day: str = ""
	"""The field of a history's days."""
	narrowed: Callable[[Context, Scope], tuple[str, Row]] | None = None
	"""How a scope narrows its rows, with the parameters, where the scope's own conditions would not fit them."""
	is_never_added: bool = False
	"""Whether its rows are figures, of one company or warehouse each: without rows nothing is known, where of other datasets
	nothing was there."""

	def __post_init__(self) -> None:
		names = [*(d.name for d in self.dimensions), *(f.name for f in self.figures), *ADDED]
		if len(names) != len(set(names)):
			raise ValueError(f"dataset {self.name}: a name is used twice")
		if "wh" not in self.joins:
			raise ValueError(f"dataset {self.name}: without `wh` nothing says who may see what")

	def dimension(self, name: str) -> Dimension | None:
		return next((d for d in self.dimensions if d.name == name), None)

	def figure(self, name: str) -> Figure | None:
		return next((f for f in self.figures if f.name == name), None)

	def seen(self, ctx: Context, about: Scope) -> tuple[str, Row]:
		"""Return the condition by which a scope narrows its rows, and the parameters of it."""
		return self.narrowed(ctx, about) if self.narrowed else (about.where, about.params)

	def written(self, ctx: Context, sql: str) -> str:
		"""Return SQL with the terms in it as the engine writes them."""
		for name, term in self.terms(ctx.store).items():
			sql = sql.replace(f"{{{name}}}", term)
		return sql

	def source(self, *parts: str) -> str:
		"""Return the FROM clause that these expressions need."""
		text = " ".join(parts)
		needed: list[str] = []
		for alias, join in reversed(list(self.joins.items())):
			if re.search(rf"\b{alias}\.", text):
				needed.append(join)
				text += join
		return "\n".join([f"FROM {self.table}", *reversed(needed)])


def catalogue(ctx: Context) -> dict[str, Dataset]:
	"""Return the datasets that the user may see, by name: the shipped ones, and on a site those of other apps."""
	from inventory_midplatform.reporting.shipped_datasets import DATASETS

	of_apps: Iterable[Any] = ctx.added.datasets.values()
	every = {dataset.name: dataset for dataset in (*DATASETS, *of_apps)}
	return {name: dataset for name, dataset in every.items() if dataset.roles & ctx.identity.roles}
