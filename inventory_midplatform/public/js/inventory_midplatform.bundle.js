// The app's scripts for the desk, in one file that Frappe builds and loads with it (hooks.py, app_include_js). Forms, lists
// and reports call what is in `inventory_midplatform`.

import { approve_chosen } from "./desk/approval_buttons.js";
import { show_policy } from "./desk/approval_policy.js";
import { show_approval } from "./desk/approval_request.js";
import "./desk/approvals.js";
import { change_stock_status } from "./desk/block_stock.js";
import { offer_expected, offer_return } from "./desk/expected.js";
import { explain_stock } from "./desk/explain_stock.js";
import {
	call,
	escape,
	format_quantity,
	is_allowed,
	link_to,
	operation_dialog,
	show_assignee_by_name,
} from "./desk/helpers.js";
import { show_inbound_order } from "./desk/inbound_order.js";
import { offer_wave } from "./desk/make_wave.js";
import { kpi_cell, kpi_names, show_why_it_moved } from "./desk/kpis.js";
import { bin_contents, move_stock } from "./desk/move_stock.js";
import { show_outbound_order } from "./desk/outbound_order.js";
import { show_outbound_wave } from "./desk/outbound_wave.js";
import "./desk/report_pages.js";
import { show_reserved_on_rows } from "./desk/reserved_on_rows.js";
import { state_indicator, stock_list } from "./desk/stock_list.js";
import {
	band_colour,
	can_open_movements,
	item_filter,
	name_below,
	nothing,
	on_chart_click,
	on_row_click,
	one_warehouse_filter,
	open_movements,
	period_filters,
	row_link,
	series_colours,
	stock_cell,
	stock_filters,
} from "./desk/stock_reports.js";
import { view_filters } from "./desk/view_charts.js";
import { where_to_pick } from "./desk/where_to_pick.js";

frappe.provide("inventory_midplatform");

Object.assign(inventory_midplatform, {
	approve_chosen,
	band_colour,
	bin_contents,
	call,
	can_open_movements,
	change_stock_status,
	escape,
	explain_stock,
	format_quantity,
	is_allowed,
	kpi_cell,
	kpi_names,
	item_filter,
	link_to,
	move_stock,
	name_below,
	nothing,
	offer_expected,
	offer_return,
	offer_wave,
	on_chart_click,
	on_row_click,
	one_warehouse_filter,
	open_movements,
	operation_dialog,
	period_filters,
	row_link,
	series_colours,
	show_approval,
	show_assignee_by_name,
	show_inbound_order,
	show_outbound_order,
	show_outbound_wave,
	show_policy,
	show_reserved_on_rows,
	show_why_it_moved,
	state_indicator,
	stock_cell,
	stock_filters,
	stock_list,
	view_filters,
	where_to_pick,
});
