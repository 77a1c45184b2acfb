"""The rows of our own tables as a release left them on a real site, to see that the next ones still read them.

Made once, by the release itself, on a fresh site (``scripts/release_fixture.py`` does it on a throwaway one):

	cd sites && ../env/bin/python -m inventory_midplatform.tests.release_fixture SITE FOLDER
"""

import json
import sys
from pathlib import Path
from typing import Any

import frappe

Table = dict[str, Any]
"""``columns`` and ``rows``: a table of a later release has columns that this one did not know."""

OURS = (
	"Warehouse Zone",
	"Warehouse Bin",
	"Stock Movement",
	"Bin Stock",
	"Stock Position",
	"Inventory Reservation",
	"Stock Operation Log",
	"Inventory Request",
	"Inventory Request Item",
	"Inventory Alert",
)
MASTERS = {
	"Item": ("name", "item_code", "item_name", "stock_uom", "is_stock_item", "valuation_rate"),
	"Warehouse": ("name", "warehouse_name", "is_group", "disabled"),
	"Bin": ("name", "item_code", "warehouse", "actual_qty"),
}
"""What our rows point to, as little of it as they need."""

NUMBERED = (
	("Stock Movement", "voucher_no"),
	("Inventory Reservation", "demand_name"),
	("Inventory Request", "name"),
)
"""Names from ERPNext's series, which any site has given to documents of its own."""


def folder_of(release: str) -> Path:
	return Path(__file__).parent / "fixtures" / f"release_{release.replace('.', '_')}"


def read(folder: Path) -> dict[str, Table]:
	"""DocType → its rows."""
	return {
		doctype: json.loads((folder / f"{frappe.scrub(doctype)}.json").read_text(encoding="utf-8"))
		for doctype in (*MASTERS, *OURS)
	}


def load(tables: dict[str, Table]) -> None:
	"""Put the rows into the tables as they are now, each column by its name."""
	for doctype, of in tables.items():
		columns, rows = list(of["columns"]), [list(row) for row in of["rows"]]
		if doctype in MASTERS:
			columns = [*columns, "owner", "creation", "modified"]
			rows = [[*row, "Administrator", *[frappe.utils.now()] * 2] for row in rows]
		if doctype in ("Warehouse", "Item"):
			field, value = _of_this_site(doctype)
			columns, rows = [*columns, field], [[*row, value] for row in rows]
		names = ", ".join(f"`{c}`" for c in columns)
		for row in rows:
			frappe.db.sql(
				f"INSERT INTO `tab{doctype}` ({names}) VALUES ({', '.join(['%s'] * len(columns))})", row
			)
	frappe.db.commit()


def _of_this_site(doctype: str) -> tuple[str, str]:
	from inventory_midplatform.tests import erpnext_documents as erp

	return ("company", erp.company()) if doctype == "Warehouse" else ("item_group", erp.any_of("Item Group"))


def remove(tables: dict[str, Table]) -> None:
	for doctype, of in tables.items():
		names = [row[of["columns"].index("name")] for row in of["rows"]]
		frappe.db.delete(doctype, {"name": ("in", names or [""])})
		if doctype == "Item":
			frappe.db.delete("Receipt Layer", {"item_code": ("in", names or [""])})
	frappe.db.commit()


def dump(folder: Path) -> None:
	folder.mkdir(parents=True, exist_ok=True)
	numbered = sorted(
		{
			name
			for doctype, field in NUMBERED
			for name in frappe.get_all(doctype, pluck=field, order_by="name")
			if name
		}
	)
	for doctype in (*MASTERS, *OURS):
		columns = MASTERS.get(doctype) or [
			c for c in frappe.db.get_table_columns(doctype) if not c.startswith("_")
		]
		rows = _rows(doctype, columns)
		lines = ",\n".join(f"  {json.dumps(list(row), default=str, ensure_ascii=False)}" for row in rows)
		text = f'{{\n "columns": {json.dumps(list(columns))},\n "rows": [\n{lines}\n ]\n}}\n'
		for name in numbered:
			text = text.replace(name, f"FIXTURE-{name}")
		(folder / f"{frappe.scrub(doctype)}.json").write_text(text, encoding="utf-8")


