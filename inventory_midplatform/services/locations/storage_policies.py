"""Storage Policies: which one counts for an item in a warehouse, and what makes one valid."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from inventory_midplatform.domain import put_away, removal
from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.put_away import PutAwayStrategy, Rules
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.removal import RemovalStrategy
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, operation_log

DOCTYPE = "Storage Policy"

POLICIES = """
SELECT name, item_code, item_group, warehouse, zone, fixed_bin, put_away_strategy, removal_strategy,
	allow_mixed_items, allow_mixed_batches, pick_face_maximum
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
"""The item groups above each item, and how far: 0 for the item's own group."""

SAME_SCOPE = """
SELECT name FROM `tabStorage Policy`
WHERE warehouse = %(warehouse)s AND COALESCE(item_code, '') = %(item_code)s
	AND COALESCE(item_group, '') = %(item_group)s AND name <> %(name)s
"""


ALL_SCOPES = """
SELECT name, item_code, item_group, warehouse, disabled FROM `tabStorage Policy` ORDER BY creation, name
"""


@dataclass(frozen=True)
class Policy:
	"""The rules for an item, an item group or a whole warehouse. Only the most specific policy counts."""

	name: str = ""
	rules: Rules = field(default_factory=Rules)
	put_away_strategy: str = ""
	removal_strategy: str = ""
	pick_face_maximum: Decimal = ZERO
	"""What the fixed bin is refilled to, in stock UOM; 0 where it is no pick face."""


def policies(ctx: Context, keys: Iterable[Key]) -> dict[Key, Policy]:
	"""Return the policy of each key that has one: its item's, else the nearest item group's, else the warehouse's.

	One statement, and a second one if any of the warehouses has a policy for an item group.
	"""
	keys = sorted(set(keys))
	if not keys:
		return {}
	rows = ctx.store.rows(POLICIES, {"warehouses": sorted({warehouse for _, warehouse in keys})})
	by_scope = {(row["warehouse"], row["item_code"] or "", row["item_group"] or ""): row for row in rows}
	groups = groups_above(ctx, (item for item, _ in keys), {group for _, _, group in by_scope if group})
	found: dict[Key, Policy] = {}
	for key in keys:
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


def policy_of(ctx: Context, key: Key) -> Policy:
	"""Return the policy of one key; an empty one if there is none."""
	return policies(ctx, [key]).get(key, Policy())


def removal_strategies(ctx: Context, keys: Iterable[Key]) -> dict[Key, RemovalStrategy]:
	"""Return the removal strategy of each key whose policy names one; the walking order counts for the others.

	For stock that has already left in the books: the strategies leave nothing out, and the name of a strategy whose app
	was uninstalled is ignored. At most two statements, see :func:`policies`.
	"""
	return {
		key: ctx.strategies.removal[policy.removal_strategy].complete
		for key, policy in policies(ctx, keys).items()
		if policy.removal_strategy and policy.removal_strategy in ctx.strategies.removal
	}


def strategy_names(ctx: Context) -> Row:
	"""Return the names that a policy may give: those built in, and on a site those of other apps."""
	return {"removal": list(ctx.strategies.removal), "put_away": list(ctx.strategies.put_away)}


def removal_strategy(ctx: Context, name: str) -> RemovalStrategy:
	"""Return the removal strategy of this name, Nearest Bin for "". Raises InvalidInput (``unknown_strategy``)."""
	if not name:
		return removal.NEAREST_BIN
	if name not in ctx.strategies.removal:
		raise _unknown(name, ctx.strategies.removal)
	return ctx.strategies.removal[name]


def put_away_strategy(ctx: Context, name: str) -> PutAwayStrategy:
	"""Return the put-away strategy of this name, all of them in turn for "". Raises InvalidInput (``unknown_strategy``)."""
	if not name:
		return put_away.one_after_another
	if name not in ctx.strategies.put_away:
		raise _unknown(name, ctx.strategies.put_away)
	return ctx.strategies.put_away[name]


