"""``view.query`` equals what plain Python makes of the raw rows, on random histories and for random questions: groups,
totals, conditions, order and pages. Nothing of the catalogue's SQL is used for what is expected."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from platforms import Clock, StandalonePlatform

from inventory_midplatform.adapters.standalone.context import Standalone
from inventory_midplatform.domain.errors import InvalidInput, InventoryError
from inventory_midplatform.ports import PostingLine, Row, Voucher

OTHER = "Other Company"
BANDS = (("0–30", 0, 30), ("31–60", 31, 60), ("61–90", 61, 90), ("91–180", 91, 180), ("> 180", 181, 10**6))
BAND_NAMES = [name for name, *_ in BANDS]
FLOWS = ["Purchase", "Sale", "Production", "Other", "Transfer", "Count"]
MONEY = {"value", "value_in", "value_out", "cost_of_usage"}
COUNTS = {"items", "positions", "demands", "bins"}
DAYS = ("day", "received_on")
GRAINS = ["day", "week", "month", "fiscal_quarter", "fiscal_year"]
BACK = [0, 1, 6, 30, 31, 60, 61, 90, 91, 180, 181, 200]
"""Days ago of what is posted and asked for: at the edges of bands."""

Facts = Sequence[Row]
Figure = Callable[[Facts], Any]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandalonePlatform]:
	made = StandalonePlatform(Standalone(f"sqlite:///{tmp_path_factory.mktemp('views')}/v.sqlite", Clock()))
	with made.context() as ctx:
		ctx.store.execute("UPDATE `tabCompany` SET default_currency = 'CNY'")
		ctx.documents.create(
			"Company", {"name": OTHER, "company_name": OTHER, "abbr": "OC", "default_currency": "EUR"}
		)
		for year in range(date.today().year - 2, date.today().year + 1):
			days = {"year_start_date": date(year, 4, 1), "year_end_date": date(year + 1, 3, 31)}
			ctx.documents.create("Fiscal Year", {"name": f"FY{year}", "year": f"FY{year}", **days})
	yield made
	made.standalone.close()


steps = st.lists(
	st.tuples(
		st.sampled_from(
			["receive", "receive", "receive", "issue", "transfer", "count", "cancel", "wait", "sold"]
		),
		st.sampled_from(BACK),
		st.integers(1, 6),
		st.integers(0, 2),
		st.integers(0, 2),
	),
	min_size=6,
	max_size=16,
)


@dataclass
class World:
	"""Three items of two units and two groups, in three warehouses of two companies, below one warehouse of its own."""

	platform: StandalonePlatform
	items: Sequence[str]
	places: Sequence[str]
	group: str
	today: date
	bins: Sequence[str] = ()
	"""Of each warehouse one in a zone."""

	def play(self, drawn: Sequence[tuple[str, int, int, int, int]]) -> None:
		posted: list[Voucher] = []
		books, now = self.platform.books, datetime.now().replace(microsecond=0)
		for n, (step, days, qty, which, at) in enumerate(drawn):
			when = now - timedelta(days=days, seconds=n)
			item, place = self.items[which], self.places[at]
			line = [PostingLine(item, place, Decimal(qty), Decimal(qty + n))]
			into = [replace(line[0], bin=self.bins[at]) if qty % 2 else line[0]]
			try:
				if step == "receive":
					posted.append(books.receive(into, at=when))
				elif step == "issue":
					posted.append(books.issue(line, at=when))
				elif step == "transfer" and at < 2:
					posted.append(books.transfer(line, self.places[1 - at], at=when))
				elif step == "count":
					posted.append(books.count(line, at=when))
				elif step == "wait":
					about = {"item_code": item, "warehouse": place, "qty": qty, "shortage_policy": "Wait"}
					self.platform.call("reservation.reserve", **about, demand_type=f"Kind {qty % 2}")
				elif step == "sold":
					self.sell(item, place, when.date(), qty)
				elif posted:
					books.cancel(posted.pop(qty % len(posted)))
			except InventoryError:
				continue

	def sell(self, item: str, place: str, day: date, qty: int) -> None:
		"""Write what a day of sales with returns leaves: the small books sell nothing by themselves."""
		row = {"item_code": item, "warehouse": place, "snapshot_date": day, "flow": "Sale"}
		amounts = {"qty_in": qty % 3, "qty_out": qty, "value_in": qty % 3 * 4, "value_out": qty * 4}
		with self.platform.context() as ctx:
			names = list(amounts)
			ctx.store.add("Stock Snapshot", tuple(row), [{**row, **amounts}], add=names)

	def facts(self, dataset: str) -> list[Row]:
		"""Raw rows of the tables, with the values of every field beside them."""
		table, day = {
			"stock": ("Stock Position", ""),
			"bins": ("Bin Stock", ""),
			"ages": ("Receipt Layer", "received_on"),
			"changes": ("Stock Snapshot", "snapshot_date"),
			"waiting": ("Inventory Reservation", "creation"),
		}[dataset]
		rows = self.platform.rows(
			f"SELECT * FROM `tab{table}` WHERE warehouse IN %(places)s", places=list(self.places)
		)
		item_of = {row["name"]: row for row in self.read("Item", self.items)}
		zone_of = {
			row["name"]: row["zone"]
			for row in self.platform.rows("SELECT name, zone FROM `tabWarehouse Bin`")
		}
		place_of = {row["name"]: row for row in self.read("Warehouse", self.places)}
		book_of = {
			(row["item_code"], row["warehouse"]): row
			for row in self.platform.rows(
				"SELECT * FROM `tabBin` WHERE warehouse IN %(places)s", places=list(self.places)
			)
		}
		found = []
		for row in rows:
			item, place = item_of[row["item_code"]], place_of[row["warehouse"]]
			fact = {**row, "item_group": item["item_group"], "stock_uom": item["stock_uom"]}
			fact["company"] = place["company"]
			if dataset == "bins":
				fact["zone"] = zone_of[row["bin"]] or ""
			book = book_of.get((row["item_code"], row["warehouse"]), {})
			fact["book"] = (book.get("stock_value") or 0, book.get("actual_qty") or 0)
			if day:
				at = str(row[day])[:10]
				fact["day"] = fact["received_on"] = date.fromisoformat(at)
				fact["age"] = max((self.today - fact["day"]).days, 0)
				fact["band"] = next(name for name, first, last in BANDS if first <= fact["age"] <= last)
			found.append(fact)
		return [fact for fact in found if SHOWN[dataset](fact)]

	def read(self, doctype: str, names: Sequence[str]) -> list[Row]:
		return self.platform.rows(f"SELECT * FROM `tab{doctype}` WHERE name IN %(names)s", names=list(names))


SHOWN: dict[str, Callable[[Row], bool]] = {
	"stock": lambda f: any(f[name] for name in ("on_hand", "on_hold", "reserved", "waiting")),
	"bins": lambda f: f["qty"] and not f["stock_owner"],
	"ages": lambda f: f["remaining_qty"] > 0,
	"changes": lambda f: any(f[name] for name in ("qty_in", "qty_out", "value_in", "value_out")),
	"waiting": lambda f: f["status"] in ("Waiting", "Partially Reserved") and f["waiting_qty"] > 0,
}


def total(facts: Facts, of: Callable[[Row], float]) -> float:
	return sum(of(fact) for fact in facts)


def layer_value(fact: Row) -> float:
	value, qty = fact["book"]
	return float(fact.get("remaining_qty", fact.get("qty")) * (value / qty if qty else 0))


def mean_age(facts: Facts) -> float | None:
	if one(facts, "stock_uom"):
		weigh: Callable[[Row], float] = lambda f: f["remaining_qty"]  # noqa: E731
	elif one(facts, "company"):
		weigh = layer_value
	else:
		return None
	whole = total(facts, weigh)
	return total(facts, lambda f: f["age"] * weigh(f)) / whole if whole else None


def flowing(column: str) -> Figure:
	return lambda facts: total(facts, lambda f: 0 if f["flow"] == "Transfer" else f[column])


def used(out: str, back: str) -> Figure:
	return lambda facts: total(
		facts,
		lambda f: (
			(f[out] if f["flow"] in ("Sale", "Production", "Other") else 0)
			- (f[back] if back and f["flow"] == "Sale" else 0)
		),
	)


FIGURES: dict[str, dict[str, Figure]] = {
	"stock": {
		"on_hand": lambda facts: total(facts, lambda f: f["on_hand"]),
		"reserved": lambda facts: total(facts, lambda f: f["reserved"]),
		"available": lambda facts: total(facts, lambda f: f["on_hand"] - f["on_hold"] - f["reserved"]),
		"waiting": lambda facts: total(facts, lambda f: f["waiting"]),
		"value": lambda facts: total(facts, lambda f: f["book"][0]),
		"items": lambda facts: len({f["item_code"] for f in facts if f["on_hand"]}),
		"positions": lambda facts: len([f for f in facts if f["on_hand"]]),
	},
	"bins": {
		"qty": lambda facts: total(facts, lambda f: f["qty"]),
		"value": lambda facts: total(facts, layer_value),
		"items": lambda facts: len({f["item_code"] for f in facts}),
		"bins": lambda facts: len({f["bin"] for f in facts}),
	},
	"ages": {
		"qty": lambda facts: total(facts, lambda f: f["remaining_qty"]),
		"value": lambda facts: total(facts, layer_value),
		"mean_age": mean_age,
		"oldest_age": lambda facts: max((f["age"] for f in facts), default=None),
		"items": lambda facts: len({f["item_code"] for f in facts}),
	},
	"changes": {
		"qty_in": flowing("qty_in"),
		"qty_out": flowing("qty_out"),
		"net_change": lambda facts: total(facts, lambda f: f["qty_in"] - f["qty_out"]),
		"gross_usage": used("qty_out", ""),
		"net_usage": used("qty_out", "qty_in"),
		"value_in": flowing("value_in"),
		"cost_of_usage": used("value_out", "value_in"),
	},
	"waiting": {
		"waiting": lambda facts: total(facts, lambda f: f["waiting_qty"]),
		"demands": len,
	},
}
OF_ANY = ("item_code", "item_group", "warehouse", "company", "stock_uom")
FIELDS = {
	"stock": OF_ANY,
	"bins": (*OF_ANY, "bin", "zone"),
	"ages": (*OF_ANY, "band", "received_on"),
	"changes": (*OF_ANY, "flow", "day"),
	"waiting": (*OF_ANY, "demand_type", "day"),
}
IN_QUANTITIES = {"on_hand", "reserved", "available", "waiting", "qty", "qty_in", "qty_out", "net_change"} | {
	"gross_usage",
	"net_usage",
}


def one(facts: Facts, field: str) -> bool:
	return len({fact[field] for fact in facts}) == 1


def counted(dataset: str, name: str, facts: Facts) -> Any:
	"""Return a figure of some facts: nothing where money of companies or different units would be added."""
	if not facts:
		return 0 if name in COUNTS else None
	if (name in MONEY and not one(facts, "company")) or (
		name in IN_QUANTITIES and not one(facts, "stock_uom")
	):
		return None
	return FIGURES[dataset][name](facts)


def key_of(fact: Row, field: str, grain: str) -> Any:
	value = fact.get(field, "")
	if not isinstance(value, date):
		return value or ""
	if grain == "month":
		return value.replace(day=1)
	if grain.startswith("fiscal"):
		months = (value.month - 4) % 12
		since = months if grain == "fiscal_year" else months % 3
		month = value.year * 12 + value.month - 1 - since
		return date(month // 12, month % 12 + 1, 1)
	return value - timedelta(days=value.weekday()) if grain == "week" else value


def place_in_order(field: str, value: Any) -> Any:
	for name, domain in (("band", BAND_NAMES), ("flow", FLOWS)):
		if field == name:
			return domain.index(value)
	return value


def matches(condition: Row, fact: Row) -> bool:
	field, op, value = condition["field"], condition["op"], condition["value"]
	there = fact.get(field) or ""
	if field in DAYS:
		first, last = (date.fromisoformat(v) for v in value) if op == "between" else (None, None)
		if op == "between":
			return bool(first <= there <= last)  # type: ignore[operator]
		at = date.fromisoformat(value)
		return bool(
			{"=": there == at, "<": there < at, "<=": there <= at, ">": there > at, ">=": there >= at}[op]
		)
	return bool(
		{
			"=": there == value,
			"!=": there != value,
			"in": there in value,
			"not in": there not in value,
			"contains": isinstance(value, str) and value.lower() in there.lower(),
		}[op]
	)


@dataclass
class Question:
	dataset: str
	group: list[Row]
	measures: list[str]
	where: list[Row]
	order: list[Row]
	start: int
	limit: int
	totals: list[list[int]]

	def expected(self, facts: Facts) -> tuple[list[Row], list[list[Row]]]:
		found = [fact for fact in facts if all(matches(c, fact) for c in self.where)]
		rows = self.rows(found, self.group)
		for sort in reversed(self.order):
			field = sort["field"]
			rows.sort(
				key=lambda r: (
					r[field] is not None,
					place_in_order(field, r[field] if r[field] is not None else 0),
				),
				reverse=sort["direction"] == "desc",
			)
		levels = [self.rows(found, [self.group[i] for i in level]) for level in self.totals]
		return rows, levels

	def rows(self, facts: Facts, group: Sequence[Row]) -> list[Row]:
		groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
		if not group:
			groups[()] = []
		for fact in facts:
			groups[tuple(key_of(fact, g["field"], g.get("grain", "")) for g in group)].append(fact)
		names = [g["field"] for g in group]
		rows = [
			{
				**dict(zip(names, key, strict=True)),
				**{name: counted(self.dataset, name, some) for name in self.measures},
			}
			for key, some in groups.items()
		]
		return sorted(rows, key=lambda r: [place_in_order(name, r[name]) for name in names])

	def refusal(self, facts: Facts) -> str:
		"""Return the code with which the question is refused, empty where it is not."""
		days = [c for c in self.where if c["field"] in DAYS]
		every = [date(2020, 1, 1) + timedelta(days=n) for n in range(4000)]
		if days and not any(all(matches(c, {c["field"]: day}) for c in days) for day in every):
			return "impossible_range"
		found = [fact for fact in facts if all(matches(c, fact) for c in self.where)]
		fields = {g["field"] for g in self.group}
		mixed = bool(MONEY & set(self.measures)) and not fields & {"company", "warehouse", "bin"}
		return "several_companies" if mixed and len({f["company"] for f in found}) > 1 else ""

	def arguments(self, **more: Any) -> Row:
		return {**vars(self), **more}


@st.composite
def questions(draw: st.DrawFn, world: World, facts: dict[str, list[Row]]) -> Question:
	dataset = draw(st.sampled_from(sorted(FIELDS)))
	often = FIELDS[dataset][-2:]
	fields = draw(st.lists(st.sampled_from((*FIELDS[dataset], *often)), max_size=3, unique=True))
	group = [
		{"field": f, "grain": draw(st.sampled_from(GRAINS))} if f in DAYS else {"field": f} for f in fields
	]
	measures = draw(st.lists(st.sampled_from(sorted(FIGURES[dataset])), min_size=1, max_size=4, unique=True))
	where = draw(st.lists(conditions(dataset, facts[dataset], world), max_size=2))
	sortable = [*fields, *measures]
	order = [
		{"field": f, "direction": draw(st.sampled_from(["asc", "desc"]))}
		for f in draw(st.lists(st.sampled_from(sortable), max_size=2, unique=True))
	]
	every = [
		list(level) for n in range(len(fields)) for level in itertools.combinations(range(len(fields)), n)
	]
	totals = draw(st.lists(st.sampled_from(every or [[]]), max_size=3, unique_by=tuple))
	start, limit = draw(st.integers(0, 2)), draw(st.integers(1, 6))
	return Question(dataset, group, measures, where, order, start, limit, totals)


@st.composite
def conditions(draw: st.DrawFn, dataset: str, facts: list[Row], world: World) -> Row:
	field = draw(st.sampled_from((*FIELDS[dataset], FIELDS[dataset][-1])))
	if field in DAYS:
		back = sorted(draw(st.lists(st.sampled_from(BACK), min_size=2, max_size=2)), reverse=True)
		days = [(world.today - timedelta(days=n)).isoformat() for n in back]
		op = draw(st.sampled_from(["=", "<=", "<", ">=", ">", "between"]))
		return {"field": field, "op": op, "value": days if op == "between" else days[0]}
	there = sorted({str(fact.get(field) or "") for fact in facts})
	if field == "band":
		there = BAND_NAMES
	value = st.sampled_from(there or ["'; DROP TABLE `tabItem`; --"])
	op = draw(st.sampled_from(["=", "!=", "in", "not in", "contains"]))
	if op in ("in", "not in"):
		return {"field": field, "op": op, "value": draw(st.lists(value, min_size=1, max_size=2))}
	if op == "contains" and field == "band":
		op = "="
	return {"field": field, "op": op, "value": draw(value)}


def same(found: Sequence[Row], expected: Sequence[Row]) -> None:
	assert len(found) == len(expected), (found, expected)
	for row, of in zip(found, expected, strict=True):
		for name, value in of.items():
			shown = row[name]
			if isinstance(value, date):
				value = value.isoformat()
			assert shown == (pytest.approx(value, abs=1e-6) if isinstance(value, int | float) else value), (
				row,
				of,
			)


def new_world(platform: StandalonePlatform) -> World:
	group = platform.make_warehouse(is_group=1)
	places = [platform.make_warehouse(parent_warehouse=group) for _ in range(2)]
	places.append(platform.make_warehouse(parent_warehouse=group, company=OTHER))
	items = [
		platform.make_item(),
		platform.make_item(stock_uom="Litre", item_group="Oils"),
		platform.make_item(item_group="Oils"),
	]
	bins = [platform.make_bin(place, zone=platform.make_zone(place)) for place in places]
	return World(platform, items, places, group, datetime.now().date(), bins)


@settings(
	max_examples=40,
	deadline=None,
	phases=[Phase.reuse, Phase.generate],  # an example of a view is not worth the minutes of making it small
	suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=steps, data=st.data())
def test_a_view_is_what_python_makes_of_the_raw_rows(
	platform: StandalonePlatform, drawn: list[tuple[str, int, int, int, int]], data: st.DataObject
) -> None:
	world = new_world(platform)
	world.play(drawn)
	facts = {dataset: world.facts(dataset) for dataset in FIELDS}
	for _ in range(8):
		question = data.draw(questions(world, facts))
		about = question.arguments(params={"warehouse": world.group})
		if code := question.refusal(facts[question.dataset]):
			with pytest.raises(InvalidInput) as refused:
				platform.call("view.query", **about)
			assert refused.value.code == code
			continue
		found = platform.call("view.query", **about)
		rows, levels = question.expected(facts[question.dataset])
		same(found["rows"], rows[question.start : question.start + question.limit])
		assert found["truncated"] == (len(rows) > question.start + question.limit)
		for level, expected in zip(found["totals"], levels, strict=True):
			same(level["rows"], expected)
		for row in found["rows"][:3]:
			narrowed = {"group": [], "order": [], "totals": [], "start": 0, "where": row["drill"]}
			(below,) = platform.call("view.query", **{**about, **narrowed})["rows"]
			same([below], [{name: row[name] for name in question.measures}])
