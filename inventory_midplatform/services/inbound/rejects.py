"""What becomes of rejected stock: it is written off where it was destroyed, else it goes back to the supplier."""

from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InventoryError
from inventory_midplatform.domain.inbound import DAMAGED
from inventory_midplatform.domain.quantity import to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, Row, Voucher
from inventory_midplatform.services import operation_log
from inventory_midplatform.services.approval import approval_requests, asking
from inventory_midplatform.services.inbound import inspections, orders
from inventory_midplatform.services.requests import inventory_requests

PURCHASE_RECEIPT = "Purchase Receipt"


def request_write_off(ctx: Context, order: Row, line: Row, qty: Decimal, reason: str) -> str:
	"""Request the write-off of what was destroyed, and its approval; return the Inventory Request's name.

	Raises what :func:`inventory_requests.create` raises, as Conflict (``module_off``).
	"""
	request = inventory_requests.create(
		ctx,
		inventory_requests.WRITE_OFF,
		order["warehouse"],
		[{"item_code": line["item_code"], "qty": to_text(qty)}],
		purpose=f"{order['name']}: {reason}"[:2000],
		stock_status=DAMAGED,
		inbound_order=order["name"],
	)
	_request_approval(ctx, request)
	return request


def _request_approval(ctx: Context, request: str) -> None:
	"""Request it, unless nobody could approve it or it needs none: then it stays a draft, and what was inspected is inspected."""
	try:
		with ctx.store.savepoint():
			asking.begin(ctx, inventory_requests.DOCTYPE, request)
	except Conflict as refused:
		if refused.code not in ("nobody_to_approve", "no_approval_needed"):
			raise


def draft_return(ctx: Context, order: Row) -> tuple[str, Reason | None]:
	"""Draft the return of what was rejected of an order's receipt, for a person to submit.

	Returns its name, '' where nothing goes back to a supplier; and why the books refuse it, where they do: what was inspected stays
	inspected.
	"""
	lines = inspections.to_return(
		orders.lines_of(ctx, order["name"], locked=True), inspections.of_order(ctx, order)
	)
	if not lines or not order["supplier"]:
		return "", None
	if order["receipt_doctype"] != PURCHASE_RECEIPT:
		return "", Reason("{receipt} is no Purchase Receipt.", receipt=order["receipt_document"])
	try:
		with ctx.store.savepoint():
			drafted = ctx.books.draft_return(Voucher(PURCHASE_RECEIPT, order["receipt_document"]), lines)
	except InventoryError as refused:
		return "", Reason(refused.template, **{k: str(v) for k, v in refused.details.items()})
	operation_log.log(
		ctx,
		"Draft",
		PURCHASE_RECEIPT,
		drafted.voucher_no,
		warehouse=order["warehouse"],
		reason=order["name"],
	)
	return drafted.voucher_no, None


def undo(ctx: Context, order: Row) -> None:
	"""Delete what was requested and drafted for the rejects of a receipt that is cancelled, as far as nobody approved or
	submitted it.
	"""
	if order["purchase_return"]:
		ctx.documents.discard(PURCHASE_RECEIPT, order["purchase_return"])
	for row in ctx.store.rows(
		"SELECT name FROM `tabInventory Request` WHERE inbound_order = %(name)s AND docstatus = 0 ORDER BY name",
		order,
	):
		approval_requests.document_gone(ctx, inventory_requests.DOCTYPE, row["name"])
		ctx.notifier.done(inventory_requests.DOCTYPE, row["name"])
		ctx.documents.discard(inventory_requests.DOCTYPE, row["name"])
