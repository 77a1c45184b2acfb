const BEHIND = {
	otif: "promises",
	stock_out: "stock_outs",
	fill: "stock_outs",
	pick: "picks",
	count: "counts",
	lead_time: "receipts",
	received: "receipts",
};

frappe.query_reports["Service Level"] = {
	filters: [
		...inventory_midplatform.stock_filters(),
		{
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(frappe.datetime.get_today(), -90),
		},
		{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: frappe.datetime.get_today() },
		{
			fieldname: "by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("Company") },
				{ value: "warehouse", label: __("Warehouse") },
				{ value: "item_group", label: __("Item Group") },
				{ value: "customer", label: __("Customer") },
				{ value: "supplier", label: __("Supplier") },
				{ value: "month", label: __("Month") },
			],
			default: "month",
		},
		{
			fieldname: "all_figures",
			label: __("All Figures"),
			fieldtype: "Check",
			default: 0,
			depends_on: "eval:!doc.show && !['customer', 'supplier'].includes(doc.by)",
		},
		{
			fieldname: "show",
			label: __("Show"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("Figures") },
				{ value: "promises", label: __("Promises to Customers") },
				{ value: "stock_outs", label: __("Order Lines and Stock") },
				{ value: "picks", label: __("Picks") },
				{ value: "counts", label: __("Counted Rows") },
				{ value: "receipts", label: __("Received Lines") },
			],
			default: "",
		},
		{
			fieldname: "customer",
			label: __("Customer"),
			fieldtype: "Link",
			options: "Customer",
			depends_on: "eval:['promises', 'stock_outs', 'picks'].includes(doc.show)",
		},
		{
			fieldname: "supplier",
			label: __("Supplier"),
			fieldtype: "Link",
			options: "Supplier",
			depends_on: "eval:doc.show == 'receipts'",
		},
	],

	onload(report) {
		const open = (row, show) => {
			const here = report.get_values();
			const filters = { company: row.company || "", show };
			if (here.by === "month") {
				const month = row.group + "-01";
				const last = frappe.datetime.month_end(month);
				filters.from_date = month > here.from_date ? month : here.from_date;
				filters.to_date = last < here.to_date ? last : here.to_date;
			} else if (here.by) {
				filters[here.by] = row.group;
			}
			report.set_filter_value(filters);
		};
		for (const [name, show] of Object.entries(BEHIND)) {
			inventory_midplatform.on_row_click(report, `data-${name}`, (row) => open(row, show));
		}
		inventory_midplatform.on_chart_click(report, (group, place, { measure }) => {
			const name = Object.keys(BEHIND).find((begins) => measure.startsWith(begins));
			open(
				report.data.find((row) => row.group === group),
				BEHIND[name]
			);
		});
	},

	formatter(value, row, column, data, default_formatter) {
		const field = column.fieldname;
		if (data && field === "document" && value) {
			return frappe.model.can_read(data.doctype)
				? inventory_midplatform.link_to(data.doctype, value)
				: inventory_midplatform.escape(value);
		}
		const begins = Object.keys(BEHIND).find((name) => field.startsWith(name));
		if (data && row && begins && "otif_lines" in data) {
			if (value == null) return inventory_midplatform.nothing();
			const shown =
				column.fieldtype === "Percent"
					? `${inventory_midplatform.format_quantity(value)} %`
					: inventory_midplatform.format_quantity(Math.round(value * 10) / 10);
			return inventory_midplatform.row_link(`data-${begins}`, row, shown, __("Show the documents"));
		}
		if (value == null && ["Float", "Percent", "Currency", "Int"].includes(column.fieldtype)) {
			return inventory_midplatform.nothing();
		}
		if (field === "outcome" && value) {
			const good = [__("On Time and in Full"), __("Right")].includes(value);
			return `<span class="indicator-pill ${good ? "green" : "red"}">${inventory_midplatform.escape(
				value
			)}</span>`;
		}
		return inventory_midplatform.stock_cell(value, row, column, data, default_formatter);
	},
};
