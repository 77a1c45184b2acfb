"""What an approval looks at of its document, and whether the document is still what was approved."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from inventory_midplatform.domain.approval_conditions import as_text, read
from inventory_midplatform.domain.approval_policy import Policy
from inventory_midplatform.domain.flows import Flow
from inventory_midplatform.domain.inbound import INBOUND
from inventory_midplatform.domain.outbound import OUTBOUND
from inventory_midplatform.domain.quantity import from_store, number_of
from inventory_midplatform.ports import Context, FieldKind

WAREHOUSE_FIELDS = (
	"warehouse",
	"set_warehouse",
	"from_warehouse",
	"to_warehouse",
	"s_warehouse",
	"t_warehouse",
)

AMOUNT_FIELDS = (
	"base_grand_total",
	"base_total",
	"total_amount",
	"amount",
	"difference_amount",
	"grand_total",
)
"""What a document is worth in company currency, the best first."""

SUBJECT_FIELDS = (
	"supplier_name",
	"supplier",
	"customer_name",
	"customer",
	"party",
	"purpose",
	"stock_entry_type",
	"request_type",
	"material_request_type",
	"title",
)
"""What says best what a document is about."""

UNWATCHED = frozenset(("Datetime", "Time", "Duration", "Read Only", "Signature", "Barcode", "Heading"))
LAYOUT = frozenset(
	("Section Break", "Column Break", "Tab Break", "HTML", "Button", "Heading", "Image", "Fold")
)
TABLES = frozenset(("Table", "Table MultiSelect"))

NOT_CONTENT = frozenset(("amended_from", "letter_head", "select_print_heading", "status", "workflow_state"))
OF_THE_CLOCK = frozenset(("posting_date", "posting_time"))
"""The books set them anew at each save, unless ``set_posting_time`` says otherwise."""
OF_VALUATION = {
	"Stock Entry Detail": frozenset(
		("basic_rate", "basic_amount", "amount", "valuation_rate", "additional_cost")
	)
}
"""DocType → fields that the books value anew at each save, unless ``set_basic_rate_manually`` says otherwise."""


OF_FLOWS: Mapping[str, frozenset[str]] = {
	INBOUND.doctype: frozenset(
		("warehouse", "company", "supplier", "source_type", "source_name", "truck", "lines")
	),
	f"{INBOUND.doctype} Line": frozenset(("item_code", "expected_qty")),
	OUTBOUND.doctype: frozenset(
		("warehouse", "company", "customer", "source_type", "source_name", "stock_status", "lines")
	),
	f"{OUTBOUND.doctype} Line": frozenset(("item_code", "qty")),
}
"""DocType → what is watched of documents that nobody types: services write them, and who works on them changes."""

FLOWS: Mapping[str, Flow] = {flow.doctype: flow for flow in (INBOUND, OUTBOUND)}


def may_be_approved(doctype: str, document: Mapping[str, Any]) -> bool:
	"""Return whether a document may still be approved: it is a draft, or of a flow and work on it has not begun."""
	if int(document.get("docstatus") or 0):
		return False
	flow = FLOWS.get(doctype)
	return flow is None or document.get("state") == flow.initial


def warehouses_of(document: Mapping[str, Any]) -> list[str]:
	"""Return the warehouses that a document and its rows name, in the order of their names."""
	rows = [row for table in document.values() if isinstance(table, list) for row in table]
	found = {
		row.get(name) for row in (document, *rows) if isinstance(row, Mapping) for name in WAREHOUSE_FIELDS
	}
	return sorted(str(name) for name in found if name)


@dataclass(frozen=True)
class Facts:
	"""What an approval looks at of its document, as it was when it was requested."""

	doctype: str
	name: str
	owner: str
	applicant: str
	warehouses: tuple[str, ...]
	values: Mapping[str, str]
	editor: str = ""
	"""Who changed the document last."""

	@property
	def own(self) -> frozenset[str]:
		"""Who created the document, changed it last or requested its approval."""
		return frozenset((self.owner, self.applicant, self.editor)) - {""}

	def as_text(self) -> str:
		return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

	@classmethod
	def from_text(cls, text: str) -> "Facts":
		stored = json.loads(text)
		return cls(**{**stored, "warehouses": tuple(stored["warehouses"])})


def facts_of(policy: Policy, document: Mapping[str, Any], applicant: str) -> Facts:
	"""Return what an approval by this policy looks at of a document."""
	return Facts(
		policy.document_type,
		str(document.get("name") or ""),
		str(document.get("owner") or ""),
		applicant,
		tuple(warehouses_of(document)),
		{field: read(document, field) for field in policy.fields},
		str(document.get("modified_by") or ""),
	)


def amount_of(document: Mapping[str, Any]) -> str:
	"""Return what a document is worth in company currency, as text; an empty text where it does not say."""
	for field in AMOUNT_FIELDS:
		number = number_of(document.get(field))
		if number:
			return as_text(from_store(number))
	return ""


def subject_of(document: Mapping[str, Any]) -> str:
	"""Return what a document is about: its supplier, its customer, or what it is for."""
	return next((str(document[field]) for field in SUBJECT_FIELDS if document.get(field)), "")[:140]


def digest_of(ctx: Context, doctype: str, document: Mapping[str, Any]) -> str:
	"""Return a digest of what people typed into a document: of every field and row that the books do not set themselves."""
	typed = _typed(ctx, doctype, ctx.documents.fields(doctype), document)
	text = json.dumps(typed, ensure_ascii=False, sort_keys=True)
	return hashlib.sha256(text.encode()).hexdigest()


def _typed(
	ctx: Context, doctype: str, fields: Mapping[str, FieldKind], record: Mapping[str, Any]
) -> dict[str, Any]:
	found: dict[str, Any] = {}
	watched = OF_FLOWS.get(doctype)
	for name, kind in fields.items():
		if kind.is_set_by_the_books if watched is None else name not in watched:
			continue
		if name in NOT_CONTENT or kind.type in UNWATCHED | LAYOUT:
			continue
		if name in OF_THE_CLOCK and not record.get("set_posting_time"):
			continue
		if name in OF_VALUATION.get(doctype, ()) and not record.get("set_basic_rate_manually"):
			continue
		if kind.type in TABLES:
			if rows := record.get(name) or ():
				of_rows = ctx.documents.fields(kind.options, is_child=True)
				found[name] = [_typed(ctx, kind.options, of_rows, row) for row in rows]
		elif text := _comparable(record.get(name), kind):
			found[name] = text
	return found


def _comparable(value: Any, kind: FieldKind) -> str:
	"""Return a value as text: nothing, zero and a box that is not ticked are the same, and numbers count six digits."""
	number = number_of(value) if kind.type in NUMBERS else None
	if number is None:
		return "" if value is None else as_text(value)
	rounded = round(from_store(number), 6)
	return as_text(rounded) if rounded else ""


NUMBERS = frozenset(("Int", "Float", "Currency", "Percent", "Check", "Rating"))
