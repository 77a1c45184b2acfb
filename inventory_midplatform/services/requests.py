"""Inventory Requests: a purchase, an issue or a sample a person asks for; approved, it becomes a draft in ERPNext."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain import approval
from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.quantity import ZERO, from_store, parse_quantity
from inventory_midplatform.domain.roles import DIRECTOR, SUPERVISOR, reads_costs
from inventory_midplatform.domain.text import require_plain
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, operation_log
from inventory_midplatform.services.replenishment import keeper_and_buyers, keepers

DOCTYPE = "Inventory Request"
REQUEST_TYPES = ("Purchase", "Issue", "Sample")
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
) -> str:
	"""Draft a request. ``items`` are mappings of item_code, qty and, if wanted, uom and rate. Answers its name."""
	place = masters.stock_warehouse(ctx, warehouse)
	values: Row = {
		"request_type": request_type,
		"company": place.company,
		"warehouse": place.name,
		"required_by": required_by or ctx.clock.now().date(),
		"purpose": purpose,
		"requested_by": ctx.identity.user,
		"prepared_by": ctx.identity.user,
		"workflow_state": approval.DRAFT,
		"items": [dict(item) for item in items],
	}
	values.update(complete(ctx, values))
	name = ctx.documents.create(DOCTYPE, values)
	operation_log.log(
		ctx, "Ask", DOCTYPE, name, warehouse=place.name, to_value=approval.DRAFT, reason=purpose
	)
	return name


def complete(ctx: Context, values: Mapping[str, Any]) -> Row:
	"""Check a request and work out what it does not say: units, amounts, whether the director is needed.

	The approver reads these, so they are never taken from whoever sends them. A rate left empty is the item's last
	purchase rate, else its valuation rate, in company currency per unit; so is every rate of somebody who may not see
	costs, but for one that stood on the request already.
	"""
	if not ctx.settings.approval:
		raise Conflict(
			"Requests are switched off in Inventory Midplatform Settings.",
			code="module_off",
			module="approval",
		)
	if values["request_type"] not in REQUEST_TYPES:
		raise InvalidInput(
			"A request is a purchase, an issue or a sample, not {request_type}.",
			code="invalid_input",
			request_type=values["request_type"],
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
	rates = None if sees_costs(ctx) else _standing_rates(ctx, values.get("name"))
	state = values.get("workflow_state") or approval.DRAFT
	lines = _complete_lines(ctx, values["items"], rates, may_have_parts=state == approval.REJECTED)
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
	"""Whether this user reads rates and amounts, and may write a rate."""
	return reads_costs(ctx.identity.roles)


def _standing_rates(ctx: Context, name: Any) -> Rates:
	"""What somebody who may say so put on the request's lines before; the dearest, where an item stands there twice."""
	rows = ctx.store.rows(
		"SELECT item_code, uom, MAX(rate) AS rate FROM `tabInventory Request Item`"
		" WHERE parent = %(name)s AND parenttype = 'Inventory Request' GROUP BY item_code, uom",
		{"name": name or ""},
	)
	return {(row["item_code"], row["uom"]): from_store(row["rate"]) for row in rows}


def _complete_lines(
	ctx: Context, lines: Sequence[Mapping[str, Any]], rates: Rates | None, may_have_parts: bool
) -> list[Row]:
	"""``rates`` are those that stand on the request already, where the lines' own are not to be believed.

	ERPNext's document takes no part of what is counted in whole units, in the line's unit or in the stock UOM.
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
	if not may_have_parts:
		masters.require_all_whole(ctx, quantities)
	return completed


def _rate(value: Any) -> Decimal:
	if value is None or value == "" or not Decimal(str(value)):
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


def act(ctx: Context, name: str, action: str) -> Row:
	"""Take one step of the approval: ask, approve, reject, revise. Answers the request as it is then."""
	before = _read(ctx, name)
	if action not in approval.ACTIONS and not before["workflow_state"]:
		raise InvalidInput("There is no action {action}.", code="invalid_input", action=action)
	ctx.documents.apply_action(DOCTYPE, name, action)
	return get(ctx, name)


def state_changed(ctx: Context, name: str, before: str, after: str, warehouse: str) -> None:
	"""What follows a step of the approval: it is logged, whoever was asked is done, and the next person is told."""
	ctx.notifier.done(DOCTYPE, name)
	operation_log.log(ctx, "Approval", DOCTYPE, name, warehouse=warehouse, from_value=before, to_value=after)
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
	"""Whether this save makes its user the one who prepared the request: who writes it, changes what it asks for,
	asks for its approval or takes it back to be revised. ``before`` and ``after`` are approval states.
	"""
	return before is None or changed or (before != after and first_state in (before, after))


def approves_own(user: str, owner: str, prepared_by: str | None) -> bool:
	"""Nobody approves what they asked for or prepared, in whoever's name it stands."""
	return user in (owner, prepared_by)


def cancelled(ctx: Context, name: str) -> None:
	"""A request that was cancelled takes its draft along: nobody has it to check, and low stock may ask anew."""
	request = _read(ctx, name)
	doctype, created = request["created_doctype"], request["created_document"]
	if created:
		ctx.notifier.done(doctype, created)
		ctx.documents.discard(doctype, created)


def approved(ctx: Context, name: str) -> tuple[str, str]:
	"""Draft what was approved: a purchase becomes a Material Request, an issue or a sample a Stock Entry."""
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
	keeper = keepers(ctx, request["warehouse"])
	ctx.notifier.todo(
		keeper_and_buyers(ctx, request["warehouse"]) if request["request_type"] == "Purchase" else keeper,
		"Request {name} was approved; its draft is ready to be checked.",
		doctype,
		created,
		name=name,
	)
	return doctype, created


def get(ctx: Context, name: str) -> Row:
	"""The request with its lines; rates and amounts are None for those who may not see costs.

	Raises NotFound (``unknown_request``) or NotPermitted.
	"""
	request = _read(ctx, name)
	if sees_costs(ctx):
		return request
	items = [{**line, "rate": None, "amount": None} for line in request["items"]]
	return {**request, "amount": None, "items": items}


def _read(ctx: Context, name: str) -> Row:
	rows = ctx.store.rows(
		"SELECT name, request_type, company, warehouse, requested_by, required_by, status, workflow_state, purpose,"
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
	return {**rows[0], "amount": from_store(rows[0]["amount"]), "items": items}


def check_step(
	before: tuple[str, int] | None,
	after: tuple[str, int],
	allowed: Sequence[tuple[str, int]],
	*,
	first_state: str = approval.DRAFT,
	changed: bool = False,
) -> None:
	"""Nobody goes round the approval: state and docstatus change together, by an allowed step, or not at all.

	``before`` and ``after`` are (approval state, docstatus), ``before`` None for a new document; ``allowed`` are the
	ends of the steps this user may take from ``before``. ``changed`` says that what is asked for differs from before:
	only a draft may be changed, lest somebody approve one thing and get another.
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
			"A request that was asked for cannot be changed; reject and revise it first.",
			code="under_approval",
			state=start[0],
		)
