// "Where to pick": from which bins a quantity of one item is best taken, each with its reason. Nothing is changed.

import { bin_label, call, dialog_at_once, escape, format_quantity, link_to, reason_text } from "./helpers.js";

// `position` is a Stock Position record.
export async function where_to_pick(position) {
	const { item_code, warehouse } = position;
	const { message: item } = await frappe.db.get_value("Item", item_code, "has_batch_no");
	const dialog = dialog_at_once({
		title: __("Where to Pick"),
		size: "large",
		fields: [
			{
				fieldname: "qty",
				fieldtype: "Float",
				label: __("Quantity"),
				description: __("How much is picked: only the bins that are needed for it are listed."),
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
		const request = (dialog.last_request = {});
		const show_latest = (html) => dialog.last_request === request && show(html);
		if (!qty && !dialog.get_field("qty").$input.val()) return show("");
		const suggestion = await call(
			"stock.suggest_removal",
			{ item_code, warehouse, qty: qty ?? 0, batch_no: batch_no || "" },
			{ refused: (error) => show_latest(why_refused(error)) }
		);
		if (suggestion) show_latest(bins_to_pick(suggestion));
	}, 200);
	dialog.$wrapper.on("click", "a[href]", () => dialog.hide());
	dialog.show();
}

const why_refused = ({ message }) => `<p class="text-danger">${escape(message)}</p>`;

function bins_to_pick({ strategy, bins, unusable, rest, why_rest }) {
	const bin = (part) => {
		const link = link_to("Warehouse Bin", part.bin, bin_label(part.bin_code));
		const besides = [part.zone, part.batch_no].filter(Boolean).map(escape).join(" · ");
		return `${link} <span class="text-muted small">${besides}</span>`;
	};
	const row = (part) => `<tr>
		<td>${bin(part)}</td>
		<td class="text-right">${format_quantity(part.qty)}</td>
		<td class="text-muted">${escape(reason_text(part.reason))}</td>
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
		? `<p class="text-danger">${escape(reason_text(why_rest))}</p>`
		: "";
	const not_suggested = unusable.length
		? `<p><b>${__("Also Here, but Not to Be Picked")}</b></p>${table(unusable)}`
		: "";
	const by = `<p class="text-muted small">${__("Removal Strategy")}: ${escape(__(strategy, null, "Storage Policy"))}</p>`;
	return `${bins.length ? table(bins) + by : ""}${missing}${not_suggested}`;
}