def check_policy(ctx: Context, policy: Mapping[str, Any]) -> None:
	"""Check a Storage Policy that is about to be saved.

	Raises what :mod:`masters` raises, InvalidInput (``two_scopes``, ``wrong_warehouse``, ``unplaced_bin``,
	``unknown_strategy``, ``missing_argument``, ``pick_face_without_item``, ``wrong_pick_face``), NotFound (``unknown_zone``) or Conflict (``duplicate_policy``).
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
	_check_pick_face(policy)
	removal_strategy(ctx, policy.get("removal_strategy") or "")
	strategy = policy.get("put_away_strategy") or ""
	put_away_strategy(ctx, strategy)
	needed = put_away.NEEDS.get(strategy)
	if needed and not policy.get(needed):
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument=needed)
	_check_scope_is_free(ctx, policy, warehouse)


ScopeField = Literal["item_code", "item_group", "warehouse"]


def merge(ctx: Context, field: ScopeField, old: str, new: str) -> list[str]:
	"""Leave one policy for each scope when ``old`` is merged into ``new``, and delete the others. Return their names.

	An enabled policy stays rather than a disabled one, then the one of ``new``. The policies are locked. The caller changes
	``old`` to ``new`` in those that stay.
	"""
	rows = [
		{**row, field: new, "of_new": row[field] == new}
		for row in ctx.store.rows(ALL_SCOPES + ctx.store.for_update)
		if row[field] in (old, new)
	]
	return _leave_one(ctx, sorted(rows, key=lambda row: row["of_new"]), f"{old} → {new}")


def delete_duplicates(ctx: Context) -> list[str]:
	"""Leave one policy for each scope, the one that counts, and delete the others. Return their names.

	Merges on releases before 0.3.0 could leave several.
	"""
	return _leave_one(ctx, ctx.store.rows(ALL_SCOPES + ctx.store.for_update), "")


def _leave_one(ctx: Context, rows: Iterable[Row], reason: str) -> list[str]:
	"""Of the policies of one scope, leave the last one that is enabled. Each deleted policy is in the operation log."""
	by_scope: dict[tuple[str, ...], list[Row]] = defaultdict(list)
	for row in rows:
		by_scope[(row["warehouse"], row["item_code"] or "", row["item_group"] or "")].append(row)
	deleted: list[str] = []
	for same in by_scope.values():
		*others, stays = sorted(same, key=lambda row: not row["disabled"])
		for other in others:
			ctx.documents.discard(DOCTYPE, other["name"])
			operation_log.log(
				ctx,
				"Merge",
				DOCTYPE,
				stays["name"],
				warehouse=stays["warehouse"],
				from_value=other["name"],
				to_value=stays["name"],
				reason=reason,
			)
			deleted.append(other["name"])
	return deleted


def _check_pick_face(policy: Mapping[str, Any]) -> None:
	minimum, maximum = (from_store(policy.get(f"pick_face_{limit}")) for limit in ("minimum", "maximum"))
	if not minimum and not maximum:
		return
	if not policy.get("item_code"):
		raise InvalidInput(
			"Only a policy for one item has a pick face: name the item.", code="pick_face_without_item"
		)
	if not policy.get("fixed_bin"):
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument="fixed_bin")
	if minimum < 0 or maximum < minimum or not maximum:
		raise InvalidInput(
			"A pick face is refilled below {minimum} up to {maximum}: the maximum cannot be less than the minimum.",
			code="wrong_pick_face",
			minimum=to_text(minimum),
			maximum=to_text(maximum),
		)


def _check_zone(ctx: Context, zone: str, warehouse: str) -> None:
	rows = ctx.store.rows("SELECT warehouse FROM `tabWarehouse Zone` WHERE name = %(name)s", {"name": zone})
	if not rows:
		raise NotFound("Zone {zone} does not exist.", code="unknown_zone", zone=zone)
	if rows[0]["warehouse"] != warehouse:
		raise InvalidInput(
			"Zone {zone} is not in warehouse {warehouse}.",
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
			code="duplicate_policy",
			policy=others[0]["name"],
		)


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
		pick_face_maximum=from_store(row["pick_face_maximum"]),
	)


def groups_above(ctx: Context, items: Iterable[str], groups: set[str]) -> dict[str, list[str]]:
	"""Return which of ``groups`` each item belongs to, the nearest first."""
	if not groups:
		return {}
	found: dict[str, list[str]] = {}
	rows = ctx.store.rows(GROUPS, {"items": sorted(set(items)), "groups": sorted(groups)})
	for row in sorted(rows, key=lambda r: r["distance"]):
		found.setdefault(row["item_code"], []).append(row["item_group"])
	return found
