"""``ports.Documents``: records written to their tables after the checks of their DocType."""

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory_midplatform.adapters.standalone import resources, schema
from inventory_midplatform.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.quantity import number_of, require_below_limit
from inventory_midplatform.domain.text import require_short
from inventory_midplatform.ports import Context, FieldKind, Row, Voucher
from inventory_midplatform.services.approval import delegations, policies, submitting
from inventory_midplatform.services.inbound import inspection_plans, tolerances
from inventory_midplatform.services.locations import storage_policies, zones_and_bins
from inventory_midplatform.services.outbound import issue_requests
from inventory_midplatform.services.requests import inventory_requests

PRIVATE_FILES = "/private/files/"
"""The address of files, as on a site."""

SERIES = {
	"Inbound Order": "IN-.YYYY.-",
	"Outbound Order": "OUT-.YYYY.-",
	"Outbound Wave": "WAVE-.YYYY.-",
	"Sales Order": "SAL-ORD-.YYYY.-",
	"Delivery Note": "MAT-DN-.YYYY.-",
	"Purchase Order": "PUR-ORD-.YYYY.-",
	"Purchase Receipt": "MAT-PRE-.YYYY.-",
	"Stock Entry": "MAT-STE-.YYYY.-",
	"Stock Reconciliation": "MAT-RECO-.YYYY.-",
	"Material Request": "MAT-MR-.YYYY.-",
}


