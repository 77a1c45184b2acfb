// What the lists of stock have in common. Each DocType's *_list.js calls stock_list with what is its own.

import { bin_label, escape, person, show_assignee_by_name } from "./helpers.js";

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

// Their names end with that of their warehouse, which has a column of its own.
const PLACES = ["Warehouse Bin", "Warehouse Zone"];

// Sets the list's settings: those of every list of stock, and `own` over them.
export function stock_list(doctype, own = {}) {
	const formatters = own.formatters || {};
	const fields = own.add_fields || [];
	const places = frappe
		.get_meta(doctype)
		.fields.filter((f) => PLACES.includes(f.options))
		.map((f) => [f.fieldname, place]);
	const has_assignee = frappe.meta.has_field(doctype, "assignee");
	if (has_assignee) show_assignee_by_name(doctype);
	frappe.listview_settings[doctype] = {
		...own,
		hide_name_column: true,
		add_fields: frappe.meta.has_field(doctype, "warehouse") ? [...fields, "warehouse"] : fields,
		formatters: {
			...Object.fromEntries(places),
			...(has_assignee ? { assignee: person } : {}),
			...formatters,
			[first_field(doctype)]: first_column(doctype, formatters),
		},
		onload(list) {
			prepare(list);
			own.onload?.(list);
		},
	};
}

// Returns what a list and a form show of a flow's state, in the colour that the flow's table gives it.
export const state_indicator = (doctype) => (doc) => {
	const colour = frappe.boot.inventory_state_colours[doctype][doc.state] || "gray";
	return [__(doc.state, null, doctype), colour, `state,=,${doc.state}`];
};

// Makes room for the quantities, unless somebody chose another number of columns.
function prepare(list) {
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

// Frappe's filters above a list translate their choices without the context that its columns and forms have.
function translate_choices(list) {
	for (const { df, $input } of Object.values(list.page.fields_dict)) {
		if (df.fieldtype !== "Select") continue;
		for (const option of $input.find("option")) {
			if (option.value) option.text = __(option.value, null, list.doctype);
		}
	}
}

function place_name(value, warehouse) {
	return escape(bin_label(value.replace(` - ${warehouse}`, "")));
}

function place(value, df, doc) {
	const name = escape(value);
	return `<a class="filterable ellipsis" title="${name}" data-filter="${df.fieldname},=,${name}">
		${place_name(value || "", doc.warehouse)}</a>`;
}

const first_field = (doctype) => frappe.get_meta(doctype).title_field || "name";

// A phone shows one column of a list: there it shows what the others would, quantities first, because it is narrow, and
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
		const texts = others
			.sort((a, b) => rank(a) - rank(b))
			.map((f) => text(doc[f.fieldname], f, doc, formatters[f.fieldname]));
		return [first, ...texts].filter(Boolean).join(" · ");
	};
}

function text(value, df, doc, formatter) {
	if (value === null || value === undefined || value === "") return "";
	if (formatter) return formatter(value, df, doc);
	if (PLACES.includes(df.options)) return place_name(value, doc.warehouse);
	const shown = frappe.format(value, df, { only_value: true, inline: true }, doc);
	return ["Data", "Small Text", "Dynamic Link"].includes(df.fieldtype) ? escape(shown) : shown;
}
