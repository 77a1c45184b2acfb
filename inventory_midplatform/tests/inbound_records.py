"""Inbound records for tests of who may see what: an order of which one is received."""

from decimal import Decimal
from typing import Any

import frappe

from inventory_midplatform.ports import PostingLine
from inventory_midplatform.tests import erpnext_documents as erp


def inbound_records(platform: Any, item: str, place: str) -> dict[str, str]:
	"""Make an Inbound Order of which one of two is received. Returns its name, and its line's. Beside it, one is inspected."""
	_inspected(platform, place)
	name, line = _received(platform, item, place)
	return {"inbound": name, "inbound_line": line}


def _received(platform: Any, item: str, place: str) -> tuple[str, str]:
	with platform.context() as ctx:
		source = ctx.books.purchase(erp.supplier(), [PostingLine(item, place, Decimal(2), Decimal(10))])
	name = platform.call("inbound.list_tasks", search=source)["tasks"][0]["name"]
	line = platform.call("inbound.arrive", name=name)["data"]["lines"][0]["line"]
	platform.call("inbound.receive", name=name, line=line, qty=1)
	return name, line


def _inspected(platform: Any, place: str) -> None:
	item = erp.item(inspection_required_before_purchase=1)
	frappe.db.commit()
	name, line = _received(platform, item, place)
	platform.call("inbound.finish_receiving", name=name)
	platform.call("inbound.inspect", name=name, line=line, accepted=1)
