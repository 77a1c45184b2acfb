// Move stock from one bin to another of the same warehouse.

frappe.provide("inventory_midplatform");

// `where` is a bin ({bin}) or one content of it (a Bin Stock record); `done` is called after the move.
inventory_midplatform.move_stock = async function (where, done) {
	await frappe.require("/assets/inventory_midplatform/js/stock_status.js");
	if (where.item_code && inventory_midplatform.all_pinned(where)) return;
	const contents = where.item_code ? [where] : await inventory_midplatform.bin_contents(where.bin);
	if (!contents.length) {
		frappe.msgprint({ message: __("Nothing lies in this bin."), title: __("Move to Another Bin") });
		return;
	}
	const label = (c) =>
		[c.item_code, c.batch_no, c.stock_status !== "Available" ? __(c.stock_status, null, "Bin Stock") : ""]
			.filter(Boolean)
			.join(" · ") + ` (${c.qty})`;
	const free = (c) => c.qty - (c.allocated_qty || 0);
	const chosen = () => contents[cint(dialog.get_value("content"))];
	const dialog = new frappe.ui.Dialog({
		title: __("Move to Another Bin"),
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
					propose();
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
			inventory_midplatform.serial_field(false),
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Why") },
		],
		primary_action_label: __("Move"),
		primary_action: async ({ qty, to_bin, serial_nos, reason }) => {
			const { item_code, warehouse, bin, stock_status, batch_no } = chosen();
			const moved = await frappe.xcall("inventory_midplatform.api.v1.stock.move", {
				item_code,
				warehouse,
				from_bin: bin,
				to_bin,
				qty,
				stock_status,
				batch_no: batch_no || "",
				serial_nos: inventory_midplatform.serials_in(serial_nos),
				reason: reason || "",
			});
			if (!moved) return;
			dialog.hide();
			frappe.show_alert({ message: __("Moved to {0}", [to_bin.bold()]), indicator: "green" });
			const warnings = moved.warnings.map(inventory_midplatform.reason_text);
			if (warnings.length) {
				const message = warnings.map((w) => frappe.utils.escape_html(w)).join("<br>");
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
	const propose = frappe.utils.debounce(
		() => inventory_midplatform.propose_bin(dialog, chosen(), dialog.get_value("qty")),
		200
	);
	dialog.show();
	propose();
};

// What has not been put away yet is proposed a bin with the reason; a bin that somebody chose or is choosing stays.
inventory_midplatform.propose_bin = async function (dialog, content, qty) {
	const target = dialog.get_field("to_bin");
	const asked = (dialog.asked = { content, qty });
	const may_propose = () =>
		dialog.is_visible &&
		dialog.asked === asked &&
		!target.$input.is(":focus") &&
		(!target.get_value() || target.get_value() === dialog.proposed);
	target.set_description("");
	if (!(qty > 0) || !may_propose()) return;
	if (!frappe.boot.inventory_operations.includes("stock.suggest_put_away")) return;
	const { is_unplaced } = (await frappe.db.get_value("Warehouse Bin", content.bin, "is_unplaced")).message;
	if (!cint(is_unplaced)) return;
	const { bins, why_rest } = await frappe.xcall("inventory_midplatform.api.v1.stock.suggest_put_away", {
		item_code: content.item_code,
		warehouse: content.warehouse,
		qty,
		batch_no: content.batch_no || "",
	});
	if (!may_propose()) return;
	dialog.proposed = bins.length ? bins[0].bin : "";
	// At once: set_value would ask the server first, and the answer would overwrite what is being typed meanwhile.
	target.set_input(dialog.proposed);
	const lines = bins.map(
		(part) => `${part.bin_code} × ${part.qty}: ${inventory_midplatform.reason_text(part.reason)}`
	);
	if (why_rest) lines.push(inventory_midplatform.reason_text(why_rest));
	target.set_description(lines.map((line) => frappe.utils.escape_html(line)).join("<br>"));
};

// A reason as the API answers it ({template, values}), in the user's language.
inventory_midplatform.reason_text = ({ template, values }) =>
	__(template).replace(/{(\w+)}/g, (placeholder, name) =>
		name === "strategy" ? __(values[name]) : values[name] ?? placeholder
	);

inventory_midplatform.bin_contents = function (bin) {
	return frappe.db.get_list("Bin Stock", {
		filters: { bin, stock_owner: "", qty: [">", 0] },
		fields: ["name", "item_code", "warehouse", "bin", "batch_no", "stock_status", "qty", "allocated_qty"],
		order_by: "item_code",
		limit: 200,
	});
};
