"""Many rows at once by SQL: copies of one real document, so that only what is measured takes time."""

from collections.abc import Sequence

import frappe

from inventory_midplatform.tests import erpnext_documents as erp

OURS = (
	"Bin Allocation",
	"Bin Stock",
	"Inventory Reservation",
	"Receipt Layer",
	"Serial Location",
	"Stock Movement",
	"Stock Operation Log",
	"Stock Position",
)


def copy(doctype: str, condition: str, times: int, **columns: str) -> None:
	"""Each row that fits ``condition``, ``times`` over; ``columns`` are SQL, in which ``seq`` counts from one."""
	names = list(frappe.db.get_table_columns(doctype))
	values = [columns.get(c, f"t.`{c}`") for c in names]
	frappe.db.sql(
		f"INSERT INTO `tab{doctype}` ({', '.join(f'`{c}`' for c in names)})"
		f" SELECT {', '.join(values)} FROM `tab{doctype}` t JOIN seq_1_to_{times} WHERE {condition}"
	)


def item_code(prefix: str, number: str) -> str:
	"""SQL of the code of an item that :func:`items` made; ``number`` is SQL too."""
	return f"CONCAT('{prefix}-', LPAD({number}, 6, '0'))"


def items(prefix: str, count: int) -> list[str]:
	"""``count`` items like one that was made in ERPNext: PREFIX-000001 and so on."""
	source = erp.item()
	code = item_code(prefix, "seq")
	copy("Item", f"t.name = '{source}'", count, name=code, item_code=code, item_name=code)
	copy(
		"UOM Conversion Detail",
		f"t.parent = '{source}'",
		count,
		name=f"CONCAT(t.name, '-', {code})",
		parent=code,
	)
	copy("Item Default", f"t.parent = '{source}'", count, name=f"CONCAT(t.name, '-', {code})", parent=code)
	frappe.db.commit()
	return [f"{prefix}-{n:06}" for n in range(1, count + 1)]


def receive(codes: Sequence[str], warehouse: str, qty: int) -> None:
	"""Really posted, fifty rows a voucher."""
	for start in range(0, len(codes), 50):
		rows = [
			{"item_code": code, "t_warehouse": warehouse, "qty": qty, "basic_rate": erp.PRICE}
			for code in codes[start : start + 50]
		]
		erp.stock_entry("Material Receipt", rows)
		frappe.db.commit()


def order(codes: Sequence[str], warehouse: str) -> str:
	"""One submitted Sales Order with a row of one each; nothing is reserved for it yet."""
	document = frappe.get_doc(
		{
			"doctype": "Sales Order",
			"customer": erp.customer(),
			"company": erp.company(),
			"transaction_date": frappe.utils.nowdate(),
			"delivery_date": frappe.utils.nowdate(),
			"items": [
				{"item_code": code, "warehouse": warehouse, "qty": 1, "rate": 2 * erp.PRICE} for code in codes
			],
		}
	)
	return str(erp.submit(document).name)


def orders_like(source: str, prefix: str, times: int, item: str = "t.item_code") -> list[str]:
	"""Copies of a submitted order: PREFIX-1 and so on, their rows to be reserved; ``item`` is SQL."""
	name = f"CONCAT('{prefix}-', seq)"
	copy("Sales Order", f"t.name = '{source}'", times, name=name)
	copy(
		"Sales Order Item",
		f"t.parent = '{source}'",
		times,
		name=f"CONCAT('{prefix}-', t.idx, '-', seq)",
		parent=name,
		item_code=item,
		reserve_stock="1",
	)
	frappe.db.commit()
	return [f"{prefix}-{n}" for n in range(1, times + 1)]


def warehouses(count: int) -> list[str]:
	made = [erp.warehouse() for _ in range(count)]
	frappe.db.commit()
	return made


def bins(prefix: str, item_count: int, places: Sequence[str], qty: int) -> None:
	"""What ERPNext's books say lies there, ``qty`` of every item in every warehouse."""
	for place in places:
		frappe.db.sql(
			"INSERT INTO `tabBin` (name, owner, creation, modified, modified_by, item_code, warehouse, stock_uom,"
			" actual_qty, projected_qty, valuation_rate, stock_value)"
			f" SELECT CONCAT({item_code(prefix, 'seq')}, %(place)s), 'Administrator', NOW(6), NOW(6),"
			f" 'Administrator', {item_code(prefix, 'seq')}, %(place)s, 'Nos', %(qty)s, %(qty)s, 10, 10 * %(qty)s"
			f" FROM seq_1_to_{item_count}",
			{"place": place, "qty": qty},
		)
	frappe.db.commit()


def forget_stock() -> None:
	"""An empty ledger beside empty books."""
	for doctype in (*OURS, "Bin"):
		frappe.db.sql_ddl(f"TRUNCATE TABLE `tab{doctype}`")


def analyze(*doctypes: str) -> None:
	"""Rows inserted in bulk are new to the optimizer's statistics, which a real site's are not."""
	for doctype in doctypes:
		frappe.db.sql_ddl(f"ANALYZE TABLE `tab{doctype}`")
