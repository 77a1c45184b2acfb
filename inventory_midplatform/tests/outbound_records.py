"""Outbound records for tests of who may see what: an order of which one is picked, a wave, a package."""

from decimal import Decimal
from typing import Any

import frappe

from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests import erpnext_documents as erp


def record_of_a_service(doctype: str, **values: Any) -> str:
	"""Insert a record as services do, where the steps that lead to it do not matter. Returns its name."""
	document = frappe.get_doc({"doctype": doctype, **values})
	document.flags.inventory_service = True
	return str(document.insert().name)


def outbound_records(platform: Any, item: str, place: str) -> dict[str, str]:
	"""Make an Outbound Order of which one is picked, a wave and a package. Returns their names, and the order's line."""
	with platform.context() as ctx:
		line = PostingLine(item, place, Decimal(1), Decimal(10))
		source = ctx.books.order(erp.customer(), [line])
	name = platform.call("outbound.list_tasks", search=source)["tasks"][0]["name"]
	pick = platform.call("outbound.accept", name=name)["data"]["picks"][0]
	platform.call("outbound.pick", name=name, qty=1, line=pick["line"], bin=pick["bin"])
	lines = [{"line": pick["line"], "item_code": item, "stock_uom": "Nos", "qty": 1}]
	package = {"outbound_order": name, "package_no": 1, "warehouse": place, "lines": lines}
	return {
		"outbound": name,
		"line": pick["line"],
		"wave": record_of_a_service("Outbound Wave", state="To Release", warehouse=place),
		"package": record_of_a_service("Outbound Package", **package),
	}
