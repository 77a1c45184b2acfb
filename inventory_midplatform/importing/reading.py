"""A folder of CSV files, read row by row; a row that does not fit is kept with its number and the reason."""

import csv
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from inventory_midplatform.domain.errors import InvalidInput, NotFound
from inventory_midplatform.domain.quantity import ZERO

T = TypeVar("T")

NAME_LIMIT = 140
"""What a name column holds."""


@dataclass(frozen=True)
class Finding:
	"""A row that was left out, or taken otherwise than it stands. Rows are numbered as an editor does; 1 is the header."""

	file: str
	row: int
	code: str
	reason: str
	values: str
	"""The row as it stood."""


class Unfit(Exception):
	"""This row cannot be taken: a code to group by and a sentence a person understands."""

	def __init__(self, code: str, reason: str):
		super().__init__(reason)
		self.code = code
		self.reason = reason


class Line:
	"""One row of a file. Its methods raise Unfit for what they cannot take."""

	def __init__(self, file: str, row: int, values: dict[str, str]):
		self.file = file
		self.row = row
		self.values = values
		self.mended: list[Finding] = []

	def text(self, column: str, required: bool = True) -> str:
		value = self.values[column].strip()
		if required and not value:
			raise Unfit("missing", f"{column} is empty.")
		if len(value) > NAME_LIMIT:
			raise Unfit("too_long", f"{column} is longer than {NAME_LIMIT} characters.")
		return value

	def number(self, column: str) -> Decimal:
		"""A number of at least zero; an empty field is zero."""
		value = self.text(column, required=False) or "0"
		try:
			number = Decimal(value)
		except InvalidOperation:
			raise Unfit("not_a_number", f"{column} is {value!r}, which is no number.") from None
		if not number.is_finite():
			raise Unfit("not_a_number", f"{column} is {value!r}, which is no number.")
		if number < 0:
			raise Unfit("negative", f"{column} is {value}, below zero.")
		return number

	def whole(self, column: str) -> Decimal:
		"""A number of pieces, zero allowed."""
		number = self.number(column)
		if number % 1:
			raise Unfit("not_whole", f"{column} is {number}; pieces are counted whole.")
		return number.quantize(Decimal(1))

	def pieces(self, column: str) -> Decimal:
		"""At least one piece."""
		number = self.whole(column)
		if number == ZERO:
			raise Unfit("nothing", f"{column} is 0: nothing to take.")
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

	def mend(self, code: str, reason: str) -> None:
		"""Note that the row is taken, but not as it stands."""
		self.mended.append(self.finding(code, reason))

	def finding(self, code: str, reason: str) -> Finding:
		surplus = self.values.get(None, ())  # type: ignore[call-overload]
		texts = [value or "" for column, value in self.values.items() if column is not None]
		return Finding(self.file, self.row, code, reason, ",".join([*texts, *surplus]))


class Folder:
	"""The files of a folder, with the rows counted and what was found about them."""

	def __init__(self, path: Path):
		if not path.is_dir():
			raise NotFound("There is no folder {folder}.", code="unknown_folder", folder=str(path))
		self.path = path
		self.rows: dict[str, int] = {}
		self.rejected: list[Finding] = []
		self.mended: list[Finding] = []

	def take(
		self,
		file: str,
		columns: Sequence[str],
		make: Callable[[Line], T],
		key: Callable[[T], Hashable] | None = None,
	) -> list[T]:
		"""What ``make`` makes of each row. A row whose ``key`` an earlier one had is a duplicate and left out.

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
			self.mended += line.mended
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
