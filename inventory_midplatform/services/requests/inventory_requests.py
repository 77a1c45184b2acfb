"""Inventory Requests for a purchase, an issue, a sample or a write-off. An approved request becomes a draft in ERPNext."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain import approval_flow
from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.position import AVAILABLE, ON_HOLD
from inventory_midplatform.domain.quantity import ZERO, from_store, number_of, parse_quantity
from inventory_midplatform.domain.roles import reads_costs
from inventory_midplatform.domain.text import require_plain
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules, operation_log
from inventory_midplatform.services.recipients import storekeeper_and_buyers, storekeepers

DOCTYPE = "Inventory Request"
WRITE_OFF = "Write-off"
REQUEST_TYPES = ("Purchase", "Issue", "Sample", WRITE_OFF)
ORIGIN_REQUEST = "Inventory Request"

DRAFT, PENDING, APPROVED, REJECTED, CANCELLED = "Draft", "Pending", "Approved", "Rejected", "Cancelled"
STATUSES = (DRAFT, PENDING, APPROVED, REJECTED, CANCELLED)
"""Where a request stands, for lists. It follows the request's approval and its submission; nobody types it."""

STATUS_OF = {
	approval_flow.OPEN: PENDING,
	approval_flow.RETURNED: DRAFT,
	approval_flow.WITHDRAWN: DRAFT,
	approval_flow.APPROVED: APPROVED,
	approval_flow.REJECTED: REJECTED,
}
"""State of its approval → status of a request that is not submitted."""

Rates = dict[tuple[str, str, str], Decimal]
"""(row, item, unit) → rate; without the name of the row the highest of the item and unit."""


def create(
	ctx: Context,
	request_type: str,
	warehouse: str,
	items: Sequence[Mapping[str, Any]],
	required_by: date | None = None,
	purpose: str = "",
	stock_status: str = AVAILABLE,
	inbound_order: str = "",
) -> str:
	"""Draft a request and return its name. Each of ``items`` has item_code and qty, and may have uom and rate.

	A write-off takes stock of ``stock_status``; it may be of what was destroyed in the inspection of ``inbound_order``.

	Raises what :func:`complete` raises.
	"""
	place = masters.stock_warehouse(ctx, warehouse)
	values: Row = {
		"request_type": request_type,
		"company": place.company,
		"warehouse": place.name,
		"required_by": required_by or ctx.clock.now().date(),
		"purpose": purpose,
		"stock_status": stock_status,
		"inbound_order": inbound_order or None,
		"requested_by": ctx.identity.user,
		"items": [dict(item) for item in items],
	}
	values.update(complete(ctx, values))
	name = ctx.documents.create(DOCTYPE, values)
	operation_log.log(ctx, "Request", DOCTYPE, name, warehouse=place.name, to_value=DRAFT, reason=purpose)
	return name


def complete(ctx: Context, values: Mapping[str, Any]) -> Row:
	"""Check a request and return the fields that are computed: units and amounts.

	An approver relies on these, so they are never read from what a user sends. An empty rate becomes the item's last
	purchase rate, else its valuation rate, in company currency per unit. A user who may not see costs sets no rate: the
	rates that the request has already stay, and the others are found in the same way.

	Raises what :mod:`masters` raises, Conflict (``module_off``) or InvalidInput (``invalid_input``, ``markup``,
	``missing_argument``, ``wrong_company``, ``invalid_quantity``, ``unknown_uom``, ``not_whole``).
	"""
	modules.require(ctx, "approval")
	if values["request_type"] not in REQUEST_TYPES:
		raise InvalidInput(
			"A request is a purchase, an issue, a sample or a write-off, not {request_type}.",
			code="invalid_input",
			request_type=values["request_type"],
		)
	status = values.get("stock_status") or AVAILABLE
	if status not in (AVAILABLE, *ON_HOLD) or (status != AVAILABLE and values["request_type"] != WRITE_OFF):
		raise InvalidInput(
			"Only a write-off takes stock on hold: Quality, Damaged or Blocked.",
			code="invalid_input",
			stock_status=status,
		)
	require_plain(str(values.get("purpose") or ""), "purpose")
	if not values["items"]:
		raise InvalidInput("Name at least one item.", code="missing_argument", argument="items")
	place = masters.stock_warehouse(ctx, values["warehouse"])
	if values.get("company") and values["company"] != place.company:
		raise InvalidInput(
			"Warehouse {warehouse} belongs to {company}.",
			code="wrong_company",
			warehouse=place.name,
			company=place.company,
		)
	rates = None if sees_costs(ctx) else _present_rates(ctx, values.get("name"))
	lines = _complete_lines(ctx, values["items"], rates)
	return {
		"company": place.company,
		"created_doctype": None,
		"created_document": None,
		"items": lines,
		"amount": sum((line["amount"] for line in lines), Decimal(0)),
	}


