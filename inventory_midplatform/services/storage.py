"""Storage Policies: where stock of an item is put and from where it is taken, and the reasons for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain import put_away, removal
from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.put_away import Bin, PutAwayStrategy, Rules
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.removal import BinContent, RemovalStrategy, Take
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import ledger, masters

POLICIES = """
SELECT name, item_code, item_group, warehouse, zone, fixed_bin, put_away_strategy, removal_strategy,
	allow_mixed_items, allow_mixed_batches
FROM `tabStorage Policy` WHERE warehouse IN %(warehouses)s AND disabled = 0
ORDER BY creation, name
"""

GROUPS = """
WITH RECURSIVE above (item_code, item_group, distance) AS (
	SELECT name, item_group, 0 FROM `tabItem` WHERE name IN %(items)s
	UNION ALL
	SELECT above.item_code, item_group.parent_item_group, above.distance + 1
	FROM above JOIN `tabItem Group` item_group ON item_group.name = above.item_group
	WHERE item_group.parent_item_group <> '' AND above.distance < 50
)
SELECT item_code, item_group, distance FROM above WHERE item_group IN %(groups)s
"""
"""How far above an item each of some groups is: 0 for its own."""

BINS = """
SELECT bin.name, bin.bin_code, bin.zone, bin.sequence, bin.capacity_qty, bin.disabled, zone.disabled AS zone_disabled,
	COALESCE(SUM(stock.qty), 0) AS filled,
	COALESCE(SUM(CASE WHEN stock.item_code = %(item_code)s THEN stock.qty END), 0) AS of_item,
	MAX(CASE WHEN stock.item_code <> %(item_code)s THEN 1 ELSE 0 END) AS other_items,
	MAX(CASE WHEN stock.item_code = %(item_code)s AND stock.batch_no <> %(batch_no)s THEN 1 ELSE 0 END)
		AS other_batches
FROM `tabWarehouse Bin` bin
LEFT JOIN `tabBin Stock` stock ON stock.bin = bin.name AND stock.qty > 0
LEFT JOIN `tabWarehouse Zone` zone ON zone.name = bin.zone
WHERE bin.warehouse = %(warehouse)s AND bin.is_unplaced = 0 AND (%(bin)s = '' OR bin.name = %(bin)s)
GROUP BY bin.name, bin.bin_code, bin.zone, bin.sequence, bin.capacity_qty, bin.disabled, zone.disabled
"""

SAME_SCOPE = """
SELECT name FROM `tabStorage Policy`
WHERE warehouse = %(warehouse)s AND COALESCE(item_code, '') = %(item_code)s
	AND COALESCE(item_group, '') = %(item_group)s AND name <> %(name)s
