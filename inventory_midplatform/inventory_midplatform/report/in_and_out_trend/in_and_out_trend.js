frappe.query_reports["In and Out Trend"] = {
	filters: [
		...inventory_midplatform.stock_filters(),
		...inventory_midplatform.period_filters(),
		{
			fieldname: "grain",
			label: __("Period Length"),
			fieldtype: "Select",
			options: [
				{ value: "day", label: __("Day") },
				{ value: "week", label: __("Week") },
				{ value: "month", label: __("Month") },
				{ value: "fiscal_quarter", label: __("Fiscal Quarter") },
				{ value: "fiscal_year", label: __("Fiscal Year") },
			],
			default: "week",
			reqd: 1,
		},
		{ fieldname: "by_flow", label: __("By Flow"), fieldtype: "Check", default: 0 },
		{ fieldname: "by_unit", label: __("By Unit"), fieldtype: "Check", default: 0 },
	],

	onload(report) {
		const open = (row) =>
			inventory_midplatform.open_movements({
				...report.get_values(),
				company: row.company,
				from_date: row.period_from,
				to_date: row.period_to,
			});
		inventory_midplatform.on_row_click(report, "data-moved", open);
		inventory_midplatform.on_chart_click(report, (period) => {
			if (inventory_midplatform.can_open_movements()) open(report.data.find((row) => row.period === period));
		});
	},

	formatter(value, row, column, data, default_formatter) {
		const text = inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
		if (!data) return text;
		if (["qty_in", "qty_out", "value_in", "value_out"].includes(column.fieldname)) {
			if (!value || !row || !inventory_midplatform.can_open_movements()) return text;
			const shown = $(`<div>${text}</div>`).text().trim();
			return inventory_midplatform.row_link("data-moved", row, shown, __("Open the movements"));
		}
		if (["opening_qty", "closing_qty", "net_change"].includes(column.fieldname) && value < 0) {
			return `<div style="color: var(--red-600)">${text}</div>`;
		}
		if (data.bold && column.fieldname === "period") return `<b>${text}</b>`;
		return text;
	},
};
