"""Outbound Orders as storekeepers see them: the list of tasks, and one order with its lines and picks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from pypika import Order, Table
from pypika.terms import ExistsCriterion

from inventory_midplatform.domain.outbound import OUTBOUND, TO_ACCEPT, TO_CHECK, TO_PICK, TO_SHIP
from inventory_midplatform.domain.quantity import ZERO, from_store
from inventory_midplatform.domain.waves import WAVE
from inventory_midplatform.ports import Context, Row
from inventory_midplatform.query import Criterion, Query, compiled, contains, table, value
from inventory_midplatform.reporting import tasks
from inventory_midplatform.services import masters
from inventory_midplatform.services.flows import steps
from inventory_midplatform.services.outbound import in_staging, orders, posted, written_off
from inventory_midplatform.services.outbound import lines as order_lines

_QUANTITIES = """
SELECT parent, COUNT(*) AS line_count, SUM(CASE WHEN picked_qty >= qty THEN 1 ELSE 0 END) AS lines_picked,
	SUM(qty) AS qty, SUM(picked_qty) AS picked_qty
FROM `tabOutbound Order Line` WHERE parent IN %(names)s GROUP BY parent
"""

_RESERVED = """
SELECT demand_type, demand_name, warehouse, SUM(reserved_qty) AS reserved FROM `tabInventory Reservation`
WHERE demand_type IN %(types)s AND demand_name IN %(names)s AND status IN ('Reserved', 'Partially Reserved')
GROUP BY demand_type, demand_name, warehouse
"""

_ALLOCATED = """
SELECT r.demand_line, a.item_code, a.bin, wb.bin_code, wb.zone, wb.sequence, wb.is_staging, a.batch_no,
	batch.expiry_date, a.qty
FROM `tabInventory Reservation` r
JOIN `tabBin Allocation` a ON a.reservation = r.name
JOIN `tabWarehouse Bin` wb ON wb.name = a.bin
LEFT JOIN `tabBatch` batch ON batch.name = a.batch_no
WHERE r.demand_type = %(source_type)s AND r.demand_name = %(source_name)s AND r.warehouse = %(warehouse)s
ORDER BY wb.sequence, wb.bin_code, a.item_code, a.batch_no
"""

_PICKED = """
SELECT pick.line, pick.item_code, pick.from_bin AS bin, wb.bin_code, wb.zone, wb.sequence, pick.batch_no,
	batch.expiry_date, SUM(pick.qty - pick.returned_qty) AS qty
FROM `tabOutbound Pick` pick
JOIN `tabWarehouse Bin` wb ON wb.name = pick.from_bin
LEFT JOIN `tabBatch` batch ON batch.name = pick.batch_no
WHERE pick.outbound_order = %(name)s AND pick.qty > pick.returned_qty
GROUP BY pick.line, pick.item_code, pick.from_bin, wb.bin_code, wb.zone, wb.sequence, pick.batch_no, batch.expiry_date
ORDER BY wb.sequence, wb.bin_code, pick.item_code, pick.batch_no
"""

_PACKED = """
SELECT line.idx, pick.item_code, line.item_name, line.stock_uom, pick.batch_no, pick.serial_no,
	pick.qty - pick.returned_qty AS qty
