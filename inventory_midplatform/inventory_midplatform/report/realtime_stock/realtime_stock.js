frappe.query_reports["Realtime Stock"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			// opened for a warehouse of another company than the user's own, it shows that warehouse
			default: frappe.route_options?.warehouse ? "" : frappe.defaults.get_user_default("Company"),
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
		{
			fieldname: "item_code",
			label: __("Item"),
			fieldtype: "Link",
			options: "Item",
			get_query: () => ({ filters: { is_stock_item: 1 } }),
		},
		{
			fieldname: "item_group",
			label: __("Item Group"),
			fieldtype: "Link",
			options: "Item Group",
		},
		{
			fieldname: "only",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("All Stock") },
				{ value: "available", label: __("Available Only") },
				{ value: "reserved", label: __("Reserved Only") },
				{ value: "short", label: __("Short Only") },
			],
			default: "",
		},
	],

	onload(report) {
		const row_of = (event) => report.data[$(event.currentTarget).data("row")];
		report.page.wrapper.on("click", "[data-stock-why]", (event) => {
			event.preventDefault();
			const row = row_of(event);
			inventory_midplatform.explain_stock(row.item_code, row.warehouse);
		});
		report.page.wrapper.on("click", "[data-stock-movements]", (event) => {
			event.preventDefault();
			const row = row_of(event);
			frappe.set_route("List", "Stock Movement", {
				item_code: row.item_code,
				warehouse: row.warehouse,
			});
		});
	},

	formatter(value, row, column, data, default_formatter) {
		if (!data || !row) return default_formatter(value, row, column, data);
		const index = row.meta.rowIndex;
		if (column.fieldname === "item_code") {
			const hint = __("Show its movements");
			const code = inventory_midplatform.escape(value);
			return `<a href="#" data-stock-movements data-row="${index}" title="${hint}">${code}</a>`;
		}
		if (column.fieldtype !== "Float") return default_formatter(value, row, column, data);
		const text = inventory_midplatform.format_quantity(value);
		const right = (content) => `<div style="text-align: right">${content}</div>`;
		if (column.fieldname === "available") {
			const colour = value < 0 ? "var(--red-600)" : value > 0 ? "var(--green-700)" : "inherit";
			const hint = __("Why this much is available");
			return right(
				`<a href="#" data-stock-why data-row="${index}" title="${hint}"
					style="color: ${colour}; font-weight: 600; text-decoration: underline dotted">${text}</a>`
			);
		}
		if (!value) return right('<span class="text-muted">–</span>');
		if (column.fieldname === "waiting") return right(`<span class="text-danger">${text}</span>`);
		return right(text);
	},
};
