// What is kept for each row of a submitted document that reserves, and why not more.

frappe.provide("inventory_midplatform.kept_on_rows");

Object.assign(inventory_midplatform.kept_on_rows, {
	// Only called by what ERPNext's form of `doctype` loads. `make_room(frm, field)` narrows or hides other columns of
	// the rows' grid: it has eleven, and the document's own take them all.
	show(doctype, table, make_room) {
		frappe.ui.form.on(doctype, {
			setup(frm) {
				const explain_clicked = (event) => {
					const link = event.target.closest("[data-stock-why]");
					if (!link) return;
					event.preventDefault();
					event.stopPropagation();
					inventory_midplatform.kept_on_rows.explain(frm, link.dataset.stockWhy);
				};
				// On its way down: the row would take the click and open itself.
				$(frm.wrapper)[0].addEventListener("click", explain_clicked, true);
			},

			refresh(frm) {
				const { explain_selected, hide_quantities, may_explain, show_quantities, show_reservations } =
					inventory_midplatform.kept_on_rows;
				const kept = frm.doc.__onload?.inventory_reservations;
				if (frm.doc.docstatus !== 1 || !kept) {
					hide_quantities(frm.fields_dict[table].grid);
					return;
				}
				show_quantities(frm, table, kept, make_room);
				if (may_explain()) {
					frm.add_custom_button(__("Why This Much"), () => explain_selected(frm, table), __("Stock"));
				}
				if (frappe.model.can_read("Inventory Reservation")) {
					frm.add_custom_button(__("Reservations"), () => show_reservations(frm), __("Stock"));
				}
			},
		});
	},

	may_explain() {
		return frappe.boot.inventory_operations.includes("stock.explain");
	},

	show_quantities(frm, table, kept, make_room) {
		for (const row of frm.doc[table]) {
			row.inventory_reserved_qty = kept[row.name]?.reserved || 0;
			row.inventory_waiting_qty = kept[row.name]?.waiting || 0;
		}
		const { grid } = frm.fields_dict[table];
		const field = (fieldname) => frappe.meta.get_docfield(grid.doctype, fieldname, frm.docname) || {};
		for (const fieldname of ["inventory_reserved_qty", "inventory_waiting_qty"]) {
			Object.assign(field(fieldname), {
				in_list_view: 1,
				columns: 1,
				formatter: (value, df, options, row) =>
					inventory_midplatform.kept_on_rows.as_link(value, df, row && kept[row.name], row),
			});
		}
		make_room(frm, field);
		grid.shows_inventory_quantities = true;
		grid.reset_grid();
	},

	// A grid keeps the columns of the document that was shown before in the same form.
	hide_quantities(grid) {
		if (!grid.shows_inventory_quantities) return;
		grid.shows_inventory_quantities = false;
		grid.reset_grid();
	},

	// Nothing where the row wants nothing from a warehouse; where rows are one demand, its first row has the quantity.
	as_link(value, df, of_row, row) {
		if (!of_row) return "";
		if (of_row.with_row) {
			return `<span class="text-muted" title="${__("Kept together with row {0}", [of_row.with_row])}">↑</span>`;
		}
		const text = format_number(value || 0, null, String(value || 0).split(".")[1]?.length || 0);
		if (!inventory_midplatform.kept_on_rows.may_explain()) return text;
		const title = `${of_row.warehouse}: ${__("Why this much is available")}`;
		const colour = df.fieldname === "inventory_waiting_qty" && value ? "var(--red-600)" : "inherit";
		return `<a href="#" data-stock-why="${frappe.utils.escape_html(row.name)}"
			title="${frappe.utils.escape_html(title)}"
			style="color: ${colour}; text-decoration: underline dotted">${text}</a>`;
	},

	explain_selected(frm, table) {
		const kept = frm.doc.__onload.inventory_reservations;
		const selected = frm.fields_dict[table].grid.get_selected_children();
		const rows = (selected.length ? selected : frm.doc[table]).filter((row) => kept[row.name]);
		if (!rows.length) {
			frappe.show_alert(__("This row takes nothing from a warehouse."));
			return;
		}
		if (rows.length > 1) {
			frappe.show_alert(
				__("Explaining row {0}. Select another row to explain that one.", [rows[0].idx])
			);
		}
		inventory_midplatform.kept_on_rows.explain(frm, rows[0].name);
	},

	explain(frm, row_name) {
		const { item_code, warehouse } = frm.doc.__onload.inventory_reservations[row_name];
		frappe.require("/assets/inventory_midplatform/js/stock_explanation.js", () =>
			inventory_midplatform.explain_stock(item_code, warehouse)
		);
	},

	show_reservations(frm) {
		frappe.set_route("List", "Inventory Reservation", {
			demand_type: frm.doctype,
			demand_name: frm.doc.name,
		});
	},
});
