"""Inspection: what was received in status Quality is accepted, or rejected and stays on hold."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.inbound import (
	BLOCKED,
	DAMAGED,
	DONE,
	INBOUND,
	QUALITY,
	TO_INSPECT,
	TO_PUT_AWAY,
)
from inventory_midplatform.domain.photo import Photo
from inventory_midplatform.domain.position import AVAILABLE
from inventory_midplatform.domain.quantity import ZERO, to_text
from inventory_midplatform.domain.reason import Reason
from inventory_midplatform.ports import Context, QualityFound, Row, Voucher
from inventory_midplatform.services import modules, operation_log
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.inbound import inspections, orders, receiving, rejects
from inventory_midplatform.services.inbound.inspections import Said
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.locations import reject_bins, stock_status
from inventory_midplatform.services.locations.stock_in_bin import StockInBin

RECEIPTS_OF_SUPPLIERS = ("Purchase Receipt", "Purchase Invoice", "Subcontracting Receipt")


@dataclass(frozen=True)
class Inspection:
	"""What an inspector says of a line. Quantities in stock UOM; a serial number is named on the side where it belongs."""

	line: str
	accepted: Decimal = ZERO
	rejected: Decimal = ZERO
	destroyed: Decimal = ZERO
	"""Found bad, and destroyed on the spot: rejected as Damaged, and to be written off."""
	batch_no: str = ""
	accepted_serial_nos: Sequence[str] = ()
	rejected_serial_nos: Sequence[str] = ()
	destroyed_serial_nos: Sequence[str] = ()
	reason: str = ""
	rejected_as: str = BLOCKED
	"""The stock status that rejected stock gets."""
	photo: Photo | None = None
	by_sample: bool = False
	"""It was said of the line's sample: where that is good, all of the line is accepted."""
	readings: Mapping[str, Sequence[str]] = field(default_factory=dict)
	"""What was read of each parameter of the item's Quality Inspection Template."""

	@property
	def outcomes(self) -> list["Outcome"]:
		all_ = (
			("accepted_qty", "accepted_qty", AVAILABLE, self.accepted, self.accepted_serial_nos),
			("rejected_qty", "rejected_qty", self.rejected_as, self.rejected, self.rejected_serial_nos),
			("destroyed_qty", "rejected_qty", DAMAGED, self.destroyed, self.destroyed_serial_nos),
		)
		return [Outcome(*each, self.batch_no) for each in all_ if each[3]]


@dataclass(frozen=True)
class Outcome:
	"""What becomes of a part of a line."""

	said_as: str
	"""The field of the inspection's record."""
	column: str
	"""The field of the line. What was destroyed was rejected."""
	to_status: str
	qty: Decimal
	serial_nos: Sequence[str]
	batch_no: str


