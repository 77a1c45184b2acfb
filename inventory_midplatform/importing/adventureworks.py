"""Read and clean the AdventureWorks extract, and note which of its rows do not fit.

Not used: the dates when an item was on sale (other years than the sales), weights, days to manufacture, suppliers'
maximum order quantities, customers' names (they are numbers), and units of purchase, which have no conversion: a carton
counts as one piece, and the row as corrected.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.importing.reading import Finding, Folder, Line, Unfit

SHIFT_YEARS = 4
"""The purchases of the extract are this many years before its sales."""

LEAST_COST = Decimal("0.01")
"""The value of an item without any price: the books do not value at zero."""


@dataclass(frozen=True)
class Item:
	"""Quantities in pieces, money per piece."""

	code: str
	name: str
	group: str
	made: bool
	safety_stock: Decimal
	reorder_point: Decimal
	standard_cost: Decimal
	list_price: Decimal


@dataclass(frozen=True)
class Location:
	number: str
	name: str


@dataclass(frozen=True)
class Supplier:
	code: str
	name: str


@dataclass(frozen=True)
class Offer:
	"""One supplier's terms for one item."""

	item_code: str
	supplier: str
	lead_time_days: int
	price: Decimal
	min_order_qty: Decimal


@dataclass(frozen=True)
class Place:
	"""A bin: location, shelf and bin. ``shelf`` is empty if the location has none."""

	location: str
	shelf: str
	bin: str


@dataclass(frozen=True)
class Opening:
	item_code: str
	place: Place
	qty: Decimal


@dataclass(frozen=True)
class PurchaseLine:
	"""What was put into stock of one line, on its due date, moved by ``SHIFT_YEARS``."""

	purchase_order: str
	supplier: str
	received_on: date
	item_code: str
	qty: Decimal
	price: Decimal


@dataclass(frozen=True)
class OrderedLine:
	"""What was ordered in one line, and what came of it, in pieces. Days as they are in the file; it does not say when the goods
	came.
	"""

	purchase_order: str
	supplier: str
	ordered_on: date
	due_on: date
	item_code: str
	ordered: Decimal
	received: Decimal
	rejected: Decimal
	price: Decimal


@dataclass(frozen=True)
class SalesLine:
	sales_order: str
	line: str
	order_date: date
	item_code: str
	qty: Decimal
	customer: str


@dataclass(frozen=True)
class Return:
	returned_on: date
	item_code: str
	qty: Decimal


@dataclass(frozen=True)
class Extract:
	"""All rows that can be used; their references exist."""

	items: dict[str, Item]
	locations: dict[str, Location]
	suppliers: dict[str, Supplier]
	offers: dict[str, list[Offer]]
	"""By item, the best first: the cheapest, then the quickest."""
	opening: list[Opening]
	purchases: list[PurchaseLine]
	sales: list[SalesLine]
	returns: list[Return]
	ordered: list[OrderedLine] = field(default_factory=list)
	"""All lines of Purchase Orders, those too of which nothing was put into stock."""
	rows: dict[str, int] = field(default_factory=dict)
	rejected: list[Finding] = field(default_factory=list)
	corrected: list[Finding] = field(default_factory=list)

	def cost(self, item_code: str) -> tuple[Decimal, str]:
		"""Return the value of a piece without a purchase price, and the source of that number."""
		item = self.items[item_code]
		offers = self.offers.get(item_code)
		for cost, source in (
			(item.standard_cost, "standard cost"),
			(offers[0].price if offers else ZERO, "supplier's price"),
			(item.list_price, "list price"),
		):
			if cost > 0:
				return cost, source
		return LEAST_COST, "none known"


def read(path: Path) -> Extract:
	"""Read and clean the folder. Raises NotFound or InvalidInput where a file or a column is missing."""
	return _Cleaning(path).extract()


