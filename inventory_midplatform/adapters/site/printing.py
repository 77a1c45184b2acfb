"""What print formats use: QR codes, what is to be picked or packed of an Outbound Order or a wave, what was received,
and the history of an approval."""

from collections.abc import Sequence

import frappe
import segno
from frappe import _

from inventory_midplatform.adapters.site.context import site_context
from inventory_midplatform.domain.approval_flow import APPROVED, WAITING
from inventory_midplatform.domain.outbound import OUTBOUND, TO_CHECK
from inventory_midplatform.domain.quantity import to_text
from inventory_midplatform.ports import Row
from inventory_midplatform.reporting import approvals, outbound, waves
from inventory_midplatform.reporting import inbound_labels as reporting_labels


def inventory_qr(text: str) -> str:
	"""Return a QR code as SVG that fills the element around it, with the quiet zone scanners need."""
	return str(segno.make(text, error="m", micro=False).svg_inline(omitsize=True, border=4))


def inventory_full_name(user: str | None) -> str:
	"""Return a user's full name; "" for none."""
	return str(frappe.db.get_value("User", user, "full_name") or user) if user else ""


def outbound_picks(name: str) -> list[Row]:
	"""Return what is still to be picked for an Outbound Order, in walking order, each with its line's item name and unit."""
	order = outbound.get(site_context(), name)
	lines = {line["line"]: line for line in order["lines"]}
	about_items = ("item_name", "stock_uom")
	return _to_pick([{**pick, **{k: lines[pick["line"]][k] for k in about_items}} for pick in order["picks"]])


def outbound_wave(name: str) -> Row:
	"""Return an Outbound Wave with its orders, and what is still to be picked for all of them, in walking order."""
	wave = waves.get(site_context(), name)
	return {**wave, "picks": _to_pick(wave["picks"])}


def _to_pick(picks: Sequence[Row]) -> list[Row]:
	"""Return the picks that are not done, with what the QR code of their bin says."""
	left = [pick for pick in picks if not pick["done"]]
	bins = {pick["bin"] for pick in left}
	barcodes = dict(
		frappe.get_all(
			"Warehouse Bin",
			{"name": ("in", sorted(bins))},
			["name", "barcode"],
			order_by="name",
			as_list=True,
		)
		if bins
		else ()
	)
	return [
		{**pick, "qty": to_text(pick["qty"]), "bin_barcode": barcodes.get(pick["bin"]) or pick["bin_code"]}
		for pick in left
	]


def outbound_packed(name: str) -> list[Row]:
	"""Return what is picked for an Outbound Order, by line and batch, with serial numbers; nothing while it is to be
	checked: the count is blind.
	"""
	if frappe.db.get_value(OUTBOUND.doctype, name, "state") == TO_CHECK:
		return []
	return [{**row, "qty": to_text(row["qty"])} for row in outbound.packed(site_context(), name)]


def inbound_labels(name: str, line: str | None = None) -> list[Row]:
	"""Return the labels of what was received for an Inbound Order, or for one line of it."""
	return reporting_labels.labels(site_context(), name, line or "")


def item_barcode(item_code: str) -> str:
	"""Return the text of a label's QR code: the item's first barcode, or its code where it has none."""
	barcode = frappe.db.get_value("Item Barcode", {"parent": item_code}, "barcode", order_by="idx")
	return str(barcode or item_code)


def approval_history(name: str) -> Row:
	"""Return an Approval Request with its history by day and round, each row in the words of the reader's language."""
	request = approvals.get(site_context(), name)
	names = request["names"]
	days: list[Row] = []
	for row in request["decisions"]:
		if not row["happened"]:
			continue
		at = str(row["at"])
		day = {"date": at[:10], "round": row["round"], "rounds": request["round"]}
		if not days or (days[-1]["date"], days[-1]["round"]) != (day["date"], day["round"]):
			days.append({**day, "rows": []})
		days[-1]["rows"].append(
			{
				**row,
				"who": names.get(row["user"], row["user"]) or _("System"),
				"text": " · ".join(_in_words(part, names) for part in row["happened"]),
				"title": row["title"] if row["decision"] in (WAITING, APPROVED) else "",
				"time": at[11:16],
			}
		)
	return {**request, "days": days}


def _in_words(reason: Row, names: Row) -> str:
	"""Return a reason in the reader's language, with a user's full name."""
	values = {**reason["values"]}
	if "user" in values:
		values["user"] = names.get(values["user"], values["user"])
	return str(_(reason["template"])).format(**values)
