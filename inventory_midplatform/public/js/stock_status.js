// Put what lies in a bin on hold, or take it off hold again.

frappe.provide("inventory_midplatform");

const ON_HOLD = ["Quality", "Damaged", "Blocked"];

// `content` is a Bin Stock record; `done` is called afterwards.
inventory_midplatform.change_stock_status = async function (content, done) {
	await frappe.require("/assets/inventory_midplatform/js/operations.js");
	if (inventory_midplatform.all_pinned(content)) return;
	const releases = content.stock_status !== "Available";
	const title = releases ? __("Release from Hold", null, "Stock Operation Log") : __("Put on Hold");
	const { message: item } = await frappe.db.get_value("Item", content.item_code, "has_serial_no");
	const dialog = inventory_midplatform.operation_dialog({
		title,
		operation: releases ? "stock.release_hold" : "stock.hold",
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
				default: releases ? content.stock_status : ON_HOLD[0],
				read_only: releases,
				reqd: 1,
			},
			inventory_midplatform.serial_field(item.has_serial_no),
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why"), reqd: !releases },
		],
		primary_action_label: title,
		args: ({ qty, stock_status, serial_nos, reason }) => ({
			item_code: content.item_code,
			warehouse: content.warehouse,
			bin: content.bin,
			batch_no: content.batch_no || "",
			qty,
			stock_status,
			serial_nos: inventory_midplatform.serials_in(serial_nos),
			reason: reason || "",
		}),
		done: () => {
			frappe.show_alert({ message: title, indicator: "green" });
			done && done();
		},
	});
	dialog.show();
};

// What is pinned to a bin for a reservation leaves it for that one only; says so where nothing else lies there.
inventory_midplatform.all_pinned = (content) => {
	const pinned = content.allocated_qty > 0 && content.qty - content.allocated_qty <= 0;
	if (pinned) {
		frappe.msgprint(__("All of it is pinned to bins for reservations. Take it off their bins first."));
	}
	return pinned;
};

// Serial numbers are scanned or pasted, one a line.
inventory_midplatform.serial_field = (has_serials) => ({
	fieldname: "serial_nos",
	fieldtype: "Small Text",
	label: __("Serial Numbers"),
	description: __("One a line, as many as the quantity."),
	hidden: !has_serials,
	reqd: has_serials,
});

inventory_midplatform.serials_in = (text) =>
	(text || "")
		.split(/[\s,;]+/)
		.map((serial) => serial.trim())
		.filter(Boolean);