def status_after_change(status: str, changed: bool) -> str:
	"""Return the status of a stored request that is saved again; ``changed``: its content differs from before.

	Raises Conflict (``under_approval``): what approvers are asked about stays as it is.
	"""
	if changed and status == PENDING:
		raise Conflict(
			"A request under approval cannot be changed; withdraw its approval first.",
			code="under_approval",
			state=status,
		)
	return DRAFT if changed and status == APPROVED else status or DRAFT


def sees_costs(ctx: Context) -> bool:
	"""Return whether the user may see rates and amounts, and set a rate."""
	return reads_costs(ctx.identity.roles)


def _present_rates(ctx: Context, name: Any) -> Rates:
	"""Return the rates of the request as it is stored."""
	rows = ctx.store.rows(
		"SELECT name, item_code, uom, rate FROM `tabInventory Request Item`"
		" WHERE parent = %(name)s AND parenttype = 'Inventory Request'",
		{"name": name or ""},
	)
	found: Rates = {}
	for row in rows:
		rate = from_store(row["rate"])
		found[row["name"], row["item_code"], row["uom"]] = rate
		of_all = ("", row["item_code"], row["uom"])
		found[of_all] = max(rate, found.get(of_all, ZERO))
	return found


def _complete_lines(ctx: Context, lines: Sequence[Mapping[str, Any]], rates: Rates | None) -> list[Row]:
	"""Return the lines with their computed fields. ``rates`` count instead of the lines' own, if given.

	A fraction is refused if the line's unit or the stock UOM is counted in whole units, as ERPNext would refuse the draft.
	"""
	items = masters.stock_items(ctx, [line.get("item_code") for line in lines])
	units = [str(line.get("uom") or item.stock_uom) for line, item in zip(lines, items, strict=True)]
	factors = masters.conversion_factors(ctx, list(zip(items, units, strict=True)))
	known = _known_rates(ctx, {item.item_code for item in items})
	completed = []
	quantities = []
	for line, item, uom, factor in zip(lines, items, units, factors, strict=True):
		qty = parse_quantity(line.get("qty"))
		given = _rate(line.get("rate")) if rates is None else _present_rate(rates, line, item.item_code, uom)
		rate = given or known[item.item_code] * factor
		stock_qty = masters.times(qty, factor)
		quantities += [(item.item_code, uom, qty), (item.item_code, item.stock_uom, stock_qty)]
		completed.append(
			{
				"item_code": item.item_code,
				"item_name": item.item_name,
				"qty": qty,
				"uom": uom,
				"conversion_factor": factor,
				"stock_qty": stock_qty,
				"rate": rate,
				"amount": (qty * rate).quantize(Decimal("0.01")),
			}
		)
	masters.require_all_whole(ctx, quantities)
	return completed


def _present_rate(rates: Rates, line: Mapping[str, Any], item_code: str, uom: str) -> Decimal:
	row = str(line.get("name") or "")
	return rates.get((row, item_code, uom)) or rates.get(("", item_code, uom), ZERO)


