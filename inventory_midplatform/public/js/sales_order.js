// What is kept for each row of a submitted Sales Order, and why not more.

frappe.provide("inventory_midplatform.sales_order");

frappe.ui.form.on("Sales Order", {
	setup(frm) {
		const explain_clicked = (event) => {
			const link = event.target.closest("[data-stock-why]");
			if (!link) return;
			event.preventDefault();
			event.stopPropagation();
			inventory_midplatform.sales_order.explain(locals["Sales Order Item"][link.dataset.stockWhy]);
		};
		// On its way down: the row would take the click and open itself.
		$(frm.wrapper)[0].addEventListener("click", explain_clicked, true);
	},

	refresh(frm) {
		const kept = frm.doc.__onload?.inventory_reservations;
		if (frm.doc.docstatus !== 1 || !kept) return;
		const { explain_selected, show_quantities, show_reservations } = inventory_midplatform.sales_order;
		show_quantities(frm, kept);
		if (inventory_midplatform.sales_order.may_explain()) {
			frm.add_custom_button(__("Why This Much"), () => explain_selected(frm), __("Stock"));
		}
		if (frappe.model.can_read("Inventory Reservation")) {
			frm.add_custom_button(__("Reservations"), () => show_reservations(frm), __("Stock"));
		}
	},
});

Object.assign(inventory_midplatform.sales_order, {
	may_explain() {
		return frappe.boot.inventory_operations.includes("stock.explain");
	},

	show_quantities(frm, kept) {
		for (const row of frm.doc.items) {
			row.inventory_reserved_qty = kept[row.name]?.reserved || 0;
			row.inventory_waiting_qty = kept[row.name]?.waiting || 0;
		}
		inventory_midplatform.sales_order.make_columns(frm);
		frm.fields_dict.items.grid.reset_grid();
	},

	// A grid has eleven columns and the order's own take them all: what every row repeats gives way.
	make_columns(frm) {
		const field = (fieldname) =>
			frappe.meta.get_docfield("Sales Order Item", fieldname, frm.docname) || {};
		for (const fieldname of ["inventory_reserved_qty", "inventory_waiting_qty"]) {
			Object.assign(field(fieldname), {
				in_list_view: 1,
				columns: 1,
				formatter: inventory_midplatform.sales_order.as_link,
			});
		}
		field("warehouse").in_list_view = 0;
		if (frm.doc.items.every((row) => row.delivery_date === frm.doc.delivery_date)) {
			field("delivery_date").in_list_view = 0;
		} else {
			field("item_code").columns = 2;
			field("rate").columns = 1;
		}
	},

	as_link(value, df, options, row) {
		const text = format_number(value || 0, null, String(value || 0).split(".")[1]?.length || 0);
		if (!row?.item_code || !inventory_midplatform.sales_order.may_explain()) return text;
		const colour = df.fieldname === "inventory_waiting_qty" && value ? "var(--red-600)" : "inherit";
		return `<a href="#" data-stock-why="${frappe.utils.escape_html(row.name)}"
			title="${__("Why this much is available")}"
			style="color: ${colour}; text-decoration: underline dotted">${text}</a>`;
	},

	explain_selected(frm) {
		const selected = frm.fields_dict.items.grid.get_selected_children();
		const rows = selected.length ? selected : frm.doc.items;
		if (rows.length > 1) {
			frappe.show_alert(
				__("Explaining row {0}. Select another row to explain that one.", [rows[0].idx])
			);
		}
		inventory_midplatform.sales_order.explain(rows[0]);
	},

	explain(row) {
		frappe.require("/assets/inventory_midplatform/js/stock_explanation.js", () =>
			inventory_midplatform.explain_stock(row.item_code, row.warehouse)
		);
	},

	show_reservations(frm) {
		frappe.set_route("List", "Inventory Reservation", {
			demand_type: "Sales Order",
			demand_name: frm.doc.name,
		});
	},
});
