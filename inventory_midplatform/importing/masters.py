"""Make the records that a person would type in first. Existing records stay as they are.

One warehouse below the company; the extract's locations are its zones, shelf and bin its bins. One customer, the web
shop: the extract's 17,000 are numbers without names, and nothing here depends on them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.importing.adventureworks import Extract, Item, Place
from inventory_midplatform.ports import Context, Row

UOM = "Nos"
CUSTOMER = "Web Shop"

Extras = Mapping[str, Mapping[str, Any]]
"""DocType → further values of every new record, such as the root of a tree."""


@dataclass(frozen=True)
class Master:
	"""A record that must exist: found where ``column`` is ``key`` (and ``company`` the company), else made of ``values``."""

	doctype: str
	key: str
	column: str
	values: Row
	of_company: bool = False


class Masters:
	"""Makes the masters of an extract and knows their names in the books."""

	def __init__(self, extract: Extract, company: str, warehouse: str, extras: Extras):
		self.extract = extract
		self.company = company
		self.warehouse_name = warehouse
		self.extras = extras
		self.abbr = ""
		"""The company's abbreviation, at the end of its warehouses' names."""
		self.names: dict[tuple[str, str], str] = {}
		self._homes: dict[str, Place] = {}
		for opening in extract.opening:
			self._homes.setdefault(opening.item_code, opening.place)

	@property
	def warehouse(self) -> str:
		return self.names[("Warehouse", self.warehouse_name)]

	@property
	def customer(self) -> str:
		return self.names[("Customer", CUSTOMER)]

	def item(self, code: str) -> str:
		return self.names[("Item", code)]

	def item_codes(self) -> dict[str, str]:
		"""Return an item's name in the books → its code in the extract; they differ if a series names items."""
		return {self.item(code): code for code in self.extract.items}

	def supplier(self, code: str) -> str:
		return self.names[("Supplier", self.extract.suppliers[code].name)]

	def bin(self, place: Place) -> str:
		return self.names[("Warehouse Bin", self._below(self._bin_code(place)))]

	def home(self, item_code: str) -> str:
		"""Return the first bin of an item in the opening stock; empty if it had none, which means Unplaced."""
		place = self._homes.get(item_code)
		return self.bin(place) if place else ""

	def stages(self) -> Iterator[tuple[str, list[Master]]]:
		"""Yield masters in the order in which they refer to each other. Make each stage before the next."""
		yield "customer and suppliers", self._units_and_partners()
		yield "items and zones", self._items_and_zones()
		yield "bins", self._bins()

	def find(self, ctx: Context, masters: Sequence[Master]) -> list[Master]:
		"""Remember the names of those that exist; return those that do not."""
		missing = []
		for master in masters:
			rows = ctx.store.rows(
				f"SELECT name FROM `tab{master.doctype}` WHERE {master.column} = %(key)s"
				+ (" AND company = %(company)s" if master.of_company else ""),
				{"key": master.key, "company": self.company},
			)
			if rows:
				self.names[(master.doctype, master.key)] = rows[0]["name"]
			else:
				missing.append(master)
		return missing

	def make(self, ctx: Context, master: Master) -> str:
		"""Make a record. Its key is its name, unless a series or format names it."""
		return ctx.documents.create(master.doctype, {**self.extras.get(master.doctype, {}), **master.values})

	# values

	def _units_and_partners(self) -> list[Master]:
		suppliers = [s.name for s in self.extract.suppliers.values()]
		return [
			Master("UOM", UOM, "name", {"name": UOM, "uom_name": UOM, "must_be_whole_number": 1}),
			Master(
				"Warehouse",
				self.warehouse_name,
				"warehouse_name",
				{
					"name": f"{self.warehouse_name} - {self.abbr}",
					"warehouse_name": self.warehouse_name,
					"company": self.company,
				},
				of_company=True,
			),
			Master("Customer", CUSTOMER, "customer_name", {"name": CUSTOMER, "customer_name": CUSTOMER}),
			*[
				Master("Supplier", name, "supplier_name", {"name": name, "supplier_name": name})
				for name in suppliers
			],
		]

	def _items_and_zones(self) -> list[Master]:
		items = [
			Master("Item", i.code, "item_code", self._item_values(i)) for i in self.extract.items.values()
		]
		zones = []
		for location in self.extract.locations.values():
			code = self._zone_code(location.name)
			values = {
				"zone_code": code,
				"zone_name": location.name,
				"zone_type": "Storage",
				"warehouse": self.warehouse,
				"company": self.company,
			}
			zones.append(Master("Warehouse Zone", self._below(code), "name", values))
		return items + zones

	def _item_values(self, item: Item) -> Row:
		"""Low stock is refilled to the safety stock, by at least the best supplier's minimum order quantity.

		In ERPNext, lead time and minimum order quantity belong to the item, so the best supplier's are used.
		"""
		offers = self.extract.offers.get(item.code, [])
		best = offers[0] if offers else None
		least = best.min_order_qty if best else ZERO
		reorder_qty = max(item.safety_stock - item.reorder_point, least)
		request_type = "Manufacture" if item.made else "Purchase"
		levels = []
		if item.reorder_point and reorder_qty:
			levels = [
				{
					"warehouse": self.warehouse,
					"warehouse_reorder_level": item.reorder_point,
					"warehouse_reorder_qty": reorder_qty,
					"material_request_type": request_type,
				}
			]
		return {
			"name": item.code,
			"item_code": item.code,
			"item_name": item.name,
			"item_group": item.group,
			"stock_uom": UOM,
			"is_stock_item": 1,
			"safety_stock": item.safety_stock,
			"valuation_rate": self.extract.cost(item.code)[0],
			"default_material_request_type": request_type,
			"lead_time_days": best.lead_time_days if best else 0,
			"min_order_qty": least,
			"item_defaults": [
				{
					"company": self.company,
					"default_warehouse": self.warehouse,
					"default_supplier": self.supplier(best.supplier) if best else None,
				}
			],
			"reorder_levels": levels,
			"supplier_items": [{"supplier": self.supplier(offer.supplier)} for offer in offers],
		}

	def _bins(self) -> list[Master]:
		"""Return bins in walking order: by location, then shelf, then bin number."""
		masters: dict[str, Master] = {}
		places = {opening.place for opening in self.extract.opening}
		for place in sorted(places, key=lambda p: (self._zone_code(p.location), p.shelf, p.bin.zfill(6))):
			code = self._bin_code(place)
			values = {
				"bin_code": code,
				"warehouse": self.warehouse,
				"zone": self.names[("Warehouse Zone", self._below(self._zone_code(place.location)))],
				"company": self.company,
				"sequence": len(masters) + 1,
			}
			masters.setdefault(code, Master("Warehouse Bin", self._below(code), "name", values))
		return list(masters.values())

	def _zone_code(self, location: str) -> str:
		return self.extract.locations[location].number.zfill(2)

	def _bin_code(self, place: Place) -> str:
		return "-".join(part for part in (self._zone_code(place.location), place.shelf, place.bin) if part)

	def _below(self, code: str) -> str:
		return f"{code} - {self.warehouse}"
