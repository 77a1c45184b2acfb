"""What services ask of an adapter, gathered in a Context."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from inventory_midplatform.domain.ageing import DEFAULT_BANDS
from inventory_midplatform.domain.outbound import CHECK_OFF
from inventory_midplatform.domain.position import Key
from inventory_midplatform.domain.put_away import STRATEGIES as PUT_AWAY_STRATEGIES
from inventory_midplatform.domain.put_away import PutAwayStrategy
from inventory_midplatform.domain.receipt_layers import Change
from inventory_midplatform.domain.removal import STRATEGIES as REMOVAL_STRATEGIES
from inventory_midplatform.domain.removal import RemovalStrategy
from inventory_midplatform.domain.vouchers import Budget as Budget
from inventory_midplatform.domain.vouchers import DeliveryLine as DeliveryLine
from inventory_midplatform.domain.vouchers import LedgerEntry as LedgerEntry
from inventory_midplatform.domain.vouchers import Parcel as Parcel
from inventory_midplatform.domain.vouchers import PostingLine as PostingLine
from inventory_midplatform.domain.vouchers import QualityFound as QualityFound
from inventory_midplatform.domain.vouchers import QualityParameter as QualityParameter
from inventory_midplatform.domain.vouchers import ReceiptLine as ReceiptLine
from inventory_midplatform.domain.vouchers import ReturnLine as ReturnLine
from inventory_midplatform.domain.vouchers import Voucher as Voucher

Row = dict[str, Any]
Params = Mapping[str, Any]


class Store(Protocol):
	"""SQL on MariaDB or SQLite. Tables are named as Frappe names them: ``tabStock Position``.

	Parameters are written ``%(name)s``; a list or tuple expands for ``IN``. A store never commits by itself.
	"""

	for_update: str
	"""`` FOR UPDATE`` where the engine locks rows, empty where a writer has the whole database."""

	def through(self, doctype: str, columns: tuple[str, ...], alias: str = "") -> str:
		"""Return the table with a hint to read it by the index over ``columns``.

		A locking read then locks rows in the order of that index, and no others, whatever the optimizer would choose. It
		also spares a small read the optimizer's search.
		"""

	def days_between(self, earlier: str, later: str) -> str:
		"""Return the expression for the days from one date expression to another."""

	def latest(self, value: str, day: str) -> str:
		"""Return the aggregate of the value on the last of days; of rows in which either is NULL nothing is known."""

	def rows(self, sql: str, params: Params = ...) -> list[Row]: ...

	def execute(self, sql: str, params: Params = ...) -> int:
		"""Run a statement that changes rows; return how many rows matched its condition."""

	def insert(self, doctype: str, rows: Sequence[Row]) -> None:
		"""Insert rows in one statement. ``name``, ``owner``, ``creation`` and ``modified`` are filled in."""

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
		"""Insert rows; where a row with this ``key`` (a unique index) exists, change it as :func:`query.merged` says: add to
		the columns ``add``, overwrite ``put``, widen ``span``.

		Sums are rounded to nine digits after the point, so that SQLite's floats stay exact.
		"""

	def is_transient(self, error: BaseException) -> bool:
		"""Return whether the transaction failed because of another one (deadlock, lock time-out, changed snapshot, duplicate
		key). The code that opened the transaction may run it again."""

	def savepoint(self) -> AbstractContextManager[None]:
		"""Undo what the block did if it raises, and let the exception pass."""


class SnapshotConflict(Exception):
	"""Raised where others have changed what this transaction read, and going on would be wrong.

	It is transient, like a deadlock: the code that opened the transaction may run it again.
	"""


class Books(Protocol):
	"""ERPNext's documents of stock and sale, or the standalone adapter's small ones: the only way stock enters and
	leaves a warehouse. What they post is settled before they return; what they refuse raises InventoryError.
	"""

	def receive(
		self, lines: Sequence[PostingLine], *, supplier: str = "", at: datetime | None = None
	) -> Voucher:
		"""Post a Purchase Receipt where a supplier is named, else a Material Receipt."""

	def issue(self, lines: Sequence[PostingLine], *, at: datetime | None = None) -> Voucher: ...

	def transfer(
		self, lines: Sequence[PostingLine], to_warehouse: str, *, at: datetime | None = None
	) -> Voucher: ...

	def count(self, lines: Sequence[PostingLine], *, at: datetime | None = None) -> Voucher:
		"""Post a Stock Reconciliation: ``qty`` is the counted quantity (zero allowed), not a change."""

	def cancel(self, voucher: Voucher) -> None: ...

	def ledger_balances(self, keys: Sequence[Key]) -> dict[Key, Decimal]:
		"""Return the running balance (stock UOM) of each key's last entry in the stock ledger.

		Keys without an entry are left out; so are all where the books have no ledger beside the Bin.
		"""

	def ledger_totals(self, keys: Sequence[Key], locked: bool) -> dict[Key, Decimal]:
		"""Return the sum (stock UOM) of each key's entries in the stock ledger since the last count, without their running
		balances. ``locked`` reads with a lock, and so includes what others have just posted.

		Keys without an entry, or counted by batch or serial number, are left out; so are all where the books have no
		ledger beside the Bin.
		"""

	@property
	def half_unit(self) -> Decimal:
		"""Half a unit of the last digit of the stock ledger's balances; zero where they are not rounded."""

	def rounding(self, keys: Sequence[Key]) -> dict[Key, Decimal]:
		"""Return how far rounding can have moved each Bin from what its entries add up to: :attr:`half_unit` for each entry
		with more digits than balances keep. Keys without such an entry are left out.
		"""

	def posted_entries(self, vouchers: Sequence[Voucher]) -> list[LedgerEntry]:
		"""Return the entries of vouchers in the stock ledger with their values; of a cancelled one, what they were until then.
		The quantity of a count may be zero.
		"""

	def ledger_entries(self, keys: Sequence[Key], since: date | None) -> list[LedgerEntry]:
		"""Return the entries of these keys in the stock ledger, from a day or from the first. A count's quantity is what it
		changed.
		"""

	def changes_of_items(self, items: Sequence[str]) -> list[Change]:
		"""Return the entries of items in the stock ledger, by batch, those of an item in a warehouse in their order. A count's
		quantity is what it changed.
		"""

	def entries_of_rows(self, detail_nos: Sequence[str]) -> list[LedgerEntry]:
		"""Return the entries in the stock ledger that come from these rows of vouchers."""

	def balances_after(self, day: date, items: Collection[str] | None) -> dict[Key, Decimal]:
		"""Return the quantities at the end of a day that the stock ledger says, of all items or of these; zeros are left out."""

	def next_counts(self, since: Mapping[Key, datetime]) -> dict[Key, date]:
		"""Return the day of the first count of each key at or after a moment, if it sets a quantity: what is posted before it
		changes nothing after it. Keys without one are left out.
		"""

	def order(self, customer: str, lines: Sequence[PostingLine], *, order_date: date | None = None) -> str:
		"""Submit a Sales Order; return its name."""

	def order_rows(self, order: str) -> list[Row]:
		"""Return the order's rows: name, item_code, warehouse, stock_qty, delivered_qty."""

	def update_order(self, order: str, quantities: Mapping[str, Decimal]) -> None:
		"""Change quantities by Update Items: row name → new quantity."""

	def close_order(self, order: str) -> None: ...

	def put_order_on_hold(self, order: str) -> None:
		"""Put an order on hold, until it is re-opened."""

	def reopen_order(self, order: str) -> None: ...

	def cancel_order(self, order: str) -> None: ...

	def amend_order(self, order: str) -> str:
		"""Submit an unchanged amendment of a cancelled order; return its name."""

	def deliver(
		self, order: str, quantities: Mapping[str, Decimal] | None = None, *, at: datetime | None = None
	) -> Voucher:
		"""Post a Delivery Note: row name → quantity, or all that is outstanding."""

	def draft_delivery(
		self, source_type: str, source_name: str, warehouse: str, lines: Sequence[DeliveryLine]
	) -> Voucher:
		"""Draft what takes these lines of a document out of a warehouse, to be submitted later: a Delivery Note for a Sales
		Order, else a Stock Entry.
		"""

	def purchase(self, supplier: str, lines: Sequence[PostingLine], *, due: date | None = None) -> str:
		"""A submitted Purchase Order; answers its name."""

	def purchase_rows(self, order: str) -> list[Row]:
		"""The Purchase Order's rows: name, item_code, warehouse, stock_qty, received_qty."""

	def update_purchase(self, order: str, quantities: Mapping[str, Decimal]) -> None:
		"""Update Items of a Purchase Order: new quantities by row name."""

	def close_purchase(self, order: str) -> None: ...

	def reopen_purchase(self, order: str) -> None: ...

	def cancel_purchase(self, order: str) -> None: ...

	def send(self, lines: Sequence[PostingLine], transit_warehouse: str, to_warehouse: str) -> Voucher:
		"""Request these lines for a warehouse by a Material Request, and post the Stock Entry that sends them into transit."""

	def draft_receipt(
		self, source_type: str, source_name: str, warehouse: str, lines: Sequence[ReceiptLine]
	) -> Voucher:
		"""Draft what brings these lines of a document into a warehouse, to be submitted later: a Purchase Receipt for a
		Purchase Order, the Stock Entry that ends a transfer for the one that began it, that of purpose Manufacture for a Work
		Order, a return for a Delivery Note.

		Raises Conflict (``over_receipt``) where the order has nothing of a line outstanding.
		"""

	def draft_return(self, receipt: Voucher, lines: Sequence[ReturnLine]) -> Voucher:
		"""Draft the return of these lines of a submitted Purchase Receipt to its supplier, to be submitted later.

		Raises Conflict (``over_return``) where less is left to return.
		"""

	def quality_parameters(self, items: Sequence[str]) -> dict[str, list[QualityParameter]]:
		"""Return what the Quality Inspection of an item reads, by its template; items without one, and books without such
		inspections, are left out.
		"""

	def record_quality(self, receipt: Voucher, found: QualityFound) -> str:
		"""Make and submit a Quality Inspection of what a submitted receipt brought of an item; returns its name."""

	def submit(self, voucher: Voucher) -> None:
		"""Submit a draft. Raises NotFound (``unknown_document``) or Conflict (``wrong_state``)."""

	def pack(self, delivery: Voucher, parcels: Sequence[Parcel]) -> list[str]:
		"""Make and submit a Packing Slip for each parcel of a draft Delivery Note; returns their names. Books that have none
		make none.
		"""

	def dispatch(self, delivery: Voucher, parcels: Sequence[Parcel], carrier: str, tracking_no: str) -> str:
		"""Draft a Shipment of a submitted Delivery Note; returns its name, empty where the books have none."""

	def budget(self, company: str, account: str, cost_center: str, on: date) -> Budget | None:
		"""Return the budget of an expense account and a cost centre, or of one above it, for the period of a day; None where
		there is none.
		"""

	def discard_shipments(self, delivery: Voucher) -> None:
		"""Delete the drafts that :meth:`dispatch` made of a delivery, now that it is cancelled."""