class StandaloneDocuments:
	ctx: Context

	def create(self, doctype: str, values: Row) -> str:
		meta = _meta(doctype)
		row = self._checked(meta, _with_defaults(meta, self._validated(doctype, values)))
		row["name"] = self._name(meta, row)
		row.setdefault("docstatus", 0)
		self._insert(meta, row)
		return str(row["name"])

	def update(self, doctype: str, name: str, values: Row) -> None:
		meta = _meta(doctype)
		old = self._read(meta, name)
		changed = self._validated(doctype, {**old, **values}, only=values)
		row = self._checked(meta, {**old, **changed})
		columns = [c for c in changed if c in meta.columns and c != "name"]
		row.update(modified=self.ctx.clock.now(), modified_by=self.ctx.identity.user)
		changes = ", ".join(f"`{c}` = %({c})s" for c in (*columns, "modified", "modified_by"))
		self.ctx.store.execute(
			f"UPDATE `tab{doctype}` SET {changes} WHERE name = %(name)s", {**row, "name": name}
		)
		for field in meta.tables:
			if field.name in values:
				self.ctx.store.execute(
					f"DELETE FROM `tab{field.options}` WHERE parent = %(name)s", {"name": name}
				)
				self._insert_children(meta, {**row, "name": name}, field)

	def attach(self, doctype: str, name: str, file_name: str, content: bytes) -> str:
		about = {"attached_to_doctype": doctype, "attached_to_name": name, "is_private": 1}
		url = f"{PRIVATE_FILES}{file_name}"
		text = b64encode(content).decode()
		self.ctx.store.insert("File", [{"file_name": file_name, "file_url": url, "content": text, **about}])
		return url

	def submit(self, doctype: str, name: str) -> None:
		"""Of an Inventory Request; what moves stock the books submit."""
		if doctype != inventory_requests.DOCTYPE:
			submitting.require_approved(self.ctx, doctype, self.values(doctype, name))
			self.ctx.books.submit(Voucher(doctype, name))
			return
		self._change_docstatus(name, 1, inventory_requests.APPROVED)
		issue_requests.approved(self.ctx, name)

	def cancel(self, doctype: str, name: str) -> None:
		if doctype != inventory_requests.DOCTYPE:
			self.ctx.books.cancel(Voucher(doctype, name))
			return
		self._change_docstatus(name, 2, inventory_requests.CANCELLED)
		issue_requests.cancelled(self.ctx, name)

	def _change_docstatus(self, name: str, docstatus: int, status: str) -> None:
		doctype = inventory_requests.DOCTYPE
		before = self._read(_meta(doctype), name)
		if docstatus == 1:
			submitting.require_approved(self.ctx, doctype, self.values(doctype, name))
		changes = {"docstatus": docstatus, "status": status, "now": self.ctx.clock.now(), "name": name}
		self.ctx.store.execute(
			"UPDATE `tabInventory Request` SET docstatus = %(docstatus)s, status = %(status)s, rejection_reason = NULL,"
			" modified = %(now)s, modified_by = %(user)s WHERE name = %(name)s",
			{**changes, "user": self.ctx.identity.user},
		)
		inventory_requests.log_status(self.ctx, name, before["warehouse"], before["status"], status)

	def actions(self, doctype: str) -> dict[str, frozenset[str]]:
		return {}

	def apply_action(self, doctype: str, name: str, action: str) -> None:
		raise Conflict("There is no active Workflow for {doctype}.", code="no_workflow", doctype=doctype)

	def discard(self, doctype: str, name: str) -> None:
		self.ctx.store.execute(
			f"DELETE FROM `tab{doctype}` WHERE name = %(name)s AND docstatus = 0", {"name": name}
		)

	def values(self, doctype: str, name: str) -> Row:
		self.fields(doctype)
		meta = _meta(doctype)
		rows = self.ctx.store.rows(f"SELECT * FROM `tab{doctype}` WHERE name = %(name)s", {"name": name})
		if not rows:
			raise NotFound(
				"{doctype} {name} does not exist.", code="unknown_document", doctype=doctype, name=name
			)
		tables = {
			field.name: self.ctx.store.rows(
				f"SELECT * FROM `tab{field.options}` WHERE parent = %(name)s ORDER BY idx", {"name": name}
			)
			for field in meta.tables
		}
		return {**rows[0], **tables}

	def fields(self, doctype: str, is_child: bool = False) -> dict[str, FieldKind]:
		meta = schema.doctypes().get(doctype)
		if meta is None or meta.single or (doctype in schema.child_tables()) != is_child:
			raise NotFound("There is no DocType {doctype}.", code="unknown_doctype", doctype=doctype)
		return {f.name: FieldKind(f.type, f.options, f.read_only, f.label) for f in meta.fields}

	def permits(self, right: str, doctype: str, name: str, user: str) -> bool:
		"""Who may read may write: operations have roles of their own here."""
		from inventory_midplatform.adapters.standalone.context import StoredIdentity

		store: Any = self.ctx.store
		ctx = replace(self.ctx, identity=StoredIdentity(store, user))
		try:
			if name:
				resources.get_doc(ctx, doctype, name)
			else:
				resources.readable(ctx, doctype)
		except (NotFound, NotPermitted):
			return False
		return True

	# inside

	def _validated(self, doctype: str, values: Row, only: Row | None = None) -> Row:
		"""Return the values as the DocType's own rule changes them."""
		rule = RULES.get(doctype)
		changed = rule(self.ctx, values) if rule else None
		return {**(values if only is None else only), **(changed or {})}

	def _read(self, meta: schema.DocType, name: str) -> Row:
		rows = self.ctx.store.rows(
			f"SELECT * FROM `tab{meta.name}` WHERE name = %(name)s{self.ctx.store.for_update}", {"name": name}
		)
		if not rows:
			raise NotFound(
				"{doctype} {name} does not exist.", code="unknown_document", doctype=meta.name, name=name
			)
		return rows[0]

	def _checked(self, meta: schema.DocType, values: Row) -> Row:
		"""Return the values, each checked against its field. Raises InvalidInput."""
		row = dict(values)
		for key in row:
			if key not in meta.by_name:
				raise InvalidInput(
					"{doctype} has no field {field}.", code="unknown_field", doctype=meta.name, field=key
				)
		for field in meta.fields:
			if field.fetch_from:
				link, column = field.fetch_from.split(".")
				row[field.name] = self._fetched(meta.by_name[link].options, row.get(link), column)
			value = row.get(field.name)
			about = {"doctype": meta.name, "field": field.name}
			if value is None or value == "" or value == []:
				if field.reqd:
					raise InvalidInput("{doctype}: {field} is missing.", code="missing_argument", **about)
				if field.type in schema.NUMBERS | schema.INTEGERS:
					row.pop(field.name, None)
				elif field.unique:
					row[field.name] = None
				continue
			self._check_value(field, value, about)
		return row

	def _check_value(self, field: schema.Field, value: Any, about: Row) -> None:
		if field.type == "Select" and value not in field.options.split("\n"):
			raise InvalidInput(
				"{doctype}: {value} is no {field}.", code="invalid_input", value=str(value)[:60], **about
			)
		if field.type == "Link" and field.options in schema.doctypes():
			sql = f"SELECT name FROM `tab{field.options}` WHERE name = %(name)s"
			if not self.ctx.store.rows(sql, {"name": value}):
				raise InvalidInput(
					"{target} {value} does not exist.",
					code="unknown_link",
					target=field.options,
					value=str(value)[:60],
					**about,
				)
		if field.type in schema.NUMBERS | schema.INTEGERS and not isinstance(value, bool):
			number = number_of(value)
			if number is None:
				raise InvalidInput("{doctype}: {field} must be a number.", code="invalid_input", **about)
			require_below_limit(number)
		if field.non_negative and Decimal(str(value)) < 0:
			raise InvalidInput("{doctype}: {field} must not be negative.", code="invalid_input", **about)
		if isinstance(value, str) and field.type not in schema.TEXTS:
			require_short(value, field.name)

	def _fetched(self, doctype: str, name: Any, column: str) -> Any:
		if not name:
			return None
		rows = self.ctx.store.rows(
			f"SELECT `{column}` AS v FROM `tab{doctype}` WHERE name = %(name)s", {"name": name}
		)
		return rows[0]["v"] if rows else None

	def _name(self, meta: schema.DocType, row: Row) -> str:
		pattern = meta.autoname
		if row.get("name"):
			name = str(row["name"])
		elif pattern.startswith("format:"):
			name = re.sub(
				r"\{(\w+)\}", lambda m: str(row.get(m.group(1)) or ""), pattern.removeprefix("format:")
			)
		elif pattern == "naming_series:":
			return self._next_in_series(row["naming_series"])
		elif meta.name in SERIES:
			return self._next_in_series(SERIES[meta.name])
		else:
			return new_id()
		require_short(name, "name")
		if self.ctx.store.rows(f"SELECT name FROM `tab{meta.name}` WHERE name = %(name)s", {"name": name}):
			raise Conflict("{doctype} {name} exists already.", code="duplicate", doctype=meta.name, name=name)
		return name

	def _next_in_series(self, pattern: str) -> str:
		prefix = pattern.replace(".YYYY.", f"{self.ctx.clock.now():%Y}")
		key = {"name": prefix}
		if not self.ctx.store.execute(
			"UPDATE `tabSeries` SET current = current + 1 WHERE name = %(name)s", key
		):
			self.ctx.store.execute("INSERT INTO `tabSeries` (name, current) VALUES (%(name)s, 1)", key)
		rows = self.ctx.store.rows("SELECT current FROM `tabSeries` WHERE name = %(name)s", key)
		return f"{prefix}{rows[0]['current']:05d}"

	def _insert(self, meta: schema.DocType, row: Row) -> None:
		self.ctx.store.insert(meta.name, [{k: v for k, v in row.items() if k in meta.columns}])
		for field in meta.tables:
			self._insert_children(meta, row, field)

	def _insert_children(self, meta: schema.DocType, row: Row, field: schema.Field) -> None:
		child = _meta(field.options)
		about = {
			"parent": row["name"],
			"parenttype": meta.name,
			"parentfield": field.name,
			"docstatus": row.get("docstatus") or 0,
		}
		for idx, values in enumerate(row.get(field.name) or (), 1):
			checked = self._checked(child, _with_defaults(child, values))
			self.ctx.store.insert(child.name, [{"name": new_id(), **checked, **about, "idx": idx}])