def _rate(value: Any) -> Decimal:
	if value is None or value == "" or number_of(value) == 0:
		return Decimal(0)
	return parse_quantity(value, "rate")


def _known_rates(ctx: Context, item_codes: Iterable[str]) -> dict[str, Decimal]:
	rows = ctx.store.rows(
		"SELECT name, last_purchase_rate, valuation_rate FROM `tabItem` WHERE name IN %(names)s",
		{"names": sorted(item_codes)},
	)
	return {
		row["name"]: from_store(row["last_purchase_rate"]) or from_store(row["valuation_rate"])
		for row in rows
	}


def approval_changed(ctx: Context, name: str, state: str, reason: str) -> None:
	"""Bring the status of a request to the state of its approval (``STATUS_OF``), and log it.

	``reason`` stays on a rejected request. Not while it is submitted. Locks its row.
	"""
	source = ctx.store.through(DOCTYPE, ("name",))
	rows = ctx.store.rows(
		f"SELECT docstatus, status, warehouse FROM {source} WHERE name = %(name)s{ctx.store.for_update}",
		{"name": name},
	)
	if not rows or rows[0]["docstatus"]:
		return
	after = STATUS_OF[state]
	ctx.store.execute(
		"UPDATE `tabInventory Request` SET status = %(status)s, rejection_reason = %(reason)s WHERE name = %(name)s",
		{"status": after, "reason": reason if after == REJECTED else None, "name": name},
	)
	log_status(ctx, name, rows[0]["warehouse"], rows[0]["status"] or DRAFT, after, reason)


def log_status(ctx: Context, name: str, warehouse: str, before: str, after: str, reason: str = "") -> None:
	"""Log a change of a request's status, and close the to-dos about the request."""
	ctx.notifier.done(DOCTYPE, name)
	if before != after:
		operation_log.log(
			ctx,
			"Approval",
			DOCTYPE,
			name,
			warehouse=warehouse,
			from_value=before,
			to_value=after,
			reason=reason,
		)


def submit(ctx: Context, name: str) -> None:
	"""Submit a request that needs no approval, or has it, as far as this user may submit requests.

	Raises NotFound (``unknown_request``), NotPermitted (``warehouse_not_permitted``) or Conflict (``wrong_state``), and what
	the submission of a document that needs an approval raises.
	"""
	modules.require(ctx, "approval")
	_require_docstatus(_read(ctx, name), 0)
	ctx.documents.submit(DOCTYPE, name)


def cancel(ctx: Context, name: str) -> None:
	"""Cancel a submitted request, with the draft that was made of it.

	Raises NotFound (``unknown_request``), NotPermitted (``warehouse_not_permitted``) or Conflict (``wrong_state``).
	"""
	_require_docstatus(_read(ctx, name), 1)
	ctx.documents.cancel(DOCTYPE, name)


def _require_docstatus(request: Row, docstatus: int) -> None:
	if request["docstatus"] != docstatus:
		raise Conflict(
			"{doctype} {name} is in another state.", code="wrong_state", doctype=DOCTYPE, name=request["name"]
		)


def cancelled(ctx: Context, name: str) -> None:
	"""Delete the draft of a cancelled request, with its to-dos, so that low stock can be requisitioned again."""
	request = _read(ctx, name)
	doctype, created = request["created_doctype"], request["created_document"]
	if created:
		ctx.notifier.done(doctype, created)
		ctx.documents.discard(doctype, created)


