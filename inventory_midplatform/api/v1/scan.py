"""What a scanned or typed code is."""

from typing import Any

from inventory_midplatform.api import lookup_results as results
from inventory_midplatform.api.operation import Text, operation
from inventory_midplatform.ports import Context
from inventory_midplatform.reporting import lookup


@operation()
def look_up(ctx: Context, code: Text, warehouse: Text = "", supplier: Text = "") -> results.Lookup:
	"""What a code is: a bin, an item (by code, barcode or a supplier's part number, of `supplier` before any other), a batch,
	a serial number or an order; where its stock is and for whom. `kind` is "unknown" if nothing has the code.

	A barcode of 8, 12, 13 or 14 digits is the same product with any number of leading zeros. A GS1 message in brackets,
	"(01)…(10)…(17)…(21)…" or with the item's own code as (240), is the serial number or batch that it names, else its item.
	"""
	found: Any = lookup.look_up(ctx, code, warehouse, supplier)
	return found
