"""What may be received: the batch and serial numbers that a scan names, and how much of a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.inbound import TO_RECEIVE
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters
from inventory_midplatform.services.inbound import sources, tolerances


@dataclass(frozen=True)
class Scan:
	"""What a storekeeper says has arrived of a line. ``qty`` in stock UOM."""

	line: str
	qty: Decimal
	batch_no: str = ""
	expiry_date: date | None = None
	serial_nos: Sequence[str] = ()


def check(ctx: Context, order: Row, line: Row, scan: Scan) -> tuple[str, date | None]:
	"""Return the batch of a scan as it is spelled, and its last day, where the scan may be received for a line.

	Raises Conflict ``over_receipt``, ``other_expiry``, ``expired_batch``, ``serial_in_stock``, ``serial_scanned``,
	``not_sent``, or InvalidInput ``batch_or_serial_needed``, ``serials_needed``, ``expiry_needed``, ``no_batches``,
	``no_serial_numbers``, ``serial_of_other_item``, and what :mod:`masters` raises.
	"""
	item = _item(ctx, line["item_code"])
	masters.require_whole(ctx, line["item_code"], scan.qty)
	sent = _sent(ctx, order, line)
	batch_no, expiry = _batch(ctx, order["name"], item, scan)
	_check_serials(ctx, item, scan, {row["serial_no"]: row["warehouse"] for row in sent if row["qty"] > 0})
	if sent:
		_require_sent(order, batch_no, scan, sent)
	_check_allowance(ctx, order, line, item, scan.qty)
	return batch_no, expiry


def require_its_serials(ctx: Context, item_code: str, scan: Scan) -> None:
	"""Raises InvalidInput (``serials_needed``) where an item has serial numbers and a scan does not name as many as it counts."""
	if _item(ctx, item_code)["has_serial_no"]:
		_require_as_many(item_code, scan)


def _item(ctx: Context, item_code: str) -> Row:
	return ctx.store.rows(
		"SELECT name, has_batch_no, has_serial_no, has_expiry_date, shelf_life_in_days,"
		" over_delivery_receipt_allowance FROM `tabItem`"
		" WHERE name = %(item)s",
		{"item": item_code},
	)[0]


def _batch(ctx: Context, name: str, item: Row, scan: Scan) -> tuple[str, date | None]:
	"""Return the batch as it is spelled, and the last day of a batch that is still to be made, or of the known one."""
	item_code = item["name"]
	if not item["has_batch_no"]:
		if scan.batch_no:
			raise InvalidInput("Item {item_code} has no batches.", code="no_batches", item_code=item_code)
		return "", None
	if not scan.batch_no:
		raise InvalidInput(
			"Name the batch or the serial numbers of item {item_code}.",
			code="batch_or_serial_needed",
			item_code=item_code,
		)
	batch_no = masters.usable_batch(ctx, scan.batch_no, item_code)
	about = {"batch": batch_no, "order": name, "item": item_code}
	known = ctx.store.rows(
		"SELECT expiry_date FROM `tabBatch` WHERE name = %(batch)s", about
	) or ctx.store.rows(
		"SELECT expiry_date FROM `tabInbound Receipt Line`"
		" WHERE inbound_order = %(order)s AND item_code = %(item)s AND batch_no = %(batch)s",
		about,
	)
	expiry = _day(known[0]["expiry_date"]) if known else scan.expiry_date
	if scan.expiry_date and expiry != scan.expiry_date:
		raise Conflict(
			"Batch {batch_no} expires on {known}, not on {day}.",
			code="other_expiry",
			batch_no=batch_no,
			known=str(expiry or "-"),
			day=str(scan.expiry_date),
		)
	if not known and item["has_expiry_date"] and not expiry and not item["shelf_life_in_days"]:
		raise InvalidInput(
			"Say on which day batch {batch_no} of item {item_code} expires.",
			code="expiry_needed",
			batch_no=batch_no,
			item_code=item_code,
		)
	if expiry and expiry < ctx.clock.now().date():
		raise Conflict(
			"Batch {batch_no} has expired on {day}; it cannot be received.",
			code="expired_batch",
			batch_no=batch_no,
			day=str(expiry),
		)
	return batch_no, expiry


def _day(value: date | datetime | None) -> date | None:
	return value.date() if isinstance(value, datetime) else value


def _require_as_many(item_code: str, scan: Scan) -> None:
	if len(set(scan.serial_nos)) != scan.qty or len(set(scan.serial_nos)) != len(scan.serial_nos):
		raise InvalidInput(
			"Item {item_code} has serial numbers: name {qty} of them.",
			code="serials_needed",
			item_code=item_code,
			qty=to_text(scan.qty),
			named=len(set(scan.serial_nos)),
		)


_SENT = """
SELECT batch_no, serial_no, warehouse, SUM(qty) AS qty FROM `tabStock Movement`
WHERE voucher_type = %(source_type)s AND voucher_no = %(source_name)s AND item_code = %(item_code)s
GROUP BY batch_no, serial_no, warehouse
"""


def _sent(ctx: Context, order: Row, line: Row) -> list[Row]:
	"""Return what the order's document moved of the line's item, by batch, serial number and warehouse; nothing where it moves
	nothing, or did before the ledger was on.
	"""
	if not sources.of(order).moved:
		return []
	return ctx.store.rows(_SENT, {**order, "item_code": line["item_code"]})


def _require_sent(order: Row, batch_no: str, scan: Scan, sent: Sequence[Row]) -> None:
	if batch_no and batch_no not in {row["batch_no"] for row in sent}:
		raise Conflict(
			"{source} did not send batch {batch_no}.",
			code="not_sent",
			source=order["source_name"],
			batch_no=batch_no,
		)
	strange = sorted({*scan.serial_nos} - {row["serial_no"] for row in sent})
	if strange:
		raise Conflict(
			"{source} did not send serial number {serial_no}.",
			code="not_sent",
			source=order["source_name"],
			serial_no=strange[0],
		)


def _check_serials(ctx: Context, item: Row, scan: Scan, in_transit: Mapping[str, str]) -> None:
	"""``in_transit``: serial number → the warehouse that it was sent into for this order."""
	item_code = item["name"]
	if not item["has_serial_no"]:
		if scan.serial_nos:
			raise InvalidInput(
				"Item {item_code} has no serial numbers.", code="no_serial_numbers", item_code=item_code
			)
		return
	_require_as_many(item_code, scan)
	serials = sorted(scan.serial_nos)
	for row in ctx.store.rows(
		"SELECT name, item_code, warehouse FROM `tabSerial No` WHERE name IN %(serials)s ORDER BY name",
		{"serials": serials},
	):
		masters.require_serial_of(row["name"], row["item_code"], item_code)
		if row["warehouse"] and row["warehouse"] != in_transit.get(row["name"]):
			raise Conflict(
				"Serial number {serial_no} is in stock already.",
				code="serial_in_stock",
				serial_no=row["name"],
			)
	scanned = ctx.store.rows(
		"SELECT received.serial_no, received.inbound_order FROM `tabInbound Receipt Line` received"
		" JOIN `tabInbound Order` o ON o.name = received.inbound_order"
		" WHERE received.serial_no IN %(serials)s AND o.state = %(state)s ORDER BY received.serial_no",
		{"serials": serials, "state": TO_RECEIVE},
	)
	if scanned:
		raise Conflict(
			"Serial number {serial_no} was received already, for {name}.",
			code="serial_scanned",
			serial_no=scanned[0]["serial_no"],
			name=scanned[0]["inbound_order"],
		)


def _check_allowance(ctx: Context, order: Row, line: Row, item: Row, qty: Decimal) -> None:
	"""Refuse more than ERPNext would, or a Receiving Tolerance: what the document's row has outstanding, and an allowance of
	all that was ordered in it. Raises Conflict (``over_receipt``), which says which allowance refused.
	"""
	limit, allowance = _limit(ctx, order, line, item)
	if line["received_qty"] + qty <= limit:
		return
	about = {
		"item_code": line["item_code"],
		"name": order["name"],
		"left": to_text(max(from_store(limit - line["received_qty"]), ZERO)),
		"qty": to_text(qty),
	}
	if allowance is None:
		raise Conflict(
			"Item {item_code}: {left} more can be received; {qty} is more than that.",
			code="over_receipt",
			**about,
		)
	if allowance.tolerance:
		raise Conflict(
			"Item {item_code}: {left} more can be received within the Receiving Tolerance of {percent} %; {qty} is more"
			" than that.",
			code="over_receipt",
			**about,
			percent=to_text(allowance.percent),
			tolerance=allowance.tolerance,
		)
	raise Conflict(
		"Item {item_code}: {left} more can be received within ERPNext's allowance of {percent} %, which is less than"
		" the Receiving Tolerance; {qty} is more than that.",
		code="over_receipt",
		**about,
		percent=to_text(allowance.percent),
	)


@dataclass(frozen=True)
class _Allowance:
	"""What counts of a Receiving Tolerance and ERPNext's own allowance: the smaller one."""

	percent: Decimal
	tolerance: str
	"""The Receiving Tolerance; '' where ERPNext's allowance is less."""


def _limit(ctx: Context, order: Row, line: Row, item: Row) -> tuple[Decimal, _Allowance | None]:
	"""Return how much may be received of a line in all, and the allowance that says so where there is a tolerance."""
	source, expected = sources.of(order), line["expected_qty"]
	if source.moved:
		return expected, None  # no more can come than was sent
	found = tolerances.tolerance_of(ctx, order["supplier"], line["item_code"])
	if not source.ordered:
		if found is None:
			return expected, None
		return expected + expected * found.over_percent / 100, _Allowance(found.over_percent, found.name)
	percent = source.allowance(ctx.settings, item)
	allowance = None
	if found:
		allowance = _Allowance(
			min(found.over_percent, percent), found.name if found.over_percent <= percent else ""
		)
		percent = allowance.percent
	ordered, received = sources.ordered(ctx, source, line["source_row"])
	# what the order itself expects is the limit where another order of the row expects the rest
	over = ordered * percent / 100
	return min(expected + over, ordered + over - received), allowance
