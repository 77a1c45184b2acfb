from decimal import Decimal as D

import pytest

from inventory_midplatform.domain.process_loss import Process

MILLI = D("0.001")


@pytest.mark.parametrize(
	("percent", "whole", "started", "good"),
	[
		("0", True, "3", "3"),
		("0", False, "2.5", "2.5"),
		("0", False, "0.0005", "0.0005"),
		("10", False, "10", "9"),
		("10", True, "10", "9"),
		("10", True, "3", "2"),
		("10", True, "0.778", "0"),
		("10", True, "44.444", "40"),
		("10", False, "44.444", "40"),
		("12.5", False, "3", "2.625"),
		("100", False, "3", "0"),
	],
)
def test_what_comes_out(percent: str, whole: bool, started: str, good: str) -> None:
	assert Process(D(percent), whole, MILLI).comes_out(D(started)) == D(good)


@pytest.mark.parametrize(
	("percent", "whole", "good", "left", "started"),
	[
		("0", True, "3", "10", "3"),
		("10", False, "9", "10", "10"),
		("10", False, "4.5", "10", "5"),
		("10", True, "5", "10", "5.555"),
		("10", False, "5", "10", "5.556"),
		("10", True, "4", "4.444", "4.444"),
		("10", True, "2", "3", "3"),
		("10", False, "18", "10", "20"),
	],
)
def test_what_was_started(percent: str, whole: bool, good: str, left: str, started: str) -> None:
	assert Process(D(percent), whole, MILLI).started_for(D(good), D(left)) == D(started)


def test_parts_add_up_to_the_order() -> None:
	"""However often a little comes out, what is left at the end finishes the order."""
	process, left, parts = Process(D(10), True, MILLI), D(100), 0
	while (good := process.comes_out(left)) > 0:
		left -= process.started_for(min(good, D(7)), left)
		parts += min(good, D(7))
	assert (left, parts) == (0, 90)
