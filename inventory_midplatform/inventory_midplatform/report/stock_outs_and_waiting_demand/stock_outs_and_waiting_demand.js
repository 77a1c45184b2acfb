frappe.query_reports["Stock-outs and Waiting Demand"] = {
	filters: [
		...inventory_midplatform.stock_filters(),
		{
			fieldname: "out_of_stock",
			label: __("Out of Stock Means"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("Nothing Available") },
				{ value: "on_hand", label: __("Nothing on Hand") },
				{ value: "any", label: __("Any Waiting Demand") },
			],
			default: "",
		},
	],
	nothing: __("No demand waits for stock."),

	onload(report) {
		inventory_midplatform.on_chart_click(report, (item_code) => report.set_filter_value({ item_code }));
		inventory_midplatform.on_row_click(report, "data-demands", (row) =>
			frappe.set_route("List", "Inventory Reservation", {
				item_code: row.item_code,
				warehouse: row.warehouse,
				status: ["in", ["Waiting", "Partially Reserved"]],
			})
		);
		inventory_midplatform.on_row_click(report, "data-why", (row) =>
			inventory_midplatform.explain_stock(row.item_code, row.warehouse)
		);
	},

	formatter(value, row, column, data, default_formatter) {
		const text = inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
		if (!data || !row) return text;
		const shown = inventory_midplatform.format_quantity(value);
		if (["demands", "waiting"].includes(column.fieldname)) {
			return inventory_midplatform.row_link("data-demands", row, shown, __("Show who waits"));
		}
		if (column.fieldname === "available") {
			const hint = __("Why this much is available");
			return inventory_midplatform.row_link("data-why", row, shown, hint);
		}
		if (column.fieldname === "first_type") return inventory_midplatform.escape(__(value || ""));
		if (column.fieldname === "first_name" && value) {
			const may_open = frappe.model.can_read(data.first_type);
			return may_open ? inventory_midplatform.link_to(data.first_type, value) : text;
		}
		return text;
	},
};
