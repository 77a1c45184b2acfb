"""Our roles on ERPNext's DocTypes: they read the masters, and they may finish the drafts made for them.

Without the first a keeper sees neither the report nor a warehouse to choose; without the second the to-do of a buyer
or a keeper leads to a document they may not open.

The rules are added to the DocTypes' own, not as Custom DocPerm: one of those would freeze all of ERPNext's rules for
the DocType at what they are today. A migrate that syncs the DocType drops ours; the one that runs after it brings them
back. Where an administrator has customised a DocType's permissions, theirs count and ours are left out of it.
"""

import frappe

from inventory_midplatform.domain.roles import BUYER, COST_READERS, MANAGER, OPERATOR, ROLES, SUPERVISOR

READ = ("read", "select")
FINISH = (*READ, "write", "submit", "report", "print", "email")
"""No create: stock that nobody asked for is not issued by whoever finishes drafts."""
MASTERS = ("Batch", "Company", "Item", "Item Group", "Stock Entry Type", "UOM", "Warehouse")
DRAFTS = {
	"Material Request": (BUYER, MANAGER),
	"Stock Entry": (OPERATOR, SUPERVISOR, MANAGER),
}
"""Who finishes what is drafted for them. Of the other roles those may read it who are told of it, or may see what it
costs."""


def granted(doctype: str, role: str) -> tuple[str, ...]:
	if role in DRAFTS.get(doctype, ()):
		return FINISH
	return READ if doctype in MASTERS or role == OPERATOR or role in COST_READERS else ()


def create() -> None:
	"""Make the rules that are missing and bring those made earlier to what they are here."""
	meta = frappe.get_meta("DocPerm")
	rights = [f.fieldname for f in meta.fields if f.fieldtype == "Check" and f.fieldname != "if_owner"]
	for doctype in (*MASTERS, *DRAFTS):
		existing = frappe.get_all(
			"DocPerm",
			{"parent": doctype, "permlevel": 0},
			["name", "role", *rights],
			order_by="idx",
		)
		ours = {row.role: row for row in existing if row.role in ROLES}
		changed = False
		for role in ROLES:
			rights_of_role = granted(doctype, role)
			wanted = {right: int(right in rights_of_role) for right in rights}
			old = ours.get(role)
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
						**wanted,
					}
				).db_insert()
			elif any(old[right] != value for right, value in wanted.items()):
				frappe.db.set_value("DocPerm", old.name, wanted, update_modified=False)
			else:
				continue
			changed = True
		if changed:
			frappe.clear_cache(doctype=doctype)


def remove() -> None:
	doctypes = (*MASTERS, *DRAFTS)
	frappe.db.delete("DocPerm", {"parent": ("in", doctypes), "role": ("in", ROLES)})
	for doctype in doctypes:
		frappe.clear_cache(doctype=doctype)
