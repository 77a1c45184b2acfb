"""What services ask of an adapter, gathered in a Context."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.put_away import STRATEGIES as PUT_AWAY_STRATEGIES
from inventory_midplatform.domain.put_away import PutAwayStrategy
from inventory_midplatform.domain.removal import STRATEGIES as REMOVAL_STRATEGIES
from inventory_midplatform.domain.removal import RemovalStrategy

Row = dict[str, Any]
Params = Mapping[str, Any]


class Store(Protocol):
	"""SQL on MariaDB or SQLite. Tables are named as Frappe names them: ``tabStock Position``.

	Parameters are written ``%(name)s``; a list or tuple expands for ``IN``. A store never commits by itself.
	"""

	for_update: str
	"""`` FOR UPDATE`` where the engine locks rows, empty where a writer has the whole database."""

	def through(self, doctype: str, columns: tuple[str, ...]) -> str:
		"""The table as a locking read names it: through the index over ``columns``, so that rows are locked in its
		order and no others are, however few the optimizer thinks there are."""

	def rows(self, sql: str, params: Params = ...) -> list[Row]: ...

	def execute(self, sql: str, params: Params = ...) -> int:
		"""Run a statement that changes rows; answers how many rows matched its condition."""

	def insert(self, doctype: str, rows: Sequence[Row]) -> None:
		"""Many rows in one statement. ``name``, ``owner``, ``creation`` and ``modified`` are filled in."""

	def add(
		self,
		doctype: str,
		key: Sequence[str],
		rows: Sequence[Row],
		add: Sequence[str],
		put: Sequence[str] = ...,
		span: tuple[str, str] | None = ...,
		while_positive: str = ...,
	) -> None:
		"""Insert rows, or where ``key`` (a unique index) is taken change them as :func:`query.merged` says: add to the
		columns ``add``, overwrite ``put``, widen ``span``.

		Sums are rounded to nine digits after the point, so that SQLite's floats stay exact.
		"""

	def is_transient(self, error: BaseException) -> bool:
		"""The engine gave the transaction up for another's sake (deadlock, lock time-out, changed snapshot, a key
		just taken): whoever opened it may run it again."""

	def savepoint(self) -> AbstractContextManager[None]:
		"""Undo what the block did if it raises, and let the exception pass."""


class SnapshotConflict(Exception):
	"""What this transaction has read others have changed since, and more would be built on it than that bears. Like what
	the engine itself gives up it is transient: whoever opened the transaction may run it again.
	"""


class Books(Protocol):
	"""ERPNext's documents of stock and sale, or the standalone adapter's small ones: the only way stock enters and
	leaves a warehouse. What they post is settled before they return; what they refuse raises InventoryError.
	"""

	def receive(
		self, lines: Sequence["PostingLine"], *, supplier: str = "", at: datetime | None = None
	) -> "Voucher":
		"""A Purchase Receipt where a supplier is named, else a Material Receipt."""

	def issue(self, lines: Sequence["PostingLine"], *, at: datetime | None = None) -> "Voucher": ...

	def transfer(
		self, lines: Sequence["PostingLine"], to_warehouse: str, *, at: datetime | None = None
	) -> "Voucher": ...

	def count(self, lines: Sequence["PostingLine"], *, at: datetime | None = None) -> "Voucher":
		"""A Stock Reconciliation: ``qty`` is what was counted (zero allowed), not a change."""

	def cancel(self, voucher: "Voucher") -> None: ...

	def ledger_balances(self, keys: Sequence[Key]) -> dict[Key, Decimal]:
		"""The running balance in the last entry of the stock ledger; of what has no entry, or no ledger beside its Bin,
		nothing is answered.
		"""

	def ledger_totals(self, keys: Sequence[Key], locked: bool) -> dict[Key, Decimal]:
		"""What the entries of the stock ledger add up to since the last count, whatever their running balances say;
		of what has no entry, no ledger beside its Bin, or was counted by batch or serial number, nothing. ``locked`` sees what others have just posted.
		"""

	def order(self, customer: str, lines: Sequence["PostingLine"], *, order_date: date | None = None) -> str:
		"""A submitted Sales Order; answers its name."""

	def order_rows(self, order: str) -> list[Row]:
		"""The order's rows: name, item_code, warehouse, stock_qty, delivered_qty."""

	def update_order(self, order: str, quantities: Mapping[str, Decimal]) -> None:
		"""Update Items: new quantities by row name."""

	def close_order(self, order: str) -> None: ...

	def reopen_order(self, order: str) -> None: ...

	def cancel_order(self, order: str) -> None: ...

	def amend_order(self, order: str) -> str:
		"""Submit the amendment of a cancelled order as it was; answers the new name."""

	def deliver(
		self, order: str, quantities: Mapping[str, Decimal] | None = None, *, at: datetime | None = None
	) -> "Voucher":
		"""A Delivery Note for the order's rows (by row name), all that is outstanding if not said."""


