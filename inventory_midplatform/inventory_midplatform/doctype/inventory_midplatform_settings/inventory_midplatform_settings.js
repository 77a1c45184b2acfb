const OPERATIONS = "/assets/inventory_midplatform/js/operations.js";

frappe.ui.form.on("Inventory Midplatform Settings", {
	setup(frm) {
		frappe.realtime.on("inventory_take_in", ({ done, total }) => show_progress(frm, done, total));
		frappe.realtime.on("inventory_rebuild", (at) => show_rebuilt(frm, at));
	},

	refresh(frm) {
		frm.set_intro(); // a form that is refreshed again keeps it
		if (!frm.doc.ledger_enabled) {
			frm.set_intro(__("Begin with Keep the Ledger, save, then take in the stock you have."), "blue");
			return;
		}
		const may = (operation) => frappe.boot.inventory_operations.includes(operation);
		if (may("take_in")) frm.add_custom_button(__("Take In Existing Stock"), () => take_in(frm));
		if (may("ledger.verify")) frm.add_custom_button(__("Verify the Ledger"), verify);
		if (may("rebuild")) frm.add_custom_button(__("Rebuild the Ledger"), rebuild);
		if (frm.doc.replenishment_enabled && may("replenishment.create_material_requests")) {
			frm.add_custom_button(__("Ask for Low Stock Now"), ask_for_low_stock);
		}
	},
});

function take_in() {
	frappe.confirm(
		__(
			"What ERPNext says lies in your warehouses will appear in their Unplaced bins. Nothing is posted in ERPNext. It can be run again at any time."
		),
		async () => {
			await frappe.xcall("inventory_midplatform.adapters.site.jobs.enqueue_take_in");
			frappe.show_alert({ message: __("Taking in stock in the background."), indicator: "blue" });
		}
	);
}

function show_progress(frm, done, total) {
	const text = __("{0} of {1} items and warehouses", [done, total]);
	const percent = total ? (done / total) * 100 : 100;
	frm.dashboard.show_progress(__("Taking In Stock"), percent, text);
	if (done >= total) {
		frm.dashboard.hide_progress(__("Taking In Stock"));
		frappe.show_alert({ message: __("The stock you have is taken in."), indicator: "green" }, 10);
	}
}

function rebuild() {
	frappe.confirm(
		__(
			"Bins, positions, serial locations and ages are made anew from movements, reservations and ERPNext's books. Movements and reservations stay as they are. It can be run again at any time."
		),
		async () => {
			await frappe.xcall("inventory_midplatform.adapters.site.jobs.enqueue_rebuild");
			frappe.show_alert({ message: __("Rebuilding in the background."), indicator: "blue" });
		}
	);
}

function show_rebuilt(frm, { done, total, mended }) {
	const percent = total ? (done / total) * 100 : 100;
	frm.dashboard.show_progress(__("Rebuilding"), percent, __("{0} of {1} items", [done, total]));
	if (done >= total) {
		frm.dashboard.hide_progress(__("Rebuilding"));
		const said = __("Rebuilt. Rows that were wrong: {0}", [mended]);
		frappe.show_alert({ message: said, indicator: mended ? "orange" : "green" }, 10);
	}
}

async function verify() {
	await frappe.require(OPERATIONS);
	const shown = { type: "GET", freeze: true, freeze_message: __("Verifying…") };
	const found = await inventory_midplatform.call("ledger.verify", {}, shown);
	if (!found) return;
	const checked = Object.entries(found.checked)
		.map(([doctype, count]) => `${__(doctype)}: ${format_number(count, null, 0)}`)
		.join(" · ");
	frappe.msgprint({
		title: found.ok ? __("The Ledger Is True") : __("The Ledger Disagrees"),
		indicator: found.ok ? "green" : "red",
		message: `${found.ok ? `<p>${__("Every law holds.")}</p>` : findings_table(found.findings)}
			${found.contradictions.length ? contradictions_table(found.contradictions) : ""}
			${found.more ? `<p class="text-muted">${__("And {0} more.", [found.more])}</p>` : ""}
			<p class="text-muted small">${__("Checked")}: ${checked}</p>`,
		wide: true,
	});
}

function contradictions_table(contradictions) {
	return `<p><b>${__("ERPNext's books contradict themselves:")}</b></p>${findings_table(contradictions)}`;
}

function findings_table(findings) {
	const text = (value) => frappe.utils.escape_html(String(value ?? ""));
	const rows = findings.map(
		(f) => `<tr>
			<td>${text(__(f.sentence))}</td>
			<td>${text(f.item_code)}<br><span class="text-muted">${text(f.warehouse)}</span></td>
			<td class="text-right">${text(f.expected)}</td>
			<td class="text-right">${text(f.found)}</td>
		</tr>`
	);
	return `<div style="overflow-x: auto"><table class="table table-sm">
			<thead><tr>
				<th>${__("Law")}</th><th>${__("Item")}</th>
				<th class="text-right text-nowrap">${__("Expected")}</th>
				<th class="text-right text-nowrap">${__("Found")}</th>
			</tr></thead>
			<tbody>${rows.join("")}</tbody>
		</table></div>`;
}

async function ask_for_low_stock() {
	await frappe.require(OPERATIONS);
	const asked = await inventory_midplatform.call("replenishment.create_material_requests", {}, { freeze: true });
	if (!asked) return;
	const link = (name) => frappe.utils.get_form_link("Material Request", name, true);
	const created = asked.created.map(
		(c) =>
			`<li>${link(c.material_request)}: ${__("{0} items for {1}", [c.items.length, c.warehouse])}</li>`
	);
	const failed = asked.failed.map(
		(f) => `<li class="text-danger">${frappe.utils.escape_html(`${f.item_code}: ${f.reason}`)}</li>`
	);
	const nothing = `<p>${__("Nothing is low, or it has been asked for already.")}</p>`;
	frappe.msgprint({
		title: __("Low Stock"),
		indicator: failed.length ? "orange" : "green",
		message: created.length || failed.length ? `<ul>${[...created, ...failed].join("")}</ul>` : nothing,
	});
}
