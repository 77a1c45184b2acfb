frappe.ui.form.on("Inventory Request", {
	setup(frm) {
		for (const fieldname of ["request_type", "status", "stock_status"]) {
			frm.get_docfield(fieldname).formatter = (value) => __(value, null, "Inventory Request");
		}
		frm.get_docfield("created_doctype").formatter = (value) => inventory_midplatform.escape(__(value || ""));
		frm.set_query("warehouse", () => ({
			filters: { is_group: 0, disabled: 0, ...(frm.doc.company && { company: frm.doc.company }) },
		}));
		frm.set_query("item_code", "items", () => ({
			filters: { is_stock_item: 1, disabled: 0, has_variants: 0 },
		}));
	},

	refresh(frm) {
		if (frm.is_new() && !frm.doc.requested_by) frm.set_value("requested_by", frappe.session.user);
		if (frm.is_new() && !frm.doc.required_by) frm.set_value("required_by", frappe.datetime.get_today());
		if (frm.doc.created_document && frappe.model.can_read(frm.doc.created_doctype)) {
			frm.add_custom_button(__(frm.doc.created_doctype), () =>
				frappe.set_route("Form", frm.doc.created_doctype, frm.doc.created_document)
			);
		}
	},

	request_type(frm) {
		if (frm.doc.request_type !== "Write-off") frm.set_value("stock_status", "Available");
	},

	company(frm) {
		frm.set_value("warehouse", "");
	},
});

frappe.ui.form.on("Inventory Request Item", {
	async item_code(frm, cdt, cdn) {
		const { item_code } = locals[cdt][cdn];
		if (!item_code) return;
		const { message: item } = await frappe.db.get_value("Item", item_code, ["stock_uom", "item_name"]);
		frappe.model.set_value(cdt, cdn, { uom: item.stock_uom, item_name: item.item_name, rate: 0 });
	},
});
