frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Inventory View"] = {
	method: "inventory_midplatform.inventory_midplatform.dashboard_chart_source.inventory_view.inventory_view.get",
	filters: inventory_midplatform.view_filters(),
};
