"""The standalone platform: a database, its users, and the Context of one call."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from inventory_midplatform.adapters.standalone.books import SmallBooks
from inventory_midplatform.adapters.standalone.documents import StandaloneDocuments
from inventory_midplatform.adapters.standalone.store import SqlStore, opener
from inventory_midplatform.api import v1  # noqa: F401 (registers the operations)
from inventory_midplatform.api.operation import UnitOfWork, operation_named, perform
from inventory_midplatform.domain.errors import Unavailable
from inventory_midplatform.domain.outbound import CHECK_ON
from inventory_midplatform.domain.roles import ROLES
from inventory_midplatform.ports import Context, Row, Settings, Store
from inventory_midplatform.services import kpis
from inventory_midplatform.services.approval import installing

ADMINISTRATOR = "Administrator"
SETTINGS = "Inventory Midplatform Settings"
MODULES = (
	"ledger",
	"reservation",
	"replenishment",
	"approval",
	"outbound",
	"inbound",
)
BEFORE_ALL = date(2000, 1, 1)
"""The history of these books is complete: they have no postings from before the ledger."""
SWITCHES = {
	name: f"{name}_enabled" if name in MODULES else name
	for name in vars(Settings())
	if name != "doctypes_to_approve"
}


class SystemClock:
	def now(self) -> datetime:
		return datetime.now()


class StoredIdentity:
	"""A user, read from the database on first use."""

	def __init__(self, store: SqlStore, user: str):
		self.user = user
		self._store = store

	@cached_property
	def _granted(self) -> list[Row]:
		return self._store.rows(
			"SELECT 'Role' AS kind, role AS name FROM `tabHas Role` WHERE parent = %(user)s UNION ALL"
			" SELECT allow, for_value FROM `tabUser Permission` WHERE user = %(user)s AND allow = 'Warehouse'",
			{"user": self.user},
		)

	@property
	def roles(self) -> frozenset[str]:
		return frozenset(row["name"] for row in self._granted if row["kind"] == "Role")

	@property
	def warehouses(self) -> frozenset[str] | None:
		return frozenset(row["name"] for row in self._granted if row["kind"] == "Warehouse") or None

	def users_with_role(self, role: str, warehouse: str | None) -> list[str]:
		rows = self._store.rows(
			"SELECT DISTINCT u.name FROM `tabHas Role` hr JOIN `tabUser` u ON u.name = hr.parent"
			" WHERE hr.role = %(role)s AND u.enabled = 1 AND u.name <> %(administrator)s ORDER BY u.name",
			{"role": role, "administrator": ADMINISTRATOR},
		)
		seen_by = ((row["name"], StoredIdentity(self._store, row["name"]).warehouses) for row in rows)
		return [user for user, seen in seen_by if seen is None or warehouse is None or warehouse in seen]


class ToDoNotifier:
	"""To-dos as rows of ``tabToDo``: one open for each user and record."""

	def __init__(self, store: SqlStore, user: str):
		self._store = store
		self._user = user

	def todo(self, users: Iterable[str], message: str, doctype: str, reference: str, **values: Any) -> None:
		about = {"reference_type": doctype, "reference_name": reference}
		rows = self._store.rows(
			"SELECT allocated_to FROM `tabToDo` WHERE reference_type = %(reference_type)s"
			" AND reference_name = %(reference_name)s AND status = 'Open'",
			about,
		)
		notified = {row["allocated_to"] for row in rows}
		what = {"status": "Open", "description": message.format(**values), "assigned_by": self._user}
		self._store.insert(
			"ToDo",
			[
				{"allocated_to": user, **what, **about}
				for user in dict.fromkeys(users)
				if user not in notified
			],
		)

	def done(self, doctype: str, *references: str, user: str = "") -> None:
		self._store.execute(
			"UPDATE `tabToDo` SET status = 'Closed' WHERE reference_type = %(doctype)s"
			" AND reference_name IN %(references)s AND status = 'Open' AND %(user)s IN ('', allocated_to)",
			{"doctype": doctype, "references": references, "user": user},
		)

	def inform(self, users: Iterable[str], message: str, doctype: str, reference: str, **values: Any) -> None:
		"""There are no notifications here."""


class Unit:
	"""One transaction of one user, as ``api.operation.perform`` needs it."""

	def __init__(self, platform: "Standalone", user: str, writes: bool = True):
		self._platform, self._user, self._writes = platform, user, writes

	def begin(self) -> Context:
		self._store = self._platform.begun(self._writes)
		return self._platform.context_on(self._store, self._user)

	def commit(self) -> None:
		self._store.commit()

	def rollback(self) -> None:
		self._store.rollback()


class Standalone:
	"""The platform on one database, whose tables are created when it is first opened."""

	def __init__(self, url: str, clock: Any = None):
		self.url = url
		self.clock = clock or SystemClock()
		self.first_key = ""
		"""The key made at the first start, as ``key:secret``: shown once, stored only as a hash."""
		self._open: Callable[[], SqlStore] = opener(url)
		self._connections = threading.local()
		self._connect().create_schema()
		with self.context() as ctx:
			if not ctx.store.rows(
				"SELECT name FROM `tabUser` WHERE name = %(name)s", {"name": ADMINISTRATOR}
			):
				self._first_start(ctx)

	def _connect(self) -> SqlStore:
		store: SqlStore = self._open()
		store.now = self.clock.now
		self._connections.store = store
		return store

	def begun(self, writes: bool) -> SqlStore:
		"""Return this thread's connection with a transaction begun; opens it again if the server closed it."""
		store: SqlStore = getattr(self._connections, "store", None) or self._connect()
		try:
			store.begin(writes)
		except Unavailable:
			store = self._connect()
			store.begin(writes)
		return store

	def is_transient(self, error: BaseException) -> bool:
		store = getattr(self._connections, "store", None)
		return store is not None and store.is_transient(error)

	def close(self) -> None:
		"""Close this thread's connection."""
		store = getattr(self._connections, "store", None)
		if store is not None:
			store.close()
			del self._connections.store

	def unit(self, user: str = ADMINISTRATOR, writes: bool = True) -> UnitOfWork:
		return Unit(self, user, writes)

	def call(self, name: str, arguments: Row, user: str = ADMINISTRATOR, idempotency_key: str = "") -> Any:
		"""Run an operation by its name, in a transaction of its own. Raises InventoryError."""
		operation = operation_named(name)
		return perform(self.unit(user, operation.writes), operation, arguments, idempotency_key)

	@contextmanager
	def context(self, user: str = ADMINISTRATOR, writes: bool = True) -> Iterator[Context]:
		"""Open a transaction outside an operation: committed at the end, rolled back if the block raises."""
		unit = self.unit(user, writes)
		ctx = unit.begin()
		try:
			yield ctx
		except BaseException:
			unit.rollback()
			raise
		unit.commit()

	def context_on(self, store: SqlStore, user: str) -> Context:
		store.user = user
		books, documents = SmallBooks(), StandaloneDocuments()
		ctx = Context(
			store=store,
			books=books,
			documents=documents,
			notifier=ToDoNotifier(store, user),
			clock=self.clock,
			identity=StoredIdentity(store, user),
			settings=read_settings(store),
		)
		books.ctx = documents.ctx = ctx
		return ctx

	def _first_start(self, ctx: Context) -> None:
		add_user(ctx, ADMINISTRATOR, (*ROLES, "System Manager"))
		write_settings(ctx, ledger=True, reservation=True, replenishment=True, approval=True)
		write_settings(ctx, outbound=True, outbound_check=CHECK_ON, history_from=BEFORE_ALL)
		installing.install(ctx)
		kpis.install(ctx)
		self.first_key = new_api_key(ctx, ADMINISTRATOR)


