"""Inventory Alerts: something a person must look at. One open alert per kind, item and warehouse."""

from collections.abc import Collection

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.settlement.plan import BELOW_RESERVED as BELOW_RESERVED
from inventory_midplatform.domain.settlement.plan import ON_HOLD_TAKEN as ON_HOLD_TAKEN
from inventory_midplatform.ports import Context

LEDGER_CHECK = "Ledger Check"
BOOKS_DISCREPANCY = "Books Discrepancy"
EXPIRED_RESERVED = "Expired Stock Reserved"
COUNT_BIN = "Count Bin"
LONG_IN_STAGING = "Long in Staging"


def open_alert(ctx: Context, alert_type: str, item_code: str, warehouse: str, message: str) -> None:
	if not _open(ctx, alert_type, item_code, warehouse):
		ctx.documents.create(
			"Inventory Alert",
			{
				"alert_type": alert_type,
				"status": "Open",
				"item_code": item_code,
				"warehouse": warehouse,
				"message": message,
				"opened_at": ctx.clock.now(),
			},
		)


def close_alert(ctx: Context, alert_type: str, item_code: str, warehouse: str) -> None:
	for name in _open(ctx, alert_type, item_code, warehouse):
		ctx.documents.update("Inventory Alert", name, {"status": "Closed", "closed_at": ctx.clock.now()})


def close_resolved(ctx: Context, alert_type: str, still_wrong: Collection[Key]) -> None:
	"""Close the open alerts of a kind about items and warehouses that are right again."""
	rows = ctx.store.rows(
		"SELECT DISTINCT item_code, warehouse FROM `tabInventory Alert`"
		" WHERE alert_type = %(alert_type)s AND status = 'Open'",
		{"alert_type": alert_type},
	)
	for key in sorted((row["item_code"] or "", row["warehouse"] or "") for row in rows):
		if key not in still_wrong:
			close_alert(ctx, alert_type, *key)


def _open(ctx: Context, alert_type: str, item_code: str, warehouse: str) -> list[str]:
	rows = ctx.store.rows(
		"SELECT name FROM `tabInventory Alert` WHERE item_code = %(item_code)s AND warehouse = %(warehouse)s"
		" AND alert_type = %(alert_type)s AND status = 'Open'",
		{"alert_type": alert_type, "item_code": item_code, "warehouse": warehouse},
	)
	return [row["name"] for row in rows]