def _meta(doctype: str) -> schema.DocType:
	meta = schema.doctypes().get(doctype)
	if meta is None:
		raise NotFound("There is no DocType {doctype}.", code="unknown_doctype", doctype=doctype)
	return meta


def _with_defaults(meta: schema.DocType, values: Row) -> Row:
	defaults = {f.name: f.default for f in meta.fields if f.default is not None and f.name in meta.columns}
	return {**defaults, **{k: v for k, v in values.items() if v is not None or k not in defaults}}


def _check_request(ctx: Context, values: Row) -> Row | None:
	"""Calculate what the approver reads, as a site's controller does it."""
	if "items" not in values:
		return None
	status = inventory_requests.status_after_change(values.get("status") or "", changed="name" in values)
	return {**inventory_requests.complete(ctx, values), "status": status}


def _check_material_request(ctx: Context, values: Row) -> Row | None:
	"""Refuse, as ERPNext does, an item past its end of life and a part of a whole unit."""
	for line in values.get("items") or ():
		rows = ctx.store.rows(
			"SELECT item.name, item.end_of_life, uom.must_be_whole_number FROM `tabItem` item"
			" LEFT JOIN `tabUOM` uom ON uom.name = %(uom)s WHERE item.name = %(item)s",
			{"item": line["item_code"], "uom": line.get("uom")},
		)
		end = rows[0]["end_of_life"] if rows else None
		if end and _as_date(end) <= ctx.clock.now().date():
			raise InvalidInput("Item {item_code} has reached its end of life.", item_code=line["item_code"])
		if rows and rows[0]["must_be_whole_number"] and Decimal(str(line["qty"])) % 1:
			raise InvalidInput(
				"{qty} of {item_code} is not whole.", item_code=line["item_code"], qty=str(line["qty"])
			)
	return None


def _as_date(value: date | datetime) -> date:
	return value.date() if isinstance(value, datetime) else value


RULES: dict[str, Callable[[Context, Row], Row | None]] = {
	"Warehouse Zone": zones_and_bins.check_zone,
	"Warehouse Bin": zones_and_bins.check_bin,
	tolerances.DOCTYPE: tolerances.check_tolerance,
	"Storage Policy": storage_policies.check_policy,
	inspection_plans.DOCTYPE: inspection_plans.check_plan,
	inventory_requests.DOCTYPE: _check_request,
	policies.DOCTYPE: policies.check_policy,
	delegations.DOCTYPE: delegations.check_delegation,
	"Material Request": _check_material_request,
}
