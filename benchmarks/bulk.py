"""Many rows at once by SQL, as copies of one real document, so that preparing takes little time."""

from collections.abc import Sequence

import frappe

from inventory_midplatform.tests import erpnext_documents as erp

LEDGER_TABLES = (
	"Bin Allocation",
	"Bin Stock",
	"Inventory Reservation",
	"Receipt Layer",
	"Serial Location",
	"Stock Movement",
	"Stock Operation Log",
	"Stock Position",
	"Stock Snapshot",
)


def copy(doctype: str, condition: str, times: int, **columns: str) -> None:
	"""Copy each row that fits ``condition``, ``times`` times. ``columns`` are SQL, where ``seq`` counts from one."""
	names = list(frappe.db.get_table_columns(doctype))
	values = [columns.get(c, f"t.`{c}`") for c in names]
	frappe.db.sql(
		f"INSERT INTO `tab{doctype}` ({', '.join(f'`{c}`' for c in names)})"
		f" SELECT {', '.join(values)} FROM `tab{doctype}` t JOIN seq_1_to_{times} WHERE {condition}"
	)


def item_code(prefix: str, number: str) -> str:
	"""Return SQL for the code of an item that :func:`items` made; ``number`` is SQL too."""
	return f"CONCAT('{prefix}-', LPAD({number}, 6, '0'))"


def items(prefix: str, count: int) -> list[str]:
	"""Make ``count`` copies of an item that ERPNext made: PREFIX-000001 and so on."""
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
	"""Post receipts in ERPNext, fifty rows a voucher."""
	for start in range(0, len(codes), 50):
		rows = [
			{"item_code": code, "t_warehouse": warehouse, "qty": qty, "basic_rate": erp.PRICE}
			for code in codes[start : start + 50]
		]
		erp.stock_entry("Material Receipt", rows)
		frappe.db.commit()


def order(codes: Sequence[str], warehouse: str) -> str:
	"""Submit a Sales Order with a row of quantity 1 for each item, not reserved yet."""
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
	"""Copy a submitted order: PREFIX-1 and so on, with rows to be reserved. ``item`` is SQL."""
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


def orders_of(
	source: str, prefix: str, contents: Sequence[Sequence[tuple[str, int]]], customers: Sequence[str]
) -> list[str]:
	"""Make an order for each of ``contents`` (items and quantities), as copies of a submitted order of one row."""
	header = frappe.db.sql("SELECT * FROM `tabSales Order` WHERE name = %s", source, as_dict=True)[0]
	row = frappe.db.sql("SELECT * FROM `tabSales Order Item` WHERE parent = %s", source, as_dict=True)[0]
	names = [f"{prefix}-{n:06}" for n in range(1, len(contents) + 1)]
	headers, rows = [], []
	for n, (name, lines) in enumerate(zip(names, contents, strict=True)):
		pieces, customer = sum(qty for _, qty in lines), customers[n % len(customers)]
		total = {c: pieces * row.rate for c in header if c.endswith(("total", "net_total"))}
		headers.append({**header, **total, "name": name, "total_qty": pieces, "customer": customer})
		for idx, (code, qty) in enumerate(lines, 1):
			amounts = {c: qty * row.rate for c in row if c.endswith("amount") and row[c] == row.rate}
			of_row = {
				"name": f"{name}-{idx}",
				"parent": name,
				"idx": idx,
				"item_code": code,
				"item_name": code,
			}
			rows.append({**row, **amounts, **of_row, "qty": qty, "stock_qty": qty, "reserve_stock": 1})
	for doctype, made in (("Sales Order", headers), ("Sales Order Item", rows)):
		columns = list(made[0])
		frappe.db.bulk_insert(doctype, columns, [[m[c] for c in columns] for m in made], chunk_size=500)
	frappe.db.commit()
	analyze("Sales Order", "Sales Order Item")
	return names


def warehouses(count: int) -> list[str]:
	made = [erp.warehouse() for _ in range(count)]
	frappe.db.commit()
	return made


def bins(prefix: str, item_count: int, warehouse_names: Sequence[str], qty: int) -> None:
	"""Insert ERPNext's Bins: ``qty`` of every item in every warehouse."""
	for warehouse in warehouse_names:
		frappe.db.sql(
			"INSERT INTO `tabBin` (name, owner, creation, modified, modified_by, item_code, warehouse, stock_uom,"
			" actual_qty, projected_qty, valuation_rate, stock_value)"
			f" SELECT CONCAT({item_code(prefix, 'seq')}, %(warehouse)s), 'Administrator', NOW(6), NOW(6),"
			f" 'Administrator', {item_code(prefix, 'seq')}, %(warehouse)s, 'Nos', %(qty)s, %(qty)s, 10, 10 * %(qty)s"
			f" FROM seq_1_to_{item_count}",
			{"warehouse": warehouse, "qty": qty},
		)
	frappe.db.commit()


def forget_stock() -> None:
	"""Empty the ledger and ERPNext's Bins."""
	for doctype in (*LEDGER_TABLES, "Bin"):
		frappe.db.sql_ddl(f"TRUNCATE TABLE `tab{doctype}`")


def analyze(*doctypes: str) -> None:
	"""Update the optimizer's statistics, which bulk inserts leave behind."""
	for doctype in doctypes:
		frappe.db.sql_ddl(f"ANALYZE TABLE `tab{doctype}`")
