frappe.ui.form.on("Inventory KPI", {
	refresh(frm) {
		const in_words = (value) => inventory_midplatform.escape(__(value || ""));
		for (const fieldname of ["definition", "better"]) {
			frappe.meta.get_docfield(frm.doctype, fieldname, frm.docname).formatter = in_words;
			frm.refresh_field(fieldname);
		}
		frm.add_custom_button(__("Open the Report"), () =>
			frappe.set_route("query-report", "Inventory KPIs", { kpi: frm.doc.name })
		);
	},
});
