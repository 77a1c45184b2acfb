// Move stock from one bin to another of the same warehouse.

import { is_all_allocated, serial_field, serials_in } from "./block_stock.js";
import { call, escape, format_quantity, is_allowed, operation_dialog, reason_text } from "./helpers.js";

// `where` is a bin ({bin}) or one content of it (a Bin Stock record); `done` is called after the move.
export async function move_stock(where, done) {
	if (where.item_code && is_all_allocated(where)) return;
	const contents = where.item_code ? [where] : await bin_contents(where.bin);
	if (!contents.length) {
		frappe.msgprint({ message: __("This bin is empty."), title: __("Move to Another Bin") });
		return;
	}
	const label = (c) =>
		[c.item_code, c.batch_no, c.stock_status !== "Available" ? __(c.stock_status, null, "Bin Stock") : ""]
			.filter(Boolean)
			.join(" · ") + ` (${format_quantity(c.qty)})`;
	const free = (c) => c.qty - (c.allocated_qty || 0);
	const chosen = () => contents[cint(dialog.get_value("content"))];
	const dialog = operation_dialog({
		title: __("Move to Another Bin"),
		operation: "stock.move",
		fields: [
			{
				fieldname: "content",
				fieldtype: "Select",
				label: __("What to Move"),
				options: contents.map((c, index) => ({ value: String(index), label: label(c) })),
				default: "0",
				reqd: 1,
				onchange: async () => {
					await dialog.set_value("qty", free(chosen()));
					ask_for_serials();
					propose(true);
				},
			},
			{
				fieldname: "qty",
				fieldtype: "Float",
				label: __("Quantity"),
				default: free(contents[0]),
				reqd: 1,
				change: () => propose(),
			},
			{
				fieldname: "to_bin",
				fieldtype: "Link",
				options: "Warehouse Bin",
				label: __("To Bin"),
				reqd: 1,
				only_select: 1,
				get_query: () => ({
					filters: {
						warehouse: chosen().warehouse,
						disabled: 0,
						name: ["!=", chosen().bin],
					},
				}),
			},
			serial_field(false),
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why") },
		],
		primary_action_label: __("Move"),
		args: ({ qty, to_bin, serial_nos, reason }) => {
			const { item_code, warehouse, bin, stock_status, batch_no } = chosen();
			return {
				item_code,
				warehouse,
				from_bin: bin,
				to_bin,
				qty,
				stock_status,
				batch_no: batch_no || "",
				serial_nos: serials_in(serial_nos),
				reason: reason || "",
			};
		},
		done: (moved, { to_bin }) => {
			frappe.show_alert({ message: __("Moved to {0}", [to_bin.bold()]), indicator: "green" });
			const warnings = moved.warnings.map(reason_text);
			if (warnings.length) {
				const message = warnings.map(escape).join("<br>");
				frappe.msgprint({ title: __("Moved, but Look at the Bin"), message, indicator: "orange" });
			}
			done && done();
		},
	});
	const ask_for_serials = async () => {
		const { has_serial_no } = (await frappe.db.get_value("Item", chosen().item_code, "has_serial_no")).message;
		dialog.set_df_property("serial_nos", "hidden", !has_serial_no);
		dialog.set_df_property("serial_nos", "reqd", has_serial_no);
	};
	// `all` of it, unless the user typed a quantity.
	const propose = frappe.utils.debounce(
		(all) => propose_bin(dialog, chosen(), dialog.get_value("qty"), all),
		200
	);
	dialog.show();
	propose(true);
}

// Proposes a bin, with the reason, for stock that is not put away yet. A bin that the user chose or is choosing stays. A
// move goes to one bin: if `all` of it does not fit into the first, the part that fits is proposed, with a note.
async function propose_bin(dialog, content, qty, all) {
	const target = dialog.get_field("to_bin");
	const request = (dialog.last_request = { content, qty });
	const may_propose = () =>
		dialog.is_visible &&
		dialog.last_request === request &&
		!target.$input.is(":focus") &&
		(!target.get_value() || target.get_value() === dialog.proposed);
	target.set_description("");
	if (!(qty > 0) || !may_propose()) return;
	if (!is_allowed("stock.suggest_put_away")) return;
	const { is_unplaced } = (await frappe.db.get_value("Warehouse Bin", content.bin, "is_unplaced")).message;
	if (!cint(is_unplaced)) return;
	const suggested = await call(
		"stock.suggest_put_away",
		{ item_code: content.item_code, warehouse: content.warehouse, qty, batch_no: content.batch_no || "" },
		{ refused: () => {} }
	);
	if (!suggested || !may_propose()) return;
	const { bins } = suggested;
	dialog.proposed = bins.length ? bins[0].bin : "";
	// At once: set_value would ask the server first, and its response would overwrite what is typed meanwhile.
	target.set_input(dialog.proposed);
	const quantity = dialog.get_field("qty");
	const fits = all && bins.length && bins[0].qty < qty && !quantity.$input.is(":focus");
	if (fits) quantity.set_input(bins[0].qty);
	const lines = put_away_lines(suggested, fits);
	target.set_description(lines.map(escape).join("<br>"));
}

const MOST_BINS = 3;

function put_away_lines({ bins, qty, why_rest }, only_first) {
	const number = format_quantity;
	const lines = bins
		.slice(0, MOST_BINS)
		.map((p) => `${p.bin_code} × ${number(p.qty)}: ${reason_text(p.reason)}`);
	if (only_first) {
		lines.unshift(__("{0} of {1} fits into the first bin. Move the rest after it.", [number(bins[0].qty), number(qty)]));
	}
	if (bins.length > MOST_BINS) lines.push(__("And {0} more bins.", [bins.length - MOST_BINS]));
	if (why_rest) lines.push(reason_text(why_rest));
	return lines;
}

// Returns what a bin holds of our own stock.
export function bin_contents(bin) {
	return frappe.db.get_list("Bin Stock", {
		filters: { bin, stock_owner: "", qty: [">", 0] },
		fields: ["name", "item_code", "warehouse", "bin", "batch_no", "stock_status", "qty", "allocated_qty"],
		order_by: "item_code",
		limit: 200,
	});
}