class Documents(Protocol):
	"""Records a person opens and edits. On a site they go through Frappe's Document, hooks and all."""

	def create(self, doctype: str, values: Row) -> str:
		"""Insert a draft with its child rows; answers its name. Raises InvalidInput where the adapter refuses it."""

	def update(self, doctype: str, name: str, values: Row) -> None: ...

	def discard(self, doctype: str, name: str) -> None:
		"""Delete a draft; one that was submitted or deleted meanwhile is left alone."""

	def apply_action(self, doctype: str, name: str, action: str) -> None:
		"""Take one transition of the document's approval as the Context's user. Raises NotPermitted or Conflict."""


class Notifier(Protocol):
	def todo(self, users: Iterable[str], message: str, doctype: str, reference: str, **values: Any) -> None:
		"""One open to-do each for users, about a record. ``message`` is a template that ``values`` fill."""

	def done(self, doctype: str, reference: str) -> None:
		"""Whatever was to be done about a record is done: its open to-dos are closed."""


class Clock(Protocol):
	def now(self) -> datetime:
		"""The site's wall clock, without a zone, as Frappe keeps it."""


class Identity(Protocol):
	user: str

	@property
	def roles(self) -> frozenset[str]: ...

	@property
	def warehouses(self) -> frozenset[str] | None:
		"""The warehouses this user may see; None where nothing narrows them."""

	def users_with_role(self, role: str, warehouse: str) -> list[str]:
		"""Enabled users with the role who may see the warehouse."""


class Strategies(Protocol):
	"""Removal and put-away strategies by name: the built-in ones, and on a site those of other apps."""

	@property
	def removal(self) -> Mapping[str, RemovalStrategy]: ...

	@property
	def put_away(self) -> Mapping[str, PutAwayStrategy]: ...


class BuiltInStrategies:
	removal: Mapping[str, RemovalStrategy] = REMOVAL_STRATEGIES
	put_away: Mapping[str, PutAwayStrategy] = PUT_AWAY_STRATEGIES


@dataclass(frozen=True)
class Settings:
	"""The switch of each module, and what a user set beside it."""

	ledger: bool = False
	hold_expired_batches: bool = False
	reservation: bool = False
	sales_order_policy: str = "Partial"
	reserve_for_material_requests: bool = False
	reserve_for_work_orders: bool = False
	replenishment: bool = False
	approval: bool = False
	director_amount: Decimal = Decimal(10000)


@dataclass(frozen=True)
class PostingLine:
	"""``qty`` in stock UOM, ``rate`` in company currency per stock UOM; ``bin`` names where it goes to or comes from."""

	item_code: str
	warehouse: str
	qty: Decimal
	rate: Decimal | None = None
	bin: str = ""
	batch_no: str = ""
	serial_nos: tuple[str, ...] = ()
	"""As many as ``qty``, of an item that has serial numbers."""

	@property
	def parts(self) -> list[tuple[Decimal, str]]:
		"""The line as it is, or one part for each of its serial numbers: (quantity, serial number)."""
		return [(Decimal(1), serial) for serial in self.serial_nos] or [(self.qty, "")]


@dataclass(frozen=True)
class Voucher:
	"""A posting of the books."""

	voucher_type: str
	voucher_no: str


@dataclass(frozen=True)
class Context:
	store: Store
	books: Books
	documents: Documents
	notifier: Notifier
	clock: Clock
	identity: Identity
	settings: Settings = field(default_factory=Settings)
	strategies: Strategies = field(default_factory=BuiltInStrategies)
