"""The day that was promised for each row of a Sales Order: its delivery date when it was submitted, which later changes of
the date do not move. On time is judged by it.
"""

from inventory_midplatform.ports import Context

_RECORD = """
UPDATE `tabSales Order Item` SET inventory_promised_on = delivery_date
WHERE inventory_promised_on IS NULL AND delivery_date IS NOT NULL AND docstatus < 2 AND {which}
"""


def record(ctx: Context, order: str) -> None:
	"""Record the days of a submitted order's rows that have none yet; a row added later is promised when it is added."""
	ctx.store.execute(_RECORD.format(which="parent = %(order)s"), {"order": order})


def record_all(ctx: Context) -> None:
	"""Record the days of all submitted orders, of which nothing better than the delivery date now is known."""
	ctx.store.execute(_RECORD.format(which="docstatus = 1"))
