// Key figures: their cells in the report, and the dialog that says why one moved.

import { call, dialog_at_once, escape, is_allowed, link_to } from "./helpers.js";

const NAMES = [
	"Turnover",
	"Count Accuracy",
	"Stock-out Rate",
	"Stock-out Rate (Order Lines)",
	"On-time Delivery",
	"Carrying Cost",
];

export const kpi_names = () => NAMES;

const STATUS = {
	Green: ["green", () => __("On Target")],
	Amber: ["orange", () => __("Nearly on Target")],
	Red: ["red", () => __("Off Target")],
};

const TREND = {
	Improving: ["var(--green-600)", () => __("Improving")],
	Worsening: ["var(--red-600)", () => __("Worsening")],
	Steady: ["var(--text-muted)", () => __("Steady")],
};

const SETTINGS = "Inventory Midplatform Settings";

const at_right = (html) => `<div style="text-align: right">${html}</div>`;
const muted = (text) => `<span class="text-muted">${escape(text)}</span>`;

// Returns a figure with its unit: a share, a number of turns, or money.
export function kpi_value(value, { unit, currency, is_money }) {
	if (is_money) return escape(strip_html(format_currency(value, currency)));
	if (unit === "%") return `${format_number(value, null, 1)} %`;
	return format_number(value, null, 2);
}

// Draws the points of a trend as a small line.
function sparkline(points, colour) {
	if (points.length < 2) return "";
	const [width, height, edge] = [84, 22, 2];
	const least = Math.min(...points);
	const span = Math.max(...points) - least || 1;
	const step = (width - 2 * edge) / (points.length - 1);
	const at = (value, n) =>
		`${(edge + n * step).toFixed(1)},${(height - edge - ((value - least) / span) * (height - 2 * edge)).toFixed(1)}`;
	return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true"
		style="vertical-align: middle; margin-inline-end: 8px"><polyline points="${points.map(at).join(" ")}"
		fill="none" stroke="${colour}" stroke-width="1.5" stroke-linejoin="round"/></svg>`;
}

function link(attribute, row, html, hint) {
	if (!row || !row.meta) return html;
	return `<a href="#" ${attribute} data-row="${row.meta.rowIndex}" title="${escape(hint)}">${html}</a>`;
}

// Returns a cell of the report Inventory KPIs.
export function kpi_cell(value, row, column, data, default_formatter) {
	switch (column.fieldname) {
		case "kpi": {
			return `<span style="font-weight: 600">${link_to("Inventory KPI", value, __(value))}</span>`;
		}
		case "status": {
			const [colour, word] = STATUS[value] || [];
			return word ? `<span class="indicator-pill ${colour}">${word()}</span>` : muted("–");
		}
		case "now":
			if (value != null) {
				const unit = data.a_year ? ` <span class="text-muted">${__("a year")}</span>` : "";
				return at_right(`<b>${kpi_value(value, data)}</b>${unit}`);
			}
			return at_right(
				data.needs_settings && frappe.model.can_write(SETTINGS)
					? link_to(SETTINGS, SETTINGS, data.missing)
					: muted(data.missing)
			);
		case "target": {
			if (value == null) return at_right(muted("–"));
			const hint = data.better === "Up" ? "≥" : "≤";
			return `<div style="text-align: right" title="${escape(data.target_words)}">${hint} ${kpi_value(
				value,
				data
			)}</div>`;
		}
		case "baseline":
			return at_right(value == null ? muted("–") : muted(kpi_value(value, data)));
		case "trend": {
			const [colour, word] = TREND[value] || ["var(--text-muted)", () => ""];
			if (!row || !row.meta) return word();
			const shown = `${sparkline(data.points, colour)}<span style="color: ${colour}">${word()}</span>`;
			return data.points.length > 1 ? link("data-trend", row, shown, __("Show this KPI")) : muted("–");
		}
		case "why":
			if (data.now == null || !row || !row.meta || !is_allowed("kpi.why")) return "";
			return link(
				"data-why",
				row,
				`<span class="btn btn-xs btn-default">${__("Why?")}</span>`,
				__("What moved it most")
			);
		case "warehouse":
			return value ? link_to("Warehouse", value) : muted(__("Whole company"));
		case "window_days":
			return at_right(format_number(value, null, 0));
	}
	return default_formatter(value, row, column, data);
}

const BY = [
	["item", () => __("Item")],
	["step", () => __("Step")],
	["warehouse", () => __("Warehouse")],
];

const AGAINST = [
	["before", () => __("The Days Before")],
	["baseline", () => __("The Baseline")],
];

// Asks what moved a figure of a row, and shows it in a dialog; another grouping or another period is asked anew.
export function show_why_it_moved(row) {
	const choice = (fieldname, label, options, chosen = options[0][0]) => ({
		fieldname,
		label,
		fieldtype: "Select",
		options: options.map(([value, word]) => ({ value, label: word() })),
		default: chosen,
		change: () => fill(),
	});
	const dialog = dialog_at_once({
		title: `${__(row.kpi)} · ${row.warehouse || row.company}`,
		size: "large",
		fields: [
			choice("by", __("Group By"), row.warehouse ? BY.slice(0, 2) : BY),
			{ fieldtype: "Column Break" },
			choice("against", __("Beside"), AGAINST, row.baseline == null ? "before" : "baseline"),
			{ fieldtype: "Section Break" },
			{ fieldname: "found", fieldtype: "HTML" },
		],
	});
	const say = (html) => dialog.fields_dict.found.$wrapper.html(html);
	let asked = 0;
	const fill = async () => {
		const mine = ++asked;
		const { by, against } = dialog.get_values(true);
		say(`<p class="text-muted">${__("Loading…")}</p>`);
		const refused = (error) => say(`<p class="text-danger">${escape(error.message)}</p>`);
		const about = { kpi: row.kpi, company: row.company, warehouse: row.warehouse || "", as_of: row.as_of };
		const found = await call("kpi.why", { ...about, by, against }, { type: "GET", refused });
		if (found && mine === asked) say(reasons(found, row));
	};
	dialog.$wrapper.on("click", "[data-drill]", (event) => {
		event.preventDefault();
		dialog.hide();
		open_drill(JSON.parse(event.currentTarget.dataset.drill));
	});
	dialog.show();
	fill();
}

function reasons(found, row) {
	const day = (text) => frappe.datetime.str_to_user(text);
	const periods = [
		[__("Before"), found.before_first, found.before_last, found.before],
		[__("Now"), found.first, found.last, found.after],
	];
	const heads = periods
		.map(
			([label, first, last, value]) => `<div style="flex: 1; min-width: 150px">
				<div class="text-muted small">${label} · ${day(first)} – ${day(last)}</div>
				<div style="font-size: var(--text-2xl, 20px); font-weight: 600">${
					value == null ? muted("–") : kpi_value(value, row)
				}</div></div>`
		)
		.join("");
	const change =
		found.change == null
			? ""
			: `<div style="flex: 1; min-width: 120px"><div class="text-muted small">${__("By How Much")}</div>
				<div style="font-size: var(--text-2xl, 20px); font-weight: 600; color: ${colour_of(
					found.change,
					found.better
				)}">${signed(found.change, row)}</div></div>`;
	const top = `<div style="display: flex; flex-wrap: wrap; gap: 12px; margin-bottom: 16px">${heads}${change}</div>`;
	if (found.missing) return `${top}<p>${escape(MISSING[found.missing]())}</p>`;
	if (!found.rows.length) return `${top}<p>${__("Nothing moved it.")}</p>`;
	const largest = Math.max(...found.rows.map((part) => Math.abs(part.contribution)));
	const lines = found.rows.map((part) => line(part, found, row, largest)).join("");
	const other = found.total_rows - found.rows.length;
	const rest = other
		? `<tr class="text-muted"><td>${__("{0} others", [other])}</td><td></td><td style="text-align: right">${signed(
				found.other,
				row
		  )}</td></tr>`
		: "";
	return `${top}<table class="table table-sm" style="margin-bottom: 8px"><tbody>${lines}${rest}</tbody></table>
		<p class="text-muted small">${__(
			"The parts add up to the change. What did not change adds nothing; green made it better, red worse."
		)}</p>`;
}

