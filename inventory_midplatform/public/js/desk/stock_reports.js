// What the reports about stock share: their filters, and cells that open something.

import { bin_label, escape, format_quantity, link_to } from "./helpers.js";

// Returns the filters company, warehouse, item group and item. A report that is opened for a warehouse or an item of another
// company than the user's own shows it.
export function stock_filters() {
	const opened_for = frappe.route_options || {};
	return [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default:
				opened_for.warehouse || opened_for.item_code ? "" : frappe.defaults.get_user_default("Company"),
		},
		{
			fieldname: "warehouse",
			label: __("Warehouse"),
			fieldtype: "Link",
			options: "Warehouse",
			get_query: () => {
				const company = frappe.query_report.get_filter_value("company");
				return { filters: company ? { company } : {} };
			},
		},
		{ fieldname: "item_group", label: __("Item Group"), fieldtype: "Link", options: "Item Group" },
		item_filter(),
	];
}

export const item_filter = () => ({
	fieldname: "item_code",
	label: __("Item"),
	fieldtype: "Link",
	options: "Item",
	get_query: () => ({ filters: { is_stock_item: 1 } }),
});

// Returns the filter of reports about one warehouse, not a group of them.
export const one_warehouse_filter = () => ({
	fieldname: "warehouse",
	label: __("Warehouse"),
	fieldtype: "Link",
	options: "Warehouse",
	get_query: () => ({ filters: { is_group: 0 } }),
});

// Returns the filters of a period: the last ninety days.
export function period_filters() {
	const today = frappe.datetime.get_today();
	return [
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(today, -89),
		},
		{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: today },
	];
}

const may_open = (report) => Boolean((frappe.boot.user.all_reports || {})[report]);

// Whether the user may open what lists the movements of these filters: the journal needs an item, ERPNext's ledger a role.
export function can_open_movements() {
	const item = frappe.query_report.get_filter_value("item_code");
	return item ? may_open("Movement Journal") : may_open("Stock Ledger");
}

// Opens the movements of some days: of an item in Movement Journal, of many in ERPNext's Stock Ledger.
export function open_movements({ company, warehouse, item_group, item_code, from_date, to_date }) {
	const about = { company, warehouse: warehouse || "", from_date, to_date };
	if (item_code) frappe.set_route("query-report", "Movement Journal", { ...about, item_code });
	else frappe.set_route("query-report", "Stock Ledger", { ...about, item_group: item_group || "" });
}

// Calls `open(row)` when a cell with this attribute is clicked.
export function on_row_click(report, attribute, open) {
	// all reports have one page: what another one listens to is not for this one's rows
	const event_name = `click.${attribute}`;
	report.page.wrapper.off(event_name).on(event_name, `[${attribute}]`, (event) => {
		event.preventDefault();
		open(report.data[$(event.currentTarget).data("row")]);
	});
}

// Calls `open(key, place, series)` when a bar or dot of the report's chart is clicked. Labels may be shorter than their keys.
export function on_chart_click(report, open) {
	const name = report.report_name;
	report.$chart.off("click.opens").on("click.opens", "svg [data-point-index]", (event) => {
		if (report.report_name !== name) return;
		const { keys, data } = report.chart_options;
		const place = Number(event.currentTarget.dataset.pointIndex);
		const [, n] = event.currentTarget.parentNode.getAttribute("class").match(/dataset-(\d+)/) || [];
		open((keys || data.labels)[place], place, data.datasets[n || 0]);
	});
}

// Returns a cell that `on_row_click` listens to; in a print, whose rows have no place in the table, its text.
export function row_link(attribute, row, text, hint) {
	if (!row.meta) return `<div style="text-align: right">${escape(text)}</div>`;
	return `<div style="text-align: right"><a href="#" ${attribute} data-row="${row.meta.rowIndex}" title="${escape(
		hint
	)}" style="text-decoration: underline dotted">${escape(text)}</a></div>`;
}

// Returns a cell as these reports show it: an item by its code alone, for its name is beside it, a quantity with the digits
// that it has, an amount without the currency that its column names, a time to the minute.
export function stock_cell(value, row, column, data, default_formatter) {
	if (data && column.fieldname === "item_code" && value) return link_to("Item", value) + name_below(data);
	if (data && column.fieldname === "bin" && value) {
		return link_to("Warehouse Bin", value, bin_label(without(value, ` - ${data.warehouse}`)));
	}
	if (data && column.suffix && value) return link_to("Warehouse", value, without(value, column.suffix));
	if (data && column.fieldtype === "Float") {
		if (!value) return nothing();
		return `<div style="text-align: right">${format_quantity(value)}</div>`;
	}
	if (data && column.fieldtype === "Currency" && column.one_currency) {
		if (!value) return nothing();
		return `<div style="text-align: right">${format_number(value, get_number_format(data.currency))}</div>`;
	}
	if (value == null && ["Percent", "Int", "Currency"].includes(column.fieldtype)) return nothing();
	const text = default_formatter(value, row, column, data);
	return column.fieldtype === "Datetime" ? String(text).replace(/(\d:\d\d):\d\d/, "$1") : text;
}

// Whether this is a phone.
export const is_narrow = () => window.innerWidth <= 600;

// Returns an item's name for below its code on a phone, where it has no column.
export const name_below = (data) =>
	is_narrow() && data.item_name && data.item_name !== data.item_code
		? `<div class="small text-muted ellipsis">${escape(data.item_name)}</div>`
		: "";

const without = (name, suffix) => (name.endsWith(suffix) ? name.slice(0, -suffix.length) : name);

export const nothing = () => '<div style="text-align: right"><span class="text-muted">–</span></div>';

const is_dark = () => document.documentElement.getAttribute("data-theme") === "dark";

// Background and ink of age bands: the oldest stands out most, for who sees no colours too.
const BANDS = {
	light: ["#c4e6dd", "#7fc4c4", "#4691ae", "#3c5f9e", "#3a2873"],
	dark: ["#2d4468", "#2c6f8c", "#3a9c9f", "#86cfa8", "#eef3b2"],
};
const INKS = {
	light: ["#171717", "#171717", "#171717", "#ffffff", "#ffffff"],
	dark: ["#ffffff", "#ffffff", "#171717", "#171717", "#171717"],
};

// Returns the colours of one of `bands` age bands, the youngest being 0.
export function band_colour(band, bands) {
	const theme = is_dark() ? "dark" : "light";
	const at = bands > 1 ? Math.round((band * 4) / (bands - 1)) : 4;
	return { background: BANDS[theme][at], ink: INKS[theme][at] };
}

// Returns the colours of series that are no bands.
export const series_colours = () =>
	is_dark()
		? ["#2f86ea", "#d79120", "#3fd9ab", "#d0a0e6", "#808080"]
		: ["#17508a", "#b9680a", "#35a09a", "#b45ad0", "#3d3d3d"];
