"""What our labels say is read back as it was; frontend/src/scan/code.test.ts reads the same texts."""

from datetime import date

import pytest

from inventory_midplatform.domain.gs1 import Elements, read, write

DAY = date(2027, 11, 30)

LABELS = {
	"(01)09521234500018(10)B1(17)271130": Elements("09521234500018", "", "B1", "", DAY),
	"(01)09521234500018(21)SN-0042": Elements("09521234500018", "", "", "SN-0042"),
	"(240)SCL-500-1(10)LOT 17271130(17)271130(21)00042": Elements(
		"", "SCL-500-1", "LOT 17271130", "00042", DAY
	),
}


@pytest.mark.parametrize("text", LABELS)
def test_what_is_written_is_read(text: str) -> None:
	assert write(LABELS[text]) == text
	assert read(text) == LABELS[text]


def test_a_product_code_is_written_with_fourteen_digits() -> None:
	assert write(Elements("96385074", "A0312", "B1")) == "(01)00000096385074(10)B1"


@pytest.mark.parametrize(
	"said",
	[
		Elements(batch_no="B1"),
		Elements("9521234500019", batch_no="B1"),
		Elements(item_code="A" * 31, batch_no="B1"),
		Elements(item_code="A1", batch_no="B" * 21),
		Elements(item_code="A1", serial_no="S(10)1"),
		Elements(item_code="A1", batch_no="B|1"),
		Elements(item_code="螺丝-01", batch_no="B1"),
		Elements(item_code="A1", batch_no="B1 "),
	],
)
def test_nothing_is_written_that_a_scanner_would_read_otherwise(said: Elements) -> None:
	assert write(said) == ""


@pytest.mark.parametrize("year", [1999, 2050])
def test_a_day_of_another_century_is_left_out(year: int) -> None:
	assert write(Elements("", "A1", "B1", "", date(year, 1, 1))) == "(240)A1(10)B1"


@pytest.mark.parametrize(
	"text",
	["", "A0312", "A(10)B1", "(10)B1", "(01)09521234500019(10)B1", "(01)9521234500018", "()", "(01)"],
)
def test_what_is_no_message_of_goods(text: str) -> None:
	assert read(text) is None


@pytest.mark.parametrize(
	("date_text", "expected"),
	[("280200", date(2028, 2, 29)), ("990101", date(1999, 1, 1)), ("271301", None), ("2703", None)],
)
def test_dates(date_text: str, expected: date | None) -> None:
	found = read(f"(240)A1(17){date_text}")
	assert found is not None
	assert found.expiry == expected


def test_a_cases_message_names_what_is_in_it() -> None:
	found = read("(02)09521234500018(37)20(10)B1")
	assert found is not None
	assert (found.gtin, found.batch_no) == ("09521234500018", "B1")
