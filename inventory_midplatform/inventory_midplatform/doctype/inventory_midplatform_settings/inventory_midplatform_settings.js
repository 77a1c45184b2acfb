frappe.ui.form.on("Inventory Midplatform Settings", {
	setup(frm) {
		frappe.realtime.on("inventory_opening_stock", ({ done, total }) => show_progress(frm, done, total));
		frappe.realtime.on("inventory_back_fill", (at) => show_back_filled(frm, at));
		frappe.realtime.on("inventory_rebuild", (at) => show_rebuilt(frm, at));
		frappe.realtime.on("inventory_kpis", (at) => show_written(frm, at));
	},

	refresh(frm) {
		frm.set_intro(); // a form that is refreshed again keeps it
		if (!frm.doc.ledger_enabled) {
			frm.set_intro(__("Begin with Enable the Ledger, save, then record the opening stock."), "blue");
			return;
		}
		const { is_allowed } = inventory_midplatform;
		// in two menus, for eight buttons do not fit beside each other
		const ledger = (label, press) => frm.add_custom_button(label, press, __("Stock Ledger", null, "Inventory Midplatform Settings"));
		const kpis = (label, press) => frm.add_custom_button(label, press, __("KPIs"));
		if (is_allowed("opening_stock")) ledger(__("Record Opening Stock"), () => opening_stock(frm));
		if (is_allowed("back_fill")) ledger(__("Take the Past from ERPNext"), back_fill);
		if (is_allowed("ledger.verify")) ledger(__("Verify the Ledger"), verify);
		if (is_allowed("rebuild")) ledger(__("Rebuild the Ledger"), rebuild);
		if (frm.doc.replenishment_enabled && is_allowed("replenishment.create_material_requests")) {
			frm.add_custom_button(__("Replenish Low Stock Now"), replenish_low_stock);
		}
		if (frappe.model.can_create("Auto Email Report")) {
			kpis(__("Make a Weekly KPI Mail"), make_weekly_mail);
		}
		if (is_allowed("kpis")) kpis(__("Write the KPIs Now"), write_kpis);
		frm.saved_baseline = baseline(frm);
		if (!frm.saved_baseline && is_allowed("kpi.list")) {
			kpis(__("Choose the Baseline"), () => choose_baseline(frm));
		}
	},

	// a baseline is chosen once: with another one every colour and every trend beside it means something else
	before_save(frm) {
		if (!frm.saved_baseline || frm.saved_baseline === baseline(frm)) return;
		return new Promise((resolve, reject) => {
			frappe.confirm(
				__(
					"KPIs were judged by the baseline {0} so far. With another one, targets and colours change for everybody, of past days too. The change is logged under your name. Change it?",
					[frm.saved_baseline]
				),
				resolve,
				() => {
					frappe.validated = false;
					reject();
				}
			);
		});
	},
});

const baseline = ({ doc }) =>
	[doc.kpi_baseline_from, doc.kpi_baseline_to].filter(Boolean).map(frappe.datetime.str_to_user).join(" – ");

async function choose_baseline(frm) {
	const found = await inventory_midplatform.call("kpi.list", { days: 1 }, { type: "GET" });
	if (!found) return;
	if (!found.offer) return frappe.msgprint(__("Record the opening stock first."));
	await frm.set_value({ kpi_baseline_from: found.offer.first, kpi_baseline_to: found.offer.last });
	frm.scroll_to_field("kpi_baseline_from");
	frappe.show_alert({
		message: __("The 90 days before the ledger was switched on. Change them if you like, then save."),
		indicator: "blue",
	});
}

async function write_kpis() {
	await frappe.xcall("inventory_midplatform.adapters.site.jobs.enqueue_kpis");
	frappe.show_alert({ message: __("Writing the KPIs in the background."), indicator: "blue" });
}

function show_written(frm, { done, total }) {
	const percent = total ? (done / total) * 100 : 100;
	at_work(frm, __("Writing the KPIs"), percent, __("{0} of {1} days", [done, total]));
	if (done >= total) {
		frm.dashboard.hide_progress(__("Writing the KPIs"));
		frappe.show_alert({ message: __("The KPIs are written."), indicator: "green" }, 10);
	}
}

// Opens the mail, switched off, for whoever presses to look at and switch on.
async function make_weekly_mail() {
	const name = await frappe.xcall("inventory_midplatform.adapters.site.mailed_reports.make_weekly");
	frappe.set_route("Form", "Auto Email Report", name);
}

function opening_stock() {
	frappe.confirm(
		__(
			"The stock that ERPNext has in your warehouses will appear in their Unplaced bins. Nothing is posted in ERPNext. It can be run again at any time."
		),
		async () => {
			await frappe.xcall("inventory_midplatform.adapters.site.jobs.enqueue_opening_stock");
			frappe.show_alert({ message: __("Recording opening stock in the background."), indicator: "blue" });
		}
	);
}

function show_progress(frm, done, total) {
	const text = __("{0} of {1} items and warehouses", [done, total]);
	const percent = total ? (done / total) * 100 : 100;
	at_work(frm, __("Recording Opening Stock"), percent, text);
	if (done >= total) {
		frm.dashboard.hide_progress(__("Recording Opening Stock"));
		frappe.show_alert({ message: __("The opening stock is recorded."), indicator: "green" }, 10);
	}
}