def inspect(ctx: Context, name: str, inspection: Inspection) -> Reason:
	"""Accept, reject and destroy parts of a line. What is accepted becomes available and fills who waits; the rest stays on
	hold, in the reject bin where the warehouse has one. Of what is destroyed the write-off is requested; when all is
	inspected the return of what was rejected is drafted.

	Locks the order, then the position. Raises Conflict ``not_to_inspect``, ``more_than_left``, InvalidInput
	``nothing_inspected``, ``missing_argument`` (a rejection needs its reason), ``batch_needed``, and what
	:func:`stock_status.change_status` and :func:`rejects.request_write_off` raise.
	"""
	modules.require(ctx, "inbound")
	order = steps.begin(ctx, INBOUND, name, "inspect")
	line = orders.line_named(ctx, name, inspection.line)
	_check(line, inspection)
	by_batch: dict[str, Said] = defaultdict(Said)
	outcomes = _by_sample(ctx, order, line, inspection) if inspection.by_sample else inspection.outcomes
	for outcome in outcomes:
		batch_no = _apply(ctx, order, line, outcome, inspection.reason)
		by_batch[batch_no].quantities[outcome.said_as] += outcome.qty
		if outcome.said_as == "rejected_qty":
			by_batch[batch_no].rejected_serial_nos = outcome.serial_nos
	quality_inspection = _record_quality(ctx, order, line, inspection, list(by_batch))
	write_off = ""
	if inspection.destroyed:
		write_off = rejects.request_write_off(ctx, order, line, inspection.destroyed, inspection.reason)
	inspections.record(
		ctx,
		order,
		line,
		by_batch,
		rejected_as=inspection.rejected_as if inspection.rejected else "",
		reason=inspection.reason,
		photo=inspections.attach_photo(ctx, name, inspection.photo),
		write_off=write_off,
		by_sample=int(inspection.by_sample),
		quality_inspection=quality_inspection,
	)
	orders.touch(ctx, name)
	state = _next_state(ctx, name)
	order = steps.read(ctx, INBOUND, name, locked=True)
	drafted, refused = rejects.draft_return(ctx, order) if state != TO_INSPECT else ("", None)
	steps.finish(ctx, INBOUND, order, "inspect", state, **({"purchase_return": drafted} if drafted else {}))
	receiving.notify_next(ctx, order, state if state != order["state"] else "")
	accepted = sum((o.qty for o in outcomes if o.column == "accepted_qty"), ZERO)
	return _done(line, replace(inspection, accepted=accepted), write_off, drafted, refused)


def _record_quality(
	ctx: Context, order: Row, line: Row, inspection: Inspection, batches: Sequence[str]
) -> str:
	"""Make the Quality Inspection of the books of what a supplier sent, where the item has a template; return its name.

	Raises InvalidInput (``unknown_parameter``) and what the books refuse.
	"""
	item_code = line["item_code"]
	parameters = ctx.books.quality_parameters([item_code]).get(item_code, [])
	unknown = sorted(set(inspection.readings) - {p.name for p in parameters})
	if unknown:
		raise InvalidInput(
			"The inspection of item {item_code} does not read {parameter}.",
			code="unknown_parameter",
			item_code=item_code,
			parameter=unknown[0],
		)
	if not parameters or order["receipt_doctype"] not in RECEIPTS_OF_SUPPLIERS:
		return ""
	bad = inspection.rejected + inspection.destroyed
	found = QualityFound(
		item_code,
		inspection.accepted + bad,
		not bad,
		inspection.readings,
		batches[0] if len(batches) == 1 else "",
		inspection.reason,
	)
	return ctx.books.record_quality(Voucher(order["receipt_doctype"], order["receipt_document"]), found)


def _by_sample(ctx: Context, order: Row, line: Row, inspection: Inspection) -> list[Outcome]:
	"""Return what is said of a line by its sample: all that is left is accepted, by batch; or the sample is what was said, and
	all the rest is to be inspected.

	Raises Conflict (``sample_rejected``, ``more_than_left``) or InvalidInput (``sample_incomplete``).
	"""
	if line["rejected_qty"]:
		raise Conflict(
			"Some of item {item_code} was rejected: all of it is to be inspected.",
			code="sample_rejected",
			item_code=line["item_code"],
		)
	bad = inspection.rejected + inspection.destroyed
	if inspection.accepted + bad < line["sample_qty"] - line["accepted_qty"]:
		raise InvalidInput(
			"The sample of item {item_code} is {sample}: say of all of it whether it is accepted.",
			code="sample_incomplete",
			item_code=line["item_code"],
			sample=to_text(line["sample_qty"] - line["accepted_qty"]),
		)
	if bad:
		orders.set_line(ctx, line["name"], sample_qty=line["received_qty"])
		return inspection.outcomes
	left: dict[str, list[Row]] = defaultdict(list)
	for row in orders.receipt_lines(ctx, order["name"], line["name"], locked=True):
		if orders.to_inspect_qty(row) > 0:
			left[row["batch_no"]].append(row)
	sums = {batch: sum((orders.to_inspect_qty(row) for row in rows), ZERO) for batch, rows in left.items()}
	if inspection.accepted > sum(sums.values(), ZERO):
		raise orders.more_than_left(line, sum(sums.values(), ZERO), inspection.accepted)
	return [
		Outcome(
			"accepted_qty",
			"accepted_qty",
			AVAILABLE,
			sums[batch],
			[row["serial_no"] for row in rows if row["serial_no"]],
			batch,
		)
		for batch, rows in left.items()
	]


