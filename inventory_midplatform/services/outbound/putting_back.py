"""Putting back: picked stock returns from staging to a bin."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.movement import MovementKind
from inventory_midplatform.domain.outbound import (
	CANCELLED,
	ON_HOLD,
	OUTBOUND,
	TO_CHECK,
	TO_PICK,
	TO_PUT_BACK,
	TO_SHIP,
)
from inventory_midplatform.domain.position import AVAILABLE, Key
from inventory_midplatform.domain.quantity import ZERO, from_store, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.removal import BinContent
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters, modules, operation_log
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.ledger.allocations import Allocations
from inventory_midplatform.services.ledger.locked_stock import LockedStock
from inventory_midplatform.services.locations.stock_in_bin import (
	StockInBin,
	record_change,
)
from inventory_midplatform.services.outbound import lines, on_hold, orders, packages
from inventory_midplatform.services.outbound.picking import Pick


def unpick(ctx: Context, name: str, picked: Pick, to_bin: str = "") -> Reason:
	"""Put picked stock back: to the bin it came from, or to ``to_bin``.

	An order that is still to be shipped has it allocated there, and is to be picked again; a cancelled one is done when
	nothing is left in staging. Locks the order, then the position. Raises InvalidInput (``staging_bin``, ``not_whole``,
	``serials_needed`` where some are named, but not as many as ``qty``), Conflict (``more_than_picked``,
	``delivery_posted``; ``insufficient_in_bin`` where it left staging by another way).
	"""
	modules.require(ctx, "outbound")
	order = steps.begin(ctx, OUTBOUND, name, "unpick")
	if order["is_posted"]:
		raise Conflict(
			"{delivery} is posted; cancel it to put back what was picked for it.",
			code="delivery_posted",
			delivery=str(order["delivery_document"]),
		)
	line = lines.line_named(ctx, name, picked.line)
	key: Key = (line["item_code"], order["warehouse"])
	target = _target(ctx, to_bin, order["warehouse"]) if to_bin else ""
	if picked.serial_nos and len(set(picked.serial_nos)) != picked.qty:
		raise InvalidInput(
			"Item {item_code} has serial numbers: name {qty} of them.",
			code="serials_needed",
			item_code=line["item_code"],
			qty=to_text(picked.qty),
			named=len(set(picked.serial_nos)),
		)
	if line["picked_qty"] % 1 == 0:
		masters.require_whole(ctx, line["item_code"], picked.qty)
	stock, allocations = lines.lock(ctx, order, [line])
	picks = _picks(ctx, name, line["name"], picked)
	status = order["stock_status"] or AVAILABLE
	contents = {
		(c.bin, c.batch_no): c for c in bin_stock.bin_contents(ctx, [key])[key] if c.stock_status == status
	}
	left = _left(contents, allocations, picks)
	rest = picked.qty
	for p in picks:
		part = min(rest, from_store(p["qty"]) - from_store(p["returned_qty"]))
		if part > 0:
			place = (p["staging_bin"], p["batch_no"] or "")
			_require_in_staging(key, place[0], left[place], part)
			left[place] -= part
			_put_back(ctx, order, key, stock, allocations, p, part, contents[place], target or p["from_bin"])
			rest -= part
	if rest:
		raise Conflict(
			"{picked} of item {item_code} is picked; {qty} cannot be put back.",
			code="more_than_picked",
			item_code=line["item_code"],
			picked=to_text(picked.qty - rest),
			qty=to_text(picked.qty),
		)
	allocations.write()
	stock.write()
	orders.set_line(ctx, line["name"], picked_qty=line["picked_qty"] - picked.qty, checked_qty=ZERO)
	packages.check_again(ctx, name, line["name"])
	orders.touch(ctx, name)
	_after_put_back(ctx, order)
	return Reason("{qty} of {item_code} put back.", qty=to_text(picked.qty), item_code=line["item_code"])


def _target(ctx: Context, bin: str, warehouse: str) -> str:
	row = masters.bin_in(ctx, bin, warehouse)
	if row["is_staging"]:
		raise InvalidInput("Bin {bin} is a staging bin; name another.", code="staging_bin", bin=row["name"])
	return str(row["name"])


def _left(
	contents: Mapping[tuple[str, str], BinContent], allocations: Allocations, picks: Sequence[Row]
) -> dict[tuple[str, str], Decimal]:
	"""Return (staging bin, batch) → how much is there that is allocated to no other reservation, in stock UOM."""
	own = allocations.of({p["reservation"] for p in picks})
	return {
		place: (contents[place].free if place in contents else ZERO)
		+ sum((a.qty for a in own if (a.bin, a.batch_no) == place), ZERO)
		for place in {(p["staging_bin"], p["batch_no"] or "") for p in picks}
	}


def _require_in_staging(key: Key, bin: str, left: Decimal, qty: Decimal) -> None:
	if left < qty:
		raise Conflict(
			"Only {free} of item {item_code} can be moved from bin {bin}.",
			code="insufficient_in_bin",
			item_code=key[0],
			bin=bin,
			free=to_text(max(left, ZERO)),
			qty=to_text(qty),
		)


def _picks(ctx: Context, name: str, line: str, picked: Pick) -> list[Row]:
	rows = ctx.store.rows(
		"SELECT name, reservation, from_bin, staging_bin, batch_no, serial_no, qty, returned_qty FROM `tabOutbound Pick`"
		" WHERE outbound_order = %(order)s AND line = %(line)s AND qty > returned_qty ORDER BY name DESC"
		+ ctx.store.for_update,
		{"order": name, "line": line},
	)
	return [
		row
		for row in rows
		if (not picked.batch_no or row["batch_no"] == picked.batch_no)
		and (not picked.serial_nos or row["serial_no"] in picked.serial_nos)
	]


def _put_back(
	ctx: Context,
	order: Row,
	key: Key,
	stock: LockedStock,
	allocations: Allocations,
	p: Row,
	qty: Decimal,
	content: BinContent,
	bin: str,
) -> None:
	serials = [p["serial_no"]] if p["serial_no"] else []
	record_change(
		ctx,
		MovementKind.BIN_MOVE,
		StockInBin(*key, content.bin, qty, content.stock_status, content.batch_no, serials),
		content,
		bin,
		content.stock_status,
		order["name"],
	)
	for a in allocations.of([p["reservation"]]):
		if (a.bin, a.batch_no) == (content.bin, content.batch_no):
			part = min(qty, a.qty)
			allocations.take(a, part)
			if part and order["state"] != TO_PUT_BACK:
				allocations.add(replace(a, bin=bin, qty=part))
			elif part:
				r = stock.named([a.reservation])[0]
				stock.put(replace(r, allocated=r.allocated - part))
	ctx.store.execute(
		"UPDATE `tabOutbound Pick` SET returned_qty = ROUND(returned_qty + %(qty)s, 9) WHERE name = %(name)s",
		{"qty": qty, "name": p["name"]},
	)
	operation_log.log(
		ctx,
		"Put Back",
		OUTBOUND.doctype,
		order["name"],
		item_code=key[0],
		warehouse=key[1],
		qty=qty,
		from_value=p["staging_bin"],
		to_value=bin,
	)


def _after_put_back(ctx: Context, order: Row) -> None:
	order = steps.read(ctx, OUTBOUND, order["name"], locked=True)
	if order["state"] == TO_PUT_BACK:
		if not any(line["picked_qty"] for line in orders.lines_of(ctx, order["name"], locked=True)):
			steps.finish(ctx, OUTBOUND, order, "unpick", CANCELLED)
	elif order["state"] == ON_HOLD:
		on_hold.put_back(ctx, order)
	elif order["state"] in (TO_CHECK, TO_SHIP):
		if order["delivery_document"]:
			ctx.documents.discard(order["delivery_doctype"], order["delivery_document"])
		steps.finish(ctx, OUTBOUND, order, "unpick", TO_PICK, delivery_doctype=None, delivery_document=None)
