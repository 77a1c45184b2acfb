from inventory_midplatform.domain.roles import OPERATION_ROLES as _OPERATION_ROLES

app_name = "inventory_midplatform"
app_title = "Inventory Midplatform"
app_publisher = "Inventory Midplatform contributors"
app_description = (
	"Where stock is, for whom it is reserved, what happens next: an inventory midplatform on ERPNext"
)
app_email = "inventory-midplatform@example.com"
app_license = "gpl-3.0"
app_version = "0.2.0"
required_apps = ["frappe/erpnext"]
require_type_annotated_api_methods = True

before_install = "inventory_midplatform.install.before_install"
after_install = "inventory_midplatform.install.after_install"
after_migrate = ["inventory_midplatform.install.after_migrate"]
before_uninstall = "inventory_midplatform.uninstall.before_uninstall"
after_uninstall = "inventory_midplatform.uninstall.after_uninstall"

_OVERRIDES = "inventory_midplatform.adapters.site.overrides"
_APPROVALS = "inventory_midplatform.adapters.site.approvals"
_VOUCHERS = "inventory_midplatform.adapters.site.vouchers"


def _events(module: str, *names: str) -> dict[str, str]:
	return {name: f"{_OVERRIDES}.{module}.{name}" for name in names}


_OF_DEMAND_DOCUMENTS = (
	"after_delete",
	"before_update_after_submit",
	"before_validate",
	"on_cancel",
	"on_change",
	"on_submit",
	"on_update_after_submit",
	"onload",
)

doc_events = {
	"*": {
		"before_cancel": f"{_VOUCHERS}.voucher_begins",
		"before_submit": [f"{_APPROVALS}.before_submit", f"{_VOUCHERS}.voucher_begins"],
		"on_cancel": f"{_VOUCHERS}.voucher_done",
		"on_submit": f"{_VOUCHERS}.voucher_done",
		"validate": f"{_APPROVALS}.validate",
	},
	"Company": _events("company", "on_trash"),
	"Item": _events("item", "after_rename", "before_rename", "on_trash"),
	"Item Group": _events("item_group", "before_rename"),
	"Material Request": _events("material_request", *_OF_DEMAND_DOCUMENTS),
	"POS Invoice": _events("pos_invoice", "after_delete", "on_cancel", "on_submit"),
	"Purchase Order": _events(
		"purchase_order", "on_cancel", "on_change", "on_submit", "on_update_after_submit"
	),
	"Purchase Receipt": _events("purchase_receipt", "before_cancel", "before_validate"),
	"Repost Item Valuation": _events("repost_item_valuation", "on_change"),
	"Sales Invoice": _events("sales_invoice", "on_cancel", "on_submit"),
	"Sales Order": _events("sales_order", *_OF_DEMAND_DOCUMENTS),
	"Stock Entry": _events("stock_entry", "on_submit"),
	"Stock Ledger Entry": _events("stock_ledger_entry", "on_submit"),
	"Stock Reconciliation": _events("stock_reconciliation", "before_validate", "validate"),
	"Stock Settings": _events("stock_settings", "validate"),
	"Subcontracting Order": _events(
		"purchase_order", "on_cancel", "on_change", "on_submit", "on_update_after_submit"
	),
	"Warehouse": _events("warehouse", "after_insert", "before_rename", "on_trash"),
	"Work Order": _events("work_order", *_OF_DEMAND_DOCUMENTS),
}

# The log stays when the master it names is deleted. A stored result of a deleted user is of no use to anybody.
ignore_links_on_delete = ["Approval Request", "Idempotency Key", "Stock Operation Log"]

# Masters: ERPNext's Delete Transactions leaves them, as it leaves warehouses.
company_data_to_be_ignored = ["Storage Policy", "Warehouse Bin", "Warehouse Zone"]

_LISTS_OF_STOCK = (
	"Approval Request",
	"Bin Allocation",
	"Bin Stock",
	"Inbound Inspection",
	"Inbound Order",
	"Inbound Receipt Line",
	"Inventory Alert",
	"Inventory Request",
	"Inventory Reservation",
	"Outbound Order",
	"Outbound Package",
	"Outbound Pick",
	"Outbound Wave",
	"Receipt Layer",
	"Serial Location",
	"Stock Movement",
	"Stock Operation Log",
	"Stock Position",
	"Stock Snapshot",
	"Storage Policy",
	"Warehouse Bin",
	"Warehouse Zone",
)

_LISTS_OF_KPIS = ("Inventory KPI Baseline", "Inventory KPI Value")

add_to_apps_screen = [
	{
		"name": app_name,
		"logo": "/assets/inventory_midplatform/images/logo.svg",
		"title": app_title,
		"route": "/app/inventory-midplatform",
		"has_permission": "inventory_midplatform.adapters.site.permissions.may_open_app",
	}
]

app_include_js = "inventory_midplatform.bundle.js"

