// What Frappe's report page does with our reports: numbers above that fit a phone, charts whose names can be read, a print
// that fits its page, a sentence where there is nothing.

import { escape, format_quantity } from "./helpers.js";
import { is_narrow } from "./stock_reports.js";
import { mend_labels, names_of_series, when_drawn } from "./view_charts.js";

const MODULE = "Inventory Midplatform";
const DARK = {
	"#17508a": "#2f86ea",
	"#b9680a": "#d79120",
	"#35a09a": "#3fd9ab",
	"#b45ad0": "#d0a0e6",
	"#808080": "#a0a0a0",
};

const STYLE = `
.inventory-report .report-summary { gap: 8px; padding: 12px 8px; margin: 8px 16px; flex-wrap: nowrap; }
.inventory-report .report-summary.many { flex-wrap: wrap; }
.inventory-report .summary-item { margin: 0; min-width: 0; flex: 0 1 auto; }
.inventory-report .summary-value.orange { color: var(--orange-500); }
.inventory-report .dt-cell__content--col-0 { padding-inline: 2px; text-align: center; text-overflow: clip; }
.inventory-report .chart-title { padding: 8px 24px 0; font-size: 13px; color: var(--text-muted); }
.inventory-report .report-bars { padding: 8px 16px; }
.inventory-report .report-bars .label { display: flex; justify-content: space-between; gap: 8px; font-size: 13px; margin-top: 8px; }
.inventory-report .report-bars .value { white-space: nowrap; font-feature-settings: "tnum"; }
.inventory-report .report-bars .bar { display: flex; height: 10px; margin-top: 2px; }
.inventory-report .report-bars .bar span { min-width: 1px; }
@media (max-width: 600px) {
	.inventory-report .title-text { max-width: 72vw !important; white-space: normal; line-height: 1.2; font-size: 18px; }
	.inventory-report .page-form .frappe-control { flex: 0 0 50%; max-width: 50%; }
	.inventory-report .report-summary { flex-wrap: wrap; align-items: end; gap: 8px 16px; margin: 8px 0; }
	.inventory-report .summary-item { height: auto; padding: 4px 0; min-width: 80px; }
	.inventory-report .summary-label { font-size: 12px; white-space: normal; line-height: 1.2; max-width: 104px; margin: 0 auto; }
	.inventory-report .summary-value { font-size: 15px; padding-top: 4px; overflow: visible !important; }
}`;

// Frappe's print has wide cells: a table of fifteen columns breaks every word.
const PRINT = `
.print-format { font-size: 8pt !important; max-width: none !important; }
.print-format table.table td, .print-format table.table th { padding: 3px 4px !important; line-height: 1.25; vertical-align: top; }
.print-format table.table tr { height: auto !important; page-break-inside: avoid; }
.print-format h2 { font-size: 14pt; margin: 0; }
.print-format hr { margin: 6px 0; }
.print-format .filter-row { display: inline-block; margin-inline-end: 16px; }
.print-format thead { display: table-header-group; }
.print-format td a { white-space: nowrap; }`;

const EXTENDED = [
	"setup_page_head",
	"render_summary",
	"render_chart",
	"render_datatable",
	"get_no_result_message",
	"get_filters_html_for_print",
	"get_columns_for_print",
	"print_report",
	"pdf_report",
];
const { QueryReport } = frappe.views || {};
if (QueryReport) extend(QueryReport.prototype);

function extend(report) {
	const original = Object.fromEntries(EXTENDED.map((name) => [name, report[name]]));
	const is_ours = (of) => of.report_doc?.module === MODULE;
	const replace = (name, mine) => {
		report[name] = function (...args) {
			return is_ours(this) ? mine.call(this, ...args) : original[name].call(this, ...args);
		};
	};

	report.setup_page_head = function () {
		if (!document.getElementById("inventory-report")) {
			$(`<style id="inventory-report">${STYLE}</style>`).appendTo(document.head);
		}
		this.page.wrapper.toggleClass("inventory-report", is_ours(this));
		return original.setup_page_head.call(this);
	};

	replace("render_summary", function (numbers) {
		if (!numbers.length) {
			this.$summary.hide();
			return;
		}
		original.render_summary.call(this, numbers.map(worded));
		this.$summary.toggleClass("many", numbers.length > 8);
	});

	replace("render_datatable", function () {
		if (is_narrow()) lay_out_for_phones(this);
		original.render_datatable.call(this);
	});

	replace("render_chart", function (options) {
		draw(this, options);
	});

	replace("get_no_result_message", function () {
		return `<div class="msg-box no-border"><p>${escape(nothing(this))}</p></div>`;
	});

	replace("get_filters_html_for_print", function () {
		return Object.entries(this.get_filter_values())
			.map(([name, value]) => [this.get_filter(name).df, value])
			.filter(([df]) => !df.hidden_due_to_dependency)
			.map(([df, value]) => `<div class="filter-row"><b>${escape(df.label)}:</b> ${chosen(df, value)}</div>`)
			.join("");
	});

	// a button says nothing on paper
	replace("get_columns_for_print", function (...args) {
		return original.get_columns_for_print.call(this, ...args).filter((column) => column.fieldname !== "why");
	});

	for (const name of ["print_report", "pdf_report"]) {
		replace(name, function (...args) {
			if (!this.data.length) {
				frappe.show_alert({ message: nothing(this), indicator: "orange" });
				return undefined;
			}
			const css = frappe.boot.print_css;
			frappe.boot.print_css = `${css || ""}${PRINT}`;
			try {
				return original[name].call(this, ...args);
			} finally {
				frappe.boot.print_css = css;
			}
		});
	}
}