def _rows(doctype: str, columns: Any) -> list[Any]:
	names = ", ".join(f"`{c}`" for c in columns)
	wanted = ""
	if doctype in ("Item", "Warehouse"):
		field = "item_code" if doctype == "Item" else "warehouse"
		wanted = f" WHERE name IN (SELECT `{field}` FROM `tabStock Position`)"
	return list(frappe.db.sql(f"SELECT {names} FROM `tab{doctype}`{wanted} ORDER BY name"))


def a_few_days_work() -> None:
	"""Every kind of movement, reservation, request and alert, and stock in bins, with names of nobody."""
	from inventory_midplatform.tests import erpnext_documents as erp
	from inventory_midplatform.tests.site_case import SWITCHES, prepare_site, switch
	from inventory_midplatform.tests.site_platform import SitePlatform

	prepare_site()
	switch(**dict.fromkeys(SWITCHES, 0))
	bolts, nuts, plates = (erp.item(item_code=f"FIXTURE-{word}") for word in ("BOLT", "NUT", "PLATE"))
	places = [
		str(erp.insert("Warehouse", warehouse_name=f"Fixture {word}", company=erp.company()).name)
		for word in ("Stores", "Shop")
	]
	frappe.flags.warehouse_account_map = {}
	stores, shop = places
	erp.receipt(plates, stores, 12, days_ago=5)  # there before the ledger was kept
	switch(**dict.fromkeys(SWITCHES, 1))
	from inventory_midplatform.adapters.site.jobs import taking_in

	for _ in taking_in():
		pass
	platform = SitePlatform()
	zone = platform.make_zone(stores, zone_code="FIXTURE-ZONE")
	shelf, floor = (
		platform.make_bin(stores, zone=zone, bin_code=f"FIXTURE-{code}") for code in ("SHELF", "FLOOR")
	)
	erp.receipt(bolts, stores, 100, days_ago=4)
	erp.purchase_receipt(nuts, stores, 60)
	erp.transfer(bolts, stores, shop, 25)
	erp.issue(bolts, stores, 5)
	erp.cancel(erp.receipt(nuts, stores, 7))
	erp.reconciliation(nuts, stores, 58)
	frappe.db.commit()
	unplaced = frappe.db.get_value("Warehouse Bin", {"warehouse": stores, "is_unplaced": 1})
	for to, qty in ((shelf, 30), (floor, 12.5)):
		platform.call(
			"stock.move", item_code=bolts, warehouse=stores, from_bin=unplaced, to_bin=to, qty=str(qty)
		)
	client = erp.customer()
	frappe.rename_doc("Customer", client, "Fixture Customer")
	_, delivered, closed, _ = (
		erp.sales_order(bolts, stores, qty, "Fixture Customer") for qty in (20, 10, 4, 60)
	)
	erp.delivery_for(delivered.name, 6)
	closed.reload()
	closed.update_status("Closed")
	frappe.db.commit()
	made = platform.call(
		"reservation.reserve",
		item_code=nuts,
		warehouse=stores,
		qty=8,
		demand_name="ELSEWHERE-1",
		priority=3,
		expires_at="2099-01-01 00:00:00",
	)
	platform.call("reservation.release", name=made["name"], qty=3, reason="No longer wanted")
	platform.call(
		"request.create",
		request_type="Issue",
		warehouse=stores,
		purpose="Repair",
		items=[{"item_code": nuts, "qty": 2}],
	)
	switch(reservation_enabled=0)
	erp.issue(nuts, stores, 55)  # below what is reserved: an alert
	switch(reservation_enabled=1)


if __name__ == "__main__":
	frappe.init(site=sys.argv[1])
	frappe.connect()
	frappe.set_user("Administrator")
	frappe.flags.mute_messages = True
	a_few_days_work()
	dump(Path(sys.argv[2]))
