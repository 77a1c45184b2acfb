"""Draft the return of what inspection rejected: ERPNext's return of a Purchase Receipt."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from inventory_midplatform.adapters.site import deliveries
from inventory_midplatform.adapters.site.quality import inspected_later
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.quantity import from_store, to_text
from inventory_midplatform.ports import ReturnLine, Row, Voucher


def draft(receipt: Voucher, lines: Sequence[ReturnLine]) -> Voucher:
	from erpnext.controllers.sales_and_purchase_return import make_return_doc

	document = deliveries._mapped(lambda: make_return_doc(receipt.voucher_type, receipt.voucher_no))
	mapped, document.items = [row.as_dict() for row in document.items], []
	for line in lines:
		for row in _returned(mapped, line):
			document.append("items", row)
	inspected_later(document)
	deliveries._insert(document)
	return Voucher(receipt.voucher_type, str(document.name))


def _returned(mapped: list[Row], line: ReturnLine) -> Iterator[Row]:
	"""Yield rows that return a line, of those that ERPNext mapped and in their own units; what they return is taken from them."""
	rest = line.qty
	of_line = [
		r for r in mapped if (r["purchase_order_item"], r["item_code"]) == (line.source_row, line.item_code)
	]
	for row in sorted(of_line, key=lambda r: (r["batch_no"] or "") != line.batch_no):
		part = min(rest, -from_store(row["stock_qty"]))
		if part <= 0:
			continue
		rest -= part
		row["stock_qty"] = float(from_store(row["stock_qty"]) + part)
		qty = -float(part / from_store(row["conversion_factor"] or 1))
		yield {
			**row,
			**deliveries._batch_and_serials(replace(line, qty=part)),
			"name": None,
			"qty": qty,
			"received_qty": qty,
			"rejected_qty": 0,
			"stock_qty": -float(part),
			"received_stock_qty": -float(part),
			"inventory_stock_status": line.stock_status,
		}
	if rest:
		raise Conflict(
			"{qty} of item {item_code} is more than the receipt has left to return.",
			code="over_return",
			item_code=line.item_code,
			qty=to_text(line.qty),
		)
