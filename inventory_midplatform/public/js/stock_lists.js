// What the lists of stock have in common; each one's own is in its DocType's folder.
(() => {
	// Room for the quantities, unless somebody chose otherwise.
	function onload(list) {
		if (list.list_view_settings.total_fields) return;
		list.list_view_settings.total_fields = 6;
		list.setup_columns();
		list.render_header(true);
	}

	// A phone shows one column of a list: there it tells what the others would, quantities first, for it is narrow.
	function first_column(doctype, formatters) {
		const own = formatters[frappe.get_meta(doctype).title_field] || ((value) => value);
		return (value, df, doc) => {
			const first = own(value, df, doc);
			if (!frappe.is_mobile()) return first;
			const others = frappe
				.get_meta(doctype)
				.fields.filter((f) => f.in_list_view && f.fieldname !== df.fieldname && f.fieldname !== "status");
			const quantities = others.filter((f) => f.fieldtype === "Float");
			const told = [...quantities, ...others.filter((f) => f.fieldtype !== "Float")].map((f) =>
				text(doc[f.fieldname], f, doc, formatters[f.fieldname])
			);
			return [first, ...told].filter(Boolean).join(" · ");
		};
	}

	function text(value, df, doc, formatter) {
		if (value === null || value === undefined || value === "") return "";
		if (formatter) return formatter(value, df, doc);
		if (df.options === "Warehouse Bin" && doc.warehouse) return value.replace(` - ${doc.warehouse}`, "");
		const shown = frappe.format(value, df, { only_value: true, inline: true }, doc);
		return ["Data", "Small Text", "Dynamic Link"].includes(df.fieldtype) ? frappe.utils.escape_html(shown) : shown;
	}

	// All that carry this file (hooks.py, doctype_list_js), for it is not told which it was loaded for.
	for (const meta of Object.values(locals.DocType).filter((m) => m.__list_js?.includes("is_list_of_stock"))) {
		const doctype = meta.name;
		const settings = (frappe.listview_settings[doctype] ??= {});
		if (settings.is_list_of_stock) continue;
		const formatters = settings.formatters || {};
		const fields = settings.add_fields || [];
		Object.assign(settings, {
			is_list_of_stock: true,
			hide_name_column: true,
			add_fields: frappe.meta.has_field(doctype, "warehouse") ? [...fields, "warehouse"] : fields,
			formatters: { ...formatters, [meta.title_field]: first_column(doctype, formatters) },
			onload,
		});
	}
})();
