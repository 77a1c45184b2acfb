const choices = (bands) => [
	{ value: "", label: __("All Stock") },
	...bands.map((band) => ({ value: band, label: __("{0} Days", [band]) })),
	{ value: "dead", label: __("Dead Stock") },
];

const bands_of = () =>
	frappe.query_report.columns.filter((column) => /^band_\d+$/.test(column.fieldname)).length;

frappe.query_reports["Inventory Ageing"] = {
	filters: [
		...inventory_midplatform.stock_filters(),
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("Items in Warehouses") },
				{ value: "batches", label: __("Their Batches") },
				{ value: "layers", label: __("Receipts of One Item") },
			],
			default: "",
		},
		{ fieldname: "by_quantity", label: __("Bands in Quantity"), fieldtype: "Check", default: 0 },
		{
			fieldname: "bands",
			label: __("Age Bands (Days)"),
			fieldtype: "Data",
			placeholder: __("As in the settings"),
			on_change(report) {
				report.get_filter("only").set_input(""); // a band of before may be none of these
				report.refresh(true);
			},
		},
		{
			fieldname: "only",
			label: __("Only"),
			fieldtype: "Select",
			options: choices(frappe.boot.inventory_age_bands),
			default: "",
		},
	],

	onload(report) {
		inventory_midplatform.on_row_click(report, "data-layers", (row) => {
			report.set_filter_value({
				item_code: row.item_code,
				warehouse: row.warehouse,
				show: "layers",
			});
		});
		inventory_midplatform.on_chart_click(report, (band) => report.set_filter_value({ only: band }));
	},

	// the same chart with the colour of each band; of several companies, that of each company
	get_chart_data() {
		const { chart } = frappe.query_report.raw_data;
		if (!chart) return undefined;
		const only = frappe.query_report.get_filter("only");
		only.df.options = choices(chart.data.labels);
		only.set_options();
		const colours = chart.barOptions.stacked
			? chart.data.labels.map(
					(_label, i) => inventory_midplatform.band_colour(i, chart.data.labels.length).background
				)
			: inventory_midplatform.series_colours();
		return { ...chart, colors: colours, names_are_labels: Boolean(chart.barOptions.stacked) };
	},

	formatter(value, row, column, data, default_formatter) {
		const text = inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
		if (!data || !row) return text;
		// a print has no background, and its ink is black
		const band = /^band_(\d+)$/.exec(column.fieldname);
		if (band) {
			if (!value) return inventory_midplatform.nothing();
			if (!row.meta) return text;
			const { background, ink } = inventory_midplatform.band_colour(Number(band[1]), bands_of());
			return `<div style="background: ${background}; color: ${ink}; margin: -3px -6px; padding: 3px 6px; white-space: nowrap">${text}</div>`;
		}
		if (column.fieldname === "mean_age" && value != null) {
			const hint = __("Show its receipts");
			return inventory_midplatform.row_link("data-layers", row, value, hint);
		}
		if (column.fieldname === "dead" && value) return `<span class="indicator-pill red">${text}</span>`;
		if (column.fieldname === "unexplained" && value) return `<span class="text-danger">${text}</span>`;
		if (column.fieldname === "voucher_type") return inventory_midplatform.escape(__(value || ""));
		return text;
	},
};
