frappe.query_reports["Stock Overview"] = {
	filters: [
		...inventory_midplatform.stock_filters(),
		{
			fieldname: "group_by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				{ value: "warehouse", label: __("Warehouse") },
				{ value: "zone", label: __("Zone") },
				{ value: "item_group", label: __("Item Group") },
				{ value: "abc_class", label: __("ABC") },
				{ value: "abc_xyz", label: __("ABC–XYZ") },
				{ value: "item", label: __("Item") },
			],
			default: "warehouse",
			reqd: 1,
		},
		{
			fieldname: "of_class",
			label: __("Class"),
			fieldtype: "Select",
			options: ["", ...["A", "B", "C"].flatMap((abc) => [abc, ...["X", "Y", "Z"].map((xyz) => abc + xyz)])],
			default: "",
			depends_on: "eval:doc.group_by == 'item'",
		},
	],

	onload(report) {
		const open = (name) => (row) => {
			const here = report.get_values();
			if (here.group_by.startsWith("abc")) {
				const of_class = row[here.group_by];
				if (of_class) report.set_filter_value({ company: row.company, group_by: "item", of_class });
				return;
			}
			frappe.set_route("query-report", name, {
				company: row.company,
				warehouse: row.warehouse || here.warehouse || "",
				item_group: row.item_code ? "" : row.item_group || here.item_group || "",
				item_code: row.item_code || here.item_code || "",
			});
		};
		inventory_midplatform.on_row_click(report, "data-stock", open("Realtime Stock"));
		inventory_midplatform.on_chart_click(report, (label, place) => open("Realtime Stock")(report.data[place]));
		inventory_midplatform.on_row_click(report, "data-ageing", open("Inventory Ageing"));
	},

	formatter(value, row, column, data, default_formatter) {
		const text = inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
		if (!data || !row) return text;
		const is_class = frappe.query_report.get_filter_value("group_by").startsWith("abc");
		if (column.fieldname === "zone" && !value) {
			return `<span class="text-muted">${__("No Zone")}</span>`;
		}
		if (["abc_class", "abc_xyz"].includes(column.fieldname) && !value && !data.item_code) {
			return `<span class="text-muted">${__("No Class")}</span>`;
		}
		if (["items", "qty"].includes(column.fieldname)) {
			const shown = inventory_midplatform.format_quantity(value);
			if (!is_class) return inventory_midplatform.row_link("data-stock", row, shown, __("Open Realtime Stock"));
			return data.abc_class || data.abc_xyz
				? inventory_midplatform.row_link("data-stock", row, shown, __("Show its items"))
				: text;
		}
		if (column.fieldname === "value" && !is_class) {
			const shown = $(`<div>${text}</div>`).text().trim();
			return inventory_midplatform.row_link("data-ageing", row, shown, __("Open Inventory Ageing"));
		}
		if (column.fieldname === "abc_class" && value) {
			const colour = { A: "green", B: "blue", C: "gray" }[value];
			return `<span class="indicator-pill no-indicator-dot ${colour}">${value}</span>`;
		}
		if (/^[abc]_items$/.test(column.fieldname) && !value) return inventory_midplatform.nothing();
		return text;
	},
};
