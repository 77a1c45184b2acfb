"""The flow of each row of a voucher."""

from decimal import Decimal

import pytest

from inventory_midplatform.domain.stock_flow import USAGE, Place, StockFlow, VoucherFlows

Rows = list[tuple[str, str, str, int]]
OUT_AND_IN: Rows = [("1", "A", "Stores", -2), ("1", "A", "Shop", 2)]
TAKES: Rows = [("1", "A", "Stores", -2), ("2", "B", "Stores", -1)]
MAKES: Rows = [("1", "A", "Stores", 2)]
BOTH: Rows = [("1", "A", "Stores", -2), ("2", "C", "Stores", 1)]


def flows(voucher_type: str, rows: Rows, turned: bool = False) -> list[str]:
	quantities: dict[Place, Decimal] = {
		(detail_no, item, place): Decimal(-qty if turned else qty) for detail_no, item, place, qty in rows
	}
	found = VoucherFlows(voucher_type, quantities)
	return [found.of(detail_no, item).value for detail_no, item, _, _ in rows]


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.parametrize(
	("voucher_type", "rows", "expected"),
	[
		("Purchase Receipt", MAKES, ["Purchase"]),
		("Purchase Invoice", MAKES, ["Purchase"]),
		# accepted and rejected in two warehouses: both came in
		("Purchase Receipt", [("1", "A", "Stores", 8), ("1", "A", "Rejects", 2)], ["Purchase", "Purchase"]),
		# from another company's warehouse, or by a delivery to one of one's own
		("Purchase Receipt", OUT_AND_IN, ["Transfer", "Transfer"]),
		("Delivery Note", OUT_AND_IN, ["Transfer", "Transfer"]),
		("Delivery Note", TAKES, ["Sale", "Sale"]),
		("Delivery Note", MAKES, ["Sale"]),
		("Sales Invoice", TAKES, ["Sale", "Sale"]),
		("POS Invoice", TAKES, ["Sale", "Sale"]),
		("Stock Entry", MAKES, ["Other"]),
		("Stock Entry", TAKES, ["Other", "Other"]),
		("Stock Entry", OUT_AND_IN, ["Transfer", "Transfer"]),
		("Stock Entry", BOTH, ["Production", "Production"]),
		# made of itself: no row has two sides
		("Stock Entry", [("1", "A", "Stores", -1), ("2", "A", "Stores", 1)], ["Production", "Production"]),
		("Stock Entry", [*OUT_AND_IN, ("2", "B", "Stores", -1)], ["Transfer", "Transfer", "Other"]),
		(
			"Stock Entry",
			[*OUT_AND_IN, ("2", "B", "Stores", -1), ("3", "C", "Stores", 1)],
			["Transfer", "Transfer", "Production", "Production"],
		),
		# rows without a number are not the two sides of one
		("Stock Entry", [("", "A", "Stores", -1), ("", "A", "Shop", 1)], ["Production", "Production"]),
		# nothing left of a side: it is none
		("Stock Entry", [("1", "A", "Stores", -1), ("1", "A", "Shop", 0)], ["Other", "Other"]),
		("Subcontracting Receipt", BOTH, ["Production", "Production"]),
		("Subcontracting Receipt", MAKES, ["Production"]),
		("Stock Reconciliation", [("1", "A", "Stores", -1), ("1", "A", "Shop", 1)], ["Count", "Count"]),
		("Asset Capitalization", TAKES, ["Other", "Other"]),
	],
)
def test_the_flow_of_each_row(voucher_type: str, rows: Rows, expected: list[str], cancelled: bool) -> None:
	assert flows(voucher_type, rows, turned=cancelled) == expected


def test_usage_is_no_transfer_no_count_and_no_purchase() -> None:
	assert set(StockFlow) - set(USAGE) == {StockFlow.PURCHASE, StockFlow.TRANSFER, StockFlow.COUNT}