class Documents(Protocol):
	"""Records that people open and edit. On a site they are written through Frappe's Document, with all hooks."""

	def create(self, doctype: str, values: Row) -> str:
		"""Insert a draft with its child rows; return its name. Raises InvalidInput where the adapter refuses it."""

	def update(self, doctype: str, name: str, values: Row) -> None: ...

	def discard(self, doctype: str, name: str) -> None:
		"""Delete a draft; one that was submitted or deleted meanwhile is left alone."""

	def attach(self, doctype: str, name: str, file_name: str, content: bytes) -> str:
		"""Attach a private file to a record; return the address from which those who may read the record can read it."""

	def values(self, doctype: str, name: str) -> Row:
		"""Return a record of any DocType with its child rows, whoever may read it.

		Raises NotFound (``unknown_doctype``, ``unknown_document``).
		"""

	def fields(self, doctype: str, is_child: bool = False) -> Mapping[str, "FieldKind"]:
		"""Return the fields of a DocType that has records of its own, or of a child table.

		Raises NotFound (``unknown_doctype``).
		"""

	def permits(self, right: str, doctype: str, name: str, user: str) -> bool:
		"""Return whether a user may ``read``, ``write`` or ``submit`` a record, or with an empty name any of the DocType."""

	def submit(self, doctype: str, name: str) -> None:
		"""Submit a draft as the Context's user, who needs no permission of their own for it: the caller has checked that it
		is theirs, or that the document is approved. A document that needs an approval and has none is refused.
		"""

	def cancel(self, doctype: str, name: str) -> None:
		"""Cancel what was submitted, likewise."""

	def apply_action(self, doctype: str, name: str, action: str) -> None:
		"""Apply a step of the document's Workflow as the Context's user, of whatever roles: the document is approved.

		Raises Conflict (``no_workflow``, ``no_transition``).
		"""

	def actions(self, doctype: str) -> Mapping[str, frozenset[str]]:
		"""Return the actions of a DocType's Workflow, with the roles that may take them; nothing where it has none."""


