// An Approval Request as it is read: the way as steps, what happened as a timeline, and the numbers that matter.

import { add_buttons, money } from "./approval_buttons.js";
import { call, escape, format_quantity, is_allowed, link_to, reason_text } from "./helpers.js";

const STYLE = `<style>
.approval { --dot: 22px; font-size: var(--text-base); }
.approval .way { display: flex; margin: 0 0 20px; padding: 14px 4px; border-bottom: 1px solid var(--border-color); overflow-x: auto; }
.approval .way > div { display: flex; flex: 1 0 auto; align-items: center; font-weight: 600; white-space: nowrap; }
.approval .way > div:last-child { flex: none; }
.approval .way > div:not(:last-child)::after { flex: 1; min-width: 24px; height: 1px; margin: 0 12px; background: var(--border-color); content: ""; }
.approval .way .skipped { color: var(--text-muted); font-weight: 400; text-decoration: line-through; }
.approval .way .ahead { color: var(--text-muted); }
.approval .dot { display: inline-flex; flex: none; align-items: center; justify-content: center; width: var(--dot); height: var(--dot); margin-right: 10px; border: 2px solid var(--gray-500); border-radius: 50%; background: var(--card-bg, #fff); color: var(--text-color); font-size: 12px; font-weight: 700; line-height: 1; }
.approval .dot.right { border-color: #075e35; background: #075e35; color: #fff; }
.approval .dot.wrong { border-color: #b41d1d; background: #b41d1d; color: #fff; }
.approval .dot.now { border-color: #005cad; background: #005cad; color: #fff; box-shadow: 0 0 0 4px #b8dcff; }
.approval .columns { display: grid; grid-template-columns: minmax(0, 1fr) 320px; gap: 32px; }
.approval .day { display: inline-block; margin: 12px 0 4px; padding: 4px 10px; border-radius: 8px; background: var(--control-bg); font-weight: 600; }
.approval .event { position: relative; display: grid; grid-template-columns: 56px 22px minmax(0, 1fr); gap: 10px; padding: 7px 0; }
.approval .event::before { position: absolute; top: 0; bottom: 0; left: 76px; width: 2px; background: var(--border-color); content: ""; }
.approval .event .dot { position: relative; margin: 0; }
.approval .event time { color: var(--text-muted); text-align: right; font-variant-numeric: tabular-nums; }
.approval .event.void { color: var(--text-muted); }
.approval .event.void b { text-decoration: line-through; }
.approval .note { display: table; margin-top: 4px; padding: 6px 10px; border-radius: 8px; background: var(--control-bg); white-space: pre-wrap; overflow-wrap: anywhere; }
.approval .event.void .note { color: var(--text-color); }
.approval .file { font-weight: 600; }
.approval .file img { display: block; max-width: 180px; max-height: 120px; margin-top: 6px; border-radius: 8px; }
.approval aside h5 { margin: 20px 0 6px; color: var(--text-muted); font-size: 13px; font-weight: 600; }
.approval aside h5:first-child { margin-top: 0; }
.approval .worth { padding-bottom: 8px; }
.approval .worth b { display: block; font-size: 26px; line-height: 1.2; white-space: nowrap; font-variant-numeric: tabular-nums; }
.approval .facts { width: 100%; font-variant-numeric: tabular-nums; }
.approval .facts td { padding: 6px 0; border-top: 1px solid var(--border-color); vertical-align: top; }
.approval .facts td:last-child { padding-left: 12px; font-weight: 600; text-align: right; overflow-wrap: anywhere; }
.approval .line { padding: 8px 0; border-top: 1px solid var(--border-color); font-variant-numeric: tabular-nums; }
.approval .line b, .approval .line span { display: block; }
.approval .line .brown, .approval .brown { color: #733411; font-weight: 600; }
[data-theme="dark"] .approval .line .brown, [data-theme="dark"] .approval .brown { color: #f3c995; }
[data-theme="dark"] .approval .dot.now { box-shadow: 0 0 0 4px #173756; }
.approval .spent { display: grid; grid-template-columns: minmax(60px, auto) 1fr auto; gap: 6px 10px; align-items: center; }
.approval .spent i { display: block; height: 10px; border-radius: 3px; background: var(--gray-700, #383838); }
.approval .spent i.now { background: #005cad; }
.approval .bar { display: flex; height: 10px; margin: 4px 0; border-radius: 5px; background: var(--control-bg); overflow: hidden; }
.approval .bar i { background: var(--gray-800, #1f1f1f); } .approval .bar i + i { background: #005cad; }
@media (max-width: 991px) { .approval .columns { grid-template-columns: 1fr; } }
</style>`;

