"""What counts as a number, in every place that reads one."""

from decimal import Decimal
from typing import Any

import pytest

from inventory_midplatform.domain.errors import Conflict, InvalidInput
from inventory_midplatform.domain.quantity import (
	LIMIT,
	has_rest,
	number_of,
	parse_quantity,
	require_below_limit,
)
from inventory_midplatform.importing.reading import Line, Unfit
from inventory_midplatform.services.requests import inventory_requests

NUMBERS: tuple[tuple[Any, str], ...] = (
	("10", "10"),
	(" 10 ", "10"),
	("+10", "10"),
	("0.5", "0.5"),
	(".5", "0.5"),
	("5.", "5"),
	("1e1", "10"),
	("25E-1", "2.5"),
	(10, "10"),
	(0.5, "0.5"),
	(Decimal("3.100"), "3.1"),
)

NO_NUMBERS: tuple[Any, ...] = (
	"1_0",
	"1_000.5",
	"1e1_0",
	"１２",
	"١٢",
	"१२",
	"1,5",
	"1 000",
	"0x10",
	"",
	" ",
	".",
	"e5",
	"1e",
	"--1",
	"twelve",
	"NaN",
	"sNaN",
	"nan123",
	"Infinity",
	"-inf",
	"1e99999999999999999999",
	float("nan"),
	float("inf"),
	Decimal("NaN"),
	Decimal("Infinity"),
	True,
	[1],
	{},
	b"1",
)

TOO_LARGE: tuple[Any, ...] = ("1e400", "1e999999999", 10**12, 10**5000, "9" * 5000, 1e300)


@pytest.mark.parametrize(("value", "expected"), NUMBERS)
def test_a_number_is_read_exactly(value: Any, expected: str) -> None:
	assert number_of(value) == Decimal(expected)
	assert parse_quantity(value) == Decimal(expected)
	assert inventory_requests._rate(value) == Decimal(expected)


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_only_python_calls_a_number_is_none(value: Any) -> None:
	assert number_of(value) is None
	with pytest.raises(InvalidInput) as raised:
		parse_quantity(value)
	assert raised.value.code == "invalid_quantity"


@pytest.mark.parametrize("value", [value for value in NO_NUMBERS if value not in ("",)])
def test_a_rate_is_a_number_too(value: Any) -> None:
	with pytest.raises(InvalidInput) as raised:
		inventory_requests._rate(value)
	assert (raised.value.code, raised.value.details["field"]) == ("invalid_quantity", "rate")


@pytest.mark.parametrize("value", [value for value in NO_NUMBERS if isinstance(value, str) and value.strip()])
def test_a_number_in_a_file_is_a_number_too(value: str) -> None:
	with pytest.raises(Unfit):
		Line("file", 1, {"column": value}).number("column")


@pytest.mark.parametrize("value", TOO_LARGE, ids=range(len(TOO_LARGE)))
def test_a_number_too_large_for_any_column_is_refused_with_a_short_value(value: Any) -> None:
	with pytest.raises(InvalidInput) as raised:
		parse_quantity(value)
	assert raised.value.code == "invalid_quantity"
	assert len(str(raised.value.details["value"])) <= 60


def test_a_sum_too_large_for_any_column_is_refused() -> None:
	require_below_limit(LIMIT - 1, 1 - LIMIT)
	for quantity in (LIMIT, -LIMIT):
		with pytest.raises(Conflict) as raised:
			require_below_limit(Decimal(1), quantity, item_code="BOLT")
		assert (raised.value.code, raised.value.details) == ("too_large", {"item_code": "BOLT"})


def test_more_digits_than_a_unit() -> None:
	unit = Decimal("0.001")
	assert has_rest(Decimal("0.4994"), unit)
	assert not has_rest(Decimal("0.499"), unit)
	assert not has_rest(Decimal("0.4994"), Decimal(0))
