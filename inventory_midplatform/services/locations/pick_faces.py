"""Pick faces: the home bins of Storage Policies that are to be refilled from reserve bins, and their refills."""

from collections.abc import Sequence

from inventory_midplatform.domain import removal
from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.pick_faces import PickFace
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.services import masters
from inventory_midplatform.services.ledger import bin_stock
from inventory_midplatform.services.locations import bin_moves, storage_bins, storage_policies
from inventory_midplatform.services.locations.stock_in_bin import StockInBin

_FACES = """
SELECT policy.warehouse, policy.item_code, item.item_name, item.stock_uom, policy.fixed_bin AS bin,
	bin.bin_code, bin.zone, bin.sequence, bin.capacity_qty AS capacity,
	policy.pick_face_minimum AS minimum, policy.pick_face_maximum AS maximum,
	(SELECT COALESCE(SUM(s.qty), 0) FROM `tabBin Stock` s
		WHERE s.item_code = policy.item_code AND s.bin = bin.name AND s.stock_status = 'Available') AS on_hand,
	(SELECT COALESCE(SUM(s.allocated_qty), 0) FROM `tabBin Stock` s
		WHERE s.item_code = policy.item_code AND s.bin = bin.name AND s.stock_status = 'Available') AS allocated,
	(SELECT COALESCE(SUM(s.qty), 0) FROM `tabBin Stock` s WHERE s.bin = bin.name) AS filled,
	COALESCE(position.reserved, 0) - (SELECT COALESCE(SUM(s.allocated_qty), 0) FROM `tabBin Stock` s
		WHERE s.item_code = policy.item_code AND s.warehouse = policy.warehouse) AS to_allocate
FROM `tabStorage Policy` policy
JOIN `tabItem` item ON item.name = policy.item_code
JOIN `tabWarehouse Bin` bin ON bin.name = policy.fixed_bin
LEFT JOIN `tabStock Position` position
	ON position.item_code = policy.item_code AND position.warehouse = policy.warehouse
WHERE policy.disabled = 0 AND policy.pick_face_maximum > 0 AND bin.disabled = 0
"""

_RESERVE = """
	EXISTS (SELECT 1 FROM `tabBin Stock` s
		JOIN `tabWarehouse Bin` b ON b.name = s.bin
		LEFT JOIN `tabWarehouse Zone` z ON z.name = b.zone
		LEFT JOIN `tabBatch` batch ON batch.name = s.batch_no
		WHERE s.item_code = face.item_code AND s.warehouse = face.warehouse AND s.bin <> face.bin
			AND s.stock_status = 'Available' AND s.stock_owner = '' AND s.qty > s.allocated_qty
			AND b.is_staging = 0 AND b.disabled = 0 AND COALESCE(z.disabled, 0) = 0
			AND COALESCE(batch.disabled, 0) = 0 AND (batch.expiry_date IS NULL OR batch.expiry_date >= %(today)s))
"""

_DUE = f"""
SELECT * FROM ({_FACES}) face
WHERE (on_hand - allocated < minimum OR (on_hand - allocated < to_allocate AND on_hand - allocated < maximum))
	AND (capacity = 0 OR filled < capacity) AND {_RESERVE}
"""
"""Those that :class:`PickFace` calls due and that have room, where something is to refill them with."""

_ORDER = """
ORDER BY CASE WHEN on_hand - allocated < to_allocate THEN 0 ELSE 1 END, warehouse, sequence, bin_code, item_code
LIMIT %(limit)s OFFSET %(offset)s
"""
"""Those that orders wait for come first, then in walking order."""

_QUANTITIES = ("minimum", "maximum", "on_hand", "allocated", "to_allocate")


def list_due(ctx: Context, warehouse: str, item_code: str, limit: int, offset: int) -> Row:
	"""Return a page of pick faces that are to be refilled, of one warehouse or of all this user may see, of one item or of all.

	Each with ``refill_qty`` in stock UOM and the bins to refill it from, in the order of the item's removal strategy.
	Changes nothing. Raises what :mod:`masters` raises.
	"""
	place = masters.known_warehouse(ctx, warehouse) if warehouse else ""
	visible = ctx.identity.warehouses
	if visible is not None and not visible:
		return {"refills": [], "has_more": False}
	sql = _DUE
	sql += " AND warehouse = %(warehouse)s" if place else ""
	sql += " AND item_code = %(item_code)s" if item_code else ""
	sql += " AND warehouse IN %(visible)s" if visible is not None else ""
	about = {
		"today": ctx.clock.now().date(),
		"warehouse": place,
		"item_code": item_code,
		"visible": sorted(visible or ()),
		"limit": limit + 1,
		"offset": offset,
	}
	rows = ctx.store.rows(sql + _ORDER, about)
	return {"refills": _with_reserve(ctx, rows[:limit]), "has_more": len(rows) > limit}


def _with_reserve(ctx: Context, faces: Sequence[Row]) -> list[Row]:
	if not faces:
		return []
	keys: list[Key] = [(row["item_code"], row["warehouse"]) for row in faces]
	seen = storage_bins.by_name(ctx, {row["bin"] for row in faces}, {row["item_code"] for row in faces})
	contents = bin_stock.bin_contents(ctx, keys, locked=False)
	strategies = storage_policies.removal_strategies(ctx, keys)
	whole = masters.whole_units(ctx, {row["stock_uom"] for row in faces})
	codes = bin_stock.bin_codes(ctx, {c.bin for key in keys for c in contents[key]})
	today = ctx.clock.now().date()
	found = []
	for row, key in zip(faces, keys, strict=True):
		bin = seen.one_seen_by(row["bin"], row["item_code"], "")
		face = PickFace(**{column: from_store(row[column]) for column in _QUANTITIES}, bin=bin)
		reserve = [c for c in removal.pickable(contents[key], today) if c.bin != row["bin"]]
		qty = face.refill_qty(row["stock_uom"].casefold() in whole)
		removals, rest = removal.choose(reserve, qty, strategies.get(key, removal.NEAREST_BIN))
		found.append(
			{
				**{
					k: row[k] for k in ("warehouse", "item_code", "item_name", "stock_uom", "bin", "bin_code")
				},
				"zone": row["zone"] or "",
				"minimum": face.minimum,
				"maximum": face.maximum,
				"left": face.left,
				"to_allocate": face.to_allocate,
				"refill_qty": qty - rest,
				"from_bins": [
					{
						"bin": r.content.bin,
						"bin_code": codes[r.content.bin]["bin_code"],
						"batch_no": r.content.batch_no,
						"expiry_date": r.content.expiry_date,
						"qty": r.qty,
					}
					for r in removals
				],
			}
		)
	return found


def refill(ctx: Context, stock: StockInBin) -> Row:
	"""Move stock from a reserve bin into its item's pick face. Locks the position, then the bin stock.

	What speaks against the bin is in ``warnings``; the move is done. Raises Conflict (``no_pick_face``) and what
	:func:`bin_moves.move` raises.
	"""
	item = masters.stock_item(ctx, stock.item_code).item_code
	warehouse = masters.stock_warehouse(ctx, stock.warehouse).name
	face = storage_policies.policy_of(ctx, (item, warehouse))
	if not face.pick_face_maximum:
		raise Conflict(
			"Item {item_code} has no pick face in warehouse {warehouse}.",
			code="no_pick_face",
			item_code=item,
			warehouse=warehouse,
		)
	return bin_moves.move(ctx, stock, face.rules.fixed_bin, "Refill")
