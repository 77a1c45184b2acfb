"""Rights of our roles on ERPNext's DocTypes: they read the masters, may finish the drafts made for them, and post batches and
serial numbers by the steps of a flow.

Without the first, a storekeeper sees no report and has no warehouse to choose; without the second, a buyer or
storekeeper may not open the document of their to-do; without the third, ERPNext refuses the bundle that it makes of what
a step posts.

The rights are added to the DocType's own DocPerm rows. A Custom DocPerm would freeze all of ERPNext's rights for that
DocType. A migrate that syncs the DocType deletes ours, and ``after_migrate`` adds them again. If an administrator
has customised the permissions of a DocType, those count and ours do not.
"""

import frappe

from inventory_midplatform.domain.roles import (
	BUYER,
	COST_READERS,
	INTEGRATION,
	MANAGER,
	OPERATOR,
	ROLES,
	SUPERVISOR,
)

READ = ("read", "select")
FINISH = (*READ, "write", "submit", "report", "print", "email")
"""Without create: who finishes drafts cannot issue stock that nobody requested."""
CHOSEN = ("DocType", "Role")
"""What an Approval Policy names: whoever draws one chooses them, and reads nothing else of them."""
MASTERS = ("Batch", "Company", "Item", "Item Group", "Stock Entry Type", "UOM", "Warehouse")
DRAFTS = {
	"Material Request": (BUYER, MANAGER),
	"Stock Entry": (OPERATOR, SUPERVISOR, MANAGER),
}
"""DocType → the roles that finish its drafts. Storekeepers and roles that may see costs read them."""
BUNDLE = "Serial and Batch Bundle"
POST = (*READ, "create", "write", "submit", "cancel")
"""A bundle alone moves nothing: its voucher does, which these roles post by steps alone."""
POSTING = (OPERATOR, SUPERVISOR, MANAGER, INTEGRATION)
ALL = (*CHOSEN, *MASTERS, *DRAFTS, BUNDLE)


def granted(doctype: str, role: str) -> tuple[str, ...]:
	"""Return the rights of one of our roles on a DocType."""
	if doctype in CHOSEN:
		return ("select",) if role == MANAGER else ()
	if doctype == BUNDLE:
		return POST if role in POSTING else ()
	if role in DRAFTS.get(doctype, ()):
		return FINISH
	return READ if doctype in MASTERS or role == OPERATOR or role in COST_READERS else ()


def create() -> None:
	"""Add the rules that are missing and update those of an earlier release."""
	meta = frappe.get_meta("DocPerm")
	rights = [f.fieldname for f in meta.fields if f.fieldtype == "Check" and f.fieldname != "if_owner"]
	for doctype in ALL:
		existing = frappe.get_all(
			"DocPerm",
			{"parent": doctype, "permlevel": 0},
			["name", "role", *rights],
			order_by="idx",
		)
		rules = {row.role: row for row in existing if row.role in ROLES}
		changed = False
		for role in ROLES:
			rights_of_role = granted(doctype, role)
			new = {right: int(right in rights_of_role) for right in rights}
			old = rules.get(role)
			if not rights_of_role:
				if old is None:
					continue
				frappe.db.delete("DocPerm", old.name)
			elif old is None:
				frappe.get_doc(
					{
						"doctype": "DocPerm",
						"parent": doctype,
						"parenttype": "DocType",
						"parentfield": "permissions",
						"idx": len(existing) + 1 + ROLES.index(role),
						"role": role,
						"permlevel": 0,
						**new,
					}
				).db_insert()
			elif any(old[right] != value for right, value in new.items()):
				frappe.db.set_value("DocPerm", old.name, new, update_modified=False)
			else:
				continue
			changed = True
		if changed:
			frappe.clear_cache(doctype=doctype)


def remove() -> None:
	frappe.db.delete("DocPerm", {"parent": ("in", ALL), "role": ("in", ROLES)})
	for doctype in ALL:
		frappe.clear_cache(doctype=doctype)
