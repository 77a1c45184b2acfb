"""Read a folder of CSV files row by row. A row that does not fit is noted with its number and the reason."""

import csv
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.domain.identifiers import NAME_LIMIT
from inventory_midplatform.domain.quantity import LIMIT, ZERO, number_of

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
	"""A row that was left out, or corrected. Rows are numbered as in an editor; 1 is the header."""

	file: str
	row: int
	code: str
	reason: str
	values: str
	"""The row as it was."""


class Unfit(Exception):
	"""A row cannot be used. ``code`` groups such rows, ``reason`` is a sentence for a person."""

	def __init__(self, code: str, reason: str):
		super().__init__(reason)
		self.code = code
		self.reason = reason


class Line:
	"""A row of a file. Its methods raise Unfit for values they cannot use."""

	def __init__(self, file: str, row: int, values: dict[str, str]):
		self.file = file
		self.row = row
		self.values = values
		self.corrected: list[Finding] = []

	def text(self, column: str, required: bool = True) -> str:
		value = self.values[column].strip()
		if required and not value:
			raise Unfit("missing", f"{column} is empty.")
		if len(value) > NAME_LIMIT:
			raise Unfit("too_long", f"{column} is longer than {NAME_LIMIT} characters.")
		return value

	def number(self, column: str) -> Decimal:
		"""Return a number of at least zero; an empty field is zero."""
		value = self.text(column, required=False) or "0"
		number = number_of(value)
		if number is None:
			raise Unfit("not_a_number", f"{column} is {value!r}, which is no number.")
		if number >= LIMIT:
			raise Unfit("not_a_number", f"{column} is {value}, which is too large.")
		if number < 0:
			raise Unfit("negative", f"{column} is {value}, below zero.")
		return number

	def whole(self, column: str) -> Decimal:
		"""Return a whole number of pieces, zero allowed."""
		number = self.number(column)
		if number % 1:
			raise Unfit("not_whole", f"{column} is {number}; pieces are counted whole.")
		return number.quantize(Decimal(1))

	def pieces(self, column: str) -> Decimal:
		"""Return a whole number of at least one piece."""
		number = self.whole(column)
		if number == ZERO:
			raise Unfit("nothing", f"{column} is 0: nothing to load.")
		return number

	def day(self, column: str) -> date:
		value = self.text(column)
		try:
			return date.fromisoformat(value)
		except ValueError:
			raise Unfit("not_a_date", f"{column} is {value!r}, which is no date (YYYY-MM-DD).") from None

	def one_of(self, column: str, known: Collection[str], code: str, what: str) -> str:
		value = self.text(column)
		if value not in known:
			raise Unfit(code, f"{what} {value} is not known.")
		return value

	def correct(self, code: str, reason: str) -> None:
		"""Note that the row is used, but corrected."""
		self.corrected.append(self.finding(code, reason))

	def finding(self, code: str, reason: str) -> Finding:
		surplus = self.values.get(None, ())  # type: ignore[call-overload]
		texts = [value or "" for column, value in self.values.items() if column is not None]
		return Finding(self.file, self.row, code, reason, ",".join([*texts, *surplus]))


class Folder:
	"""The files of a folder, with the number of rows, the rejected and the corrected ones."""

	def __init__(self, path: Path):
		if not path.is_dir():
			raise NotFound("There is no folder {folder}.", code="unknown_folder", folder=str(path))
		self.path = path
		self.rows: dict[str, int] = {}
		self.rejected: list[Finding] = []
		self.corrected: list[Finding] = []

	def read(
		self,
		file: str,
		columns: Sequence[str],
		make: Callable[[Line], T],
		key: Callable[[T], Hashable] | None = None,
	) -> list[T]:
		"""Return what ``make`` makes of each row. A row with the same ``key`` as an earlier one is left out as a duplicate.

		Raises NotFound where the file is missing, InvalidInput where it lacks a column or is not UTF-8.
		"""
		found: list[T] = []
		first: dict[Hashable, int] = {}
		self.rows[file] = 0
		for line in self._lines(file, columns):
			self.rows[file] += 1
			try:
				if None in line.values or None in line.values.values():
					raise Unfit("wrong_width", "The row has more or fewer fields than the header.")
				made = make(line)
				same = key(made) if key else None
				if key and same in first:
					raise Unfit("duplicate", f"The same as row {first[same]}.")
			except Unfit as unfit:
				self.rejected.append(line.finding(unfit.code, unfit.reason))
				continue
			first[same] = line.row
			found.append(made)
			self.corrected += line.corrected
		return found

	def _lines(self, file: str, columns: Sequence[str]) -> Iterator[Line]:
		path = self.path / file
		if not path.is_file():
			raise NotFound(
				"File {file} is missing in {folder}.", code="missing_file", file=file, folder=str(self.path)
			)
		with path.open(encoding="utf-8-sig", newline="") as stream:
			reader = csv.DictReader(stream)
			try:
				missing = [column for column in columns if column not in (reader.fieldnames or ())]
				if missing:
					raise InvalidInput(
						"File {file} has no column {columns}.",
						code="missing_column",
						file=file,
						columns=", ".join(missing),
					)
				for values in reader:
					yield Line(file, reader.line_num, values)
			except UnicodeDecodeError:
				raise InvalidInput("File {file} is not UTF-8 text.", code="not_utf8", file=file) from None
