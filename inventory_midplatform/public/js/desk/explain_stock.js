// "Why this much is available": the numbers of one item in one warehouse, and the records behind them.

import { bin_label, call, dialog_at_once, escape, format_quantity, is_allowed, link_to } from "./helpers.js";

export async function explain_stock(item_code, warehouse) {
	if (!item_code || !warehouse) {
		frappe.show_alert({ message: __("Choose an item and a warehouse first."), indicator: "orange" });
		return;
	}
	const position = { item_code, warehouse };
	const stock = await call("stock.explain", position, { type: "GET", freeze: true });
	if (stock) new StockExplanation(stock).show();
}

class StockExplanation {
	constructor(stock) {
		this.stock = stock;
	}

	show() {
		this.dialog = dialog_at_once({
			title: __("Why This Much Is Available"),
			size: "large",
			fields: [{ fieldtype: "HTML", fieldname: "explanation" }],
			...(frappe.model.can_read("Stock Movement") && {
				secondary_action_label: __("Movements"),
				secondary_action: () => this.go_to_movements(),
			}),
		});
		this.dialog.fields_dict.explanation.$wrapper.html(this.html());
		this.dialog.$wrapper.on("click", "a[href]", () => this.dialog.hide());
		this.dialog.show();
		if (is_allowed("stock.available_to_promise")) this.show_promise_control();
	}

	show_promise_control() {
		const $promise = this.dialog.$wrapper.find(".promise");
		const control = frappe.ui.form.make_control({
			parent: $promise.find(".by-date"),
			df: {
				fieldtype: "Date",
				fieldname: "by_date",
				label: __("By"),
				change: () => this.show_promise($promise.find(".promise-by-date"), control.get_value()),
			},
			render_input: true,
		});
		control.set_value(frappe.datetime.get_today());
	}

	async show_promise($target, by_date) {
		if (!by_date) return;
		const { item_code, warehouse } = this.stock;
		const args = { item_code, warehouse, by_date };
		const promise = await call("stock.available_to_promise", args, { type: "GET" });
		if (promise) $target.html(this.promise(promise));
	}

	promise({ promised, available, projection, undated, more }) {
		const date = (value) => escape(frappe.datetime.str_to_user(value));
		const document = (e) => `${escape(__(e.document_type))}
			${e.document ? link_to(e.document_type, e.document, e.document) : ""}`;
		const waits = (e) => `${escape(__(e.document_type))} ${escape(e.document)}
			<span class="small text-muted">${__("waits")}</span>`;
		const steps = projection.map(
			(step) => `<tr>
				<td>${date(step.date)}</td>
				<td>${step.waits ? waits(step) : document(step)}</td>
				<td class="quantity">${step.qty > 0 ? "+" : ""}${format_quantity(step.qty)}</td>
				<td class="quantity ${step.balance < 0 ? "text-danger" : ""}">${format_quantity(step.balance)}</td>
			</tr>`
		);
		const without = undated.map(
			(e) => `${format_quantity(e.qty)} ${document(e)}${e.due ? ` (${date(e.due)})` : ""}`
		);
		return `<p><span class="indicator-pill ${promised > 0 ? "green" : "orange"}">
				${__("{0} can be promised", [format_quantity(promised)])}</span></p>
			${this.table(
				__("From {0} Available Now", [format_quantity(available)]),
				[__("Date"), __("Document"), __("Quantity"), __("Balance")],
				steps,
				__("No dated supply or demand.")
			)}
			${without.length ? `<p class="text-muted small">${__("Not counted, without a day to come")}: ${without.join(", ")}</p>` : ""}
			${more ? `<p class="text-muted small">${__("And {0} more.", [more])}</p>` : ""}`;
	}

	go_to_movements() {
		this.dialog.hide();
		frappe.set_route("List", "Stock Movement", {
			item_code: this.stock.item_code,
			warehouse: this.stock.warehouse,
		});
	}

	html() {
		return `<style>${STYLE}</style>
			<div class="stock-explanation">
				${this.heading()}${this.sum()}${this.waiting()}${this.bins()}${this.reservations()}
				<div class="promise">
					<h6>${__("Promise by Date")}</h6>
					<div class="by-date"></div>
					<div class="promise-by-date"></div>
				</div>
			</div>`;
	}

	heading() {
		const { item_code, item_name, warehouse } = this.stock;
		const name = item_name && item_name !== item_code ? ` · ${escape(item_name)}` : "";
		return `<p class="text-muted">
			<b>${escape(item_code)}</b>${name} · ${escape(warehouse)}
		</p>`;
	}

	sum() {
		const { on_hand, on_hold, reserved, available } = this.stock;
		const part = (sign, label, value, style = "") =>
			`${sign ? `<span class="sign">${sign}</span>` : ""}
			<div class="part ${style}">
				<div class="number">${format_quantity(value)}</div>
				<div class="small">${label}</div>
			</div>`;
		return `<div class="sum">
			${part("", __("On Hand"), on_hand)}
			${part("−", __("On Hold", null, "Stock Position"), on_hold)}
			${part("−", __("Reserved"), reserved)}
			${part("=", __("Available"), available, this.result_style(available))}
			<span class="unit text-muted">${escape(__(this.stock.stock_uom))}</span>
		</div>`;
	}

	result_style(available) {
		if (available > 0) return "result";
		return available < 0 ? "result below" : "result none";
	}