function line(part, found, row, largest) {
	const colour = colour_of(part.contribution, found.better);
	const width = largest ? (Math.abs(part.contribution) / largest) * 100 : 0;
	const name = found.by === "step" ? __(part.part) : part.part;
	const drill = escape(JSON.stringify(part.drill));
	const label =
		found.by === "step"
			? escape(name)
			: `<a href="#" data-drill="${drill}" title="${escape(__("Open the documents"))}">${escape(name)}</a>`;
	const beside = part.item_name && part.item_name !== part.part ? muted(part.item_name) : "";
	return `<tr>
		<td style="max-width: 240px">${label}${beside ? `<div class="small">${beside}</div>` : ""}</td>
		<td style="width: 35%; vertical-align: middle"><div style="height: 8px; border-radius: 4px; width: ${width}%;
			min-width: 2px; background: ${colour}"></div></td>
		<td style="text-align: right; white-space: nowrap; color: ${colour}">${signed(part.contribution, row)}</td>
	</tr>`;
}

const MISSING = {
	no_history: () => __("The history of stock does not reach back so far."),
	no_parts: () => __("Enter the parts of carrying cost in Inventory Midplatform Settings."),
	no_data: () => __("Nothing happened in one of the two periods, so there is nothing to compare."),
};

const colour_of = (change, better) =>
	(change > 0) === (better === "Up") ? "var(--green-600, #2f9d58)" : "var(--red-600, #d63a3a)";

// A change with its sign. Of a share it is points of a percent.
function signed(change, row) {
	const sign = change > 0 ? "+" : change < 0 ? "−" : "";
	const size = Math.abs(change);
	if (row.is_money) return sign + kpi_value(size, row);
	return sign + format_number(size, null, 2) + (row.unit === "%" ? ` ${__("points")}` : "");
}

function open_drill({ view, filters }) {
	const { item_code, warehouse, company, from_date, to_date } = filters;
	// who may not read the documents sees the item's movements
	if (view === "Movement Journal" || (item_code && !frappe.model.can_read(view))) {
		if (item_code) return frappe.set_route("query-report", "Movement Journal", { item_code, warehouse, company, from_date, to_date });
		return frappe.set_route("query-report", "Turnover and Days of Stock", { company, warehouse, from_date, to_date });
	}
	const child = `${view} Item`;
	const day = view === "Sales Order" ? "transaction_date" : "posting_date";
	const route = { company, [day]: ["between", [from_date, to_date]] };
	if (view === "Sales Order") delete route[day]; // what was due may have been ordered long before
	if (item_code) route[`${child}.item_code`] = item_code;
	if (warehouse) route[`${child}.warehouse`] = warehouse;
	if (view === "Sales Order" && from_date) route.delivery_date = ["between", [from_date, to_date]];
	return frappe.set_route("List", view, route);
}
