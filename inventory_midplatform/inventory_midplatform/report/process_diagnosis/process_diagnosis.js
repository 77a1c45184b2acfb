frappe.query_reports["Process Diagnosis"] = {
	filters: [
		...inventory_midplatform
			.stock_filters()
			.filter((field) => ["company", "warehouse"].includes(field.fieldname)),
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(frappe.datetime.get_today(), -90),
		},
		{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: frappe.datetime.get_today() },
	],
	nothing: __("Nothing was recorded in this period."),

	onload(report) {
		const open = (row) => frappe.set_route("List", row.document_type, row.filters);
		inventory_midplatform.on_row_click(report, "data-documents", open);
		inventory_midplatform.on_chart_click(report, (label, place) =>
			open(report.data.filter((row) => row.total_hours > 0)[place])
		);
	},

	formatter(value, row, column, data, default_formatter) {
		if (data && row && column.fieldname === "number") {
			const shown = inventory_midplatform.format_quantity(value);
			return frappe.model.can_read(data.document_type)
				? inventory_midplatform.row_link("data-documents", row, shown, __("Show the documents"))
				: `<div style="text-align: right">${shown}</div>`;
		}
		if (data && column.fieldname === "todo") {
			const text = inventory_midplatform.escape(value || "");
			return `<span title="${text}">${text}</span>`;
		}
		if (column.fieldname === "adjusted_value" && !value) return inventory_midplatform.nothing();
		if (column.fieldname === "total_hours" && value) {
			return `<div style="text-align: right"><b>${inventory_midplatform.format_quantity(value)}</b></div>`;
		}
		if (value == null && ["Float", "Percent", "Currency", "Int"].includes(column.fieldtype)) {
			return inventory_midplatform.nothing();
		}
		return inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
	},
};