// Shows a request on its form: buttons, the way, the history and the numbers.
export async function show_approval(frm) {
	if (!is_allowed("approval.get")) return;
	const { name } = frm.doc;
	const request = await call("approval.get", { name }, { type: "GET", refused: () => {} });
	if (!request || frm.docname !== name) return; // another record is open by now
	await new Promise((resolve) => frappe.model.with_doctype(request.document_type, resolve));
	frm.clear_custom_buttons();
	add_buttons(frm, request, () => frm.reload_doc());
	if (request.state === "Returned" && request.applicant === frappe.session.user) {
		frm.set_intro(
			__("It was returned to you: {0} Change the document, then request its approval again there.", [request.reason]),
			"orange"
		);
	}
	const wrapper = frm.fields_dict.overview.$wrapper;
	wrapper.html(overview(request, null));
	if (!is_allowed("approval.numbers")) return;
	const numbers = await call("approval.numbers", { name }, { type: "GET", refused: () => {} });
	if (numbers && frm.docname === name) wrapper.html(overview(request, numbers));
}

// What it is about: a kind of document is a word of the desk, a name is none.
const subject_text = ({ document_type, title }) => __(title, null, document_type);

const full_name = (request, user) => escape(request.names[user] || user);

function overview(request, numbers) {
	return `${STYLE}<div class="approval">${way(request)}<div class="columns">
		<div>${timeline(request)}</div><aside>${panel(request, numbers)}</aside></div></div>`;
}

function way({ path, state }) {
	const dot = { done: ["right", "✓"], waiting: ["now", "…"], ahead: ["", ""], skipped: ["", ""] };
	const ended = { Approved: ["right", "✓", __("Approved", null, "Approval Request")], Rejected: ["wrong", "✕", __("Rejected", null, "Approval Request")], Withdrawn: ["", "", __("Withdrawn", null, "Approval Request")] };
	const [end, sign, label] = ended[state] || ["", "", __("End", null, "Approval Request")];
	const kinds = { Condition: __("Condition", null, "Approval Policy Step"), "Copy To": __("Copy To", null, "Approval Policy Step") };
	const step = (one) => `<div class="${one.state}"><span class="dot ${dot[one.state]?.[0] || ""}">${
		dot[one.state]?.[1] || (one.kind === "Condition" ? "?" : "")
	}</span>${escape(one.title || kinds[one.kind] || __("Step {0}", [one.step]))}</div>`;
	return `<div class="way"><div class="done"><span class="dot right">✓</span>${__("Requested", null, "Approval Decision")}</div>
		${path.map(step).join("")}<div class="${ended[state] ? "done" : "ahead"}"><span class="dot ${end}">${sign}</span>${label}</div></div>`;
}

function timeline(request) {
	let before = "";
	return request.decisions
		.filter((row) => row.happened.length)
		.map((row) => {
			const key = `${row.at.slice(0, 10)} ${row.round}`;
			const day = key === before ? "" : `<div><span class="day">${day_of(request, row)}</span></div>`;
			before = key;
			return day + event(request, row);
		})
		.join("");
}

function day_of(request, { round: number, at }) {
	const date = frappe.datetime.str_to_user(at.slice(0, 10));
	const round = number > 1 || request.round > 1 ? ` · ${__("round {0}", [number])}` : "";
	return `${weekday(at)} ${escape(date)}${round}`;
}

const weekday = (at) =>
	new Intl.DateTimeFormat(frappe.boot.lang, { weekday: "short" }).format(new Date(`${at.slice(0, 10)}T12:00:00`));

const SIGNS = {
	Requested: ["", "↑"],
	Waiting: ["now", "…"],
	Approved: ["right", "✓"],
	Rejected: ["wrong", "✕"],
	Returned: ["wrong", "↩"],
	Delegated: ["", "→"],
	Added: ["", "+"],
	Escalated: ["", "↑"],
	"Approved Before": ["right", "="],
	"Not Needed": ["", "–"],
	Copied: ["", "@"],
	Reminded: ["", "!"],
	"Timed Out": ["", "!"],
	Commented: ["", "“"],
	Withdrawn: ["", "↩"],
};

