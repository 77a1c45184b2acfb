"""How many rounds a long proof runs: few in ``make test``, all of them in ``make soak``.

``tests/run.py`` sets both variables, and prints at its end how many rounds each proof ran.
"""

import os

SOAK = os.environ.get("INVENTORY_MIDPLATFORM_SOAK") == "1"
REPORT = os.environ.get("INVENTORY_MIDPLATFORM_ROUNDS")
"""The file where the rounds are noted, or None."""


def rounds(what: str, few: int, full: int) -> int:
	"""Return ``full`` in a soak, else ``few``, and note the number. Call it where the rounds run, not on import."""
	number = full if SOAK else few
	if REPORT:
		with open(REPORT, "a", encoding="utf-8") as report:
			report.write(f"{what}: {number} of {full}\n")
	return number