class Notifier(Protocol):
	def todo(self, users: Iterable[str], message: str, doctype: str, reference: str, **values: Any) -> None:
		"""Open one to-do for each user about a record. ``message`` is a template, filled with ``values``."""

	def done(self, doctype: str, *references: str, user: str = "") -> None:
		"""Close the open to-dos about these records, of one user where one is named."""

	def inform(self, users: Iterable[str], message: str, doctype: str, reference: str, **values: Any) -> None:
		"""Notify users about a record that asks nothing of them, without a to-do. Books that have no notifications send none."""


class Clock(Protocol):
	def now(self) -> datetime:
		"""Return the site's local time, without a zone, as Frappe stores it."""


class Identity(Protocol):
	user: str

	@property
	def roles(self) -> frozenset[str]: ...

	@property
	def warehouses(self) -> frozenset[str] | None:
		"""The warehouses this user may see; None where nothing narrows them."""

	def users_with_role(self, role: str, warehouse: str | None) -> list[str]:
		"""Return the enabled users with the role who may see the warehouse; None is for what is in no warehouse."""


class Strategies(Protocol):
	"""Removal and put-away strategies by name: the built-in ones, and on a site those of other apps."""

	@property
	def removal(self) -> Mapping[str, RemovalStrategy]: ...

	@property
	def put_away(self) -> Mapping[str, PutAwayStrategy]: ...


