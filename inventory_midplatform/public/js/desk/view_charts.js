// Charts and number cards of ours on dashboards and workspaces: the filters of a saved view; a sentence where there is nothing;
// money in its company's currency; a bar, dot or slice opens its documents, and so does each row of the figures as a table.

import { dialog_at_once, escape, format_quantity } from "./helpers.js";

const SOURCE = "Inventory View";
const MODULE = "Inventory Midplatform";
const PARTS = "svg [data-point-index], .pie-slices path, .donut-slices path";
const CARD = "inventory_midplatform.adapters.site.number_cards.get";

// Returns the filters of a chart: what a saved view is made of.
export function view_filters() {
	const text = (fieldname, label, description = "") => ({ fieldname, label, fieldtype: "Data", description });
	const link = (fieldname, label, options) => ({ fieldname, label, fieldtype: "Link", options });
	return [
		{
			...text("dataset", __("Shows"), ""),
			fieldtype: "Select",
			options: [
				{ value: "stock", label: __("Stock") },
				{ value: "bins", label: __("Stock in Bins") },
				{ value: "ages", label: __("Age of Stock") },
				{ value: "changes", label: __("In and Out") },
				{ value: "waiting", label: __("Waiting Demand") },
				{ value: "outbound", label: __("Outbound Orders") },
				{ value: "inbound", label: __("Inbound Orders") },
				{ value: "alerts", label: __("Alerts") },
				{ value: "kpis", label: __("KPIs") },
				{ value: "worth", label: __("Closing Value") },
				{ value: "dead", label: __("Dead Stock") },
				{ value: "expiring", label: __("Expiring Stock") },
			],
			reqd: 1,
		},
		{ ...text("group", __("Group By"), __("A field, such as warehouse, item_code, state or day.")), reqd: 1 },
		{
			...text("measures", __("Figures"), __("Names of figures with commas between them, such as value, items.")),
			reqd: 1,
		},
		{
			...text("grain", __("Period of a Column")),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "day", label: __("Day") },
				{ value: "week", label: __("Week") },
				{ value: "month", label: __("Month") },
				{ value: "fiscal_quarter", label: __("Fiscal Quarter") },
				{ value: "fiscal_year", label: __("Fiscal Year") },
			],
		},
		text("split", __("A Colour for Each"), __("A second field, whose values become the colours.")),
		{
			...text("period", __("How Far Back")),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("Everything") },
				{ value: "7 days", label: __("7 days") },
				{ value: "30 days", label: __("30 days") },
				{ value: "90 days", label: __("90 days") },
				{ value: "12 months", label: __("12 months") },
				{ value: "36 months", label: __("36 months") },
			],
		},
		link("company", __("Company"), "Company"),
		link("warehouse", __("Warehouse"), "Warehouse"),
		link("item_group", __("Item Group"), "Item Group"),
		{ ...text("limit", __("At Most")), fieldtype: "Int" },
		{ ...text("where", __("Only Where")), fieldtype: "Code", options: "JSON" },
	];
}

const { chart, number_card } = frappe.widget?.widget_factory || {};
if (chart) extend_chart(chart.prototype);
if (number_card) extend_card(number_card.prototype);

function extend_chart(widget) {
	const { render, get_chart_args, set_chart_actions } = widget;
	const is_ours = (of) => of.chart_doc?.source === SOURCE;

	widget.render = async function () {
		if (is_ours(this) && this.data?.sentence) {
			// what was drawn before must not come back with other filters
			delete this.dashboard_chart;
			this.chart_wrapper.empty();
			this.empty.html(`<span class="text-center">${escape(this.data.sentence)}</span>`);
		}
		if (is_ours(this)) {
			this.figures = this.data;
			this.data = escaped(this.data);
		}
		await render.call(this);
		if (is_ours(this)) describe(this);
	};

	widget.get_chart_args = function () {
		const args = get_chart_args.call(this);
		if (!is_ours(this)) return args;
		args.tooltipOptions = { formatTooltipY: (value) => figure_text(value, this.data.currency) };
		args.axisOptions.xIsSeries = this.data.by_time ? 1 : 0;
		args.animate = 0;
		if (args.type === "bar") args.barOptions = { spaceRatio: this.data.labels.length < 4 ? 0.75 : 0.45 };
		const counts = !this.data.currency && this.data.datasets.every((one) => one.values.every(Number.isInteger));
		// half an order is no mark of an axis
		if (counts) args.axisOptions.numberFormatter = (value) =>
			Number.isInteger(value) ? frappe.utils.format_chart_axis_number(value) : "";
		if (args.type === "donut" || args.type === "pie") args.truncateLegends = 0;
		else if (args.type !== "percentage") args.showLegend = 0; // Frappe's charts write long names over each other
		return args;
	};

	widget.set_chart_actions = function (actions) {
		if (is_ours(this)) {
			actions.push({
				label: __("Show Figures"),
				action: "action-figures",
				handler: () => show_figures(this),
			});
		}
		set_chart_actions.call(this, actions);
	};
}