def approved(ctx: Context, name: str) -> tuple[str, str]:
	"""Draft the Material Request of an approved purchase, or the Stock Entry of an issue, a sample or a write-off.

	Returns the draft's DocType and name. An approved request that has its draft already gets no second one.
	"""
	request = _read(ctx, name)
	if request["created_document"]:
		return request["created_doctype"], request["created_document"]
	today = ctx.clock.now().date()
	required = max(request["required_by"], today) if request["required_by"] else today
	items = masters.stock_items(ctx, [line["item_code"] for line in request["items"]])
	lines = [
		{
			"item_code": line["item_code"],
			"qty": line["qty"],
			"uom": line["uom"],
			"stock_uom": item.stock_uom,
			"conversion_factor": line["conversion_factor"],
		}
		for line, item in zip(request["items"], items, strict=True)
	]
	origin = {"company": request["company"], "inventory_request": name}
	if request["request_type"] == "Purchase":
		doctype = "Material Request"
		values = {
			**origin,
			"material_request_type": "Purchase",
			"transaction_date": today,
			"schedule_date": required,
			"set_warehouse": request["warehouse"],
			"inventory_origin": ORIGIN_REQUEST,
			"items": [
				{
					**line,
					"stock_qty": from_store(line["qty"] * line["conversion_factor"]),
					"warehouse": request["warehouse"],
					"schedule_date": required,
				}
				for line in lines
			],
		}
	else:
		on_hold = request["stock_status"] if request["stock_status"] in ON_HOLD else None
		doctype = "Stock Entry"
		values = {
			**origin,
			"purpose": "Material Issue",
			"stock_entry_type": "Material Issue",
			"from_warehouse": request["warehouse"],
			"items": [
				{
					**line,
					"transfer_qty": from_store(line["qty"] * line["conversion_factor"]),
					"s_warehouse": request["warehouse"],
					"inventory_stock_status": on_hold,
				}
				for line in lines
			],
		}
	created = ctx.documents.create(doctype, values)
	ctx.store.execute(
		"UPDATE `tabInventory Request` SET created_doctype = %(doctype)s, created_document = %(created)s"
		" WHERE name = %(name)s",
		{"doctype": doctype, "created": created, "name": name},
	)
	operation_log.log(ctx, "Draft", doctype, created, warehouse=request["warehouse"], reason=name)
	storekeeper = storekeepers(ctx, request["warehouse"])
	ctx.notifier.todo(
		storekeeper_and_buyers(ctx, request["warehouse"])
		if request["request_type"] == "Purchase"
		else storekeeper,
		"Request {name} was approved; its draft is ready to be checked.",
		doctype,
		created,
		name=name,
	)
	return doctype, created


def get(ctx: Context, name: str) -> Row:
	"""Return the request with its lines; rates and amounts are None for users who may not see costs.

	Raises NotFound (``unknown_request``) or NotPermitted (``warehouse_not_permitted``).
	"""
	request = _read(ctx, name)
	if sees_costs(ctx):
		return request
	items = [{**line, "rate": None, "amount": None} for line in request["items"]]
	return {**request, "amount": None, "items": items}


def _read(ctx: Context, name: str) -> Row:
	rows = ctx.store.rows(
		"SELECT name, request_type, company, warehouse, requested_by, required_by, status, purpose,"
		" rejection_reason, stock_status, amount, docstatus, created_doctype, created_document"
		" FROM `tabInventory Request` WHERE name = %(name)s",
		{"name": name},
	)
	if not rows:
		raise NotFound("Request {name} does not exist.", code="unknown_request", name=name)
	masters.require_warehouse(ctx, rows[0]["warehouse"])
	lines = ctx.store.rows(
		"SELECT item_code, item_name, qty, uom, conversion_factor, stock_qty, rate, amount"
		" FROM `tabInventory Request Item` WHERE parent = %(name)s ORDER BY idx",
		{"name": name},
	)
	numbers = ("qty", "conversion_factor", "stock_qty", "rate", "amount")
	items = [{**line, **{n: from_store(line[n]) for n in numbers}} for line in lines]
	rows[0]["stock_status"] = rows[0]["stock_status"] or AVAILABLE
	return {**rows[0], "amount": from_store(rows[0]["amount"]), "items": items}
