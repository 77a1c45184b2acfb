"""The policies that the app brings, made once: that of Inventory Requests is on with the module, the others wait to be
switched on.
"""

import json
from collections.abc import Callable
from decimal import Decimal

from inventory_midplatform.domain import approval_policy
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.quantity import to_text
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.approval import policies
from inventory_midplatform.services.approval.shipped_policies import (
	INVENTORY_REQUEST,
	SHIPPED,
	Content,
	translated,
)

DIRECTOR_AMOUNT = Decimal(10000)
"""In company currency: an Inventory Request that is worth more the director approves too."""

LAST = 100
"""The priority of shipped policies: one that a site makes itself, with the priority 0, goes first."""


def install(
	ctx: Context,
	translate: Callable[[str], str] = str,
	director_amount: Decimal = DIRECTOR_AMOUNT,
	is_on: bool = True,
) -> None:
	"""Make the shipped policies, with titles in the words of ``translate``; one whose title is taken is left as it is.

	``is_on``: whether that of Inventory Requests is switched on. Its people are not checked: a new site has none yet.
	"""
	for shipped in SHIPPED:
		is_first = shipped is INVENTORY_REQUEST
		record = translated(_with_amount(director_amount) if is_first else shipped, translate)
		taken = ctx.store.rows(
			"SELECT name FROM `tabApproval Policy` WHERE name = %(title)s", {"title": record["title"]}
		)
		if not taken:
			_insert(ctx, record, is_first and is_on)


def _with_amount(amount: Decimal) -> Content:
	(limit,) = INVENTORY_REQUEST["conditions"]
	return {**INVENTORY_REQUEST, "conditions": [{**limit, "value": to_text(amount)}]}


def _insert(ctx: Context, record: Content, is_on: bool) -> None:
	"""Write a policy and its rows as they are."""
	name = record["title"]
	whole = approval_policy.content({**record, "name": name})
	header: Row = {field: whole[field] or None for field in approval_policy.FIELDS if field != "name"}
	header.update({field: whole[field] for field in ("ask_once", "allow_own", "allow_redirecting")})
	in_force = json.dumps(whole, ensure_ascii=False) if is_on else None
	state = {"enabled": int(is_on), "version": int(is_on), "in_force": in_force, "priority": LAST}
	ctx.store.insert(policies.DOCTYPE, [{**header, **state, "name": name, "title": name}])
	about = {"parent": name, "parenttype": policies.DOCTYPE}
	for table, doctype in policies.CHILDREN.items():
		rows = [
			{
				"name": new_id(),
				**about,
				"parentfield": table,
				"idx": idx,
				**{field: None if value == "" else value for field, value in row.items()},
			}
			for idx, row in enumerate(whole[table], 1)
		]
		if rows:
			ctx.store.insert(doctype, rows)