// Frappe's charts write labels and names as HTML.
function escaped(data) {
	if (!data?.labels) return { ...data };
	const datasets = data.datasets.map((one) => ({ ...one, name: escape(one.name) }));
	return { ...data, datasets, labels: data.labels.map(escape) };
}

// Says the unit below the title where no legend does. A screen reader hears what the picture is.
function describe(widget) {
	const { labels, datasets } = widget.figures;
	const is_named = is_round(widget) || datasets?.length > 1;
	const units = labels && !is_named ? datasets[0].name : "";
	widget.subtitle_field.text(units || (labels && widget.figures.currency) || "");
	widget.chart_wrapper.siblings(".chart-names").remove();
	if (labels && datasets.length > 1 && !is_round(widget)) {
		widget.chart_wrapper.after(names_of_series(datasets, widget.dashboard_chart?.colors || []));
	}
	if (labels) {
		mend_when_drawn(widget);
		open_on_click(widget);
	}
	widget.chart_wrapper.attr({ role: "img", "aria-label": __(widget.chart_doc.chart_name) });
}

const is_round = (widget) => ["Pie", "Donut", "Percentage"].includes(widget.chart_doc.type);

// Returns the names of series, each beside its colour, in as many lines as they need.
export const names_of_series = (datasets, colours) =>
	`<div class="chart-names" style="display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 0 24px 12px; font-size: 12px">${datasets
		.map(
			(one, i) =>
				`<span><i style="display: inline-block; width: 10px; height: 10px; border-radius: 2px;
					margin-inline-end: 6px; background: ${escape(colours[i])}"></i>${escape(one.name)}</span>`
		)
		.join("")}</div>`;

// Frappe's charts draw twice at first, and again when the window changes.
function mend_when_drawn(widget) {
	const [wrapper] = widget.chart_wrapper;
	if (widget.mended === wrapper) return;
	widget.mended = wrapper;
	when_drawn(wrapper, () => mend(widget));
}

// Calls `change()` after a chart was drawn in this element, each time.
export function when_drawn(wrapper, change) {
	let timer = null;
	const observer = new MutationObserver(soon);
	const watch = () => observer.observe(wrapper, { childList: true, subtree: true });
	function soon() {
		clearTimeout(timer);
		timer = setTimeout(() => {
			observer.disconnect();
			change();
			watch();
		}, 200);
	}
	watch();
	soon();
}

// A bar or dot says its place among the labels, a slice is in the place of its label among those that are drawn.
function open_on_click(widget) {
	widget.chart_wrapper.off("click.opens").on("click.opens", PARTS, (event) => {
		const { pointIndex } = event.currentTarget.dataset;
		const drawn = widget.dashboard_chart.state.labels;
		const index = pointIndex ?? widget.data.labels.indexOf(drawn[$(event.currentTarget).index()]);
		const { opens, drills, company } = widget.figures;
		if (drills[index]?.length) open_documents(opens, drills[index], company);
	});
}

function mend(widget) {
	if (!widget.figures?.labels) return;
	widget.chart_wrapper.find(PARTS).css("cursor", "pointer");
	const { type, custom_options } = widget.chart_doc;
	const { colors } = JSON.parse(custom_options || "{}");
	// one colour for each bar, such as of an age: Frappe's charts colour a whole series
	if (type === "Bar" && widget.figures.datasets.length === 1 && colors) {
		widget.chart_wrapper.find(".dataset-0 rect").each((i, bar) => (bar.style.fill = colors[i] || ""));
	}
	mend_labels(widget.chart_wrapper, widget.figures);
}

// Frappe's charts shorten labels that would have room, and write the last label of a time axis over the one before.
export function mend_labels(wrapper, { labels, by_time }) {
	const texts = wrapper.find(".x.axis text").get();
	if (by_time) {
		const [before, last] = texts.slice(-2);
		const is_over = last && before.getBoundingClientRect().right + 4 > last.getBoundingClientRect().left;
		if (is_over) before.style.visibility = "hidden";
	} else if (texts.length === labels.length && texts.length > 1) {
		const centres = texts.map((one) => one.getBoundingClientRect()).map(({ left, right }) => (left + right) / 2);
		const step = (centres.at(-1) - centres[0]) / (texts.length - 1);
		texts.forEach((one, i) => fit(one, labels[i], step - 6));
	}
}

function fit(node, label, room) {
	let shown = label;
	node.textContent = shown;
	while (node.getComputedTextLength() > room && shown.length > 1) {
		shown = shown.slice(0, -1);
		node.textContent = `${shown}…`;
	}
}

export function figure_text(value, currency) {
	if (value === null || value === undefined) return "–";
	return currency ? format_currency(value, currency) : format_quantity(value);
}

function show_figures(widget) {
	const { labels, datasets, currency, drills, opens, sentence, company } = widget.figures;
	if (!labels) {
		frappe.msgprint(escape(sentence));
		return;
	}
	const cell = (text) => `<td class="text-right">${escape(text)}</td>`;
	const row = (label, i) => {
		const shown = drills[i]?.length
			? `<a href="#" data-drill="${i}" style="text-decoration: underline dotted">${escape(label)}</a>`
			: escape(label);
		const values = datasets.map((one) => cell(figure_text(one.values[i], currency))).join("");
		return `<tr><td>${shown}</td>${values}</tr>`;
	};
	const heads = datasets.map((one) => `<th class="text-right">${escape(one.name)}</th>`).join("");
	const dialog = dialog_at_once({ title: __(widget.chart_doc.chart_name), size: "large" });
	dialog.$body.html(
		`<div class="table-responsive"><table class="table table-bordered"><thead><tr><th></th>${heads}</tr></thead>` +
			`<tbody>${labels.map(row).join("")}</tbody></table></div>`
	);
	dialog.$body.on("click", "[data-drill]", (event) => {
		event.preventDefault();
		dialog.hide();
		open_documents(opens, drills[$(event.currentTarget).data("drill")], company);
	});
	dialog.show();
}

// Opens the report or list of a row with its conditions, as far as that has filters for them.
function open_documents(opens, conditions, company) {
	const filters = {};
	for (const { field, op, value } of conditions) {
		if (opens.period?.length && op === "between") {
			opens.period.forEach((name, i) => name && (filters[name] = value[i]));
			continue;
		}
		const name = opens.fields[field];
		if (name) filters[name] = op === "=" || opens.kind === "report" ? value : [op, value];
	}
	if (opens.kind === "report") {
		frappe.set_route("query-report", opens.name, company ? { company, ...filters } : filters);
	} else {
		frappe.set_route("List", opens.name, "List", filters);
	}
}

function extend_card(widget) {
	const { get_number_for_custom_card, render_number } = widget;
	const is_ours = (of) => of.card_doc?.method === CARD;

	widget.get_number_for_custom_card = function (result) {
		if (!is_ours(this)) return get_number_for_custom_card.call(this, result);
		const { value, currency } = result;
		this.number = value;
		this.formatted_number = escape(value === null ? "–" : short_text(value, currency));
	};

	widget.render_number = function () {
		render_number.call(this);
		if (this.card_doc?.module === MODULE) {
			// nothing late is nothing to worry about
			if (!this.number) this.body.find(".number").css("color", "");
			lay_out_for_phones(this.widget.closest(".page-container"));
		}
		if (!is_ours(this)) return;
		const said = this.data.sentence || this.data.company;
		if (said) {
			this.body
				.find(".widget-content")
				.append(`<div class="card-stats grey-stat text-muted ellipsis">${escape(said)}</div>`);
		}
	};
}

const PHONES = `@media (max-width: 600px) {
	.inventory-dashboard .widget-group-body:has(> .number-widget-box) { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
	.inventory-dashboard .title-text { max-width: 65vw !important; }
}`;

// On a phone two numbers stand beside each other, and the title has the room that there is.
function lay_out_for_phones(page) {
	if (!document.getElementById("inventory-dashboard")) {
		$(`<style id="inventory-dashboard">${PHONES}</style>`).appendTo(document.head);
	}
	page.addClass("inventory-dashboard");
}

// A whole number; over nine digits shortened, for a card is narrow.
function short_text(value, currency) {
	const whole = Math.round(value);
	if (Math.abs(whole) < 1e9) return currency ? format_currency(whole, currency, 0) : format_number(whole, null, 0);
	const text = frappe.utils.shorten_number(whole, frappe.sys_defaults.country, 9);
	return currency ? `${get_currency_symbol(currency)} ${text}` : text;
}
