"""The Store on a site's MariaDB, inside Frappe's own transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import frappe

from inventory_midplatform.domain.identifiers import new_id
from inventory_midplatform.ports import Params, Row, SnapshotConflict
from inventory_midplatform.query import MARIADB_LOST, MARIADB_TRANSIENT, latest, merged
from inventory_midplatform.setup.indexes import forced

LOCK_WAIT_SECONDS = 4
"""How long an operation waits for a lock, instead of MariaDB's fifty seconds."""


def wait_shortly() -> None:
	"""Wait for locks :data:`LOCK_WAIT_SECONDS` from now on, if an operation runs: ERPNext's own statements cannot say it. Runs
	a statement only the first time."""
	if frappe.flags.inventory_operation and not frappe.flags.inventory_waits_shortly:
		frappe.db.sql(f"SET SESSION innodb_lock_wait_timeout = {LOCK_WAIT_SECONDS}")
		frappe.flags.inventory_waits_shortly = True


def wait_as_usual() -> None:
	"""Wait for locks as long as Frappe does, after :func:`wait_shortly`."""
	if frappe.flags.inventory_waits_shortly:
		frappe.flags.inventory_waits_shortly = False
		frappe.db.sql("SET SESSION innodb_lock_wait_timeout = DEFAULT")


class SiteStore:
	"""In an operation each statement that may wait for a lock says for how long: setting it for the session, and taking that
	back, would be two more statements in every call."""

	@property
	def for_update(self) -> str:
		return f" FOR UPDATE WAIT {LOCK_WAIT_SECONDS}" if frappe.flags.inventory_operation else " FOR UPDATE"

	def through(self, doctype: str, columns: tuple[str, ...], alias: str = "") -> str:
		return forced(doctype, columns, alias)

	def days_between(self, earlier: str, later: str) -> str:
		return f"DATEDIFF({later}, {earlier})"

	def latest(self, value: str, day: str) -> str:
		return latest(f"CONCAT({day}, {value})")

	def rows(self, sql: str, params: Params | None = None) -> list[Row]:
		return list(frappe.db.sql(sql, dict(params or {}), as_dict=True))

	def execute(self, sql: str, params: Params | None = None) -> int:
		_change(sql, dict(params or {}))
		return int(frappe.db._cursor.rowcount)

	def insert(self, doctype: str, rows: Sequence[Row]) -> None:
		if rows:
			_change(*_insert(doctype, rows))

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
		if not rows:
			return
		statement, params = _insert(doctype, rows)
		put = (*put, "modified", "modified_by")
		changes = merged("VALUES(`{}`)", tuple(add), put, span, while_positive)
		_change(f"{statement} ON DUPLICATE KEY UPDATE {changes}", params)

	def is_transient(self, error: BaseException) -> bool:
		if isinstance(error, SnapshotConflict | frappe.QueryDeadlockError | frappe.QueryTimeoutError):
			return True
		# by its number, not its class: Frappe 15 and 16 have different drivers
		return bool(error.args) and error.args[0] in MARIADB_TRANSIENT

	@contextmanager
	def savepoint(self) -> Iterator[None]:
		name = f"inventory_{new_id()}"
		frappe.db.savepoint(name)
		try:
			yield
		except Exception as error:
			if not self.is_transient(error):
				frappe.db.rollback(save_point=name)
			raise
		else:
			frappe.db.release_savepoint(name)


def is_lost(error: BaseException) -> bool:
	"""Return whether the database is away. By names and numbers, not classes: Frappe 15 and 16 have different drivers."""
	kind = type(error).__name__
	return kind == "InterfaceError" or (
		kind == "OperationalError" and error.args[:1] != () and error.args[0] in MARIADB_LOST
	)


def _change(sql: str, params: Any) -> None:
	if frappe.flags.inventory_operation:
		sql = f"SET STATEMENT innodb_lock_wait_timeout = {LOCK_WAIT_SECONDS} FOR {sql.lstrip()}"
	frappe.db.sql(sql, params)


def _insert(doctype: str, rows: Sequence[Row]) -> tuple[str, list[Any]]:
	"""Return one INSERT for all rows and its parameters, with those of Frappe's standard columns that have no default. The
	moment is what the first row says of ``modified``, else now."""
	now, user = rows[0].get("modified") or frappe.utils.now_datetime(), frappe.session.user
	standard = {"owner": user, "modified_by": user, "creation": now, "modified": now}
	columns = list(dict.fromkeys(["name", *standard, *rows[0]]))
	params: list[Any] = []
	for row in rows:
		values = {"name": row.get("name") or new_id(), **standard, **row}
		params += [values[column] for column in columns]
	names = ", ".join(f"`{column}`" for column in columns)
	group = f"({', '.join(['%s'] * len(columns))})"
	return f"INSERT INTO `tab{doctype}` ({names}) VALUES {', '.join([group] * len(rows))}", params
