// "Where to pick": from which bins a quantity of one item is best taken, each with its reason. Nothing is changed.

frappe.provide("inventory_midplatform");

// `position` is a Stock Position record.
inventory_midplatform.where_to_pick = async function (position) {
	await frappe.require([
		"/assets/inventory_midplatform/js/move_stock.js",
		"/assets/inventory_midplatform/js/operations.js",
	]);
	const { item_code, warehouse, on_hand, on_hold, reserved } = position;
	const in_good_order = flt(on_hand - on_hold, 9);
	const available = flt(in_good_order - reserved, 9);
	const { message: item } = await frappe.db.get_value("Item", item_code, "has_batch_no");
	const dialog = new frappe.ui.Dialog({
		title: __("Where to Pick"),
		size: "large",
		fields: [
			{
				fieldname: "qty",
				fieldtype: "Float",
				label: __("Quantity"),
				default: available > 0 ? available : in_good_order,
				change: () => suggest(),
			},
			{ fieldname: "column_break_1", fieldtype: "Column Break" },
			{
				fieldname: "batch_no",
				fieldtype: "Link",
				options: "Batch",
				label: __("Batch"),
				hidden: !item.has_batch_no,
				only_select: 1,
				get_query: () => ({ filters: { item: item_code } }),
				change: () => suggest(),
			},
			{ fieldname: "section_break_1", fieldtype: "Section Break" },
			{ fieldname: "bins", fieldtype: "HTML" },
		],
	});
	const show = (html) => dialog.fields_dict.bins.$wrapper.html(html);
	const suggest = frappe.utils.debounce(async () => {
		const { qty, batch_no } = dialog.get_values(true);
		const asked = (dialog.asked = {});
		const show_latest = (html) => dialog.asked === asked && show(html);
		const answer = await inventory_midplatform.call(
			"stock.suggest_removal",
			{ item_code, warehouse, qty: qty ?? 0, batch_no: batch_no || "" },
			{ refused: (error) => show_latest(inventory_midplatform.why_refused(error)) }
		);
		if (answer) show_latest(inventory_midplatform.bins_to_pick(answer));
	}, 200);
	dialog.$wrapper.on("click", "a[href]", () => dialog.hide());
	dialog.show();
	suggest();
};

inventory_midplatform.why_refused = ({ message }) =>
	`<p class="text-danger">${frappe.utils.escape_html(message)}</p>`;

inventory_midplatform.bins_to_pick = function ({ strategy, bins, expired, rest, why_rest }) {
	const text = (value) => frappe.utils.escape_html(String(value ?? ""));
	const bin = (part) => {
		const code = part.bin_code === "UNPLACED" ? __("Unplaced") : part.bin_code;
		const link = `<a href="${frappe.utils.get_form_link("Warehouse Bin", part.bin)}">${text(code)}</a>`;
		const besides = [part.zone, part.batch_no].filter(Boolean).map(text).join(" · ");
		return `${link} <span class="text-muted small">${besides}</span>`;
	};
	const row = (part) => `<tr>
		<td>${bin(part)}</td>
		<td class="text-right">${inventory_midplatform.format_quantity(part.qty)}</td>
		<td class="text-muted">${text(inventory_midplatform.reason_text(part.reason))}</td>
	</tr>`;
	const table = (parts) => `<table class="table table-sm">
		<thead><tr class="text-muted small">
			<th>${__("Bin", null, "Warehouse Bin")}</th>
			<th class="text-right">${__("Quantity")}</th>
			<th>${__("Why")}</th>
		</tr></thead>
		<tbody>${parts.map(row).join("")}</tbody>
	</table>`;
	const missing = rest
		? `<p class="text-danger">${text(inventory_midplatform.reason_text(why_rest))}</p>`
		: "";
	const not_suggested = expired.length ? `<p><b>${__("Lies Here Too, and Has Expired")}</b></p>${table(expired)}` : "";
	const by = `<p class="text-muted small">${__("Removal Strategy")}: ${text(__(strategy, null, "Storage Policy"))}</p>`;
	return `${bins.length ? table(bins) + by : ""}${missing}${not_suggested}`;
};
