"""Approved Inventory Requests for an issue, a sample or a write-off: reserve for them, and create an Outbound Order that ships
them. What a write-off takes of stock on hold is not reserved (:mod:`written_off`).
"""

from inventory_midplatform.domain.outbound import OUTBOUND
from inventory_midplatform.ports import Context
from inventory_midplatform.services.demand.sources import INVENTORY_REQUEST
from inventory_midplatform.services.outbound.sync import sync
from inventory_midplatform.services.requests import inventory_requests
from inventory_midplatform.services.reservation import document_sync


def approved(ctx: Context, name: str) -> tuple[str, str]:
	"""Create the document of an approved request; return its DocType and name.

	For an issue, a sample or a write-off, while the module is on, it is an Outbound Order, and the request reserves its stock; else the
	draft of ``inventory_requests.approved``.
	"""
	request = inventory_requests.get(ctx, name)
	if not ctx.settings.outbound or request["request_type"] == "Purchase" or request["created_document"]:
		return inventory_requests.approved(ctx, name)
	_set_created(ctx, name, "")
	document_sync.sync(ctx, INVENTORY_REQUEST, name)
	sync(ctx, INVENTORY_REQUEST, name)
	order = str(
		ctx.store.rows(
			"SELECT name FROM `tabOutbound Order` WHERE source_type = %(type)s AND source_name = %(name)s",
			{"type": INVENTORY_REQUEST, "name": name},
		)[0]["name"]
	)
	_set_created(ctx, name, order)
	return OUTBOUND.doctype, order


def cancelled(ctx: Context, name: str) -> None:
	"""Undo :func:`approved`, as far as the stock has not left; picked stock is to be put back."""
	if inventory_requests.get(ctx, name)["created_doctype"] != OUTBOUND.doctype:
		inventory_requests.cancelled(ctx, name)
		return
	document_sync.sync(ctx, INVENTORY_REQUEST, name)
	sync(ctx, INVENTORY_REQUEST, name)


def _set_created(ctx: Context, name: str, order: str) -> None:
	ctx.store.execute(
		"UPDATE `tabInventory Request` SET created_doctype = %(doctype)s, created_document = %(order)s"
		" WHERE name = %(name)s",
		{"doctype": OUTBOUND.doctype, "order": order or None, "name": name},
	)
