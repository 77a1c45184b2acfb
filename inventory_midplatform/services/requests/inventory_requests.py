"""Inventory Requests for a purchase, an issue, a sample or a write-off. An approved request becomes a draft in ERPNext."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain import approval
from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.position import AVAILABLE, ON_HOLD
from inventory_midplatform.domain.quantity import ZERO, from_store, number_of, parse_quantity
from inventory_midplatform.domain.roles import DIRECTOR, SUPERVISOR, reads_costs
from inventory_midplatform.domain.text import require_plain
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules, operation_log
from inventory_midplatform.services.recipients import storekeeper_and_buyers, storekeepers

DOCTYPE = "Inventory Request"
WRITE_OFF = "Write-off"
REQUEST_TYPES = ("Purchase", "Issue", "Sample", WRITE_OFF)
ORIGIN_REQUEST = "Inventory Request"

Rates = dict[tuple[str, str], Decimal]
"""(item, unit) → rate."""


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
		"prepared_by": ctx.identity.user,
		"workflow_state": approval.DRAFT,
		"items": [dict(item) for item in items],
	}
	values.update(complete(ctx, values))
	name = ctx.documents.create(DOCTYPE, values)
	operation_log.log(
		ctx, "Request", DOCTYPE, name, warehouse=place.name, to_value=approval.DRAFT, reason=purpose
	)
	return name


def complete(ctx: Context, values: Mapping[str, Any]) -> Row:
	"""Check a request and return the fields that are computed: units, amounts, whether the director is needed.

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
	state = values.get("workflow_state") or approval.DRAFT
	lines = _complete_lines(ctx, values["items"], rates, fractions_allowed=state == approval.REJECTED)
	amount = sum((line["amount"] for line in lines), Decimal(0))
	return {
		"company": place.company,
		"created_doctype": None,
		"created_document": None,
		"items": lines,
		"amount": amount,
		"needs_director": int(amount > ctx.settings.director_amount),
		"status": approval.status_of(state) or "Pending",
	}


def sees_costs(ctx: Context) -> bool:
	"""Return whether the user may see rates and amounts, and set a rate."""
	return reads_costs(ctx.identity.roles)


def _present_rates(ctx: Context, name: Any) -> Rates:
	"""Return the rates of the request as it is stored; the highest, if an item and unit are on several lines."""
	rows = ctx.store.rows(
		"SELECT item_code, uom, MAX(rate) AS rate FROM `tabInventory Request Item`"
		" WHERE parent = %(name)s AND parenttype = 'Inventory Request' GROUP BY item_code, uom",
		{"name": name or ""},
	)
	return {(row["item_code"], row["uom"]): from_store(row["rate"]) for row in rows}


def _complete_lines(
	ctx: Context, lines: Sequence[Mapping[str, Any]], rates: Rates | None, fractions_allowed: bool
) -> list[Row]:
	"""Return the lines with their computed fields. ``rates`` count instead of the lines' own, if given.

	A fraction is refused if the line's unit or the stock UOM is counted in whole units, as ERPNext would refuse the draft,
	unless ``fractions_allowed``: a request that was made before can still be rejected.
	"""
	items = masters.stock_items(ctx, [line.get("item_code") for line in lines])
	units = [str(line.get("uom") or item.stock_uom) for line, item in zip(lines, items, strict=True)]
	factors = masters.conversion_factors(ctx, list(zip(items, units, strict=True)))
	known = _known_rates(ctx, {item.item_code for item in items})
	completed = []
	quantities = []
	for line, item, uom, factor in zip(lines, items, units, factors, strict=True):
		qty = parse_quantity(line.get("qty"))
		given = _rate(line.get("rate")) if rates is None else rates.get((item.item_code, uom), ZERO)
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
	if not fractions_allowed:
		masters.require_all_whole(ctx, quantities)
	return completed


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


def act(ctx: Context, name: str, action: str, reason: str = "") -> Row:
	"""Do one step of the approval and return the request after it. ``reason`` is logged; a rejection needs one.

	Raises NotFound (``unknown_request``), NotPermitted (``step_not_permitted``, ``self_approval``,
	``warehouse_not_permitted``) or InvalidInput (``missing_argument``, ``invalid_input``).
	"""
	before = _read(ctx, name)
	if action not in approval.ACTIONS and not before["workflow_state"]:
		raise InvalidInput("There is no action {action}.", code="invalid_input", action=action)
	ctx.documents.apply_action(DOCTYPE, name, action, reason)
	return get(ctx, name)


def check_reason(state: str, reason: str | None) -> str | None:
	"""Return the reason that stays on a request in an approval state: that of a rejection.

	Raises InvalidInput (``missing_argument``, ``markup``): a rejection needs a reason.
	"""
	require_plain(reason or "", "reason")
	if state != approval.REJECTED:
		return None
	if not (reason or "").strip():
		raise InvalidInput("Say why the request is rejected.", code="missing_argument", argument="reason")
	return reason


def state_changed(
	ctx: Context, name: str, before: str, after: str, warehouse: str, reason: str | None = None
) -> None:
	"""Log a step of the approval, close the to-dos about the request and notify those who decide next."""
	ctx.notifier.done(DOCTYPE, name)
	operation_log.log(
		ctx,
		"Approval",
		DOCTYPE,
		name,
		warehouse=warehouse,
		from_value=before,
		to_value=after,
		reason=reason or "",
	)
	role = {approval.PENDING: SUPERVISOR, approval.PENDING_DIRECTOR: DIRECTOR}.get(after)
	if role:
		ctx.notifier.todo(
			[u for u in ctx.identity.users_with_role(role, warehouse) if u != ctx.identity.user],
			"Request {name} for {warehouse} waits for your approval.",
			DOCTYPE,
			name,
			name=name,
			warehouse=warehouse,
		)


def is_prepared(before: str | None, after: str, changed: bool, first_state: str = approval.DRAFT) -> bool:
	"""Return whether a save makes its user the one who prepared the request: by creating it, changing its content,
	requesting its approval or revising it. ``before`` and ``after`` are approval states, ``before`` None for a new one.
	"""
	return before is None or changed or (before != after and first_state in (before, after))


def approves_own(user: str, owner: str, prepared_by: str | None) -> bool:
	"""Return whether the user created or prepared the request, and so may not approve it."""
	return user in (owner, prepared_by)


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
		"SELECT name, request_type, company, warehouse, requested_by, required_by, status, workflow_state, purpose,"
		" rejection_reason, stock_status,"
		" amount, needs_director, docstatus, created_doctype, created_document"
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


def check_step(
	before: tuple[str, int] | None,
	after: tuple[str, int],
	allowed: Sequence[tuple[str, int]],
	*,
	first_state: str = approval.DRAFT,
	changed: bool = False,
) -> None:
	"""Refuse a change that bypasses the approval: state and docstatus change together, and only by an allowed step.

	``before`` and ``after`` are (approval state, docstatus), ``before`` None for a new document. ``allowed`` are the
	(state, docstatus) that this user's steps from ``before`` lead to. ``changed``: the content differs from before. Only a
	draft may be changed, so that what was approved is what is drafted.

	Raises Conflict (``not_by_approval``, ``under_approval``).
	"""
	start = before if before is not None else (first_state, 0)
	if after != start and (before is None or after not in allowed):
		raise Conflict(
			"The state of a request changes only through its approval.",
			code="not_by_approval",
			from_state=start[0],
			to_state=after[0],
		)
	if changed and start[0] != first_state:
		raise Conflict(
			"A request under approval cannot be changed; reject and revise it first.",
			code="under_approval",
			state=start[0],
		)