class BuiltInStrategies:
	removal: Mapping[str, RemovalStrategy] = REMOVAL_STRATEGIES
	put_away: Mapping[str, PutAwayStrategy] = PUT_AWAY_STRATEGIES


class Additions(Protocol):
	"""What other apps add to the platform by their hooks, by name; on a site only."""

	@property
	def datasets(self) -> Mapping[str, Any]:
		"""Each is a ``reporting.datasets.Dataset``."""


class NothingAdded:
	datasets: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Settings:
	"""The switch of each module, and the other settings."""

	ledger: bool = False
	block_expired_batches: bool = False
	refuse_stock_on_hold: bool = True
	reservation: bool = False
	sales_order_policy: str = "Partial"
	reserve_for_material_requests: bool = False
	reserve_for_work_orders: bool = False
	sales_returns_demanded: bool = True
	"""ERPNext's own setting: whether a Sales Order demands again what its customer returned."""
	replenishment: bool = False
	approval: bool = False
	doctypes_to_approve: frozenset[str] = frozenset()
	"""DocTypes with an enabled Approval Policy: of others nothing is looked at."""
	outbound: bool = False
	outbound_check: str = CHECK_OFF
	outbound_check_amount: Decimal = Decimal(0)
	"""In company currency: what is worth more is checked, where ``outbound_check`` is Over an Amount."""
	create_packing_slips: bool = False
	create_shipments: bool = False
	outbound_for_material_requests: bool = False
	outbound_for_work_orders: bool = False
	staging_alert_hours: int = 24
	"""Hours in staging after which an alert is opened; 0 for none."""
	ageing_bands: str = DEFAULT_BANDS
	"""The last days of the age bands of reports."""
	dead_stock_days: int = 180
	"""Stock is dead of which nothing was issued for so many days."""
	kpi_baseline_from: str = ""
	kpi_baseline_to: str = ""
	"""The first and last day of the period that key figures are judged by, as ``2026-11-28``; empty: none was chosen."""
	capital_rate: Decimal = Decimal(0)
	handling_rate: Decimal = Decimal(0)
	loss_rate: Decimal = Decimal(0)
	"""Parts of carrying cost, in percent of the stock value a year; 0: not entered."""
	space_cost_per_month: Decimal = Decimal(0)
	space_cost_company: str = ""
	"""The company that pays it; empty: the only one."""
	history_from: date | None = None
	"""The first day of which Stock Snapshots are complete."""
	inbound: bool = False
	inspect_sales_returns: bool = True
	inbound_work_orders: bool = False
	over_receipt_percent: Decimal = Decimal(0)
	"""ERPNext's own setting: how much more than ordered may be received of an item that says nothing itself."""
	overproduction_percent: Decimal = Decimal(0)
	"""ERPNext's own setting: how much more than ordered a Work Order may make."""


@dataclass(frozen=True)
class FieldKind:
	"""A field's type, as Frappe names it, and its options: for a Link or a Table the DocType it leads to."""

	type: str
	options: str = ""
	is_set_by_the_books: bool = False
	"""Whether nobody types it: it is read-only."""
	label: str = ""
	"""In the language of the user; an empty text where the adapter has none."""


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
	added: Additions = field(default_factory=NothingAdded)