// On a phone an item's name stands below its code, and a name beside it leaves room for a figure.
function lay_out_for_phones({ columns, report_settings }) {
	const of = (fieldname) => columns.find((column) => column.fieldname === fieldname);
	const has_names = Boolean(of("item_code") && of("item_name"));
	const first = columns.find((column) => !column.hidden);
	for (const column of columns) {
		const most = column === first ? 140 : 100;
		if (column.align === "left" && !is_date(column)) column.width = Math.min(column.width, most);
		if (has_names && column.fieldname === "item_name") column.hidden = 1;
	}
	report_settings.get_datatable_options = (options) => ({
		...options,
		inlineFilters: false,
		cellHeight: has_names ? 52 : options.cellHeight,
	});
}

const is_date = (column) => ["Date", "Datetime"].includes(column.fieldtype);

// What is said where a report has no rows: nothing of its own kind, or nothing with these filters.
const nothing = (report) => report.report_settings?.nothing || __("Nothing was found. Widen the filters.");

// A filter as it is chosen: the word of an option, not what stands for it.
function chosen(df, value) {
	const option = df.fieldtype === "Select" && (df.options || []).find?.((one) => one.value === value);
	if (option) return escape(option.label);
	if (df.fieldtype === "Check") return value ? __("Yes") : __("No");
	return frappe.format(value, df);
}

// A number above the report with the digits that it has.
const worded = (number) =>
	number.datatype === "Float" ? { ...number, datatype: "Data", value: format_quantity(number.value) } : number;

function draw(report, options) {
	const { $chart } = report;
	$chart.empty().show();
	const { labels, datasets } = options.data;
	const is_dark = document.documentElement.getAttribute("data-theme") === "dark";
	const colours = (options.colors || []).map((colour) => (is_dark && DARK[colour]) || colour);
	const by_time = options.type !== "bar";
	const name = datasets.length === 1 ? datasets[0].name : "";
	const title = (options.title || "").includes(name) ? options.title : [options.title, name].filter(Boolean).join(" · ");
	if (title) $(`<div class="chart-title">${escape(title)}</div>`).appendTo($chart);
	if (!by_time && is_narrow()) {
		$(bars(options, colours)).appendTo($chart);
	} else {
		const drawn = $("<div>").appendTo($chart);
		const shown = { ...options, title: "", colors: colours, animate: 0 };
		shown.axisOptions = { ...options.axisOptions, xIsSeries: by_time ? 1 : 0, numberFormatter: axis_number };
		shown.tooltipOptions = options.tooltipOptions || { formatTooltipY: figure };
		if (options.type === "bar" && labels.length < 4) shown.barOptions = { ...options.barOptions, spaceRatio: 0.75 };
		shown.data = { ...options.data, labels: labels.map(escape) };
		report.chart = new frappe.Chart(drawn[0], { ...shown, showLegend: 0, height: 240 });
		when_drawn(drawn[0], () => mend_labels(drawn, { labels, by_time }));
	}
	if (datasets.length > 1 && !options.names_are_labels) $(names_of_series(datasets, colours)).appendTo($chart);
}

const figure = (value) => (value == null ? "–" : format_quantity(Math.round(value * 100) / 100));

const axis_number = (value) =>
	Math.abs(value) < 1000 ? figure(value) : frappe.utils.format_chart_axis_number(value);

// A chart on a phone: a line for each name, with its whole name.
function bars({ data: { labels, datasets }, barOptions }, colours) {
	const is_stacked = Boolean(barOptions?.stacked);
	const sum = (i) => datasets.reduce((total, one) => total + Math.max(one.values[i] || 0, 0), 0);
	const most = is_stacked
		? Math.max(...labels.map((_label, i) => sum(i)))
		: Math.max(...datasets.flatMap((one) => one.values.map((value) => value || 0)));
	const part = (n, value) =>
		`<span style="width: ${most > 0 ? (Math.max(value || 0, 0) / most) * 100 : 0}%; background: ${colours[n]}"></span>`;
	const bar = (html) => `<div class="bar">${html}</div>`;
	const line = (label, i) => {
		const values = datasets.map((one) => one.values[i]);
		const said = is_stacked ? figure(sum(i)) : values.map(figure).join(" · ");
		const drawn = is_stacked
			? bar(values.map((value, n) => (value ? part(n, value) : "")).join(""))
			: values.map((value, n) => bar(value ? part(n, value) : "")).join("");
		return `<div class="label"><span>${escape(label)}</span><span class="value">${said}</span></div>${drawn}`;
	};
	return `<div class="report-bars">${labels.map(line).join("")}</div>`;
}
