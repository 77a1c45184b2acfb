const MOVE_STOCK = "/assets/inventory_midplatform/js/move_stock.js";

frappe.ui.form.on("Warehouse Bin", {
	setup(frm) {
		frm.set_query("warehouse", () => ({ filters: { is_group: 0, disabled: 0 } }));
		frm.set_query("zone", () => ({ filters: { warehouse: frm.doc.warehouse, disabled: 0 } }));
	},

	refresh(frm) {
		if (frm.is_new()) return;
		if (frappe.boot.inventory_operations.includes("stock.move")) {
			frm.add_custom_button(__("Move to Another Bin"), () =>
				frappe.require(MOVE_STOCK, () =>
					inventory_midplatform.move_stock({ bin: frm.doc.name }, () => frm.reload_doc())
				)
			);
		}
		frappe.require(MOVE_STOCK, () => show_contents(frm));
	},

	warehouse(frm) {
		frm.set_value("zone", "");
	},
});

async function show_contents(frm) {
	const asked = (frm.contents_asked = {});
	const contents = await inventory_midplatform.bin_contents(frm.doc.name);
	if (frm.contents_asked !== asked) return; // the form was refreshed again meanwhile
	const text = (value) => frappe.utils.escape_html(String(value || ""));
	const rows = contents.map(
		(c) => `<tr>
			<td><a href="${frappe.utils.get_form_link("Bin Stock", c.name)}">${text(c.item_code)}</a></td>
			<td>${text(c.batch_no)}</td>
			<td>${text(__(c.stock_status, null, "Bin Stock"))}</td>
			<td class="text-right">${format_number(c.qty, null, String(c.qty).split(".")[1]?.length || 0)}</td>
		</tr>`
	);
	const html = rows.length
		? `<table class="table table-sm" style="margin: 0"><tbody>${rows.join("")}</tbody></table>`
		: `<p class="text-muted">${__("Nothing lies in this bin.")}</p>`;
	frm.dashboard.add_section(html, __("What Lies Here"));
	frm.dashboard.show();
}