function event(request, row) {
	const [kind, sign] = SIGNS[row.decision] || ["", ""];
	const about = row.happened.map((part) => escape(reason_text(part, request.names)));
	if (["Waiting", "Approved"].includes(row.decision) && row.title) about.push(escape(row.title));
	const took = row.decision === "Waiting" ? spent(row.at, frappe.datetime.now_datetime()) : spent(row.asked_at, row.decided_at);
	if (took && ["Waiting", "Approved", "Rejected"].includes(row.decision)) about.push(`<span class="text-muted">${took}</span>`);
	if (row.is_void) about.push(`<span class="text-muted">${__("void after the return")}</span>`);
	return `<div class="event ${row.is_void ? "void" : ""}"><time>${row.decision === "Waiting" ? __("now") : escape(row.at.slice(11, 16))}</time>
		<span class="dot ${kind}">${sign}</span>
		<div><b>${row.user ? full_name(request, row.user) : __("System")}</b> ${about.join(" · ")}
		${row.reason ? `<div class="note">${escape(row.reason)}</div>` : ""}${attachment(row.attachment)}</div></div>`;
}

function attachment(url) {
	if (!url) return "";
	const name = decodeURIComponent(url.split("/").pop());
	const shown = /\.(jpe?g|png|gif|webp)$/i.test(url) ? `<img src="${escape(url)}" alt="${escape(name)}">` : escape(name);
	return `<div class="file"><a href="${escape(url)}" target="_blank" rel="noopener">${shown}</a></div>`;
}

const spent = (from, to) => spent_minutes(minutes_between(from, to));

const minutes_between = (from, to) => (from && to ? (moment(to) - moment(from)) / 60000 : 0);

function panel(request, numbers) {
	const document_link = link_to(request.document_type, request.document_name, __("Open {0}", [request.document_name]));
	return `<h5>${escape(__(request.document_type))}</h5>
		<div class="worth"><b>${money(request) || "–"}</b>${document_link}</div>
		<table class="facts">${[
			[__("About", null, "Approval Request"), escape(subject_text(request))],
			[__("Applicant", null, "Approval Request"), full_name(request, request.applicant)],
			[__("Waits for"), request.waits_for.map((user) => full_name(request, user)).join(", ")],
			[__("Due", null, "Approval Request"), due(request)],
			[__("Why here"), request.state === "Open" ? request.reasons.map((one) => why_text(one, request)).join("<br>") : ""],
		]
			.filter(([, value]) => value)
			.map(([label, value]) => `<tr><td>${label}</td><td>${value}</td></tr>`)
			.join("")}</table>
		${numbers ? figures(numbers) : ""}${time_spent(request)}
		<h5>${__("Approval Policy")}</h5>
		<div>${link_to("Approval Policy", request.policy)} · ${__("version {0}, fixed when it was requested", [request.policy_version])}</div>`;
}

function due({ state, due_at, hours_left, resumes_at }) {
	if (state !== "Open" || !due_at) return "";
	const at = frappe.datetime.str_to_user(due_at.slice(0, 16));
	if (hours_left !== null && hours_left <= 0) return `<span class="brown">${escape(at)} · ${__("The time limit is over")}</span>`;
	const left = hours_left === null ? "" : ` · ${__("{0} h of working time left", [Math.round(hours_left * 10) / 10])}`;
	const resumes = resumes_at ? `<br>${__("goes on {0}", [`${weekday(resumes_at)} ${resumes_at.slice(11, 16)}`])}` : "";
	return `${escape(at)}${left}${resumes}`;
}