	waiting() {
		const notes = [];
		if (this.stock.waiting > 0) {
			notes.push([__("{0} more waiting", [format_quantity(this.stock.waiting)]), "orange"]);
		}
		if (this.stock.in_transit > 0) {
			notes.push([__("{0} in transit", [format_quantity(this.stock.in_transit)]), "blue"]);
		}
		if (this.stock.on_order > 0) {
			notes.push([__("{0} on order", [format_quantity(this.stock.on_order)]), "blue"]);
		}
		const pills = notes.map(([text, colour]) => `<span class="indicator-pill ${colour}">${text}</span>`);
		return pills.length ? `<p class="notes">${pills.join(" ")}</p>` : "";
	}

	bins() {
		const rows = this.stock.bins.map(
			(bin) => `<tr>
				<td>${link_to("Warehouse Bin", bin.bin, bin_label(bin.bin_code))}
					${bin.batch_no ? `<span class="text-muted small">${escape(bin.batch_no)}</span>` : ""}</td>
				<td class="text-muted">${escape(bin.zone || "")}</td>
				<td>${this.status(bin.stock_status)}</td>
				<td class="quantity">${format_quantity(bin.qty)}</td>
			</tr>`
		);
		const empty = __("Nothing is here.");
		const heads = [__("Bin", null, "Warehouse Bin"), __("Zone"), __("Status"), __("Quantity")];
		const more = this.stock.more_bins
			? `<p class="text-muted small">${__("And {0} more bins.", [this.stock.more_bins])}</p>`
			: "";
		return this.table(__("Where It Is"), heads, rows, empty) + more;
	}

	reservations() {
		const rows = this.stock.reservations.map(
			(r) => `<tr>
				<td>${this.owner(r)}</td>
				<td class="quantity">${format_quantity(r.reserved_qty)}</td>
				<td class="quantity ${r.waiting_qty ? "text-danger" : "text-muted"}">${format_quantity(r.waiting_qty)}</td>
			</tr>`
		);
		const heads = [__("For Whom"), __("Reserved"), __("Waiting")];
		const more = this.stock.more_reservations
			? `<p class="text-muted small">${__("And {0} more reservations.", [this.stock.more_reservations])}</p>`
			: "";
		const empty = __("Nothing is reserved.");
		return this.table(__("For Whom It Is Reserved"), heads, rows, empty) + more;
	}

	owner(r) {
		const demand = r.demand_name
			? `<span class="small text-muted">${escape(__(r.demand_type))}</span>
				${link_to(r.demand_type, r.demand_name, r.demand_name)}`
			: "";
		const facts = [escape(frappe.user.full_name(r.owner)), ...this.terms(r)];
		facts.push(link_to("Inventory Reservation", r.name, __("Reservation")));
		return `${demand}<div class="small text-muted">${facts.join(" · ")}</div>`;
	}

	terms(r) {
		const terms = [];
		if (r.priority) terms.push(__("Priority {0}", [r.priority]));
		if (r.expires_at) terms.push(__("until {0}", [frappe.datetime.str_to_user(r.expires_at)]));
		return terms.map((term) => escape(term));
	}

	status(status) {
		const colour = { Available: "green", Quality: "yellow", Damaged: "red", Blocked: "gray" }[status];
		return `<span class="indicator-pill ${colour || "gray"}">${escape(__(status, null, "Bin Stock"))}</span>`;
	}

	table(title, heads, rows, empty) {
		const first_number = heads.findIndex((head) => [__("Quantity"), __("Reserved")].includes(head));
		const cells = heads.map(
			(head, i) => `<th class="${i >= first_number ? "quantity" : ""}">${head}</th>`
		);
		const body = rows.length
			? `<div class="scroll"><table class="table table-sm">
					<thead><tr class="text-muted small">${cells.join("")}</tr></thead>
					<tbody>${rows.join("")}</tbody>
				</table></div>`
			: `<p class="text-muted">${empty}</p>`;
		return `<h6>${title}</h6>${body}`;
	}
}

const STYLE = `
	.stock-explanation h6 {
		margin: var(--margin-lg) 0 var(--margin-sm); font-size: var(--text-md); font-weight: 600;
	}
	.stock-explanation th { font-weight: normal; }
	.stock-explanation .sum { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
	.stock-explanation .part {
		flex: 1 1 64px; padding: 10px 8px; text-align: center;
		background: var(--subtle-fg); border-radius: var(--border-radius-md);
	}
	.stock-explanation .number { font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; }
	.stock-explanation .sign { font-size: 18px; color: var(--text-muted); }
	.stock-explanation .result { background: var(--bg-green); color: var(--text-on-green); }
	.stock-explanation .result.below { background: var(--bg-red); color: var(--text-on-red); }
	.stock-explanation .result.none { background: var(--bg-orange); color: var(--text-on-orange); }
	.stock-explanation .notes { margin-top: var(--margin-md); }
	.stock-explanation .by-date { max-width: 180px; }
	.stock-explanation .scroll { overflow-x: auto; }
	.stock-explanation .table { margin: 0; }
	.stock-explanation .quantity { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
	@media (max-width: 576px) {
		.stock-explanation .number { font-size: 16px; }
		.stock-explanation .part { padding: 8px 4px; flex-basis: 48px; }
		.stock-explanation .sum { gap: 4px; }
	}
`;
