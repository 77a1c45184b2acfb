"""The lines of a document that waits for approval, of any DocType that has rows with items."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.quantity import ZERO, from_store, number_of

TABLES = ("items", "lines")
"""The fields that hold a document's rows: ERPNext's documents and Inventory Requests, and our orders."""

TAKING = ("Sales Order", "Delivery Note", "Sales Invoice", "POS Invoice")
RESERVED = ("Outbound Order",)
"""Their stock is reserved already: what is available does not change."""


@dataclass(frozen=True)
class Line:
	item_code: str
	item_name: str
	warehouse: str
	qty: Decimal
	"""In the line's own unit."""
	uom: str
	factor: Decimal
	"""Stock UOM in one of the line's unit."""
	rate: Decimal | None
	"""Of the line's unit, in the company's currency; None where the document has no prices."""
	amount: Decimal | None
	change: Decimal
	"""By how much what is available changes, in stock UOM."""
	account: str = ""
	cost_center: str = ""


def lines_of(doctype: str, document: Mapping[str, Any]) -> list[Line]:
	"""Return the lines that name an item, in the document's order."""
	return [_line(doctype, document, row) for row in _rows(document) if row.get("item_code")]


def _rows(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
	for table in TABLES:
		rows = document.get(table)
		if isinstance(rows, list):
			yield from (row for row in rows if isinstance(row, Mapping))


def _line(doctype: str, document: Mapping[str, Any], row: Mapping[str, Any]) -> Line:
	stock_qty = _first(row, "stock_qty", "transfer_qty", "expected_qty", "qty")
	qty = _first(row, "qty", "expected_qty", "stock_qty")
	if doctype == "Stock Reconciliation":
		qty = stock_qty = _number(row.get("quantity_difference")) or qty - _number(row.get("current_qty"))
	rate = _price(row, "base_rate", "rate", "basic_rate", "valuation_rate")
	amount = _price(row, "base_amount", "amount_difference", "amount", "basic_amount")
	if amount is None and rate is not None:
		amount = rate * qty
	return Line(
		item_code=str(row["item_code"]),
		item_name=str(row.get("item_name") or ""),
		warehouse=_warehouse(document, row),
		qty=qty,
		uom=str(row.get("uom") or row.get("stock_uom") or ""),
		factor=stock_qty / qty if qty and stock_qty else Decimal(1),
		rate=rate,
		amount=amount,
		change=_sign(doctype, document, row) * stock_qty,
		account=str(row.get("expense_account") or ""),
		cost_center=str(row.get("cost_center") or document.get("cost_center") or ""),
	)


def _warehouse(document: Mapping[str, Any], row: Mapping[str, Any]) -> str:
	for found in (row, document):
		for field in (
			"t_warehouse",
			"warehouse",
			"s_warehouse",
			"to_warehouse",
			"set_warehouse",
			"from_warehouse",
		):
			if found.get(field):
				return str(found[field])
	return ""


def _sign(doctype: str, document: Mapping[str, Any], row: Mapping[str, Any]) -> int:
	"""Return 1 where the line brings stock to its warehouse, -1 where it takes stock, 0 where it does neither."""
	if doctype in RESERVED:
		return 0
	if doctype == "Material Request":
		return -1 if document.get("material_request_type") == "Material Issue" else 1
	if doctype == "Inventory Request":
		return 1 if document.get("request_type") == "Purchase" else -1
	if doctype == "Stock Entry":
		return 1 if row.get("t_warehouse") else -1
	return -1 if doctype in TAKING else 1


def _first(row: Mapping[str, Any], *fields: str) -> Decimal:
	return next((_number(row[field]) for field in fields if row.get(field) is not None), ZERO)


def _price(row: Mapping[str, Any], *fields: str) -> Decimal | None:
	"""Return the first of these fields that is filled; zero where one is there and none is filled."""
	found = [_number(row[field]) for field in fields if row.get(field) is not None]
	return next((price for price in found if price), found[0] if found else None)


def _number(value: Any) -> Decimal:
	number = number_of(value)
	return ZERO if number is None else from_store(number)
