"""What inspectors said of an order's receipt: a record of each inspection, by batch."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.domain.inbound import INBOUND
from inventory_midplatform.domain.photo import Photo
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.ports import Context, ReturnLine, Row

INSPECTION = "Inbound Inspection"
QUANTITIES = ("accepted_qty", "rejected_qty", "destroyed_qty")


@dataclass
class Said:
	"""What was said of one batch. Quantities in stock UOM, by their fields."""

	quantities: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
	rejected_serial_nos: Sequence[str] = ()


def attach_photo(ctx: Context, order: str, photo: Photo | None) -> str:
	"""Attach a photo to an order; return its address, '' of none."""
	if not photo:
		return ""
	file_name = f"inspection-{new_id()}.{photo.ending}"
	return ctx.documents.attach(INBOUND.doctype, order, file_name, photo.content)


def record(ctx: Context, order: Row, line: Row, by_batch: dict[str, Said], **about: str | int) -> None:
	"""Write what an inspector said of a line: a record for each batch."""
	ctx.store.insert(
		INSPECTION,
		[
			{
				"name": new_id(),
				"inbound_order": order["name"],
				"line": line["name"],
				"item_code": line["item_code"],
				"batch_no": batch_no,
				"warehouse": order["warehouse"],
				"receipt_document": order["receipt_document"],
				**{q: said.quantities[q] for q in QUANTITIES},
				"rejected_serial_nos": "\n".join(said.rejected_serial_nos),
				"inspected_by": ctx.identity.user,
				"inspected_at": ctx.clock.now(),
				**about,
			}
			for batch_no, said in by_batch.items()
		],
	)


def of_order(ctx: Context, order: Row) -> list[Row]:
	"""Return what inspectors said of an order's receipt, first things first; quantities in stock UOM."""
	rows = ctx.store.rows(
		"SELECT line, item_code, batch_no, by_sample, accepted_qty, rejected_qty, destroyed_qty, rejected_as, rejected_serial_nos,"
		" reason, photo, write_off, quality_inspection, inspected_by, inspected_at FROM `tabInbound Inspection`"
		" WHERE inbound_order = %(name)s AND receipt_document = %(receipt)s ORDER BY name",
		{"name": order["name"], "receipt": order["receipt_document"] or ""},
	)
	texts = ("batch_no", "rejected_as", "reason", "photo", "write_off", "quality_inspection")
	return [
		{
			**row,
			"by_sample": bool(row["by_sample"]),
			**{text: row[text] or "" for text in texts},
			**{q: from_store(row[q]) for q in QUANTITIES},
			"rejected_serial_nos": (row["rejected_serial_nos"] or "").splitlines(),
		}
		for row in rows
	]


def to_return(order_lines: Sequence[Row], said: Sequence[Row]) -> list[ReturnLine]:
	"""Return what of an order goes back to its supplier: all that was rejected, by line, batch and stock status."""
	source_rows = {line["name"]: line["source_row"] for line in order_lines}
	sums: dict[tuple[str, str, str, str], Decimal] = defaultdict(lambda: ZERO)
	serials: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
	for row in said:
		key = (row["line"], row["item_code"], row["batch_no"], row["rejected_as"])
		sums[key] += row["rejected_qty"]
		serials[key] += row["rejected_serial_nos"]
	return [
		ReturnLine(source_rows[key[0]], key[1], qty, key[2], tuple(serials[key]), key[3])
		for key, qty in sums.items()
		if qty
	]