"""


@dataclass(frozen=True)
class Policy:
	"""What was decided for an item, an item group or a whole warehouse. The most specific policy counts, alone."""

	name: str = ""
	rules: Rules = field(default_factory=Rules)
	put_away_strategy: str = ""
	removal_strategy: str = ""


def policies(ctx: Context, keys: Iterable[Key]) -> dict[Key, Policy]:
	"""The policy of each key that has one: its item's own, else the nearest group's above it, else the warehouse's.

	One statement, and a second one where a group has a policy in one of the warehouses.
	"""
	wanted = sorted(set(keys))
	if not wanted:
		return {}
	rows = ctx.store.rows(POLICIES, {"warehouses": sorted({warehouse for _, warehouse in wanted})})
	by_scope = {(row["warehouse"], row["item_code"] or "", row["item_group"] or ""): row for row in rows}
	groups = _groups_above(ctx, wanted, {group for _, _, group in by_scope if group})
	found: dict[Key, Policy] = {}
	for key in wanted:
		item_code, warehouse = key
		scopes = (
			(warehouse, item_code, ""),
			*((warehouse, "", group) for group in groups.get(item_code, ())),
			(warehouse, "", ""),
		)
		row = next((by_scope[scope] for scope in scopes if scope in by_scope), None)
		if row:
			found[key] = _policy(row)
	return found


def removal_strategies(ctx: Context, keys: Iterable[Key]) -> dict[Key, RemovalStrategy]:
	"""How stock of each key leaves its bins, where a policy says it; elsewhere the walk through the warehouse counts.

	For what leaves whatever a policy says: nothing that lies there is left out, and a policy that names a strategy of
	an app that is gone says nothing. At most two statements, one where no policy names an item group.
	"""
	return {
		key: ctx.strategies.removal[policy.removal_strategy].complete
		for key, policy in policies(ctx, keys).items()
		if policy.removal_strategy and policy.removal_strategy in ctx.strategies.removal
	}


def suggest_put_away(ctx: Context, item_code: str, warehouse: str, qty: Decimal, batch_no: str = "") -> Row:
	"""Into which bins ``qty`` (stock UOM) goes by the item's Storage Policy, each with its reason; changes nothing.

	Without a policy, or where it names no strategy: where the item lies already, then empty bins. ``rest`` fits
	nowhere, and ``why_rest`` says why. Raises what :mod:`masters` raises, or InvalidInput (``unknown_strategy``).
	"""
	item = masters.stock_item(ctx, item_code)
	place = masters.stock_warehouse(ctx, warehouse).name
	policy = policies(ctx, [(item.item_code, place)]).get((item.item_code, place), Policy())
	strategy = _put_away_strategy(ctx, policy.put_away_strategy)
	codes, bins = _bins(ctx, item.item_code, place, batch_no)
	placed, rest = put_away.place(bins, qty, policy.rules, strategy, _is_whole(ctx, item.stock_uom))
	return {
		"item_code": item.item_code,
		"warehouse": place,
		"qty": qty,
		"batch_no": batch_no,
		"policy": policy.name,
		"strategy": policy.put_away_strategy,
		"bins": [
			{
				"bin": p.bin.name,
				"bin_code": codes[p.bin.name],
				"zone": p.bin.zone,
				"qty": p.qty,
				"reason": p.reason.as_dict(),
			}
			for p in placed
		],
		"rest": rest,
		"why_rest": put_away.why_nowhere(bins, rest, policy.rules, strategy).as_dict() if rest else None,
	}


def objections(ctx: Context, key: Key, bin: str, qty: Decimal, batch_no: str) -> list[Reason]:
	"""What speaks against ``qty`` (stock UOM) more of an item and batch in a bin of the warehouse, by its capacity and
	the item's Storage Policy. The Unplaced bin takes everything.
	"""
	_, bins = _bins(ctx, *key, batch_no, bin)
	rules = policies(ctx, [key]).get(key, Policy()).rules
	return [reason for known in bins for reason in put_away.objections(known, qty, rules)]


def suggest_removal(
	ctx: Context, item_code: str, warehouse: str, qty: Decimal, strategy: str = "", batch_no: str = ""
) -> Row:
	"""From which bins ``qty`` (stock UOM) is taken, each with its reason; changes nothing.

	By the named strategy, else the policy's, else the walk through the warehouse; ``batch_no`` keeps to one batch. Only
	what is available and allocated to nobody is suggested, and of that what has not expired, but for the batch that was
	named; ``expired`` says what lies there besides. ``rest`` is more than was found. Raises what :mod:`masters` raises,
	or InvalidInput (``unknown_strategy``).
	"""
	item = masters.stock_item(ctx, item_code).item_code
	masters.require_whole(ctx, item, qty)
	place = masters.stock_warehouse(ctx, warehouse).name
	policy = policies(ctx, [(item, place)]).get((item, place), Policy())
	found = _suggested(ctx, (item, place), qty, strategy or policy.removal_strategy, batch_no, False)
	codes = _bin_codes(ctx, {c.bin for c in (*(t.content for t in found.taken), *found.expired)})

	def part(content: BinContent, qty: Decimal, reason: Reason) -> Row:
		return {
			"bin": content.bin,
			"bin_code": codes[content.bin]["bin_code"],
			"zone": codes[content.bin]["zone"] or "",
			"batch_no": content.batch_no,
			"qty": qty,
			"reason": reason.as_dict(),
		}

	return {
		"item_code": item,
		"warehouse": place,
		"qty": qty,
		"batch_no": batch_no,
		"policy": policy.name,
		"strategy": found.strategy.name,
		"bins": [part(t.content, t.qty, found.strategy.reason(t.content)) for t in found.taken],
		"expired": [part(c, c.free, removal.why_expired(c)) for c in found.expired],
		"rest": found.rest,
		"why_rest": _why_missing(found, qty).as_dict() if found.rest else None,
	}


def chosen_for_removal(
	ctx: Context, key: Key, qty: Decimal, strategy: str = "", batch_no: str = ""
) -> "Suggested":
	"""What :func:`suggest_removal` suggests, of a locked position."""
	policy = policies(ctx, [key]).get(key, Policy())
	return _suggested(ctx, key, qty, strategy or policy.removal_strategy, batch_no, True)


@dataclass(frozen=True)
class Suggested:
	"""What is to be taken, by which strategy; how much of the quantity was not found; and what lies there besides and is
	not suggested because it has expired. Of what is available and allocated to nobody, in stock UOM."""

	strategy: RemovalStrategy
	taken: list[Take]
	rest: Decimal
	expired: list[BinContent]

	@property
	def expired_qty(self) -> Decimal:
		return sum((c.free for c in self.expired), ZERO)


def _suggested(ctx: Context, key: Key, qty: Decimal, strategy: str, batch_no: str, locked: bool) -> Suggested:
	chosen, today = _removal_strategy(ctx, strategy), ctx.clock.now().date()
	contents = [
		replace(c, qty=c.free, allocated=ZERO)
		for c in ledger.bin_contents(ctx, [key], locked)[key]
		if c.stock_status == AVAILABLE and c.free > 0
	]
	expired: list[BinContent] = []
	if batch_no:
		chosen = removal.of_batch(batch_no, chosen, today)
	else:
		contents, expired = removal.without_expired(contents, today)
	taken, rest = removal.take(contents, qty, chosen)
	return Suggested(chosen, taken, rest, expired)


def strategy_names(ctx: Context) -> Row:
	"""What a policy may name."""
	return {"removal": list(ctx.strategies.removal), "put_away": list(ctx.strategies.put_away)}


def check_policy(ctx: Context, policy: Mapping[str, Any]) -> None:
	"""What makes a Storage Policy valid. Raises what :mod:`masters` raises, InvalidInput (``two_scopes``,
	``wrong_warehouse``, ``unplaced_bin``, ``unknown_strategy``, ``missing_argument``) or Conflict (``second_policy``).
	"""
	warehouse = masters.stock_warehouse(ctx, policy.get("warehouse")).name
	item_code, item_group = policy.get("item_code"), policy.get("item_group")
	if item_code and item_group:
		raise InvalidInput(
			"Name an item or an item group, not both: a policy is for one of them.", code="two_scopes"
		)
	if item_code:
		masters.known_item(ctx, item_code)
	if policy.get("zone"):
		_check_zone(ctx, policy["zone"], warehouse)
	if policy.get("fixed_bin"):
		bin = masters.bin_in(ctx, policy["fixed_bin"], warehouse)
		if bin["is_unplaced"]:
			raise InvalidInput(
				"Nothing is put away into the Unplaced bin; name another bin.",
				code="unplaced_bin",
				bin=bin["name"],
			)
	_removal_strategy(ctx, policy.get("removal_strategy") or "")
	strategy = policy.get("put_away_strategy") or ""
	_put_away_strategy(ctx, strategy)
	needed = put_away.NEEDS.get(strategy)
	if needed and not policy.get(needed):
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument=needed)
	_check_scope_is_free(ctx, policy, warehouse)


def _check_zone(ctx: Context, zone: str, warehouse: str) -> None:
	rows = ctx.store.rows("SELECT warehouse FROM `tabWarehouse Zone` WHERE name = %(name)s", {"name": zone})
	if not rows:
		raise NotFound("Zone {zone} does not exist.", code="unknown_zone", zone=zone)
	if rows[0]["warehouse"] != warehouse:
		raise InvalidInput(
			"Zone {zone} does not lie in warehouse {warehouse}.",
			code="wrong_warehouse",
			zone=zone,
			warehouse=warehouse,
		)


def _check_scope_is_free(ctx: Context, policy: Mapping[str, Any], warehouse: str) -> None:
	others = ctx.store.rows(
		SAME_SCOPE,
		{
			"warehouse": warehouse,
			"item_code": policy.get("item_code") or "",
			"item_group": policy.get("item_group") or "",
			"name": policy.get("name") or "",
		},
	)
	if others:
		raise Conflict(
			"There is a Storage Policy for this already: {policy}. Change that one.",
			code="second_policy",
			policy=others[0]["name"],
		)


def _removal_strategy(ctx: Context, name: str) -> RemovalStrategy:
	if not name:
		return removal.NEAREST_BIN
	if name not in ctx.strategies.removal:
		raise _unknown(name, ctx.strategies.removal)
	return ctx.strategies.removal[name]


def _put_away_strategy(ctx: Context, name: str) -> PutAwayStrategy:
	if not name:
		return put_away.one_after_another
	if name not in ctx.strategies.put_away:
		raise _unknown(name, ctx.strategies.put_away)
	return ctx.strategies.put_away[name]


def _unknown(name: str, known: Iterable[str]) -> InvalidInput:
	return InvalidInput(
		"There is no strategy {strategy}; there are {known}.",
		code="unknown_strategy",
		strategy=name,
		known=", ".join(known),
	)


def _policy(row: Row) -> Policy:
	return Policy(
		name=row["name"],
		rules=Rules(
			zone=row["zone"] or "",
			fixed_bin=row["fixed_bin"] or "",
			allow_mixed_items=bool(row["allow_mixed_items"]),
			allow_mixed_batches=bool(row["allow_mixed_batches"]),
		),
		put_away_strategy=row["put_away_strategy"] or "",
		removal_strategy=row["removal_strategy"] or "",
	)


def _groups_above(ctx: Context, keys: Iterable[Key], groups: set[str]) -> dict[str, list[str]]:
	"""Which of ``groups`` each item belongs to, the nearest first."""
	if not groups:
		return {}
	found: dict[str, list[str]] = {}
	rows = ctx.store.rows(GROUPS, {"items": sorted({item for item, _ in keys}), "groups": sorted(groups)})
	for row in sorted(rows, key=lambda r: r["distance"]):
		found.setdefault(row["item_code"], []).append(row["item_group"])
	return found


def _bins(
	ctx: Context, item_code: str, warehouse: str, batch_no: str, bin: str = ""
) -> tuple[dict[str, str], list[Bin]]:
	"""The codes of a warehouse's bins by their names, and the bins as this item and batch see them; of one bin only, if
	it is named."""
	about = {"item_code": item_code, "warehouse": warehouse, "batch_no": batch_no, "bin": bin}
	rows = ctx.store.rows(BINS, about)
	bins = [
		Bin(
			name=row["name"],
			zone=row["zone"] or "",
			sequence=row["sequence"] or 0,
			capacity=from_store(row["capacity_qty"]),
			filled=from_store(row["filled"]),
			of_item=from_store(row["of_item"]),
			holds_other_items=bool(row["other_items"]),
			holds_other_batches=bool(row["other_batches"]),
			disabled=bool(row["disabled"] or row["zone_disabled"]),
		)
		for row in rows
	]
	return {row["name"]: row["bin_code"] for row in rows}, bins


def _bin_codes(ctx: Context, bins: set[str]) -> dict[str, Row]:
	sql = "SELECT name, bin_code, zone FROM `tabWarehouse Bin` WHERE name IN %(names)s"
	return {row["name"]: row for row in ctx.store.rows(sql, {"names": sorted(bins)})} if bins else {}


def _is_whole(ctx: Context, uom: str) -> bool:
	sql = "SELECT must_be_whole_number FROM `tabUOM` WHERE name = %(name)s"
	return any(row["must_be_whole_number"] for row in ctx.store.rows(sql, {"name": uom}))


def _why_missing(found: Suggested, qty: Decimal) -> Reason:
	if found.expired:
		return Reason(
			"Only {found} of {qty} lies in the bins available and allocated to nobody; {expired} more lies there and has"
			" expired.",
			found=qty - found.rest,
			qty=qty,
			expired=found.expired_qty,
		)
	return Reason(
		"Only {found} of {qty} lies in the bins available and allocated to nobody.",
		found=qty - found.rest,
		qty=qty,
	)