function back_fill() {
	frappe.confirm(
		__(
			"The reports of earlier days are computed from ERPNext's stock ledger, one warehouse after another. Nothing is posted in ERPNext. After a stop it goes on where it was."
		),
		async () => {
			await frappe.xcall("inventory_midplatform.adapters.site.history.enqueue_back_fill");
			const message = __("Taking the past from ERPNext in the background.");
			frappe.show_alert({ message, indicator: "blue" });
		}
	);
}

function show_back_filled(frm, { done, total, begins }) {
	const title = __("Taking the Past from ERPNext");
	const percent = total ? (done / total) * 100 : 100;
	at_work(frm, title, percent, __("{0} of {1} items and warehouses", [done, total]));
	if (done >= total) {
		frm.dashboard.hide_progress(title);
		const day = begins ? frappe.datetime.str_to_user(begins) : "–";
		frappe.show_alert({ message: __("The history begins on {0}.", [day]), indicator: "green" }, 10);
		frm.reload_doc();
	}
}

function rebuild() {
	frappe.confirm(
		__(
			"Bins, positions, serial locations and ages are rebuilt from movements, reservations and ERPNext's books. Movements and reservations stay as they are. It can be run again at any time."
		),
		async () => {
			await frappe.xcall("inventory_midplatform.adapters.site.jobs.enqueue_rebuild");
			frappe.show_alert({ message: __("Rebuilding in the background."), indicator: "blue" });
		}
	);
}

function show_rebuilt(frm, { done, total, mended }) {
	const percent = total ? (done / total) * 100 : 100;
	at_work(frm, __("Rebuilding"), percent, __("{0} of {1} items", [done, total]));
	if (done >= total) {
		frm.dashboard.hide_progress(__("Rebuilding"));
		const said = __("Rebuilt. Rows that were wrong: {0}", [mended]);
		frappe.show_alert({ message: said, indicator: mended ? "orange" : "green" }, 10);
	}
}

async function verify() {
	const shown = { type: "GET", freeze: true, freeze_message: __("Verifying…") };
	const found = await inventory_midplatform.call("ledger.verify", {}, shown);
	if (!found) return;
	const checked = Object.entries(found.checked)
		.map(([doctype, count]) => `${__(doctype)}: ${format_number(count, null, 0)}`)
		.join(" · ");
	frappe.msgprint({
		title: found.ok ? __("The Ledger Is Correct") : __("The Ledger Disagrees"),
		indicator: found.ok ? "green" : "red",
		message: `${found.ok ? `<p>${__("Every invariant holds.")}</p>` : findings_table(found.findings)}
			${found.book_discrepancies.length ? book_discrepancies_table(found.book_discrepancies) : ""}
			${found.more ? `<p class="text-muted">${__("And {0} more.", [found.more])}</p>` : ""}
			<p class="text-muted small">${__("Checked")}: ${checked}</p>`,
		wide: true,
	});
}

function book_discrepancies_table(book_discrepancies) {
	return `<p><b>${__("ERPNext's books disagree with each other:")}</b></p>${findings_table(book_discrepancies)}`;
}

function findings_table(findings) {
	const { escape } = inventory_midplatform;
	const rows = findings.map(
		(f) => `<tr>
			<td>${escape(__(f.sentence))}</td>
			<td>${escape(f.item_code)}<br><span class="text-muted">${escape(f.warehouse)}</span></td>
			<td class="text-right">${escape(f.expected)}</td>
			<td class="text-right">${escape(f.found)}</td>
		</tr>`
	);
	return `<div style="overflow-x: auto"><table class="table table-sm">
			<thead><tr>
				<th>${__("Invariant")}</th><th>${__("Item")}</th>
				<th class="text-right text-nowrap">${__("Expected")}</th>
				<th class="text-right text-nowrap">${__("Found")}</th>
			</tr></thead>
			<tbody>${rows.join("")}</tbody>
		</table></div>`;
}

async function replenish_low_stock() {
	const asked = await inventory_midplatform.call("replenishment.create_material_requests", {}, { freeze: true });
	if (!asked) return;
	const link = (name) => frappe.utils.get_form_link("Material Request", name, true);
	const created = asked.created.map(
		(c) =>
			`<li>${link(c.material_request)}: ${__("{0} items for {1}", [c.items.length, c.warehouse])}</li>`
	);
	const failed = asked.failed.map(
		(f) => `<li class="text-danger">${inventory_midplatform.escape(`${f.item_code}: ${f.reason}`)}</li>`
	);
	const nothing = `<p>${__("Nothing is low, or it has been requested already.")}</p>`;
	frappe.msgprint({
		title: __("Low Stock"),
		indicator: failed.length ? "orange" : "green",
		message: created.length || failed.length ? `<ul>${[...created, ...failed].join("")}</ul>` : nothing,
	});
}

// Frappe's bar does not say what runs.
function at_work(frm, title, percent, text) {
	frm.dashboard.show_progress(title, percent, `${title}: ${text}`);
}
