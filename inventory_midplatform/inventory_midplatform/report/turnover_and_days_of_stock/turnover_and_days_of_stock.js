frappe.query_reports["Turnover and Days of Stock"] = {
	filters: [
		...inventory_midplatform.stock_filters(),
		...inventory_midplatform.period_filters(),
		{
			fieldname: "usage",
			label: __("Usage"),
			fieldtype: "Select",
			options: [
				{ value: "net", label: __("Less What Customers Returned") },
				{ value: "gross", label: __("All That Was Used") },
			],
			default: "net",
			reqd: 1,
		},
		{
			fieldname: "average",
			label: __("Average Stock"),
			fieldtype: "Select",
			options: [
				{ value: "daily", label: __("Of Each Day") },
				{ value: "open_close", label: __("Of Opening and Closing") },
			],
			default: "daily",
			reqd: 1,
		},
	],

	onload(report) {
		const about = (row) => ({
			company: row.company,
			warehouse: report.get_values().warehouse || "",
			item_code: row.item_code,
		});
		inventory_midplatform.on_row_click(report, "data-moved", (row) => {
			const { from_date, to_date } = report.get_values();
			frappe.set_route("query-report", "Movement Journal", { ...about(row), from_date, to_date });
		});
		inventory_midplatform.on_row_click(report, "data-stock", (row) =>
			frappe.set_route("query-report", "Realtime Stock", about(row))
		);
	},

	formatter(value, row, column, data, default_formatter) {
		const text = inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
		if (!data || !row) return text;
		const muted = (words) => `<div style="text-align: right; white-space: nowrap"><span class="text-muted">${words}</span></div>`;
		const used = data.net_usage == null ? data.gross_usage : data.net_usage;
		switch (column.fieldname) {
			case "net_usage":
			case "gross_usage":
				if (!value) return text;
				return inventory_midplatform.row_link(
					"data-moved",
					row,
					inventory_midplatform.format_quantity(value),
					__("Open Movement Journal")
				);
			case "closing_qty":
				if (!value) return text;
				return inventory_midplatform.row_link(
					"data-stock",
					row,
					inventory_midplatform.format_quantity(value),
					__("Open Realtime Stock")
				);
			case "turnover":
				if (value == null) return inventory_midplatform.nothing();
				return `<div style="text-align: right">${format_number(value, null, 2)}</div>`;
			case "days_of_stock":
			case "forward_cover":
				if (value != null) return `<div style="text-align: right">${inventory_midplatform.format_quantity(value)}</div>`;
				return used > 0 ? inventory_midplatform.nothing() : muted(__("No Usage"));
			case "stock_out_share":
				if (value == null) return inventory_midplatform.nothing();
				return value ? `<div style="color: var(--red-600)">${text}</div>` : text;
			case "abc_class":
			case "xyz_class":
				if (!value) return "";
				const colour = { A: "green", B: "blue", C: "gray", X: "green", Y: "blue", Z: "orange" }[value];
				return `<span class="indicator-pill no-indicator-dot ${colour}">${value}</span>`;
		}
		return text;
	},
};
