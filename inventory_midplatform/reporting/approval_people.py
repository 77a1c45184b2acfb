"""Who may take over: the people to whom an approval may be delegated, or who may be added to it."""

from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services.approval import approval_requests

SHOWN = 20

_PEOPLE = """
SELECT person.name, person.full_name FROM `tabUser` person
WHERE person.enabled = 1 AND person.name NOT IN ('Guest', 'Administrator', %(user)s)
	AND EXISTS (SELECT has.name FROM `tabHas Role` has WHERE has.parent = person.name)
	AND (%(text)s = '' OR INSTR(LOWER(person.name), LOWER(%(text)s)) > 0
		OR INSTR(LOWER(COALESCE(person.full_name, '')), LOWER(%(text)s)) > 0)
ORDER BY person.full_name, person.name LIMIT 200
"""


def people(ctx: Context, name: str = "", text: str = "") -> list[Row]:
	"""Return up to twenty users whose name contains a text, without this user: of a request those who may approve it, without
	a request all who work here. Changes nothing.

	Raises NotFound (``unknown_document``) or NotPermitted (``warehouse_not_permitted``, ``document_not_permitted``).
	"""
	request = approval_requests.seen(ctx, name) if name else None
	found: list[Row] = []
	for row in ctx.store.rows(_PEOPLE, {"user": ctx.identity.user, "text": text.strip()}):
		if len(found) == SHOWN:
			break
		if request is not None:
			is_own = row["name"] in request.facts.own and not request.policy.allow_own
			if is_own or not request.people.able([row["name"]]):
				continue
		found.append({"name": row["name"], "full_name": row["full_name"] or row["name"]})
	return found
