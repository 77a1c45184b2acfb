"""Receipt layers of stock that was there before the ledger."""

from datetime import datetime, timedelta
from decimal import Decimal

from inventory_midplatform.domain.receipt_layers import Change, as_in_the_books, replayed

TODAY = datetime(2026, 11, 30, 12)
HERE, THERE = ("Nails", "Main"), ("Nails", "Branch")


def change(key: tuple[str, str], qty: int, days: int, voucher: str = "", batch: str = "") -> Change:
	return Change(key, Decimal(qty), TODAY - timedelta(days=days), batch, "Stock Entry", voucher, "row")


def ages(changes: list[Change]) -> dict[tuple[tuple[str, str], str, int], int]:
	"""Return (item and warehouse, batch, age in days) → what remains."""
	return {
		(key, batch, (TODAY.date() - day).days): int(qty)
		for key, layers in replayed(changes).of.items()
		for (batch, day), qty in layers.items()
		if qty
	}


def test_opening_stock_is_as_old_as_its_receipts() -> None:
	booked = [change(HERE, 10, 30, "A"), change(HERE, -4, 20, "B"), change(HERE, 5, 10, "C")]
	assert ages(as_in_the_books([change(HERE, 11, 0)], booked)) == {(HERE, "", 30): 6, (HERE, "", 10): 5}


def test_what_was_transferred_before_the_ledger_preserved_its_age() -> None:
	booked = [change(HERE, 10, 30, "A"), change(HERE, -10, 5, "B"), change(THERE, 10, 5, "B")]
	assert ages(as_in_the_books([change(THERE, 10, 0)], booked)) == {(THERE, "", 30): 10}


def test_what_the_books_do_not_explain_is_as_old_as_the_opening_stock() -> None:
	booked = [change(HERE, 10, 30, "A")]
	assert ages(as_in_the_books([change(HERE, 12, 3)], booked)) == {(HERE, "", 30): 10, (HERE, "", 3): 2}
	assert ages(as_in_the_books([change(HERE, 7, 3)], booked)) == {(HERE, "", 30): 7}


def test_batches_are_apart() -> None:
	booked = [change(HERE, 10, 30, "A", "early"), change(HERE, 5, 10, "B", "late")]
	opening = [change(HERE, 9, 0, batch="early"), change(HERE, 6, 0, batch="late")]
	expected = {(HERE, "early", 30): 9, (HERE, "late", 10): 5, (HERE, "late", 0): 1}
	assert ages(as_in_the_books(opening, booked)) == expected


def test_an_adjustment_that_the_books_do_not_have_stays_as_it_was() -> None:
	assert as_in_the_books([change(HERE, 2, 3)], []) == [change(HERE, 2, 3)]
	adjusted = as_in_the_books([change(HERE, 2, 3)], [change(THERE, 1, 9, "A")])
	assert change(HERE, 2, 3) in adjusted
