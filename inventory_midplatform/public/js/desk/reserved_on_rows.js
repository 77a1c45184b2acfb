// How much is reserved for each row of a submitted document that reserves, how much waits, and why not more.

import { explain_stock } from "./explain_stock.js";
import { escape, format_quantity, is_allowed } from "./helpers.js";

const FIELDS = ["inventory_reserved_qty", "inventory_waiting_qty"];

// Called by what ERPNext's form of `doctype` loads. `make_room(frm, field)` narrows or hides other columns of the rows'
// grid: it has eleven, and the document's own take them all.
export function show_reserved_on_rows(doctype, table, make_room) {
	frappe.ui.form.on(doctype, {
		setup(frm) {
			const explain_clicked = (event) => {
				const link = event.target.closest("[data-stock-why]");
				if (!link) return;
				event.preventDefault();
				event.stopPropagation();
				explain_row(frm, link.dataset.stockWhy);
			};
			// In the capture phase: the row would take the click and open itself.
			$(frm.wrapper)[0].addEventListener("click", explain_clicked, true);
		},

		refresh(frm) {
			const reservations = frm.doc.__onload?.inventory_reservations;
			if (frm.doc.docstatus !== 1 || !reservations) {
				hide_quantities(frm.fields_dict[table].grid);
				return;
			}
			show_quantities(frm, table, reservations, make_room);
			if (is_allowed("stock.explain")) {
				frm.add_custom_button(__("Why This Much"), () => explain_selected(frm, table), __("Stock"));
			}
			if (frappe.model.can_read("Inventory Reservation")) {
				frm.add_custom_button(__("Reservations"), () => show_reservations(frm), __("Stock"));
			}
		},
	});
}

// The fields have no column, so no role may read their permission level and no list offers them as a filter. In this
// document's own copy of the fields they are on the level that everybody reads.
function show_quantities(frm, table, reservations, make_room) {
	for (const row of frm.doc[table]) {
		row.inventory_reserved_qty = reservations[row.name]?.reserved || 0;
		row.inventory_waiting_qty = reservations[row.name]?.waiting || 0;
	}
	const { grid } = frm.fields_dict[table];
	const field = (fieldname) => frappe.meta.get_docfield(grid.doctype, fieldname, frm.docname) || {};
	for (const fieldname of FIELDS) {
		Object.assign(field(fieldname), {
			permlevel: 0,
			in_list_view: 1,
			columns: 1,
			formatter: (value, df, options, row) => as_link(value, df, row && reservations[row.name], row),
		});
	}
	make_room(frm, field);
	grid.shows_inventory_quantities = true;
	grid.reset_grid();
}

// A grid keeps the columns of the document that was shown before in the same form.
function hide_quantities(grid) {
	if (!grid.shows_inventory_quantities) return;
	grid.shows_inventory_quantities = false;
	grid.reset_grid();
}

// Nothing for a row that demands nothing from a warehouse. Of rows that are one demand, the first has the quantity.
function as_link(value, df, of_row, row) {
	if (!of_row) return "";
	if (of_row.with_row) {
		return `<span class="text-muted" title="${__("Reserved together with row {0}", [of_row.with_row])}">↑</span>`;
	}
	const text = format_quantity(value);
	if (!is_allowed("stock.explain")) return text;
	const title = `${of_row.warehouse}: ${__("Why this much is available")}`;
	const colour = df.fieldname === "inventory_waiting_qty" && value ? "var(--red-600)" : "inherit";
	return `<a href="#" data-stock-why="${escape(row.name)}" title="${escape(title)}"
		style="color: ${colour}; text-decoration: underline dotted">${text}</a>`;
}

function explain_selected(frm, table) {
	const reservations = frm.doc.__onload.inventory_reservations;
	const selected = frm.fields_dict[table].grid.get_selected_children();
	const rows = (selected.length ? selected : frm.doc[table]).filter((row) => reservations[row.name]);
	if (!rows.length) {
		frappe.show_alert(__("This row takes nothing from a warehouse."));
		return;
	}
	if (rows.length > 1) {
		frappe.show_alert(__("Explaining row {0}. Select another row to explain that one.", [rows[0].idx]));
	}
	explain_row(frm, rows[0].name);
}

function explain_row(frm, row_name) {
	const { item_code, warehouse } = frm.doc.__onload.inventory_reservations[row_name];
	explain_stock(item_code, warehouse);
}

function show_reservations(frm) {
	frappe.set_route("List", "Inventory Reservation", {
		demand_type: frm.doctype,
		demand_name: frm.doc.name,
	});
}
