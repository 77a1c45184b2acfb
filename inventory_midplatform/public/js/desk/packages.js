// The packages on the form of an Outbound Order: what is in each, and the buttons that make and undo one.

import { done, section_on_top, take_step } from "./flow_form.js";
import { escape, format_quantity, is_allowed, link_to, operation_dialog } from "./helpers.js";

const ORDER = "Outbound Order";

// Shows the packages of `packing`, as pack.get returns it, with buttons for its `package_steps`.
export function show_packages(frm, packing) {
	const { packages, package_steps } = packing;
	const next = package_steps.map(({ step }) => step);
	const may_pack = next.includes("pack") && is_allowed("pack.pack");
	const may_unpack = next.includes("unpack") && is_allowed("pack.unpack");
	if (!packages.length && !may_pack) return;
	const $content = $(`<div class="outbound-packages"></div>`);
	if (packages.length) $content.append(packages_table(packing, may_unpack));
	if (may_pack) {
		$(`<button class="btn btn-sm btn-default" data-step="pack">${__("Pack", null, "Outbound Order")}</button>`)
			.on("click", () => pack(frm, packing))
			.appendTo($content);
	}
	const key = frappe.utils.get_random(20);
	$content.on("click", "[data-package]", ({ currentTarget }) => {
		const name = currentTarget.dataset.package;
		take_step(frm, "pack.unpack", `${key}-${name}`, { package: name });
	});
	section_on_top(frm, $content, __("Packages"));
}

function packages_table({ packages, lines }, may_unpack) {
	const names = Object.fromEntries(lines.map((l) => [l.line, l.item_name]));
	const content = ({ line, item_code, qty, stock_uom }) =>
		`<div title="${escape(names[line] || "")}">${link_to("Item", item_code)} × ${format_quantity(qty)}
			<span class="text-muted small">${escape(__(stock_uom))}</span></div>`;
	const weight = (p) => (p.weight ? `${format_quantity(p.weight)} kg` : "");
	const row = (p) => `<tr>
		<td class="code">${link_to("Outbound Package", p.name, p.package_no)}</td>
		<td class="item">${p.lines.map(content).join("")}
			<div class="narrow text-muted small">${[weight(p), p.tracking_no].filter(Boolean).map(escape).join(" · ")}</div>
		</td>
		<td class="quantity wide">${weight(p)}</td>
		<td class="item wide">${escape(p.tracking_no)}<div class="text-muted small">${escape(p.carrier)}</div></td>
		<td class="steps">${
			may_unpack
				? `<button class="btn btn-xs btn-default" data-package="${escape(p.name)}">${__("Unpack", null, "Outbound Order")}</button>`
				: ""
		}</td>
	</tr>`;
	return `<table class="table table-sm flow-table">
		<thead><tr class="text-muted small">
			<th>${__("Package", null, "Outbound Package")}</th>
			<th>${__("Content", null, "Outbound Package")}</th>
			<th class="quantity wide">${__("Weight")}</th>
			<th class="wide">${__("Tracking Number")}</th>
			<th></th>
		</tr></thead>
		<tbody>${packages.map(row).join("")}</tbody>
	</table>`;
}

function pack(frm, { lines }) {
	const left = lines.filter((l) => l.unpacked_qty > 0);
	operation_dialog({
		title: __("Pack", null, ORDER),
		operation: "pack.pack",
		primary_action_label: __("Pack", null, ORDER),
		fields: [
			...left.map((l, index) => ({
				fieldname: `line_${index}`,
				fieldtype: "Float",
				label: l.item_name === l.item_code ? l.item_code : `${l.item_code} · ${l.item_name}`,
				description: __("{0} in no package yet", [`${format_quantity(l.unpacked_qty)} ${__(l.stock_uom)}`]),
				default: l.unpacked_qty,
			})),
			{ fieldname: "section_break_parcel", fieldtype: "Section Break" },
			{ fieldname: "weight", fieldtype: "Float", label: __("Weight (kg)"), non_negative: 1 },
			{ fieldname: "column_break_parcel", fieldtype: "Column Break" },
			{ fieldname: "carrier", fieldtype: "Data", label: __("Carrier"), default: frm.doc.carrier },
			{ fieldname: "tracking_no", fieldtype: "Data", label: __("Tracking Number") },
		],
		args: (values) => ({
			name: frm.doc.name,
			lines: left
				.map((l, index) => ({ line: l.line, qty: values[`line_${index}`] || 0 }))
				.filter(({ qty }) => qty),
			weight: values.weight || 0,
			carrier: values.carrier || "",
			tracking_no: values.tracking_no || "",
		}),
		done: done(frm),
	}).show();
}
