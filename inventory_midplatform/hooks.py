app_name = "inventory_midplatform"
app_title = "Inventory Midplatform"
app_publisher = "Inventory Midplatform contributors"
app_description = (
	"Where stock lies, for whom it is kept, what happens next: an inventory midplatform on ERPNext"
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

_EVENTS = "inventory_midplatform.adapters.site.events"
_MASTERS = "inventory_midplatform.adapters.site.masters"
_KEPT = "inventory_midplatform.adapters.site.kept_on_rows"

doc_events = {
	"*": {
		"before_cancel": f"{_EVENTS}.voucher_begins",
		"before_submit": f"{_EVENTS}.voucher_begins",
		"on_cancel": f"{_EVENTS}.voucher_done",
		"on_submit": f"{_EVENTS}.voucher_done",
	},
	"Company": {
		"on_trash": f"{_MASTERS}.company_deleted",
	},
	"Item": {
		"after_rename": f"{_MASTERS}.item_renamed",
		"before_rename": f"{_MASTERS}.item_renaming",
		"on_trash": f"{_MASTERS}.item_deleted",
	},
	"Material Request": {
		"before_update_after_submit": f"{_KEPT}.saving",
		"before_validate": f"{_KEPT}.saving",
		"on_cancel": f"{_EVENTS}.demand_submitted",
		"on_change": f"{_EVENTS}.demand_changed",
		"on_submit": [f"{_EVENTS}.draft_finished", f"{_EVENTS}.demand_submitted"],
		"on_update_after_submit": f"{_EVENTS}.demand_submitted",
		"onload": f"{_KEPT}.loaded",
	},
	"POS Invoice": {
		"on_cancel": f"{_EVENTS}.pos_invoice_submitted",
		"on_submit": f"{_EVENTS}.pos_invoice_submitted",
	},
	"Repost Item Valuation": {
		"on_change": f"{_EVENTS}.repost_changed",
	},
	"Sales Order": {
		"before_update_after_submit": f"{_KEPT}.saving",
		"before_validate": f"{_KEPT}.saving",
		"on_cancel": f"{_EVENTS}.demand_submitted",
		"on_change": f"{_EVENTS}.demand_changed",
		"on_submit": f"{_EVENTS}.demand_submitted",
		"on_update_after_submit": f"{_EVENTS}.demand_submitted",
		"onload": f"{_KEPT}.loaded",
	},
	"Stock Entry": {
		"on_submit": f"{_EVENTS}.draft_finished",
	},
	"Stock Ledger Entry": {
		"on_submit": f"{_EVENTS}.stock_ledger_entry_submitted",
	},
	"Stock Settings": {
		"validate": f"{_MASTERS}.stock_settings_saving",
	},
	"Warehouse": {
		"after_insert": f"{_MASTERS}.warehouse_created",
		"before_rename": f"{_MASTERS}.warehouse_renaming",
		"on_trash": f"{_MASTERS}.warehouse_deleted",
	},
	"Work Order": {
		"before_update_after_submit": f"{_KEPT}.saving",
		"before_validate": f"{_KEPT}.saving",
		"on_cancel": f"{_EVENTS}.demand_submitted",
		"on_change": f"{_EVENTS}.demand_changed",
		"on_submit": f"{_EVENTS}.demand_submitted",
		"on_update_after_submit": f"{_EVENTS}.demand_submitted",
		"onload": f"{_KEPT}.loaded",
	},
}

# What was done is told of still when the master it was done with is gone; an answer is repeated to nobody who is gone.
ignore_links_on_delete = ["Idempotency Key", "Stock Operation Log"]

# Masters, not transactions: ERPNext's Delete Transactions leaves them, as it leaves warehouses.
company_data_to_be_ignored = ["Storage Policy", "Warehouse Bin", "Warehouse Zone"]

_LISTS_OF_STOCK = (
	"Bin Allocation",
	"Bin Stock",
	"Inventory Alert",
	"Inventory Request",
	"Inventory Reservation",
	"Receipt Layer",
	"Serial Location",
	"Stock Movement",
	"Stock Operation Log",
	"Stock Position",
	"Storage Policy",
	"Warehouse Bin",
	"Warehouse Zone",
)

doctype_list_js = {
	**dict.fromkeys(_LISTS_OF_STOCK, "public/js/stock_lists.js"),
	**dict.fromkeys(("Material Request", "Sales Order", "Work Order"), "public/js/kept_on_rows_list.js"),
}
doctype_js = {
	"Material Request": ["public/js/kept_on_rows.js", "public/js/material_request.js"],
	"Sales Order": ["public/js/kept_on_rows.js", "public/js/sales_order.js"],
	"Work Order": ["public/js/kept_on_rows.js", "public/js/work_order.js"],
}

_PERMISSIONS = "inventory_midplatform.adapters.site.permissions"

has_permission = dict.fromkeys(_LISTS_OF_STOCK, f"{_PERMISSIONS}.has_permission")
permission_query_conditions = {
	**dict.fromkeys(_LISTS_OF_STOCK, f"{_PERMISSIONS}.query_conditions"),
	"Inventory Request Item": f"{_PERMISSIONS}.line_query_conditions",
}

extend_bootinfo = [f"{_PERMISSIONS}.extend_bootinfo"]

scheduler_events = {
	"cron": {
		"*/5 * * * *": ["inventory_midplatform.adapters.site.jobs.sweep_expired_reservations"],
	},
	"daily": ["inventory_midplatform.adapters.site.jobs.clear_old_idempotency_keys"],
	"daily_long": ["inventory_midplatform.adapters.site.jobs.reconcile"],
	"hourly_long": ["inventory_midplatform.adapters.site.jobs.ask_for_low_stock"],
}

before_request = ["inventory_midplatform.adapters.site.http.before_request"]
after_request = ["inventory_midplatform.adapters.site.http.after_request"]

_API = "inventory_midplatform.api.v1"
_HTTP = "inventory_midplatform.adapters.site.http"

# api/v1 never imports Frappe, so each operation's path leads to a whitelisted function made for it.
override_whitelisted_methods = {
	f"{_API}.ledger.verify": f"{_HTTP}.ledger_verify",
	f"{_API}.meta.openapi": f"{_HTTP}.meta_openapi",
	f"{_API}.replenishment.create_material_requests": f"{_HTTP}.replenishment_create_material_requests",
	f"{_API}.replenishment.suggest": f"{_HTTP}.replenishment_suggest",
	f"{_API}.request.act": f"{_HTTP}.request_act",
	f"{_API}.request.create": f"{_HTTP}.request_create",
	f"{_API}.request.get": f"{_HTTP}.request_get",
	f"{_API}.reservation.allocate": f"{_HTTP}.reservation_allocate",
	f"{_API}.reservation.deallocate": f"{_HTTP}.reservation_deallocate",
	f"{_API}.reservation.get": f"{_HTTP}.reservation_get",
	f"{_API}.reservation.list": f"{_HTTP}.reservation_list",
	f"{_API}.reservation.release": f"{_HTTP}.reservation_release",
	f"{_API}.reservation.reserve": f"{_HTTP}.reservation_reserve",
	f"{_API}.reservation.transfer": f"{_HTTP}.reservation_transfer",
	f"{_API}.stock.available_to_promise": f"{_HTTP}.stock_available_to_promise",
	f"{_API}.stock.explain": f"{_HTTP}.stock_explain",
	f"{_API}.stock.get_position": f"{_HTTP}.stock_get_position",
	f"{_API}.stock.hold": f"{_HTTP}.stock_hold",
	f"{_API}.stock.list_positions": f"{_HTTP}.stock_list_positions",
	f"{_API}.stock.list_strategies": f"{_HTTP}.stock_list_strategies",
	f"{_API}.stock.move": f"{_HTTP}.stock_move",
	f"{_API}.stock.release_hold": f"{_HTTP}.stock_release_hold",
	f"{_API}.stock.suggest_put_away": f"{_HTTP}.stock_suggest_put_away",
	f"{_API}.stock.suggest_removal": f"{_HTTP}.stock_suggest_removal",
	"frappe.client.get_count": f"{_PERMISSIONS}.get_count",
	"frappe.desk.search.search_link": f"{_PERMISSIONS}.search_link",
	"frappe.desk.search.search_widget": f"{_PERMISSIONS}.search_widget",
}