FROM `tabOutbound Pick` pick JOIN `tabOutbound Order Line` line ON line.name = pick.line
WHERE pick.outbound_order = %(name)s AND pick.qty > pick.returned_qty
ORDER BY line.idx, pick.batch_no, pick.serial_no
"""

_BINS = "SELECT name, bin_code, zone, sequence FROM `tabWarehouse Bin` WHERE name IN %(bins)s"

_BATCHES = "SELECT name, expiry_date FROM `tabBatch` WHERE name IN %(batches)s"

_ITEMS = """
SELECT name, has_batch_no, has_serial_no, image FROM `tabItem` WHERE name IN %(items)s
"""

_BARCODES = """
SELECT code.parent, code.barcode, code.uom, COALESCE(conversion.conversion_factor, 1) AS factor
FROM `tabItem Barcode` code
LEFT JOIN `tabUOM Conversion Detail` conversion ON conversion.parent = code.parent AND conversion.uom = code.uom
WHERE code.parent IN %(items)s ORDER BY code.parent, code.idx
"""


def list_tasks(
	ctx: Context,
	*,
	warehouse: str = "",
	mine: bool = False,
	state: str = "",
	search: str = "",
	outside_waves: bool = False,
	limit: int = 50,
	offset: int = 0,
) -> Row:
	"""Return a page of open Outbound Orders this user may see: by priority, due date and age. Changes nothing.

	``search`` is a part of the order's, the document's or the customer's name. ``outside_waves`` leaves out orders that
	are picked and packed with an open wave. Raises what :mod:`masters` raises.
	"""
	t = table(OUTBOUND.doctype)
	query = Query.from_(t).select(
		t.name,
		t.state,
		t.warehouse,
		t.source_type,
		t.source_name,
		t.customer,
		t.due,
		t.priority,
		t.assignee,
		t.on_hold_reason,
		t.stock_status,
		t.creation,
	)
	query = tasks.limited(
		ctx,
		query,
		t,
		OUTBOUND,
		state=state,
		warehouse=warehouse,
		mine=mine,
		search=search,
		searched=contains(t.customer, search),
	)
	if outside_waves:
		query = query.where(_goes_by_itself(t))
	query = query.orderby(t.priority, order=Order.desc).orderby(t.due).orderby(t.creation).orderby(t.name)
	rows = ctx.store.rows(*compiled(query.limit(limit + 1).offset(offset)))
	page = rows[:limit]
	return {"tasks": _with_progress(ctx, page), "has_more": len(rows) > limit}


def _goes_by_itself(t: Table) -> Criterion:
	"""Return the condition that an order is not worked on with an open wave; what left a wave has none."""
	with_wave = [value(state) for state in (TO_ACCEPT, TO_PICK, TO_CHECK, TO_SHIP)]
	wave = table(WAVE.doctype)
	final = [value(state) for state in sorted(WAVE.final)]
	done = Query.from_(wave).select(wave.name).where(wave.name == t.wave).where(wave.state.isin(final))
	return t.wave.isnull() | (t.wave == value("")) | t.state.notin(with_wave) | ExistsCriterion(done)


def list_staging(
	ctx: Context,
	*,
	warehouse: str = "",
	item_code: str = "",
	min_hours: int = 0,
	limit: int = 50,
	offset: int = 0,
) -> Row:
	"""Return a page of what is in staging in warehouses this user may see, the oldest first. Changes nothing.

	``min_hours`` leaves out what is there for less. Raises what :mod:`masters` raises.
	"""
	place = masters.known_warehouse(ctx, warehouse) if warehouse else ""
	rows = in_staging.list_staging(ctx, place, ctx.identity.warehouses)
	found = [row for row in rows if row["hours"] >= min_hours and item_code in ("", row["item_code"])]
	return {"rows": found[offset : offset + limit], "has_more": len(found) > offset + limit}


def _with_progress(ctx: Context, page: Sequence[Row]) -> list[Row]:
	if not page:
		return []
	names = [task["name"] for task in page]
	progress = {row["parent"]: row for row in ctx.store.rows(_QUANTITIES, {"names": names})}
	about = {
		"types": sorted({task["source_type"] for task in page}),
		"names": sorted({task["source_name"] for task in page}),
	}
	reserved = {
		(row["demand_type"], row["demand_name"], row["warehouse"]): from_store(row["reserved"])
		for row in ctx.store.rows(_RESERVED, about)
	}
	now = ctx.clock.now()
	found = []
	for task in page:
		of = progress.get(task["name"], {})
		next_ = steps.next_steps(ctx, OUTBOUND, task["state"])
		found.append(
			{
				**{k: task[k] for k in ("name", "state", "warehouse", "source_type", "source_name", "due")},
				"customer": task["customer"] or "",
				"priority": task["priority"] or 0,
				"assignee": task["assignee"] or "",
				"on_hold_reason": task["on_hold_reason"] or "",
				"created": task["creation"],
				"next_step": next_[0]["step"] if next_ else "",
				"lines": int(of.get("line_count") or 0),
				"lines_picked": int(of.get("lines_picked") or 0),
				"qty": from_store(of.get("qty")),
				"picked_qty": from_store(of.get("picked_qty")),
				"ready": written_off.is_on_hold(task)
				or reserved.get((task["source_type"], task["source_name"], task["warehouse"]), ZERO) > 0,
				"waiting_minutes": waiting_minutes(now, task["creation"]),
			}
		)
	return found


def waiting_minutes(now: datetime, since: datetime) -> int:
	"""Return how long something waits, in whole minutes."""
	return max(int((now - since).total_seconds() // 60), 0)


def get(ctx: Context, name: str) -> Row:
	"""Return an order with its lines and picks, in stock UOM; while it is to be checked, without quantities.

	Raises NotFound (``unknown_document``) or NotPermitted.
	"""
	order = steps.read(ctx, OUTBOUND, name)
	lines = orders.lines_of(ctx, name)
	picks = _picks(ctx, order, lines)
	blind = order["state"] == TO_CHECK
	return {
		**{
			k: order[k] or ""
			for k in (
				"name",
				"state",
				"warehouse",
				"company",
				"source_type",
				"source_name",
				"customer",
				"assignee",
				"staging_bin",
				"delivery_doctype",
				"delivery_document",
				"carrier",
				"tracking_no",
				"on_hold_reason",
				"stock_status",
				"wave",
			)
		},
		"cell": order["cell"] or 0,
		"due": order["due"],
		"priority": order["priority"] or 0,
		"is_posted": bool(order["is_posted"]),
		"created": order["creation"],
		"staging_bin_code": _bin_code(ctx, order["staging_bin"]),
		"next_steps": steps.next_steps(ctx, OUTBOUND, order["state"]),
		"lines": _lines(ctx, order, lines, picks, blind),
		"picks": [] if blind else picks,
	}


def packed(ctx: Context, name: str) -> list[Row]:
	"""Return what is picked for an order and not put back, by line and batch, with its serial numbers; in stock UOM.

	Raises NotFound (``unknown_document``) or NotPermitted.
	"""
	steps.read(ctx, OUTBOUND, name)
	found: dict[tuple[int, str], Row] = {}
	for row in ctx.store.rows(_PACKED, {"name": name}):
		key = (int(row["idx"]), row["batch_no"] or "")
		line = found.setdefault(
			key,
			{
				**{k: row[k] for k in ("item_code", "item_name", "stock_uom")},
				"batch_no": key[1],
				"qty": ZERO,
				"serial_nos": [],
			},
		)
		line["qty"] += from_store(row["qty"])
		line["serial_nos"] += [row["serial_no"]] if row["serial_no"] else []
	return list(found.values())


def _bin_code(ctx: Context, bin: str | None) -> str:
	if not bin:
		return ""
	rows = ctx.store.rows("SELECT bin_code FROM `tabWarehouse Bin` WHERE name = %(bin)s", {"bin": bin})
	return str(rows[0]["bin_code"]) if rows else ""


def _picks(ctx: Context, order: Row, lines: Sequence[Row]) -> list[Row]:
	"""Return what is to be picked, in walking order, then what is picked and from where."""
	by_row = {(line["source_row"] or "", line["item_code"]): line["name"] for line in lines}
	to_pick: list[Row] = []
	if order["is_posted"]:
		to_pick = _of_bins(ctx, posted.to_pick(ctx, order, lines))
	elif order["state"] not in (TO_ACCEPT, TO_PICK):
		pass  # what is allocated in a later state is of a further order of the same document
	elif written_off.is_on_hold(order):
		to_pick = _of_bins(ctx, written_off.to_pick(ctx, order, lines))
	else:
		allocated = [
			_pick(row, by_row[key], done=False)
			for row in ctx.store.rows(_ALLOCATED, order)
			if not row["is_staging"] and (key := (row["demand_line"] or "", row["item_code"])) in by_row
		]
		to_pick = _own(ctx, order, lines, allocated)
	picked = ctx.store.rows(_PICKED, {"name": order["name"]})
	return to_pick + [_pick(row, row["line"], done=True) for row in picked]


def _own(ctx: Context, order: Row, lines: Sequence[Row], picks: Sequence[Row]) -> list[Row]:
	"""Return the picks that are this order's: of one row's allocations, earlier orders of the document have the first."""
	left = {line["name"]: max(line["qty"] - line["picked_qty"], ZERO) for line in lines}
	proposed = dict.fromkeys(left, ZERO)
	for pick in picks:
		proposed[pick["line"]] += pick["qty"]
	if all(proposed[line] <= left[line] for line in left):
		return list(picks)
	rows = {(line["source_row"] or "", line["item_code"]): line["name"] for line in lines}
	skipped = dict.fromkeys(left, ZERO)
	for other in order_lines.left_to_pick(ctx, [order], {order["source_name"]}):
		line = rows.get((other["source_row"] or "", other["item_code"]))
		if line and other["source_type"] == order["source_type"] and other["name"] < order["name"]:
			skipped[line] += other["left_qty"]
	own = []
	for pick in picks:
		line = pick["line"]
		of_others = min(pick["qty"], skipped[line])
		skipped[line] -= of_others
		qty = min(pick["qty"] - of_others, left[line])
		left[line] -= qty
		if qty:
			own.append({**pick, "qty": qty})
	return own


def _of_bins(ctx: Context, found: Sequence[Row]) -> list[Row]:
	"""Return picks to make with what a storekeeper needs to know of their bins and batches."""
	bins = (
		{row["name"]: row for row in ctx.store.rows(_BINS, {"bins": [p["bin"] for p in found]})}
		if found
		else {}
	)
	batches = [p["batch_no"] for p in found if p["batch_no"]]
	expiry = (
		{r["name"]: r["expiry_date"] for r in ctx.store.rows(_BATCHES, {"batches": batches})}
		if batches
		else {}
	)
	return [
		_pick({**bins[p["bin"]], **p, "expiry_date": expiry.get(p["batch_no"])}, p["line"], done=False)
		for p in found
	]


def _pick(row: Row, line: str, done: bool) -> Row:
	return {
		"line": line,
		**{k: row[k] for k in ("item_code", "bin", "bin_code", "expiry_date")},
		"zone": row["zone"] or "",
		"sequence": row["sequence"] or 0,
		"batch_no": row["batch_no"] or "",
		"qty": from_store(row["qty"]),
		"done": done,
	}


def item_facts(ctx: Context, item_codes: Iterable[str]) -> dict[str, Row]:
	"""Return image, has_batch_no, has_serial_no and barcodes of items: what a page shows and compares scans with."""
	items = sorted(set(item_codes))
	barcodes: dict[str, list[Row]] = defaultdict(list)
	for row in ctx.store.rows(_BARCODES, {"items": items}) if items else ():
		barcodes[row["parent"]].append(
			{"barcode": row["barcode"], "uom": row["uom"] or "", "factor": from_store(row["factor"])}
		)
	return {
		row["name"]: {
			"image": row["image"] or "",
			"has_batch_no": bool(row["has_batch_no"]),
			"has_serial_no": bool(row["has_serial_no"]),
			"barcodes": barcodes[row["name"]],
		}
		for row in (ctx.store.rows(_ITEMS, {"items": items}) if items else ())
	}


def _lines(ctx: Context, order: Row, lines: Sequence[Row], picks: Sequence[Row], blind: bool) -> list[Row]:
	facts = item_facts(ctx, {line["item_code"] for line in lines})
	to_pick: dict[str, object] = defaultdict(lambda: ZERO)
	for pick in picks:
		if not pick["done"]:
			to_pick[pick["line"]] += pick["qty"]
	return [
		{
			"line": line["name"],
			"item_code": line["item_code"],
			"item_name": line["item_name"] or line["item_code"],
			"stock_uom": line["stock_uom"],
			**facts[line["item_code"]],
			"qty": None if blind else line["qty"],
			"picked_qty": None if blind else line["picked_qty"],
			"to_pick_qty": None if blind else to_pick[line["name"]],
			"short_qty": line["short_qty"],
			"checked_qty": line["checked_qty"],
		}
		for line in lines
	]


def find(ctx: Context, code: str) -> Row | None:
	"""Return the Outbound Order of this name, or the open one for a document of this name."""
	return tasks.find(ctx, OUTBOUND, code)
