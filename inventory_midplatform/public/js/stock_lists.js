// What the lists of stock have in common; each one's own is in its DocType's folder.
(() => {
	// A phone's one column takes as many lines as it needs; a record's name of its own is not cut.
	const STYLE = `
		.list-of-records .list-subject { flex: 2.6; }
		@media (max-width: 767px) {
			.list-of-stock .list-row, .list-of-stock .list-row .level-left { height: auto; min-height: 40px; }
			.list-of-stock .list-row .level-left { flex: 1 1 0; min-width: 0; }
			.list-of-stock .list-row .level-right { flex: none; }
			.list-of-stock .list-row :is(.list-subject, .list-subject .level-item, .list-subject a) {
				flex: 1 1 auto; white-space: normal; overflow: visible;
			}
		}
	`;

	// Frappe's filters above a list translate their choices without the context that its columns and forms have.
	function translate_choices(list) {
		for (const { df, $input } of Object.values(list.page.fields_dict)) {
			if (df.fieldtype !== "Select") continue;
			for (const option of $input.find("option")) {
				if (option.value) option.text = __(option.value, null, list.doctype);
			}
		}
	}

	// Room for the quantities, unless somebody chose otherwise.
	function onload(list) {
		list.$result.addClass(list.meta.title_field ? "list-of-stock" : "list-of-stock list-of-records");
		if (!document.getElementById("list-of-stock")) {
			$(`<style id="list-of-stock">${STYLE}</style>`).appendTo(document.head);
		}
		translate_choices(list);
		if (list.list_view_settings.total_fields) return;
		list.list_view_settings.total_fields = 8;
		list.setup_columns();
		list.render_header(true);
	}

	// Whose names end with that of their warehouse, which has a column of its own.
	const PLACES = ["Warehouse Bin", "Warehouse Zone"];

	function place_name(value, warehouse) {
		const name = value.replace(` - ${warehouse}`, "");
		return frappe.utils.escape_html(name === "UNPLACED" ? __("Unplaced") : name);
	}

	function place(value, df, doc) {
		const name = frappe.utils.escape_html(value || "");
		return `<a class="filterable ellipsis" title="${name}" data-filter="${df.fieldname},=,${name}">
			${place_name(value || "", doc.warehouse)}</a>`;
	}

	// A phone shows one column of a list: there it tells what the others would, quantities first, for it is narrow, and
	// last the warehouse, which most rows share.
	function first_column(doctype, formatters) {
		const own = formatters[first_field(doctype)] || ((value) => value);
		return (value, df, doc) => {
			const first = own(value, df, doc);
			if (!frappe.is_mobile()) return first;
			const others = frappe
				.get_meta(doctype)
				.fields.filter((f) => f.in_list_view && f.fieldname !== df.fieldname && f.fieldname !== "status");
			const rank = (f) => (f.fieldtype === "Float" ? 0 : f.fieldname === "warehouse" ? 2 : 1);
			const told = others
				.sort((a, b) => rank(a) - rank(b))
				.map((f) => text(doc[f.fieldname], f, doc, formatters[f.fieldname]));
			return [first, ...told].filter(Boolean).join(" · ");
		};
	}

	const first_field = (doctype) => frappe.get_meta(doctype).title_field || "name";

	function text(value, df, doc, formatter) {
		if (value === null || value === undefined || value === "") return "";
		if (formatter) return formatter(value, df, doc);
		if (PLACES.includes(df.options)) return place_name(value, doc.warehouse);
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
		const places = meta.fields.filter((f) => PLACES.includes(f.options)).map((f) => [f.fieldname, place]);
		Object.assign(settings, {
			is_list_of_stock: true,
			hide_name_column: true,
			add_fields: frappe.meta.has_field(doctype, "warehouse") ? [...fields, "warehouse"] : fields,
			formatters: {
				...Object.fromEntries(places),
				...formatters,
				[first_field(doctype)]: first_column(doctype, formatters),
			},
			onload,
		});
	}
})();
