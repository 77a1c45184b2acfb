"""Zones and bins: what makes one valid, and when a bin, warehouse or item may be deleted or merged."""

from collections.abc import Mapping
from typing import Any

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.identifiers import NAME_LIMIT
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.domain.reservation import OPEN_STATUSES
from inventory_midplatform.domain.text import require_plain, require_short
from inventory_midplatform.ports import Context
from inventory_midplatform.services import masters
from inventory_midplatform.services.ledger import snapshots
from inventory_midplatform.services.ledger.bin_stock import UNPLACED


def check_zone(ctx: Context, zone: Mapping[str, Any]) -> None:
	"""Check a zone that is about to be saved: its texts, and that its warehouse can hold stock.

	Raises InvalidInput (``missing_argument``, ``too_long``, ``markup``) or what
	:func:`masters.stock_warehouse` raises.
	"""
	_require_code(zone, "zone_code")
	_require_plain(zone, ("zone_code", "zone_name", "description"))
	warehouse = masters.stock_warehouse(ctx, zone.get("warehouse")).name
	_require_room_for_name(zone, "zone_code", warehouse)


def check_bin(ctx: Context, bin: Mapping[str, Any]) -> None:
	"""Check a bin that is about to be saved: its zone is in its own warehouse, and a warehouse has one Unplaced bin and one
	reject bin at most.

	Raises InvalidInput (``wrong_warehouse``, ``missing_argument``, ``too_long``, ``markup``) or Conflict
	(``reserved_code``, ``unplaced_stays``, ``duplicate_unplaced_bin``, ``unplaced_needed``, ``bin_not_empty``,
	``reject_bin_apart``, ``duplicate_reject_bin``).
	"""
	_require_code(bin, "bin_code")
	_require_plain(bin, ("bin_code", "barcode"))
	_check_unplaced(ctx, bin)
	if _ticked(bin.get("is_unplaced")):
		# A warehouse that was disabled may still hold stock, and so needs its Unplaced bin.
		warehouse = masters.known_warehouse(ctx, bin.get("warehouse"))
	else:
		warehouse = masters.stock_warehouse(ctx, bin.get("warehouse")).name
		_require_room_for_name(bin, "bin_code", warehouse)
	if bin.get("zone"):
		rows = ctx.store.rows(
			"SELECT warehouse FROM `tabWarehouse Zone` WHERE name = %(name)s", {"name": bin["zone"]}
		)
		if not rows or rows[0]["warehouse"] != warehouse:
			raise InvalidInput(
				"Zone {zone} is not in warehouse {warehouse}.",
				code="wrong_warehouse",
				zone=bin["zone"],
				warehouse=warehouse,
			)
	if _ticked(bin.get("is_unplaced")):
		if bin.get("disabled"):
			raise Conflict("The Unplaced bin of a warehouse is always needed.", code="unplaced_needed")
		if _other(ctx, "is_unplaced", bin, warehouse):
			raise Conflict(
				"Warehouse {warehouse} has an Unplaced bin already.",
				code="duplicate_unplaced_bin",
				warehouse=warehouse,
			)
	elif bin.get("disabled"):
		check_bin_is_empty(ctx, str(bin.get("name") or ""))
	if _ticked(bin.get("is_reject")):
		_check_reject(ctx, bin, warehouse)


def _check_reject(ctx: Context, bin: Mapping[str, Any], warehouse: str) -> None:
	"""A warehouse has one reject bin at most, and it is for nothing else."""
	if _ticked(bin.get("is_unplaced")) or _ticked(bin.get("is_staging")):
		raise Conflict("The reject bin is neither the Unplaced nor the staging bin.", code="reject_bin_apart")
	if other := _other(ctx, "is_reject", bin, warehouse):
		raise Conflict(
			"Warehouse {warehouse} has the reject bin {bin} already.",
			code="duplicate_reject_bin",
			warehouse=warehouse,
			bin=other,
		)


def _other(ctx: Context, flag: str, bin: Mapping[str, Any], warehouse: str) -> str:
	"""Return another bin of the warehouse that has this flag, "" where none has."""
	rows = ctx.store.rows(
		f"SELECT name FROM `tabWarehouse Bin` WHERE warehouse = %(warehouse)s AND {flag} = 1"
		" AND bin_code <> %(bin_code)s",
		{"warehouse": warehouse, "bin_code": bin["bin_code"]},
	)
	return str(rows[0]["name"]) if rows else ""


def _check_unplaced(ctx: Context, bin: Mapping[str, Any]) -> None:
	"""Refuse to make a bin the Unplaced bin later, or no longer, and to give its code to another bin."""
	rows = ctx.store.rows(
		"SELECT bin_code, is_unplaced FROM `tabWarehouse Bin` WHERE name = %(name)s",
		{"name": bin.get("name")},
	)
	if rows and _ticked(rows[0]["is_unplaced"]) != _ticked(bin.get("is_unplaced")):
		raise Conflict(
			"Whether a bin is the Unplaced bin of its warehouse cannot be changed.", code="unplaced_stays"
		)
	new_code = not rows or rows[0]["bin_code"] != bin["bin_code"]
	if new_code and not _ticked(bin.get("is_unplaced")) and _is_reserved(bin["bin_code"]):
		raise Conflict(
			"The code {bin_code} belongs to the Unplaced bin; choose another.",
			code="reserved_code",
			bin_code=bin["bin_code"],
		)


