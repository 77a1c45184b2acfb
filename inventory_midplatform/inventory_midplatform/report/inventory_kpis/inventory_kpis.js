frappe.query_reports["Inventory KPIs"] = {
	filters: [
		...inventory_midplatform
			.stock_filters()
			.filter((field) => ["company", "warehouse"].includes(field.fieldname)),
		{ fieldname: "by_warehouse", label: __("Each Warehouse"), fieldtype: "Check", default: 0 },
		{
			fieldname: "kpi",
			label: __("KPI"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("All KPIs") },
				...inventory_midplatform.kpi_names().map((value) => ({ value, label: __(value) })),
			],
			default: "",
		},
		{ fieldname: "as_of", label: __("As Of"), fieldtype: "Date" },
		{ fieldname: "days", label: __("Days of the Trend"), fieldtype: "Int", default: 90 },
	],

	onload(report) {
		inventory_midplatform.on_row_click(report, "data-why", (row) =>
			inventory_midplatform.show_why_it_moved(row)
		);
		inventory_midplatform.on_row_click(report, "data-trend", (row) => report.set_filter_value("kpi", row.kpi));
	},

	formatter(value, row, column, data, default_formatter) {
		if (!data) return default_formatter(value, row, column, data);
		return inventory_midplatform.kpi_cell(value, row, column, data, default_formatter);
	},
};
