"""Reasons for a suggestion: sentences that can be translated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from inventory_midplatform.domain.quantity import to_text


@dataclass(frozen=True, init=False)
class Reason:
	"""An English template and its values, as text. It is translated before the values are filled in."""

	template: str
	values: dict[str, str]

	def __init__(self, template: str, /, **values: str | int | Decimal | date | datetime):
		object.__setattr__(self, "template", template)
		object.__setattr__(self, "values", {name: _text(value) for name, value in values.items()})

	def sentence(self, translate: Callable[[str], str] = str) -> str:
		return translate(self.template).format(**self.values)

	def as_dict(self) -> dict[str, object]:
		return {"sentence": self.sentence(), "template": self.template, "values": self.values}


def _text(value: str | int | Decimal | date | datetime) -> str:
	if isinstance(value, Decimal):
		return to_text(value)
	if isinstance(value, datetime):
		return value.isoformat(sep=" ", timespec="minutes")
	return str(value)