def _is_reserved(code: Any) -> bool:
	return str(code).strip().upper() == UNPLACED


def _ticked(value: Any) -> bool:
	return str(value or 0).strip() not in ("", "0")


def check_bin_is_empty(ctx: Context, name: str) -> None:
	"""Refuse to disable or delete a bin that holds stock. Raises Conflict (``bin_not_empty``)."""
	rows = ctx.store.rows(
		"SELECT item_code, qty FROM `tabBin Stock` WHERE bin = %(bin)s AND qty <> 0 LIMIT 1", {"bin": name}
	)
	if rows:
		raise Conflict(
			"Bin {bin} still holds {qty} of item {item_code}; move it first.",
			code="bin_not_empty",
			bin=name,
			item_code=rows[0]["item_code"],
			qty=from_store(rows[0]["qty"]),
		)


def delete_unused(ctx: Context, warehouse: str, with_history: bool = True) -> None:
	"""Delete the zero positions, the snapshots and the Unplaced bin of a warehouse without movements, so that it can be
	deleted. The books refuse it where they have entries of it.
	"""
	where = {"warehouse": warehouse}
	if ctx.store.rows("SELECT name FROM `tabStock Movement` WHERE warehouse = %(warehouse)s LIMIT 1", where):
		return
	ctx.store.execute(
		"DELETE FROM `tabStock Position` WHERE warehouse = %(warehouse)s AND on_hand = 0 AND reserved = 0 AND waiting = 0",
		where,
	)
	ctx.store.execute(
		"DELETE FROM `tabWarehouse Bin` WHERE warehouse = %(warehouse)s AND is_unplaced = 1", where
	)
	if with_history:
		snapshots.delete(ctx, "warehouse", warehouse)


def delete_unused_of_company(ctx: Context, company: str) -> None:
	"""Do the same for every warehouse of a company."""
	sql = "SELECT DISTINCT warehouse FROM `tabWarehouse Bin` WHERE company = %(company)s"
	for row in ctx.store.rows(sql, {"company": company}):
		delete_unused(ctx, row["warehouse"])


def delete_unused_item(ctx: Context, item_code: str) -> None:
	"""Delete the zero positions, snapshots and closed reservations of an item without movements, so that it can be deleted."""
	where = {"item_code": item_code, "open": OPEN_STATUSES}
	if ctx.store.rows("SELECT name FROM `tabStock Movement` WHERE item_code = %(item_code)s LIMIT 1", where):
		return
	ctx.store.execute(
		"DELETE FROM `tabInventory Reservation` WHERE item_code = %(item_code)s AND status NOT IN %(open)s",
		where,
	)
	ctx.store.execute(
		"DELETE FROM `tabStock Position` WHERE item_code = %(item_code)s AND on_hand = 0 AND on_hold = 0"
		" AND reserved = 0",
		where,
	)
	snapshots.delete(ctx, "item_code", item_code)


def check_warehouse_merge(ctx: Context, old: str) -> None:
	"""Refuse to merge a warehouse with movements or open reservations into another: bins are named by their warehouse.

	Deletes the Unplaced bin of an unused one. Raises Conflict (``warehouse_has_history``).
	"""
	used = ctx.store.rows(
		"SELECT name FROM `tabStock Movement` WHERE warehouse = %(warehouse)s"
		" UNION ALL SELECT name FROM `tabInventory Reservation` WHERE warehouse = %(warehouse)s"
		" AND status IN ('Reserved', 'Partially Reserved', 'Waiting') LIMIT 1",
		{"warehouse": old},
	)
	if used:
		raise Conflict(
			"Warehouse {warehouse} cannot be merged into another: stock moved in it or is reserved in it. Transfer its"
			" stock and disable it instead.",
			code="warehouse_has_history",
			warehouse=old,
		)
	delete_unused(ctx, old, with_history=False)


def _require_code(place: Mapping[str, Any], field: str) -> None:
	if not str(place.get(field) or "").strip():
		raise InvalidInput("{argument} is missing.", code="missing_argument", argument=field)


def _require_plain(place: Mapping[str, Any], fields: tuple[str, ...]) -> None:
	for field in fields:
		require_plain(str(place.get(field) or ""), field)


def _require_room_for_name(place: Mapping[str, Any], field: str, warehouse: str) -> None:
	"""The record's name is the code and, behind it, the warehouse."""
	require_short(str(place[field]), field, NAME_LIMIT - len(f" - {warehouse}"))
