// The app's scripts for the desk, in one file that Frappe builds and loads with it (hooks.py, app_include_js). Forms, lists
// and reports call what is in `inventory_midplatform`.

import { show_approval, try_policy } from "./desk/approvals.js";
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
import { bin_contents, move_stock } from "./desk/move_stock.js";
import { show_outbound_order } from "./desk/outbound_order.js";
import { show_outbound_wave } from "./desk/outbound_wave.js";
import { show_reserved_on_rows } from "./desk/reserved_on_rows.js";
import { state_indicator, stock_list } from "./desk/stock_list.js";
import { where_to_pick } from "./desk/where_to_pick.js";

frappe.provide("inventory_midplatform");

Object.assign(inventory_midplatform, {
	bin_contents,
	call,
	change_stock_status,
	escape,
	explain_stock,
	format_quantity,
	is_allowed,
	link_to,
	move_stock,
	offer_expected,
	offer_return,
	offer_wave,
	operation_dialog,
	show_approval,
	show_assignee_by_name,
	show_inbound_order,
	show_outbound_order,
	show_outbound_wave,
	show_reserved_on_rows,
	state_indicator,
	stock_list,
	try_policy,
	where_to_pick,
});
