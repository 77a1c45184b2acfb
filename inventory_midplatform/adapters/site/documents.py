"""Records that users open, written through Frappe's Document, so that every hook, field and rule of the site applies."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import frappe
from PIL import UnidentifiedImageError

from inventory_midplatform.adapters.site import workflows
from inventory_midplatform.adapters.site.errors import as_domain_errors
from inventory_midplatform.domain.errors import NotFound
from inventory_midplatform.domain.photo import not_a_photo
from inventory_midplatform.ports import FieldKind, Row


class SiteDocuments:
	"""Write without document permissions: the operation's role was checked before."""

	def create(self, doctype: str, values: Row) -> str:
		with as_domain_errors():
			document = frappe.get_doc({"doctype": doctype, **floats(values)})
			document.flags.ignore_permissions = document.flags.inventory_service = True
			if doctype == "Stock Entry":
				document.set_stock_entry_type()
			document.insert()
			return str(document.name)

	def update(self, doctype: str, name: str, values: Row) -> None:
		with as_domain_errors():
			document = frappe.get_doc(doctype, name)
			document.flags.ignore_permissions = document.flags.inventory_service = True
			document.update(floats(values))
			document.save()

	def discard(self, doctype: str, name: str) -> None:
		with as_domain_errors():
			if frappe.db.get_value(doctype, name, "docstatus") == 0:
				frappe.delete_doc(doctype, name, ignore_permissions=True, force=True)

	def attach(self, doctype: str, name: str, file_name: str, content: bytes) -> str:
		"""Frappe shows a private file to those who may read the record, and deletes it if the transaction is rolled back."""
		about = {"attached_to_doctype": doctype, "attached_to_name": name, "is_private": 1}
		file = frappe.get_doc({"doctype": "File", "file_name": file_name, "content": content, **about})
		with as_domain_errors():
			try:
				file.insert(ignore_permissions=True)
			except UnidentifiedImageError:  # Frappe opens a JPEG to take out where and by whom it was made
				raise not_a_photo() from None
			return str(file.file_url)

	def values(self, doctype: str, name: str) -> Row:
		self.fields(doctype)
		if not name or not frappe.db.exists(doctype, name):
			raise NotFound(
				"{doctype} {name} does not exist.", code="unknown_document", doctype=doctype, name=name
			)
		return dict(frappe.get_doc(doctype, name).as_dict())

	def fields(self, doctype: str, is_child: bool = False) -> dict[str, FieldKind]:
		meta = frappe.get_meta(doctype) if doctype and frappe.db.exists("DocType", doctype) else None
		if meta is None or meta.issingle or meta.get("is_virtual") or bool(meta.istable) != is_child:
			raise NotFound("There is no DocType {doctype}.", code="unknown_doctype", doctype=doctype)
		return {
			f.fieldname: FieldKind(
				f.fieldtype,
				f.options or "",
				bool(f.read_only or f.is_virtual),
				frappe._(f.label or "", context=doctype),
			)
			for f in meta.fields
		}

	def permits(self, right: str, doctype: str, name: str, user: str) -> bool:
		return bool(frappe.has_permission(doctype, right, doc=name or None, user=user))

	def submit(self, doctype: str, name: str) -> None:
		with as_domain_errors():
			document = frappe.get_doc(doctype, name)
			document.flags.ignore_permissions = document.flags.inventory_service = True
			document.submit()

	def cancel(self, doctype: str, name: str) -> None:
		with as_domain_errors():
			document = frappe.get_doc(doctype, name)
			document.flags.ignore_permissions = document.flags.inventory_service = True
			document.cancel()

	def actions(self, doctype: str) -> dict[str, frozenset[str]]:
		return workflows.actions(doctype)

	def apply_action(self, doctype: str, name: str, action: str) -> None:
		with as_domain_errors():
			workflows.apply(frappe.get_doc(doctype, name), action)


def floats(value: Any) -> Any:
	"""Return the value with floats for Decimals, as Frappe's fields hold them: fifteen digits survive both ways."""
	if isinstance(value, Decimal):
		return float(value)
	if isinstance(value, dict):
		return {k: floats(v) for k, v in value.items()}
	if isinstance(value, list):
		return [floats(v) for v in value]
	return value


def update_quantities(doctype: str, name: str, quantities: Mapping[str, Decimal], day: str) -> None:
	"""Change the quantities of rows of a submitted order by ERPNext's *Update Items*; ``day`` names the date field of
	its rows."""
	from erpnext.controllers.accounts_controller import update_child_qty_rate

	with as_domain_errors():
		rows = [
			{
				"docname": row.name,
				"item_code": row.item_code,
				"qty": float(quantities.get(row.name, row.qty)),
				"rate": row.rate,
				"uom": row.uom,
				"conversion_factor": row.conversion_factor,
				day: str(row.get(day)),
			}
			for row in frappe.get_doc(doctype, name).items
		]
		update_child_qty_rate(doctype, frappe.as_json(rows), name)
