"""When an item is low, and how much is requested: the rules without a database."""

from decimal import Decimal
from typing import Any

import pytest

from inventory_midplatform.domain.replenishment import ITEM_REORDER, SAFETY_STOCK, Supply


def supply(level: str, threshold: str, source: str = ITEM_REORDER, **numbers: Any) -> Supply:
	quantities = {
		name: value if isinstance(value, bool) else Decimal(value) for name, value in numbers.items()
	}
	return Supply("Item", "Stores", Decimal(threshold), source, available=Decimal(level), **quantities)


@pytest.mark.parametrize(
	("level", "threshold", "source", "low"),
	[
		("9", "10", ITEM_REORDER, True),
		("10", "10", ITEM_REORDER, True),
		("10.000000001", "10", ITEM_REORDER, False),
		("0", "0", ITEM_REORDER, True),
		("9", "10", SAFETY_STOCK, True),
		("10", "10", SAFETY_STOCK, False),
	],
)
def test_low_at_a_reorder_level_and_below_a_safety_stock(
	level: str, threshold: str, source: str, low: bool
) -> None:
	assert supply(level, threshold, source, reorder_qty="30").is_low is low


def test_at_its_level_by_a_draft_it_is_not_low() -> None:
	assert not supply("4", "10", drafted="6", reorder_qty="30").is_low
	assert supply("4", "10", drafted="5", reorder_qty="30").is_low


def test_at_its_level_without_a_quantity_nothing_is_requested() -> None:
	assert not supply("10", "10").is_low
	assert supply("10", "10").suggested_qty == 0


@pytest.mark.parametrize(
	("numbers", "requested", "in_stock_uom"),
	[
		({"reorder_qty": "30"}, "30", "30"),
		({"reorder_qty": "3"}, "15", "15"),
		({"min_order_qty": "50"}, "50", "50"),
		({"reorder_qty": "30", "conversion_factor": "12"}, "2.5", "30"),
		({"reorder_qty": "30", "conversion_factor": "12", "whole_units": True}, "3", "36"),
		({"reorder_qty": "36", "conversion_factor": "12", "whole_units": True}, "3", "36"),
		({"conversion_factor": "7"}, "2.142857143", "15.000000001"),
	],
)
def test_the_quantity_in_the_unit_of_the_request(
	numbers: dict[str, Any], requested: str, in_stock_uom: str
) -> None:
	found = supply("5", "20", **numbers)
	assert (found.request_qty, found.suggested_qty) == (Decimal(requested), Decimal(in_stock_uom))
