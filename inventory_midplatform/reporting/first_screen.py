"""The numbers a person looks at first: of the manager, the storekeeper and the buyer, each with the list that it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import NotFound, NotPermitted
from inventory_midplatform.domain.flows import Flow
from inventory_midplatform.domain.inbound import INBOUND, NOT_POSTED
from inventory_midplatform.domain.outbound import OUTBOUND, TO_PICK, WORKING
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.roles import EVERYBODY, reads_costs
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting.scope import Scope, rows_of, scope
from inventory_midplatform.reporting.stock_ageing import stock_ageing
from inventory_midplatform.services.replenishment import low_stock

_COMPANIES = """
SELECT wh.company, company.default_currency AS currency
FROM `tabWarehouse` wh JOIN `tabCompany` company ON company.name = wh.company
WHERE {where} GROUP BY wh.company, company.default_currency ORDER BY wh.company
"""

_STOCK = """
SELECT SUM(COALESCE(book.stock_value, 0)) AS value, COUNT(DISTINCT p.item_code) AS items
FROM `tabStock Position` p
JOIN `tabItem` item ON item.name = p.item_code
JOIN `tabWarehouse` wh ON wh.name = p.warehouse
LEFT JOIN `tabBin` book ON book.item_code = p.item_code AND book.warehouse = p.warehouse
WHERE p.on_hand <> 0 AND {where}
"""

_ORDERS = """
SELECT COUNT(*) AS orders FROM `tab{doctype}` o
JOIN `tabWarehouse` wh ON wh.name = o.warehouse
WHERE o.state IN %(states)s AND {when} AND {where}
"""

_PURCHASES = """
SELECT DISTINCT o.name
FROM `tabPurchase Order` o
JOIN `tabPurchase Order Item` line ON line.parent = o.name
JOIN `tabWarehouse` wh ON wh.name = line.warehouse
WHERE o.docstatus = 1 AND o.status NOT IN ('Closed', 'Completed', 'Delivered', 'On Hold')
	AND line.received_qty * line.conversion_factor < line.stock_qty - 0.000001 AND line.schedule_date < %(today)s AND {where}
ORDER BY o.name
"""

LISTED = 200
"""The most documents that a number names to its list."""

ANY_DAY, UNTIL_TODAY, TODAY, BEFORE_TODAY = (
	"1 = 1",
	"o.due <= %(today)s",
	"o.due = %(today)s",
	"o.due < %(today)s",
)


@dataclass(frozen=True)
class Opened:
	"""What shows the documents that a number counts: a list, or a report, with these filters."""

	kind: str
	name: str
	filters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
	"""``value`` is money in ``currency`` of ``company``, else a count. None where there is no company to speak of."""

	value: Decimal | int | None
	opens: Opened
	company: str = ""
	currency: str = ""


@dataclass(frozen=True)
class _Look:
	ctx: Context
	about: Scope
	company: str
	currency: str

	def one(self, sql: str, **values: Any) -> Any:
		today = self.ctx.clock.now().date()
		return next(iter(rows_of(self.ctx, sql, self.about, today=today, **values)[0].values()))

	def money(self, value: Any, report: str) -> Figure:
		opens = Opened("report", report, {"company": self.company})
		return Figure(from_store(value), opens, self.company, self.currency)

	def orders(self, flow: Flow, states: Sequence[str], when: str = ANY_DAY) -> int:
		sql = _ORDERS.replace("{doctype}", flow.doctype).replace("{when}", when)
		return int(self.one(sql, states=tuple(states)))


def _stock_value(look: _Look) -> Figure:
	return look.money(look.one(_STOCK), "Stock Overview")


def _items(look: _Look) -> Figure:
	found = rows_of(look.ctx, _STOCK, look.about)[0]
	opens = Opened("report", "Realtime Stock", {"company": look.company})
	return Figure(int(found["items"]), opens, look.company)


def _dead_stock(look: _Look) -> Figure:
	totals = stock_ageing(look.ctx, company=look.company, limit=0).companies
	return look.money(sum(of.dead_value or 0 for of in totals), "Inventory Ageing")


def _listed(look: _Look, flow: Flow, states: Sequence[str], when: str = ANY_DAY) -> Figure:
	today = str(look.ctx.clock.now().date())
	due = {UNTIL_TODAY: ["<=", today], TODAY: today, BEFORE_TODAY: ["<", today]}.get(when)
	filters = {"state": ["in", list(states)], **({"due": due} if due else {})}
	return Figure(look.orders(flow, states, when), Opened("list", flow.doctype, filters))


def _open_states(flow: Flow) -> list[str]:
	return [state.name for state in flow.states if not state.final]


def _low_stock(look: _Look) -> Figure:
	low = {(s.item_code, s.warehouse) for _, s in low_stock.below_threshold(look.ctx)}
	return Figure(len(low), Opened("report", "Low Stock"))


def _late_purchases(look: _Look) -> Figure:
	today = look.ctx.clock.now().date()
	names = [row["name"] for row in rows_of(look.ctx, _PURCHASES, look.about, today=today)]
	return Figure(len(names), Opened("list", "Purchase Order", {"name": ["in", names[:LISTED]]}))


@dataclass(frozen=True)
class Card:
	"""A number of the first screen. With ``of_company`` it is one company's: currencies are never added."""

	name: str
	find: Callable[[_Look], Figure]
	is_cost: bool = False
	of_company: bool = False