function figures({ lines, lines_count, currency, budget, supplier }) {
	const whole = (value) => (value === null ? "–" : Math.round(value));
	const line = (one) => {
		const short = one.lead_days && one.days_now !== null && one.days_now < one.lead_days;
		const change = one.rate_change_percent;
		return `<div class="line"><b>${escape(one.item_name)} · ${format_quantity(one.qty)} ${escape(__(one.uom))}</b>
			<span>${__("Available {0} = on hand {1} − reserved {2}", [one.available, one.on_hand, one.reserved].map(format_quantity))} · ${__("On order {0}", [format_quantity(one.on_order)])}</span>
			<span>${one.daily_use ? __("Lasts {0} → {1} days, {2} a day", [whole(one.days_now), whole(one.days_after), format_quantity(one.daily_use)]) : __("Not used in the last 90 days")}</span>
			${one.lead_days ? `<span class="${short ? "brown" : ""}">${short ? __("Arrives in {0} days, {1} days short", [one.lead_days, Math.ceil(one.lead_days - one.days_now)]) : __("Arrives in {0} days", [one.lead_days])}</span>` : ""}
			${one.rate === null ? "" : `<span class="${change > 0 ? "brown" : ""}">${format_currency(one.rate, currency)}${change ? ` · ${change > 0 ? __("{0} more than {1} last time", [`${change}%`, format_currency(one.last_rates[0].rate, currency)]) : __("{0} less than {1} last time", [`${-change}%`, format_currency(one.last_rates[0].rate, currency)])}` : ""}</span>`}</div>`;
	};
	const more = lines_count > lines.length ? `<div class="line text-muted">${__("And {0} more.", [lines_count - lines.length])}</div>` : "";
	const of_budget = (percent) => Math.min(100, Math.max(0, percent || 0));
	const charged = budget
		? `<h5>${__("Budget {0}", [escape(budget.period)])} · ${escape(budget.account)}</h5>
			<div class="${budget.used_percent_after > 100 ? "brown" : ""}">${__("{0} left; approved, {1} are used", [format_currency(budget.left, currency), `${budget.used_percent_after}%`])}</div>
			<div class="bar"><i style="width: ${of_budget(budget.used_percent)}%"></i><i style="width: ${of_budget(budget.used_percent_after) - of_budget(budget.used_percent)}%"></i></div>
			<div class="text-muted">${__("of {0}", [format_currency(budget.budget, currency)])}</div>`
		: "";
	const shares = supplier
		? [
				supplier.on_time_percent === null ? "" : __("On time {0}", [`${supplier.on_time_percent}%`]),
				supplier.accepted_percent === null ? "" : __("Accepted {0}", [`${supplier.accepted_percent}%`]),
			].filter(Boolean)
		: [];
	return `${lines.length ? `<h5>${__("Stock and Price")}</h5>` : ""}${lines.map(line).join("")}${more}${charged}
		${supplier ? `<h5>${__("Supplier")}</h5><div>${escape(supplier.name)} · ${shares.join(" · ") || __("No receipts in 90 days")}</div>` : ""}`;
}

// Where the time went: how long each person had it.
function time_spent(request) {
	const took = {};
	for (const row of request.decisions) {
		if (!["Approved", "Rejected", "Waiting"].includes(row.decision)) continue;
		const until = row.decision === "Waiting" ? frappe.datetime.now_datetime() : row.decided_at;
		const person = (took[row.user] = took[row.user] || { minutes: 0, now: false });
		person.minutes += Math.max(0, minutes_between(row.asked_at, until));
		person.now = person.now || row.decision === "Waiting";
	}
	const rows = Object.entries(took).filter(([, { minutes }]) => minutes >= 1);
	if (!rows.length) return "";
	const most = Math.max(...rows.map(([, { minutes }]) => minutes));
	return `<h5>${__("Where the Time Went")}</h5><div class="text-muted" style="margin-bottom: 6px">${__("Nights and weekends included")}</div>
		<div class="spent">${rows
			.map(([user, { minutes, now }]) => `<span>${full_name(request, user)}</span><i class="${now ? "now" : ""}" style="width: ${Math.max(3, (100 * minutes) / most)}%"></i><span>${spent_minutes(minutes)}</span>`)
			.join("")}</div>`;
}

// How long it took, in the largest units that say it, nights and weekends included; "" under a minute.
function spent_minutes(minutes) {
	if (minutes < 1) return "";
	if (minutes < 60) return __("{0} min", [Math.round(minutes)]);
	if (minutes < 48 * 60) return __("{0} h {1} min", [Math.floor(minutes / 60), Math.round(minutes % 60)]);
	return __("{0} d", [Math.round(minutes / 1440)]);
}

// A reason in the reader's words: a condition with its field's label, people by their full names.
function why_text(reason, request) {
	const { name, found, comparison, value } = reason.values;
	if (!comparison) return escape(reason_text(reason, request.names));
	const number = (text) => (text !== "" && !isNaN(text) ? format_quantity(Number(text)) : text);
	const [table, column] = name.split(".");
	const of_rows = column && frappe.meta.get_docfield(request.document_type, table)?.options;
	const label = __(frappe.meta.get_label(of_rows || request.document_type, column || table), null, of_rows || request.document_type);
	const about = [label, number(found), comparison_text(comparison), number(value)].map(escape);
	return reason.template.includes("not meet") ? __("{0} is {1}, not {2} {3}", about) : __("{0} is {1}, {2} {3}", about);
}

function comparison_text(comparison) {
	const words = {
		"=": __("equal to", null, "Approval Condition"),
		"!=": __("other than", null, "Approval Condition"),
		">": __("more than", null, "Approval Condition"),
		">=": __("at least", null, "Approval Condition"),
		"<": __("less than", null, "Approval Condition"),
		"<=": __("at most", null, "Approval Condition"),
		"One Of": __("one of", null, "Approval Condition"),
		Set: __("filled in", null, "Approval Condition"),
		"Not Set": __("empty", null, "Approval Condition"),
	};
	return words[comparison] || comparison;
}
