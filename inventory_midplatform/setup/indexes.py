"""Indexes over several columns, which a DocType's JSON cannot hold, and indexes on ERPNext's tables for our statements.
A site and the standalone adapter use the same.
"""

UNIQUE: dict[str, tuple[tuple[str, ...], ...]] = {
	"Stock Position": (("item_code", "warehouse"),),
	"Bin Allocation": (("reservation", "bin", "batch_no"),),
	"Receipt Layer": (("item_code", "warehouse", "batch_no", "received_on"),),
	"Inventory KPI Value": (("kpi", "company", "warehouse", "day"),),
	"Inventory KPI Baseline": (("kpi", "company", "warehouse"),),
	"Bin Stock": (("item_code", "bin", "batch_no", "stock_status", "stock_owner"),),
	"Stock Snapshot": (("item_code", "warehouse", "snapshot_date", "flow"),),
}

NAMED_BY_OTHERS: dict[tuple[str, tuple[str, ...]], str] = {
	("Bin", ("item_code", "warehouse")): "unique_item_warehouse",
	("Serial Location", ("serial_no",)): "serial_no",
}
"""Indexes that ERPNext or Frappe create and that we lock rows through."""

CHANGES_BY_DAY = (
	"snapshot_date",
	"flow",
	"item_code",
	"warehouse",
	"qty_in",
	"qty_out",
	"value_in",
	"value_out",
)
"""All that reports add up of Stock Snapshots, so that a month of changes is read from the index alone."""

INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
	"Approval Decision": (("user", "decision"), ("decided_at",)),
	"Approval Policy": (("document_type", "enabled"),),
	"Approval Request": (
		("document_type", "document_name"),
		("applicant", "state"),
		("state", "is_timed_out", "due_at"),
		("state", "remind_at"),
	),
	"Stock Movement": (
		("voucher_type", "voucher_no"),
		("item_code", "warehouse", "posting_datetime"),
		("bin",),
		("warehouse", "modified"),
	),
	"Bin Stock": (("item_code", "warehouse"),),
	"Stock Snapshot": (
		("warehouse", "snapshot_date"),
		CHANGES_BY_DAY,
	),
	"Serial Location": (("item_code", "warehouse"),),
	"Bin Allocation": (("item_code", "warehouse"),),
	"Inventory Reservation": (
		("demand_type", "demand_name"),
		("item_code", "warehouse", "status"),
		("status", "expires_at"),
		("demand_type", "creation"),
	),
	"Stock Operation Log": (
		("reference_doctype", "reference_name"),
		("operation", "happened_at"),
		("item_code", "warehouse"),
		("warehouse", "modified"),
	),
	"Inventory Alert": (("item_code", "warehouse", "status"), ("opened_at",)),
	"Inventory KPI Value": (("warehouse", "day"), ("day",)),
	"Warehouse Bin": (
		("warehouse", "is_unplaced"),
		("warehouse", "is_staging"),
		("warehouse", "is_reject"),
		("bin_code",),
		("barcode",),
	),
	"Inbound Order": (
		("state", "warehouse"),
		("source_name", "source_type"),
		("supplier", "received_at"),
		("arrived_at",),
		("warehouse", "slot_end"),
	),
	"Data Import Log": (("docname",),),
	"Inbound Receipt Line": (("inbound_order", "line"),),
	"Outbound Order": (("state", "warehouse"), ("source_name", "source_type")),
	"Outbound Wave": (("state", "warehouse"),),
	"Outbound Pick": (("outbound_order", "line"), ("picked_at",)),
	"Item Reorder": (("warehouse_group",),),
	"Item Supplier": (("supplier_part_no",),),
	"Material Request": (
		("docstatus", "inventory_origin"),
		("docstatus", "material_request_type", "per_ordered"),
	),
	"Sales Order Item": (("inventory_promised_on",),),
	"Serial No": (("item_code", "warehouse"),),
	"Stock Entry": (("add_to_transit", "docstatus"),),
	"Stock Entry Detail": (("ste_detail",),),
	"Stock Reconciliation": (("posting_date",),),
	"Work Order": (("production_item", "fg_warehouse"), ("from_wip_warehouse", "docstatus")),
}


def index_name(doctype: str, columns: tuple[str, ...]) -> str:
	"""Return the name of an index: unique in the database, as SQLite requires, and within MariaDB's 64 characters."""
	if columns == ("name",):
		return "PRIMARY"
	ours = f"{doctype}_{'_'.join(columns)}".lower().replace(" ", "_")[:64]
	return NAMED_BY_OTHERS.get((doctype, columns), ours)


def forced(doctype: str, columns: tuple[str, ...], alias: str = "") -> str:
	"""Return MariaDB's SQL for the table, read through this index and no other."""
	return f"`tab{doctype}` {alias} FORCE INDEX (`{index_name(doctype, columns)}`)"