CARDS: Mapping[str, Card] = {
	card.name: card
	for card in (
		Card("stock_value", _stock_value, is_cost=True, of_company=True),
		Card("items", _items, of_company=True),
		Card("dead_stock", _dead_stock, is_cost=True, of_company=True),
		Card("open_outbound", lambda look: _listed(look, OUTBOUND, _open_states(OUTBOUND))),
		Card("open_inbound", lambda look: _listed(look, INBOUND, _open_states(INBOUND))),
		Card("to_receive_today", lambda look: _listed(look, INBOUND, NOT_POSTED, UNTIL_TODAY)),
		Card("to_pick", lambda look: _listed(look, OUTBOUND, [TO_PICK])),
		Card("late_outbound", lambda look: _listed(look, OUTBOUND, WORKING, BEFORE_TODAY)),
		Card("low_stock", _low_stock),
		Card("late_purchases", _late_purchases),
		Card("expected_today", lambda look: _listed(look, INBOUND, NOT_POSTED, TODAY)),
	)
}


def may_see(roles: frozenset[str], name: str) -> bool:
	"""Return whether a user with these roles sees a card."""
	card = CARDS.get(name)
	return card is not None and bool(EVERYBODY & roles) and (not card.is_cost or reads_costs(roles))


def card(ctx: Context, name: str, company: str = "", usual: str = "") -> Figure:
	"""Return a number of the first screen: of ``company``, else of the company that is usual for the user.

	Raises NotFound (``unknown_card``), NotPermitted (``costs_not_permitted``) and what :func:`scope` raises.
	"""
	found = CARDS.get(name)
	if found is None:
		raise NotFound("There is no card {name}.", code="unknown_card", name=name[:140])
	if not may_see(ctx.identity.roles, name):
		raise NotPermitted("You have no permission to see this number.", code="costs_not_permitted")
	if not found.of_company:
		return found.find(_Look(ctx, scope(ctx, company=company), "", ""))
	of, currency = company_of(ctx, company, usual)
	return found.find(_Look(ctx, scope(ctx, company=of), of, currency))


def company_of(ctx: Context, company: str = "", usual: str = "") -> tuple[str, str]:
	"""Return the company whose money is shown, and its currency: the one look for, else the usual one where the user sees a
	warehouse of it, else the first of which they see one. Empty where they see none.
	"""
	seen = {
		row["company"]: row["currency"] or "" for row in rows_of(ctx, _COMPANIES, scope(ctx, company=company))
	}
	of = company or (usual if usual in seen else next(iter(seen), ""))
	return of, seen.get(of, "")