doctype_js = {
	"Delivery Note": "public/js/delivery_note.js",
	"Material Request": "public/js/material_request.js",
	"Sales Order": "public/js/sales_order.js",
	"Work Order": "public/js/work_order.js",
}

_CONNECTIONS = "inventory_midplatform.adapters.site.connections"

override_doctype_dashboards = {
	"Delivery Note": [f"{_CONNECTIONS}.of_delivery_note"],
	"Inventory Request": [f"{_CONNECTIONS}.of_inventory_request"],
	"Material Request": [f"{_CONNECTIONS}.of_material_request"],
	"Purchase Order": [f"{_CONNECTIONS}.of_purchase_order"],
	"Purchase Receipt": [f"{_CONNECTIONS}.of_purchase_receipt"],
	"Sales Order": [f"{_CONNECTIONS}.of_sales_order"],
	"Stock Entry": [f"{_CONNECTIONS}.of_stock_entry"],
	"Subcontracting Order": [f"{_CONNECTIONS}.of_subcontracting_order"],
	"Work Order": [f"{_CONNECTIONS}.of_work_order"],
}
additional_timeline_content = {
	"Inbound Order": [f"{_CONNECTIONS}.timeline"],
	"Outbound Order": [f"{_CONNECTIONS}.timeline"],
	"Outbound Wave": [f"{_CONNECTIONS}.timeline"],
}

_PRINTING = "inventory_midplatform.adapters.site.printing"

jinja = {
	"methods": [
		f"{_PRINTING}.approval_history",
		f"{_PRINTING}.inbound_labels",
		f"{_PRINTING}.inventory_full_name",
		f"{_PRINTING}.inventory_qr",
		f"{_PRINTING}.item_barcode",
		f"{_PRINTING}.outbound_packed",
		f"{_PRINTING}.outbound_picks",
		f"{_PRINTING}.outbound_wave",
	]
}

_PERMISSIONS = "inventory_midplatform.adapters.site.permissions"

has_permission = {
	**dict.fromkeys(_LISTS_OF_STOCK, f"{_PERMISSIONS}.has_permission"),
	"Approval Request": f"{_PERMISSIONS}.approval_has_permission",
	"Number Card": "inventory_midplatform.adapters.site.number_cards.has_permission",
	**dict.fromkeys(_LISTS_OF_KPIS, f"{_PERMISSIONS}.kpi_has_permission"),
}
permission_query_conditions = {
	**dict.fromkeys(_LISTS_OF_STOCK, f"{_PERMISSIONS}.query_conditions"),
	"Approval Request": f"{_PERMISSIONS}.approval_query_conditions",
	**dict.fromkeys(_LISTS_OF_KPIS, f"{_PERMISSIONS}.kpi_query_conditions"),
	"Approval Decision": f"{_PERMISSIONS}.line_query_conditions",
	"Dashboard Chart": "inventory_midplatform.adapters.site.view_charts.query_conditions",
	"Inbound Order Line": f"{_PERMISSIONS}.line_query_conditions",
	"Inventory Request Item": f"{_PERMISSIONS}.line_query_conditions",
	"Outbound Order Line": f"{_PERMISSIONS}.line_query_conditions",
	"Outbound Package Line": f"{_PERMISSIONS}.line_query_conditions",
}

extend_bootinfo = [f"{_PERMISSIONS}.extend_bootinfo"]

scheduler_events = {
	"cron": {
		"*/5 * * * *": ["inventory_midplatform.adapters.site.jobs.release_expired_reservations"],
		"*/10 * * * *": ["inventory_midplatform.adapters.site.jobs.act_on_time_limits"],
	},
	"daily": [
		"inventory_midplatform.adapters.site.jobs.ask_approvers_again",
		"inventory_midplatform.adapters.site.jobs.clear_old_idempotency_keys",
	],
	"daily_long": [
		"inventory_midplatform.adapters.site.jobs.reconcile",
		"inventory_midplatform.adapters.site.jobs.write_kpis",
	],
	"hourly_long": ["inventory_midplatform.adapters.site.jobs.replenish_low_stock"],
}

before_request = ["inventory_midplatform.adapters.site.http.before_request"]
after_request = ["inventory_midplatform.adapters.site.http.after_request"]

_API = "inventory_midplatform.api.v1"
_HTTP = "inventory_midplatform.adapters.site.http"

# api/v1 never imports Frappe: each operation's path leads to a whitelisted function made for it.
override_whitelisted_methods = {
	**{f"{_API}.{name}": f"{_HTTP}.{name.replace('.', '_')}" for name in _OPERATION_ROLES},
	"frappe.client.get_count": f"{_PERMISSIONS}.get_count",
	"frappe.desk.search.search_link": f"{_PERMISSIONS}.search_link",
	"frappe.desk.search.search_widget": f"{_PERMISSIONS}.search_widget",
}