class _Cleaning:
	"""Reads the files in order; later rows may only refer to earlier ones."""

	def __init__(self, path: Path):
		self.folder = Folder(path)

	def extract(self) -> Extract:
		read = self.folder.read
		items = read("items.csv", ITEM_COLUMNS, _item, key=lambda i: i.code.casefold())
		self.items = {item.code: item for item in items}
		locations = read(
			"locations.csv", ("location_id", "location"), _location, key=lambda loc: loc.name.casefold()
		)
		self.locations = {location.name: location for location in locations}
		suppliers = read("suppliers.csv", SUPPLIER_COLUMNS, _supplier, key=lambda s: s.code.casefold())
		self.suppliers = {supplier.code: supplier for supplier in suppliers}
		offers = read(
			"item_suppliers.csv", OFFER_COLUMNS, self._offer, key=lambda o: (o.item_code, o.supplier)
		)
		opening = read(
			"opening_stock.csv", OPENING_COLUMNS, self._opening, key=lambda o: (o.item_code, o.place)
		)
		self.ordered: list[OrderedLine] = []
		purchases = read("purchase_lines.csv", PURCHASE_COLUMNS, self._purchase)
		self.orders: dict[str, SalesLine] = {}
		sales = read("sales_lines.csv", SALES_COLUMNS, self._sale, key=lambda s: (s.sales_order, s.line))
		returns = read("returns.csv", RETURN_COLUMNS, self._return)
		return Extract(
			items=self.items,
			locations=self.locations,
			suppliers=self.suppliers,
			offers=_best_first(offers),
			opening=opening,
			purchases=purchases,
			sales=sales,
			returns=returns,
			ordered=self.ordered,
			rows=self.folder.rows,
			rejected=self.folder.rejected,
			corrected=self.folder.corrected,
		)

	def _known_item(self, line: Line) -> str:
		return line.one_of("item_code", self.items, "unknown_item", "Item")

	def _offer(self, line: Line) -> Offer:
		uom = line.text("uom", required=False)
		if uom not in ("", "EA"):
			line.correct(
				"unit_without_conversion",
				"The unit of purchase has no conversion; counted as one piece.",
			)
		return Offer(
			item_code=self._known_item(line),
			supplier=line.one_of("supplier_code", self.suppliers, "unknown_supplier", "Supplier"),
			lead_time_days=int(line.whole("lead_time_days")),
			price=line.number("price"),
			min_order_qty=line.whole("min_order_qty"),
		)

	def _opening(self, line: Line) -> Opening:
		shelf = line.text("shelf", required=False)
		return Opening(
			item_code=self._known_item(line),
			place=Place(
				location=line.one_of("location", self.locations, "unknown_location", "Location"),
				shelf="" if shelf == "N/A" else shelf,
				bin=line.text("bin"),
			),
			qty=line.pieces("quantity"),
		)

	def _purchase(self, line: Line) -> PurchaseLine:
		item_code = self._known_item(line)
		supplier = line.one_of("supplier_code", self.suppliers, "unknown_supplier", "Supplier")
		ordered, received = line.whole("ordered_qty"), line.whole("received_qty")
		rejected, stocked = line.whole("rejected_qty"), line.whole("stocked_qty")
		if received - rejected != stocked:
			raise Unfit("does_not_add_up", "Received less rejected is not what was stocked.")
		ordered_on, shipped_on, due_on = line.day("order_date"), line.day("ship_date"), line.day("due_date")
		if shipped_on < ordered_on:
			raise Unfit("shipped_before_ordered", "It was shipped before it was ordered.")
		number, price = line.text("purchase_order"), line.number("unit_price")
		self.ordered.append(
			OrderedLine(number, supplier, ordered_on, due_on, item_code, ordered, received, rejected, price)
		)
		if not stocked:
			raise Unfit("nothing_stocked", "Nothing of the line was put into stock: all of it was rejected.")
		if due_on < shipped_on:
			line.correct(
				"due_before_shipped", "Due before it was shipped; counted as received on the day of shipping."
			)
			due_on = shipped_on
		if received > ordered:
			line.correct("more_than_ordered", "More was received than ordered; counted as received.")
		return PurchaseLine(
			purchase_order=number,
			supplier=supplier,
			received_on=shifted(due_on, SHIFT_YEARS),
			item_code=item_code,
			qty=stocked,
			price=price,
		)

	def _sale(self, line: Line) -> SalesLine:
		sale = SalesLine(
			sales_order=line.text("sales_order"),
			line=line.text("line"),
			order_date=line.day("order_date"),
			item_code=self._known_item(line),
			qty=line.pieces("qty"),
			customer=line.text("customer", required=False),
		)
		first = self.orders.setdefault(sale.sales_order, sale)
		if sale.order_date != first.order_date:
			raise Unfit("several_dates", f"Order {sale.sales_order} has another date in its first row.")
		if sale.customer != first.customer:
			line.correct(
				"several_customers", "The order has another customer in its first row; counted as one order."
			)
		return sale

	def _return(self, line: Line) -> Return:
		return Return(
			returned_on=line.day("return_date"), item_code=self._known_item(line), qty=line.pieces("qty")
		)


ITEM_COLUMNS = (
	"item_code",
	"item_name",
	"item_group",
	"source",
	"safety_stock",
	"reorder_point",
	"standard_cost",
	"list_price",
)
SUPPLIER_COLUMNS = ("supplier_code", "supplier_name", "active")
OFFER_COLUMNS = ("item_code", "supplier_code", "lead_time_days", "price", "min_order_qty", "uom")
OPENING_COLUMNS = ("item_code", "location", "shelf", "bin", "quantity")
PURCHASE_COLUMNS = (
	"purchase_order",
	"supplier_code",
	"order_date",
	"ship_date",
	"due_date",
	"item_code",
	"ordered_qty",
	"unit_price",
	"received_qty",
	"rejected_qty",
	"stocked_qty",
)
SALES_COLUMNS = ("sales_order", "line", "order_date", "item_code", "qty", "customer")
RETURN_COLUMNS = ("return_date", "item_code", "qty")


def _item(line: Line) -> Item:
	source = line.text("source")
	if source not in ("make", "buy"):
		raise Unfit("unknown_source", f"source is {source!r}, neither make nor buy.")
	return Item(
		code=line.text("item_code"),
		name=line.text("item_name"),
		group=line.text("item_group"),
		made=source == "make",
		safety_stock=line.whole("safety_stock"),
		reorder_point=line.whole("reorder_point"),
		standard_cost=line.number("standard_cost"),
		list_price=line.number("list_price"),
	)


def _location(line: Line) -> Location:
	return Location(number=line.text("location_id"), name=line.text("location"))


def _supplier(line: Line) -> Supplier:
	if line.text("active", required=False) == "False":
		line.correct(
			"inactive_supplier", "The supplier is no longer active; counted as active, because it delivered."
		)
	return Supplier(code=line.text("supplier_code"), name=line.text("supplier_name"))


def _best_first(offers: list[Offer]) -> dict[str, list[Offer]]:
	found: dict[str, list[Offer]] = {}
	for offer in sorted(offers, key=lambda o: (o.item_code, o.price, o.lead_time_days, o.supplier)):
		found.setdefault(offer.item_code, []).append(offer)
	return found


def shifted(day: date, years: int) -> date:
	"""Return the same day so many years later; 29 February becomes the 28th if the year has none."""
	try:
		return day.replace(year=day.year + years)
	except ValueError:
		return day.replace(year=day.year + years, day=28)