def read_settings(store: Store) -> Settings:
	rows = store.rows(
		"SELECT field, value, '' AS of_policy FROM `tabSingles` WHERE doctype = %(doctype)s UNION ALL"
		" SELECT '', '', document_type FROM `tabApproval Policy` WHERE enabled = 1",
		{"doctype": SETTINGS},
	)
	return _settings(tuple(tuple(row.values()) for row in rows))


@lru_cache
def _settings(rows: tuple[tuple[str, str, str], ...]) -> Settings:
	stored = {field: value for field, value, _ in rows}
	values: dict[str, Any] = {
		"doctypes_to_approve": frozenset(of_policy for _, _, of_policy in rows if of_policy)
	}
	for switch, column in SWITCHES.items():
		if column in stored:
			default = getattr(Settings, switch)
			kind = date.fromisoformat if default is None else type(default)
			values[switch] = stored[column] == "1" if kind is bool else kind(stored[column])
	return Settings(**values)


def write_settings(ctx: Context, **switches: bool | str | Decimal | date) -> None:
	for switch, value in switches.items():
		about = {"doctype": SETTINGS, "field": SWITCHES[switch]}
		ctx.store.execute("DELETE FROM `tabSingles` WHERE doctype = %(doctype)s AND field = %(field)s", about)
		ctx.store.execute(
			"INSERT INTO `tabSingles` (doctype, field, value) VALUES (%(doctype)s, %(field)s, %(value)s)",
			{**about, "value": str(int(value) if isinstance(value, bool) else value)},
		)


def add_user(
	ctx: Context, user: str, roles: Iterable[str], full_name: str = "", warehouses: Iterable[str] = ()
) -> None:
	"""Create or change a user, who has exactly these roles and sees only these warehouses, or all where none is named."""
	if not ctx.store.rows("SELECT name FROM `tabUser` WHERE name = %(name)s", {"name": user}):
		ctx.store.insert("User", [{"name": user, "full_name": full_name or user, "enabled": 1}])
	ctx.store.execute("DELETE FROM `tabHas Role` WHERE parent = %(user)s", {"user": user})
	about = {"parent": user, "parenttype": "User", "parentfield": "roles"}
	ctx.store.insert("Has Role", [{**about, "role": role} for role in roles])
	ctx.store.execute("DELETE FROM `tabUser Permission` WHERE user = %(user)s", {"user": user})
	ctx.store.insert(
		"User Permission", [{"user": user, "allow": "Warehouse", "for_value": w} for w in warehouses]
	)


def new_api_key(ctx: Context, user: str) -> str:
	"""Return a new ``key:secret``. Only a hash is stored; the secret is random, so a plain hash is enough."""
	key, secret = secrets.token_hex(8), secrets.token_hex(16)
	ctx.store.insert("API Key", [{"name": key, "user": user, "secret_hash": _hash(secret)}])
	return f"{key}:{secret}"


def user_of_key(store: Store, key: str, secret: str) -> str | None:
	"""Return the user of this key, or None where the secret is wrong or the user disabled."""
	rows = store.rows(
		"SELECT k.user, k.secret_hash FROM `tabAPI Key` k JOIN `tabUser` u ON u.name = k.user"
		" WHERE k.name = %(key)s AND u.enabled = 1",
		{"key": key},
	)
	if not rows or not hmac.compare_digest(rows[0]["secret_hash"], _hash(secret)):
		return None
	return str(rows[0]["user"])


def _hash(secret: str) -> str:
	return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