def _apply(ctx: Context, order: Row, line: Row, outcome: Outcome, reason: str) -> str:
	"""Bring a part of a line to what was said of it; return its batch."""
	rows = orders.receipt_lines(ctx, order["name"], line["name"], locked=True)
	parts = [(row, orders.to_inspect_qty(row)) for row in rows]
	shared = orders.shares(line, parts, outcome.qty, outcome.batch_no, outcome.serial_nos)
	batch_no = str(shared[0][0]["batch_no"])
	warehouse = order["warehouse"]
	bin = bin_stock.unplaced_bins(ctx, [warehouse])[warehouse]
	stock = StockInBin(line["item_code"], warehouse, bin, outcome.qty, QUALITY, batch_no, outcome.serial_nos)
	to_bin = "" if outcome.to_status == AVAILABLE else reject_bins.reject_bin(ctx, warehouse)
	stock_status.change_status(ctx, stock, outcome.to_status, reason or order["name"], to_bin=to_bin)
	for row, part in shared:
		orders.add_to_receipt_line(ctx, row["name"], **{outcome.column: part})
	line[outcome.column] += outcome.qty
	orders.set_line(ctx, line["name"], **{outcome.column: line[outcome.column]})
	_log(ctx, order, line, outcome.qty, outcome.to_status, reason)
	return batch_no


def _done(line: Row, inspection: Inspection, write_off: str, drafted: str, refused: Reason | None) -> Reason:
	said = {
		"item_code": line["item_code"],
		"accepted": inspection.accepted,
		"rejected": inspection.rejected,
		"destroyed": inspection.destroyed,
	}
	if refused:
		return Reason(
			"{item_code}: {accepted} accepted, {rejected} rejected. The return is to be made by hand: {why}",
			**said,
			why=refused.sentence(),
		)
	if drafted:
		return Reason(
			"{item_code}: {accepted} accepted, {rejected} rejected. {draft} is drafted: it returns what was rejected.",
			**said,
			draft=drafted,
		)
	if write_off:
		return Reason(
			"{item_code}: {accepted} accepted, {rejected} rejected, {destroyed} destroyed: {request} asks to write it off.",
			**said,
			request=write_off,
		)
	return Reason("{item_code}: {accepted} accepted, {rejected} rejected.", **said)


def _check(line: Row, inspection: Inspection) -> None:
	if not line["to_inspect"]:
		raise Conflict(
			"Item {item_code} is not to be inspected.", code="not_to_inspect", item_code=line["item_code"]
		)
	if not inspection.outcomes:
		raise InvalidInput("Say how much is accepted or rejected.", code="nothing_inspected")
	if (inspection.rejected or inspection.destroyed) and not inspection.reason:
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument="reason")


def _log(ctx: Context, order: Row, line: Row, qty: Decimal, to_status: str, reason: str) -> None:
	operation_log.log(
		ctx,
		"Inspect",
		INBOUND.doctype,
		order["name"],
		item_code=line["item_code"],
		warehouse=order["warehouse"],
		qty=qty,
		from_value=QUALITY,
		to_value=to_status,
		reason=reason,
	)


def _next_state(ctx: Context, name: str) -> str:
	"""Return the state of an order in which a part was inspected."""
	lines = orders.lines_of(ctx, name, locked=True)
	if any(
		line["to_inspect"] and line["received_qty"] > line["accepted_qty"] + line["rejected_qty"]
		for line in lines
	):
		return TO_INSPECT
	return TO_PUT_AWAY if any(orders.to_put_away_qty(line) for line in lines) else DONE
