"""Turn the domain's errors into Frappe's, and Frappe's into the domain's."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _

from inventory_midplatform.domain.errors import (
	Busy,
	Conflict,
	InvalidInput,
	InventoryError,
	NotFound,
	NotPermitted,
)
from inventory_midplatform.domain.labels import label_of
from inventory_midplatform.domain.quantity import too_large
from inventory_midplatform.query import MARIADB_OUT_OF_RANGE


class DocumentRefused(frappe.ValidationError):
	"""A domain error raised inside a document: Frappe shows its sentence and rolls back."""

	def __init__(self, error: InventoryError):
		self.error = error
		self.http_status_code = error.http_status_code
		super().__init__(error.message(_, label_of))


def refuse(error: InventoryError) -> None:
	"""Raise a domain error from a document event so that the desk shows it and REST returns its status."""
	refused = DocumentRefused(error)
	frappe.msgprint(frappe.utils.escape_html(str(refused)), title=_("Stock"), indicator="red")
	raise refused from error


@contextmanager
def shown_in_desk() -> Iterator[None]:
	"""Turn domain errors and contention into messages of the current document. Raises DocumentRefused."""
	from inventory_midplatform.adapters.site.store import SiteStore

	try:
		yield
	except InventoryError as error:
		refuse(error)
	except Exception as error:
		if error.args[:1] == (MARIADB_OUT_OF_RANGE,):
			refuse(too_large())
		if frappe.flags.inventory_operation or not SiteStore().is_transient(error):
			raise  # the entry point that opened the transaction runs it again
		refuse(Busy("Others are changing the same stock; try again in a moment."))


@contextmanager
def as_domain_errors() -> Iterator[None]:
	"""Turn what Frappe or ERPNext refuses while a service works into a domain error with ERPNext's own sentence. In an
	operation their statements wait for locks shortly from here on."""
	from inventory_midplatform.adapters.site.store import SiteStore, wait_shortly

	wait_shortly()
	try:
		yield
	except InventoryError:
		raise
	except DocumentRefused as refused:
		raise refused.error from refused
	except Exception as error:
		if error.args[:1] == (MARIADB_OUT_OF_RANGE,):
			raise too_large() from error
		if SiteStore().is_transient(error):
			raise
		for kind, domain_kind, code in (
			(frappe.PermissionError, NotPermitted, "not_permitted"),
			(frappe.DoesNotExistError, NotFound, "not_found"),
			(frappe.TimestampMismatchError, Conflict, "changed_meanwhile"),
			(_workflow_errors(), Conflict, "not_by_approval"),
			(_negative_stock(), Conflict, "negative_stock"),
			(frappe.ValidationError, InvalidInput, "refused_by_erpnext"),
		):
			if isinstance(error, kind):
				sentence = frappe.utils.strip_html(str(error)) or type(error).__name__
				raise domain_kind("{reason}", code=code, reason=sentence) from error
		raise


def _workflow_errors() -> tuple[type[Exception], ...]:
	from frappe.model.workflow import WorkflowPermissionError, WorkflowStateError, WorkflowTransitionError

	return (WorkflowPermissionError, WorkflowStateError, WorkflowTransitionError)


def _negative_stock() -> tuple[type[Exception], ...]:
	from erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle import BatchNegativeStockError
	from erpnext.stock.stock_ledger import NegativeStockError

	return (NegativeStockError, BatchNegativeStockError)
