"""Receiving: what arrives is scanned line by line; when all is, its receipt is posted."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.inbound import (
	INBOUND,
	TO_INSPECT,
	TO_PUT_AWAY,
	WITHIN_TOLERANCE,
)
from inventory_midplatform.domain.quantity import ZERO
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.domain.roles import INSPECTOR
from inventory_midplatform.ports import Context, ReceiptLine, Row
from inventory_midplatform.services import modules, operation_log, recipients
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.inbound import (
	inspection_plans,
	orders,
	scans,
	skipping,
	sources,
	sync,
	tolerances,
	trucks,
)
from inventory_midplatform.services.inbound.scans import Scan


def receive(ctx: Context, name: str, scan: Scan) -> Reason:
	"""Count what has arrived of a line. Nothing is posted before receiving is finished. Locks the order.

	A batch that does not exist yet is made then. Raises what :func:`scans.check` raises, and Conflict (``of_other_order``)
	for a line of another order that came with the same truck.
	"""
	modules.require(ctx, "inbound")
	order = steps.begin(ctx, INBOUND, name, "receive")
	trucks.refuse_line_beside(ctx, order, scan.line)
	line = orders.line_named(ctx, name, scan.line)
	batch_no, expiry = scans.check(ctx, order, line, scan)
	facts = {
		"inbound_order": name,
		"line": line["name"],
		"item_code": line["item_code"],
		"warehouse": order["warehouse"],
		"batch_no": batch_no,
		"expiry_date": expiry,
		"received_by": ctx.identity.user,
		"received_at": ctx.clock.now(),
	}
	parts = [(Decimal(1), serial) for serial in scan.serial_nos] or [(scan.qty, "")]
	ctx.store.insert(
		orders.RECEIPT_LINE,
		[{"name": new_id(), "qty": qty, "serial_no": serial, **facts} for qty, serial in parts],
	)
	orders.set_line(ctx, line["name"], received_qty=line["received_qty"] + scan.qty)
	orders.touch(ctx, name)
	operation_log.log(
		ctx,
		"Receive",
		INBOUND.doctype,
		name,
		item_code=line["item_code"],
		warehouse=order["warehouse"],
		qty=scan.qty,
		to_value=batch_no,
	)
	return Reason("{qty} of {item_code} received.", qty=scan.qty, item_code=line["item_code"])


def undo_receive(ctx: Context, name: str, scan: Scan) -> Reason:
	"""Take back what was counted of a line, the last scan first. Raises Conflict (``more_than_left``) or InvalidInput
	(``batch_needed``, ``serials_needed``).
	"""
	modules.require(ctx, "inbound")
	order = steps.begin(ctx, INBOUND, name, "undo_receive")
	line = orders.line_named(ctx, name, scan.line)
	scans.require_its_serials(ctx, line["item_code"], scan)
	rows = reversed(orders.receipt_lines(ctx, name, line["name"], locked=True))
	parts = [(row, row["qty"]) for row in rows]
	for row, part in orders.shares(line, parts, scan.qty, scan.batch_no, scan.serial_nos):
		if part == row["qty"]:
			ctx.store.execute("DELETE FROM `tabInbound Receipt Line` WHERE name = %(name)s", row)
		else:
			orders.add_to_receipt_line(ctx, row["name"], qty=-part)
	orders.set_line(ctx, line["name"], received_qty=line["received_qty"] - scan.qty)
	orders.touch(ctx, name)
	operation_log.log(
		ctx,
		"Undo Receive",
		INBOUND.doctype,
		name,
		item_code=line["item_code"],
		warehouse=order["warehouse"],
		qty=scan.qty,
		from_value=scan.batch_no,
	)
	return Reason("{qty} of {item_code} not received after all.", qty=scan.qty, item_code=line["item_code"])


def finish_receiving(ctx: Context, name: str) -> Reason:
	"""Post the receipt of what was counted, into the warehouse's Unplaced bin: on hold in status Quality what is to be
	inspected, available all else. Of a line its Inspection Plan says how much is inspected, if any. What is missing becomes a
	further Inbound Order.

	Locks the order's document, the order, then what the receipt locks. Raises Conflict (``nothing_received``) and what the books refuse.
	"""
	modules.require(ctx, "inbound")
	order = steps.begin(ctx, INBOUND, name, "finish_receiving", posts=True)
	lines = orders.lines_of(ctx, name, locked=True)
	received = orders.receipt_lines(ctx, name, locked=True)
	if not received:
		raise Conflict("Nothing is received for {name} yet.", code="nothing_received", name=name)
	_make_batches(ctx, received)
	voucher = ctx.books.draft_receipt(
		order["source_type"] or "", order["source_name"] or "", order["warehouse"], _receipt(lines, received)
	)
	items = sources.inspected_items(ctx, order["source_type"], (line["item_code"] for line in lines))
	to_inspect = [line for line in lines if line["item_code"] in items]
	samples = inspection_plans.samples(ctx, order["supplier"] or "", to_inspect)
	skipped = {name for name, sample in samples.items() if sample.is_skipped}
	inspected = set(samples) - skipped
	changes = [
		{
			"name": line["name"],
			"to_inspect": int(line["name"] in inspected),
			"is_skipped": int(line["name"] in skipped),
			"sample_qty": samples[line["name"]].qty if line["name"] in inspected else ZERO,
			"accepted_qty": ZERO if line["name"] in inspected else line["received_qty"],
		}
		for line in lines
	]
	orders.set_lines(ctx, changes, "to_inspect", "is_skipped", "sample_qty", "accepted_qty")
	orders.accept_receipt_lines(ctx, name, {line["name"] for line in lines} - inspected)
	_close_short(ctx, order, lines)
	orders.touch(ctx, name)
	order = steps.read(ctx, INBOUND, name, locked=True)
	state = TO_INSPECT if inspected & {row["line"] for row in received} else TO_PUT_AWAY
	# done before the books post: they take the receipt for this order's
	steps.finish(
		ctx,
		INBOUND,
		order,
		"finish_receiving",
		state,
		receipt_doctype=voucher.voucher_type,
		receipt_document=voucher.voucher_no,
		received_at=ctx.clock.now(),
	)
	ctx.books.submit(voucher)
	skipping.accept(ctx, order, [row for row in received if row["line"] in skipped])
	notify_next(ctx, order, state)
	return Reason("{name} is received: {receipt}.", name=name, receipt=voucher.voucher_no)


def _close_short(ctx: Context, order: Row, lines: Sequence[Row]) -> None:
	"""Expect no more of lines of which so little is missing that the Receiving Tolerance allows it. The document's row stays
	open, for the buyer to close.
	"""
	source = sources.of(order)
	missing = {
		line["name"]: line["expected_qty"] - line["received_qty"]
		for line in lines
		if source.ordered and line["expected_qty"] > line["received_qty"]
	}
	short = [line for line in lines if line["name"] in missing]
	allowed = tolerances.tolerances_of(ctx, order["supplier"], {line["item_code"] for line in short})
	short = [line for line in short if line["item_code"] in allowed]
	ordered = sources.ordered_in_rows(ctx, source, [line["source_row"] for line in short])
	closed = [
		line
		for line in short
		if missing[line["name"]]
		<= ordered[line["source_row"]][0] * allowed[line["item_code"]].under_percent / 100
	]
	orders.set_lines(
		ctx, [{"name": line["name"], "closed_qty": missing[line["name"]]} for line in closed], "closed_qty"
	)
	operation_log.write(
		ctx,
		[
			operation_log.entry(
				ctx,
				"Short",
				INBOUND.doctype,
				order["name"],
				item_code=line["item_code"],
				warehouse=order["warehouse"],
				qty=missing[line["name"]],
				reason=WITHIN_TOLERANCE,
			)
			for line in closed
		],
	)


def notify_next(ctx: Context, order: Row, state: str) -> None:
	"""Open to-dos for who inspects, or puts away."""
	if state == TO_INSPECT:
		ctx.notifier.todo(
			ctx.identity.users_with_role(INSPECTOR, order["warehouse"]),
			"{name} from {source} is to be inspected.",
			INBOUND.doctype,
			order["name"],
			name=order["name"],
			source=sync.origin(order),
		)
	elif state == TO_PUT_AWAY:
		ctx.notifier.todo(
			recipients.storekeepers(ctx, order["warehouse"]),
			"{name} from {source} is to be put away.",
			INBOUND.doctype,
			order["name"],
			name=order["name"],
			source=sync.origin(order),
		)


def _receipt(lines: Sequence[Row], received: Sequence[Row]) -> list[ReceiptLine]:
	"""Return what was counted by row, item and batch."""
	of_line = {line["name"]: line for line in lines}
	sums: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
	serials: dict[tuple[str, str], list[str]] = defaultdict(list)
	for row in received:
		key = (row["line"], row["batch_no"])
		sums[key] += row["qty"]
		serials[key] += [row["serial_no"]] if row["serial_no"] else []
	return [
		ReceiptLine(
			of_line[line]["source_row"],
			of_line[line]["item_code"],
			qty,
			batch_no,
			tuple(serials[(line, batch_no)]),
		)
		for (line, batch_no), qty in sums.items()
	]


def _make_batches(ctx: Context, received: Sequence[Row]) -> None:
	named = {row["batch_no"]: row for row in received if row["batch_no"]}
	if not named:
		return
	rows = ctx.store.rows("SELECT name FROM `tabBatch` WHERE name IN %(names)s", {"names": sorted(named)})
	for batch_no in sorted(named.keys() - {row["name"] for row in rows}):
		row = named[batch_no]
		values = {"name": batch_no, "batch_id": batch_no, "item": row["item_code"]}
		ctx.documents.create("Batch", {**values, "expiry_date": row["expiry_date"]})
