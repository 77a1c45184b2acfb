"""``ports.Store`` on SQLite and on MariaDB."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from inventory_midplatform.adapters.standalone import schema
from inventory_midplatform.domain.errors import Unavailable
from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.ports import Params, Row, SnapshotConflict
from inventory_midplatform.query import MARIADB_LOST, MARIADB_TRANSIENT, latest, merged
from inventory_midplatform.setup.indexes import forced

LOCK_WAIT_SECONDS = 3
LISTS = (list, tuple)
PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")


class SqlStore:
	"""The common part of both engines: standard columns, the form of statements, savepoints.

	One store is one connection and belongs to one thread.
	"""

	for_update = ""
	dialect = ""
	new = ""
	"""How an upsert writes the value that a column, ``{}``, would get if its row were new."""
	connection: Any

	def __init__(self) -> None:
		self.user = "Administrator"
		self.now: Callable[[], datetime] = datetime.now
		self._savepoints = count()

	# the port

	def rows(self, sql: str, params: Params | None = None) -> list[Row]:
		cursor = self._run(sql, params)
		names = [column[0] for column in cursor.description]
		return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

	def execute(self, sql: str, params: Params | None = None) -> int:
		return int(self._run(sql, params).rowcount)

	def insert(self, doctype: str, rows: Sequence[Row]) -> None:
		if rows:
			complete = self._complete(rows)
			self._many(_insert_sql(doctype, tuple(complete[0])), complete)

	def add(
		self,
		doctype: str,
		key: Sequence[str],
		rows: Sequence[Row],
		add: Sequence[str],
		put: Sequence[str] = (),
		span: tuple[str, str] | None = None,
		while_positive: str = "",
	) -> None:
		if rows:
			complete = self._complete(rows)
			changes = merged(self.new, tuple(add), (*put, "modified", "modified_by"), span, while_positive)
			sql = f"{_insert_sql(doctype, tuple(complete[0]))} {self._on_conflict(key)} {changes}"
			self._many(sql, complete)

	@contextmanager
	def savepoint(self) -> Iterator[None]:
		name = f"sp{next(self._savepoints)}"
		self._plain(f"SAVEPOINT {name}")
		try:
			yield
		except BaseException as error:
			if not self.is_transient(error):
				self._plain(f"ROLLBACK TO SAVEPOINT {name}")
				self._plain(f"RELEASE SAVEPOINT {name}")
			raise
		self._plain(f"RELEASE SAVEPOINT {name}")

	def through(self, doctype: str, columns: tuple[str, ...], alias: str = "") -> str:
		return f"`tab{doctype}` {alias}"

	def days_between(self, earlier: str, later: str) -> str:
		return f"DATEDIFF({later}, {earlier})"

	def latest(self, value: str, day: str) -> str:
		return latest(f"CONCAT({day}, {value})")

	def is_transient(self, error: BaseException) -> bool:
		raise NotImplementedError

	# transactions

	def begin(self, writes: bool) -> None:
		raise NotImplementedError

	def commit(self) -> None:
		self._plain("COMMIT")

	def rollback(self) -> None:
		raise NotImplementedError

	def close(self) -> None:
		self.connection.close()

	def create_schema(self) -> None:
		"""Create tables, columns and indexes that are missing; one read where nothing is."""
		existing = self._columns()
		mark = {"value": schema.fingerprint(self.dialect)}
		if "tabSingles" in existing and self.rows(
			"SELECT value FROM `tabSingles` WHERE doctype = 'Schema' AND field = 'fingerprint' AND value = %(value)s",
			mark,
		):
			return
		self.begin(writes=True)
		for table, column, sql in schema.statements(self.dialect):
			known = existing.get(table)
			if not column and known is not None and table:
				continue
			if column and (known is None or column in known):
				continue
			self._plain(sql)
		self.execute("DELETE FROM `tabSingles` WHERE doctype = 'Schema'")
		self.execute("INSERT INTO `tabSingles` VALUES ('Schema', 'fingerprint', %(value)s)", mark)
		self.commit()

	# inside

	def _columns(self) -> dict[str, set[str]]:
		"""Return the columns of each table that exists."""
		raise NotImplementedError

	def _on_conflict(self, key: Sequence[str]) -> str:
		raise NotImplementedError

	def _complete(self, rows: Sequence[Row]) -> list[Row]:
		now = self._moment(self.now())
		stamp = {"owner": self.user, "creation": now, "modified": now, "modified_by": self.user}
		return [{**stamp, **row, "name": row.get("name") or new_id()} for row in rows]

	def _moment(self, moment: datetime) -> Any:
		"""Return a moment as it is stored: once, for all columns and rows that it is written to."""
		return moment

	def _run(self, sql: str, params: Params | None) -> Any:
		raise NotImplementedError

	def _many(self, sql: str, rows: Sequence[Row]) -> None:
		raise NotImplementedError

	def _plain(self, sql: str) -> None:
		"""Run a statement without parameters, in which ``%`` is itself."""
		raise NotImplementedError


@lru_cache
def _insert_sql(doctype: str, columns: tuple[str, ...]) -> str:
	names, values = ", ".join(f"`{c}`" for c in columns), ", ".join(f"%({c})s" for c in columns)
	return f"INSERT INTO `tab{doctype}` ({names}) VALUES ({values})"


class SqliteStore(SqlStore):
	"""Decimals go in as REAL and every sum is rounded to nine digits; moments are text in ISO form, which sorts."""

	dialect = "sqlite"
	new = "excluded.`{}`"

	def __init__(self, path: str):
		super().__init__()
		self.connection = sqlite3.connect(
			path,
			timeout=LOCK_WAIT_SECONDS,
			isolation_level=None,
			detect_types=sqlite3.PARSE_DECLTYPES,
			check_same_thread=False,
		)
		self._plain("PRAGMA journal_mode = WAL")
		self._plain("PRAGMA synchronous = FULL")
		# the log is written back every 40 MB instead of 4; until then each commit syncs only the log
		self._plain("PRAGMA wal_autocheckpoint = 10000")
		self._plain("PRAGMA cache_size = -65536")

	def days_between(self, earlier: str, later: str) -> str:
		return f"CAST(JULIANDAY({later}) - JULIANDAY({earlier}) AS INTEGER)"

	def latest(self, value: str, day: str) -> str:
		return latest(f"{day} || {value}")

	def begin(self, writes: bool) -> None:
		if self.connection.in_transaction:
			self.rollback()
		self._plain("BEGIN IMMEDIATE" if writes else "BEGIN")

	def rollback(self) -> None:
		if self.connection.in_transaction:
			self._plain("ROLLBACK")

	def is_transient(self, error: BaseException) -> bool:
		if isinstance(error, sqlite3.OperationalError):
			return "locked" in str(error) or "busy" in str(error)
		return isinstance(error, sqlite3.IntegrityError) and "UNIQUE" in str(error)

	def _moment(self, moment: datetime) -> str:
		return moment.isoformat(sep=" ", timespec="microseconds")

	def _run(self, sql: str, params: Params | None) -> sqlite3.Cursor:
		values = params or {}
		lists = [(name, value) for name, value in values.items() if isinstance(value, LISTS)]
		for name, value in lists:
			values = {**values, **{f"{name}_{i}": v for i, v in enumerate(value)}}
		lengths = tuple([(name, len(value)) for name, value in lists])
		cursor: sqlite3.Cursor = self.connection.execute(_for_sqlite(sql, lengths), values)
		return cursor

	def _many(self, sql: str, rows: Sequence[Row]) -> None:
		self.connection.executemany(_for_sqlite(sql, ()), rows)

	def _plain(self, sql: str) -> None:
		self.connection.execute(sql)

	def _on_conflict(self, key: Sequence[str]) -> str:
		return f"ON CONFLICT ({', '.join(f'`{c}`' for c in key)}) DO UPDATE SET"

	def _columns(self) -> dict[str, set[str]]:
		found: dict[str, set[str]] = {}
		for table, column in self.connection.execute(
			"SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
		):
			found.setdefault(table, set()).add(column)
		return found


@lru_cache(maxsize=2000)
def _for_sqlite(sql: str, lengths: tuple[tuple[str, int], ...]) -> str:
	"""Return a statement with ``%(p)s`` as ``:p``, a list as ``(:p_0, :p_1, …)``, and ``%%`` as ``%``."""
	lists = dict(lengths)

	def replace(match: re.Match[str]) -> str:
		name = match.group(1)
		if name is None:
			return "%"
		if name in lists:
			return "(" + (", ".join(f":{name}_{i}" for i in range(lists[name])) or "NULL") + ")"
		return f":{name}"

	return PLACEHOLDER.sub(replace, sql)


sqlite3.register_adapter(Decimal, float)
sqlite3.register_adapter(datetime, lambda moment: moment.isoformat(sep=" ", timespec="microseconds"))
sqlite3.register_adapter(date, date.isoformat)
sqlite3.register_converter("DATETIME", lambda raw: datetime.fromisoformat(raw.decode()))
sqlite3.register_converter("DATE", lambda raw: date.fromisoformat(raw.decode()[:10]))


class MariaDbStore(SqlStore):
	"""MariaDB as on a site: REPEATABLE READ, rows locked by ``FOR UPDATE``, decimals of nine digits."""

	dialect = "mariadb"
	new = "VALUES(`{}`)"
	for_update = " FOR UPDATE"

	def through(self, doctype: str, columns: tuple[str, ...], alias: str = "") -> str:
		return forced(doctype, columns, alias)

	def __init__(self, **arguments: Any):
		super().__init__()
		import MySQLdb
		from MySQLdb.constants import CLIENT

		self._error = MySQLdb.Error
		with self._reaching():
			self.connection = MySQLdb.connect(
				charset="utf8mb4", autocommit=True, client_flag=CLIENT.FOUND_ROWS, **arguments
			)
		self._plain(f"SET SESSION innodb_lock_wait_timeout = {LOCK_WAIT_SECONDS}")
		self._plain("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
		self._plain("SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci")

	def begin(self, writes: bool) -> None:
		self._plain("START TRANSACTION" if writes else "START TRANSACTION READ ONLY")

	def rollback(self) -> None:
		self._plain("ROLLBACK")

	def is_transient(self, error: BaseException) -> bool:
		if isinstance(error, SnapshotConflict):
			return True
		return isinstance(error, self._error) and bool(error.args) and error.args[0] in MARIADB_TRANSIENT

	@contextmanager
	def _reaching(self) -> Iterator[None]:
		try:
			yield
		except self._error as error:
			if error.args and error.args[0] in MARIADB_LOST:
				raise Unavailable("The database cannot be reached; try again in a moment.") from error
			raise

	def _run(self, sql: str, params: Params | None) -> Any:
		cursor = self.connection.cursor()
		values = {k: _to_mariadb(v) for k, v in (params or {}).items()}
		with self._reaching():
			cursor.execute(sql, values)
		return cursor

	def _many(self, sql: str, rows: Sequence[Row]) -> None:
		values = [{k: _to_mariadb(v) for k, v in row.items()} for row in rows]
		with self._reaching():
			self.connection.cursor().executemany(sql, values)

	def _plain(self, sql: str) -> None:
		with self._reaching():
			self.connection.cursor().execute(sql)

	def _on_conflict(self, key: Sequence[str]) -> str:
		return "ON DUPLICATE KEY UPDATE"

	def _columns(self) -> dict[str, set[str]]:
		found: dict[str, set[str]] = {}
		for row in self.rows(
			"SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = DATABASE()"
		):
			found.setdefault(row["t"], set()).add(row["c"])
		return found


def _to_mariadb(value: Any) -> Any:
	if isinstance(value, Enum):
		return value.value
	if isinstance(value, list | tuple):
		return tuple(value) or (None,)
	return value


def opener(url: str) -> Callable[[], SqlStore]:
	"""Return a function that opens a connection to ``sqlite:///path`` or ``mysql://user:password@host:port/name?unix_socket=…``."""
	parts = urlsplit(url)
	if parts.scheme == "sqlite":
		path = unquote(parts.path)[1:]
		if not path:
			raise ValueError("name a file: sqlite:///relative/path or sqlite:////absolute/path")
		return lambda: SqliteStore(path)
	if parts.scheme in ("mysql", "mariadb"):
		socket = parse_qs(parts.query).get("unix_socket", [""])[0]
		where = (
			{"unix_socket": socket}
			if socket
			else {"host": parts.hostname or "127.0.0.1", "port": parts.port or 3306}
		)
		arguments = {
			"user": unquote(parts.username or ""),
			"password": unquote(parts.password or ""),
			"database": unquote(parts.path)[1:],
			**where,
		}
		return lambda: MariaDbStore(**arguments)
	raise ValueError(f"no database of this kind is known: {parts.scheme}")
