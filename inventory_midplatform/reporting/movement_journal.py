"""Movement journal of an item: what came and went, who recorded it, and the balance of each warehouse after it.

A balance is made backwards, from what is on hand now: what moved since is taken off. So the opening balance of a period
is right whatever came before it, and reads nothing of that.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from inventory_midplatform.domain.errors import InvalidInput
from inventory_midplatform.domain.movement import INSIDE_WAREHOUSE, MovementKind
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.reporting.scope import one_of, period, rows_of, scope

PAGE = 500
DAYS = 90
"""How long a period is where nobody says."""

MOST_PAGES = 100_000

_FROM = """
FROM `tabStock Movement` m
JOIN `tabItem` item ON item.name = m.item_code
JOIN `tabWarehouse` wh ON wh.name = m.warehouse
WHERE {where} AND m.posting_datetime >= %(since)s
"""

_IN_PERIOD = f"{_FROM} AND m.posting_datetime < %(until)s"

_CHANGES = "m.kind NOT IN %(inside)s"

_ORDER = "ORDER BY m.posting_datetime, m.creation, m.name"

_ON_HAND = """
SELECT p.warehouse, p.on_hand, item.stock_uom
FROM `tabStock Position` p
JOIN `tabItem` item ON item.name = p.item_code
JOIN `tabWarehouse` wh ON wh.name = p.warehouse
WHERE {where}
"""

_SINCE = f"""
SELECT m.warehouse, SUM(m.qty) AS qty,
	SUM(CASE WHEN m.posting_datetime < %(until)s THEN m.qty ELSE 0 END) AS in_period,
	SUM(CASE WHEN m.posting_datetime < %(until)s AND m.qty > 0 THEN m.qty ELSE 0 END) AS incoming,
	SUM(CASE WHEN m.posting_datetime < %(until)s AND m.qty < 0 THEN -m.qty ELSE 0 END) AS outgoing
{_FROM} AND {_CHANGES}
GROUP BY m.warehouse
"""

_COUNT = f"SELECT COUNT(*) AS n {_IN_PERIOD} AND {{of_kind}}"

_ON_EARLIER_PAGES = f"""
SELECT earlier.warehouse, SUM(earlier.qty) AS qty FROM (
	SELECT m.warehouse, CASE WHEN {_CHANGES} THEN m.qty ELSE 0 END AS qty
	{_IN_PERIOD} AND {{of_kind}} {_ORDER} LIMIT %(offset)s
) earlier GROUP BY earlier.warehouse
"""

_PAGE = f"""
SELECT m.posting_datetime, m.creation AS recorded_at, m.warehouse, m.bin, m.batch_no, m.serial_no, m.stock_status,
	m.kind, m.qty, m.voucher_type, m.voucher_no, m.owner AS recorded_by, m.reason, wh.company
{_IN_PERIOD} AND {{of_kind}} {_ORDER} LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True)
class WarehouseBalance:
	"""What an item's stock in a warehouse was when a period began and ended, and what came and went. Stock UOM."""

	warehouse: str
	opening: Decimal
	incoming: Decimal
	outgoing: Decimal
	closing: Decimal


@dataclass(frozen=True)
class MovementJournal:
	"""A page of movements in the order of posting. ``balance`` of a row is its warehouse's after it; None where rows were
	left out between, by a kind."""

	item_code: str
	stock_uom: str
	since: date
	until: date
	page: int
	rows: list[Row] = field(default_factory=list)
	total_rows: int = 0
	balances: list[WarehouseBalance] = field(default_factory=list)

	@property
	def pages(self) -> int:
		return max(-(-self.total_rows // PAGE), 1)


def movement_journal(
	ctx: Context,
	*,
	item_code: str = "",
	company: str = "",
	warehouse: str = "",
	from_date: date | None = None,
	to_date: date | None = None,
	kind: str = "",
	inside: bool = False,
	page: int = 1,
	size: int = PAGE,
) -> MovementJournal:
	"""Return a page of an item's movements of a period, the last ninety days if none is named.

	``kind`` shows one kind of movement only; ``inside`` shows moves within a warehouse too, which change no balance. The
	day of a movement is that of its posting. At most eight statements. Raises InvalidInput (``missing_argument``,
	``wrong_period``, ``invalid_date``, ``wrong_page``, ``invalid_argument``) and what :func:`scope` raises.
	"""
	if not item_code:
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument="item_code")
	first, last = period(ctx, from_date, to_date, DAYS)
	if not 1 <= page <= MOST_PAGES:
		raise InvalidInput("There is no page {page}.", code="wrong_page", page=page)
	one_of("kind", kind, ("", *(known.value for known in MovementKind)))
	about = scope(ctx, company=company, warehouse=warehouse, item_code=item_code)
	between = {
		"since": datetime(first.year, first.month, first.day),
		"until": datetime(last.year, last.month, last.day) + timedelta(days=1),
		"inside": [within.value for within in INSIDE_WAREHOUSE],
		"kind": kind,
	}
	of_kind = "m.kind = %(kind)s" if kind else "1 = 1" if inside else _CHANGES
	there = rows_of(ctx, _ON_HAND, about)
	balances = _balances(there, rows_of(ctx, _SINCE, about, **between))
	total = int(rows_of(ctx, _COUNT.replace("{of_kind}", of_kind), about, **between)[0]["n"])
	offset = (page - 1) * size
	running = {balance.warehouse: balance.opening for balance in balances}
	if offset and not kind:
		sql = _ON_EARLIER_PAGES.replace("{of_kind}", of_kind)
		for row in rows_of(ctx, sql, about, offset=offset, **between):
			running[row["warehouse"]] += from_store(row["qty"])
	sql = _PAGE.replace("{of_kind}", of_kind)
	rows = rows_of(ctx, sql, about, limit=size, offset=offset, **between)
	return MovementJournal(
		item_code=about.item_code,
		stock_uom=there[0]["stock_uom"] if there else "",
		since=first,
		until=last,
		page=page,
		rows=list(_with_balances(rows, running, is_whole=not kind)),
		total_rows=total,
		balances=balances,
	)


def _balances(there: Iterable[Row], moved: Iterable[Row]) -> list[WarehouseBalance]:
	by_warehouse = {row["warehouse"]: row for row in moved}
	found = []
	for row in sorted(there, key=lambda row: row["warehouse"]):
		since = by_warehouse.get(row["warehouse"], {})
		opening = from_store(row["on_hand"]) - from_store(since.get("qty"))
		found.append(
			WarehouseBalance(
				row["warehouse"],
				opening,
				from_store(since.get("incoming")),
				from_store(since.get("outgoing")),
				opening + from_store(since.get("in_period")),
			)
		)
	return found


def _with_balances(rows: Iterable[Row], running: dict[str, Decimal], is_whole: bool) -> Iterable[Row]:
	balance = defaultdict(lambda: ZERO, running)
	inside = {within.value for within in INSIDE_WAREHOUSE}
	for row in rows:
		qty = from_store(row["qty"])
		if row["kind"] not in inside:
			balance[row["warehouse"]] += qty
		yield {
			**row,
			"qty": qty,
			"incoming": qty if qty > 0 else None,
			"outgoing": -qty if qty < 0 else None,
			"balance": balance[row["warehouse"]] if is_whole else None,
		}
