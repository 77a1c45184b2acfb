"""A measure: what a figure of a report is called, in what unit it is, how it is made, and whether it is a cost."""

from dataclasses import dataclass

QUANTITY, VALUE, DAYS, SHARE, NUMBER = "stock UOM", "company currency", "days", "percent", "number"
DURATION, HOURS = "mean days", "hours"
"""Days and hours with a digit after the point."""

TURNS = "turns a year"
"""A number with digits after the point."""


@dataclass(frozen=True)
class Measure:
	"""A figure: ``name`` is its field, ``label`` its word, ``unit`` one of those above.

	``formula`` is a sentence for whoever reads the report, ``source`` names what it is made from. With ``is_cost`` only
	cost readers see it.
	"""

	name: str
	label: str
	unit: str
	formula: str
	source: str
	is_cost: bool = False
	context: str = ""
	"""Where the label alone has another meaning: the context in which it is translated."""
