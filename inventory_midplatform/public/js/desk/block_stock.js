// Block stock in a bin, or unblock it.

import { operation_dialog } from "./helpers.js";

const ON_HOLD = ["Quality", "Damaged", "Blocked"];

// `content` is a Bin Stock record; `done` is called afterwards.
export async function change_stock_status(content, done) {
	if (is_all_allocated(content)) return;
	const is_unblocking = content.stock_status !== "Available";
	const title = is_unblocking ? __("Unblock", null, "Stock Operation Log") : __("Block Stock");
	const { message: item } = await frappe.db.get_value("Item", content.item_code, "has_serial_no");
	const dialog = operation_dialog({
		title,
		operation: is_unblocking ? "stock.unblock" : "stock.block",
		fields: [
			{
				fieldname: "qty",
				fieldtype: "Float",
				label: __("Quantity"),
				default: content.qty - (content.allocated_qty || 0),
				reqd: 1,
			},
			{
				fieldname: "stock_status",
				fieldtype: "Select",
				label: __("Stock Status", null, "Bin Stock"),
				options: ON_HOLD.map((value) => ({ value, label: __(value, null, "Bin Stock") })),
				default: is_unblocking ? content.stock_status : ON_HOLD[0],
				read_only: is_unblocking,
				reqd: 1,
			},
			serial_field(item.has_serial_no),
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why"), reqd: !is_unblocking },
		],
		primary_action_label: title,
		args: ({ qty, stock_status, serial_nos, reason }) => ({
			item_code: content.item_code,
			warehouse: content.warehouse,
			bin: content.bin,
			batch_no: content.batch_no || "",
			qty,
			stock_status,
			serial_nos: serials_in(serial_nos),
			reason: reason || "",
		}),
		done: () => {
			frappe.show_alert({ message: title, indicator: "green" });
			done && done();
		},
	});
	dialog.show();
}

// Returns whether all of a bin's content is allocated, and tells the user: it leaves the bin for its reservations only.
export function is_all_allocated(content) {
	const allocated = content.allocated_qty > 0 && content.qty - content.allocated_qty <= 0;
	if (allocated) {
		frappe.msgprint(__("All of it is allocated to reservations. Deallocate it first."));
	}
	return allocated;
}

// Serial numbers are scanned or pasted, one a line.
export const serial_field = (has_serials) => ({
	fieldname: "serial_nos",
	fieldtype: "Small Text",
	label: __("Serial Numbers"),
	description: __("One a line, as many as the quantity."),
	hidden: !has_serials,
	reqd: has_serials,
});

export const serials_in = (text) =>
	(text || "")
		.split(/[\s,;]+/)
		.map((serial) => serial.trim())
		.filter(Boolean);
