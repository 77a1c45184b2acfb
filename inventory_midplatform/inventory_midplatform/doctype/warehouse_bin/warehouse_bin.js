frappe.ui.form.on("Warehouse Bin", {
	setup(frm) {
		frm.set_query("warehouse", () => ({ filters: { is_group: 0, disabled: 0 } }));
		frm.set_query("zone", () => ({ filters: { warehouse: frm.doc.warehouse, disabled: 0 } }));
	},

	refresh(frm) {
		if (frm.is_new()) return;
		if (inventory_midplatform.is_allowed("stock.move")) {
			frm.add_custom_button(__("Move to Another Bin"), () =>
				inventory_midplatform.move_stock({ bin: frm.doc.name }, () => frm.reload_doc())
			);
		}
		if (frm.doc.count_requested && inventory_midplatform.is_allowed("stock.bin_counted")) {
			frm.add_custom_button(__("Counted", null, "Warehouse Bin"), () => say_counted(frm));
		}
		show_contents(frm);
	},

	warehouse(frm) {
		frm.set_value("zone", "");
	},
});

async function say_counted(frm) {
	const { warehouse, name: bin } = frm.doc;
	await inventory_midplatform.call("stock.bin_counted", { warehouse, bin });
	frm.reload_doc();
}

async function show_contents(frm) {
	const request = (frm.contents_request = {});
	const contents = await inventory_midplatform.bin_contents(frm.doc.name);
	if (frm.contents_request !== request) return; // the form was refreshed again meanwhile
	const { escape, format_quantity, link_to } = inventory_midplatform;
	const rows = contents.map(
		(c) => `<tr>
			<td>${link_to("Bin Stock", c.name, c.item_code)}</td>
			<td>${escape(c.batch_no)}</td>
			<td>${escape(__(c.stock_status, null, "Bin Stock"))}</td>
			<td class="text-right">${format_quantity(c.qty)}</td>
		</tr>`
	);
	const html = rows.length
		? `<table class="table table-sm" style="margin: 0"><tbody>${rows.join("")}</tbody></table>`
		: `<p class="text-muted">${__("This bin is empty.")}</p>`;
	frm.dashboard.add_section(html, __("What Is Here"));
	frm.dashboard.show();
}
