"""The Context of a site: Frappe's session, clock, settings and documents behind the ports."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import frappe
from frappe import _

from inventory_midplatform.adapters.site import notifications
from inventory_midplatform.adapters.site.books import SiteBooks
from inventory_midplatform.adapters.site.doctypes_to_approve import doctypes_to_approve
from inventory_midplatform.adapters.site.documents import SiteDocuments
from inventory_midplatform.adapters.site.store import SiteStore, wait_as_usual, wait_shortly
from inventory_midplatform.domain.ageing import DEFAULT_BANDS
from inventory_midplatform.domain.outbound import CHECK_OFF
from inventory_midplatform.domain.put_away import PutAwayStrategy
from inventory_midplatform.domain.removal import RemovalStrategy, strategy_of_app
from inventory_midplatform.ports import BuiltInStrategies, Context, Settings

SETTINGS = "Inventory Midplatform Settings"


def site_context() -> Context:
	"""Return the Context of the current user, in the current transaction."""
	return Context(
		store=SiteStore(),
		books=SiteBooks(),
		documents=SiteDocuments(),
		notifier=SiteNotifier(),
		clock=SiteClock(),
		identity=SiteIdentity(),
		settings=site_settings(),
		strategies=SiteStrategies(),
		added=SiteAdditions(),
	)


def site_settings() -> Settings:
	"""Return the settings from Frappe's document cache. All switches are off while the app is being installed."""
	if frappe.flags.in_install or frappe.flags.in_uninstall:
		return Settings()
	saved = frappe.get_cached_doc(SETTINGS)
	stored = vars(saved)  # every call reads them, and Document.get takes ten times as long
	ledger = bool(saved.ledger_enabled)
	return Settings(
		ledger=ledger,
		block_expired_batches=bool(saved.block_expired_batches),
		# on where it was never stored
		refuse_stock_on_hold=stored.get("refuse_stock_on_hold") != 0,
		reservation=ledger and bool(saved.reservation_enabled),
		sales_order_policy=saved.sales_order_policy or "Partial",
		reserve_for_material_requests=bool(saved.reserve_for_material_requests),
		reserve_for_work_orders=bool(saved.reserve_for_work_orders),
		sales_returns_demanded=not frappe.get_cached_value(
			"Selling Settings", "Selling Settings", "dont_reserve_sales_order_qty_on_sales_return"
		),
		replenishment=ledger and bool(saved.replenishment_enabled),
		approval=bool(saved.approval_enabled),
		doctypes_to_approve=doctypes_to_approve() if saved.approval_enabled else frozenset(),
		outbound=ledger and bool(saved.reservation_enabled) and bool(saved.outbound_enabled),
		outbound_check=saved.outbound_check or CHECK_OFF,
		outbound_check_amount=Decimal(repr(stored.get("outbound_check_amount") or 0)),
		create_packing_slips=bool(stored.get("create_packing_slips")),
		create_shipments=bool(stored.get("create_shipments")),
		outbound_for_material_requests=bool(
			saved.reserve_for_material_requests and stored.get("outbound_for_material_requests")
		),
		outbound_for_work_orders=bool(
			saved.reserve_for_work_orders and stored.get("outbound_for_work_orders")
		),
		# 24 where it was never stored
		staging_alert_hours=24
		if stored.get("staging_alert_hours") is None
		else int(saved.staging_alert_hours),
		ageing_bands=stored.get("ageing_bands") or DEFAULT_BANDS,
		# 180 where it was never stored
		dead_stock_days=int(stored.get("dead_stock_days") or 180),
		**kpi_settings(stored),
		history_from=date.fromisoformat(str(saved.history_from)[:10]) if stored.get("history_from") else None,
		inbound=ledger and bool(stored.get("inbound_enabled")),
		# on where it was never stored
		inspect_sales_returns=stored.get("inspect_sales_returns") != 0,
		inbound_work_orders=bool(stored.get("inbound_work_orders")),
		over_receipt_percent=Decimal(
			repr(
				frappe.get_cached_value("Stock Settings", "Stock Settings", "over_delivery_receipt_allowance")
				or 0
			)
		),
		overproduction_percent=Decimal(
			repr(
				frappe.get_cached_value(
					"Manufacturing Settings",
					"Manufacturing Settings",
					"overproduction_percentage_for_work_order",
				)
				or 0
			)
		),
	)


def kpi_settings(saved: Any) -> dict[str, Any]:
	"""Return the settings of key figures from the settings' document."""
	rates = ("capital_rate", "handling_rate", "loss_rate", "space_cost_per_month")
	return {
		**{name: str(saved.get(name) or "") for name in ("kpi_baseline_from", "kpi_baseline_to")},
		**{name: Decimal(repr(saved.get(name) or 0)) for name in rates},
		"space_cost_company": saved.get("space_cost_company") or "",
	}


class SiteClock:
	def now(self) -> datetime:
		return frappe.utils.now_datetime()  # type: ignore[no-any-return]


class SiteIdentity:
	"""The session's user, or another named one."""

	def __init__(self, user: str | None = None):
		self.user: str = user or frappe.session.user

	@cached_property
	def roles(self) -> frozenset[str]:
		return frozenset(frappe.get_roles(self.user))

	@cached_property
	def warehouses(self) -> frozenset[str] | None:
		"""Return the warehouses that User Permissions on Warehouse and Company allow, or None for all."""
		from frappe.core.doctype.user_permission.user_permission import get_user_permissions

		permissions = get_user_permissions(self.user)
		narrowed: frozenset[str] | None = None
		for doctype, column in (("Warehouse", "name"), ("Company", "company")):
			of_all = [p["doc"] for p in permissions.get(doctype, ()) if not p.get("applicable_for")]
			# a permission that is limited to DocTypes counts for operations too, if ours are among them
			of_this_app = [
				p["doc"] for p in permissions.get(doctype, ()) if _is_of_this_app(p.get("applicable_for"))
			]
			allowed = of_all or of_this_app
			if allowed:
				names = frozenset(
					frappe.get_all("Warehouse", {column: ("in", allowed)}, pluck="name", order_by="name")
				)
				narrowed = names if narrowed is None else narrowed & names
		return narrowed

	def users_with_role(self, role: str, warehouse: str | None) -> list[str]:
		has_role, user = frappe.qb.DocType("Has Role"), frappe.qb.DocType("User")
		rows = (
			frappe.qb.from_(has_role)
			.join(user)
			.on(user.name == has_role.parent)
			.select(user.name)
			.where((has_role.role == role) & (has_role.parenttype == "User") & (user.enabled == 1))
			.where(user.name.notin(["Administrator", "Guest"]))
			.orderby(user.name)
			.run()
		)
		seen_by = ((user, SiteIdentity(user).warehouses) for (user,) in rows)
		return [user for user, seen in seen_by if seen is None or warehouse is None or warehouse in seen]


def _is_of_this_app(doctype: str | None) -> bool:
	return bool(doctype) and frappe.get_meta(doctype).module == "Inventory Midplatform"


class SiteStrategies:
	"""The built-in strategies, and those that hooks of other apps add or override:

	inventory_midplatform_strategies = {"removal": {"Heaviest First": "app.stock.heaviest_first"}, "put_away": {…}}
	"""

	@cached_property
	def removal(self) -> dict[str, RemovalStrategy]:
		others = {name: strategy_of_app(name, function) for name, function in _hooked("removal").items()}
		return {**BuiltInStrategies.removal, **others}

	@cached_property
	def put_away(self) -> dict[str, PutAwayStrategy]:
		return {**BuiltInStrategies.put_away, **_hooked("put_away")}


class SiteAdditions:
	"""What hooks of other apps add: ``inventory_midplatform_datasets = {"trucks": "app.stock.TRUCKS"}``, each a
	``reporting.datasets.Dataset`` of that name.
	"""

	@cached_property
	def datasets(self) -> dict[str, Any]:
		hooks = frappe.get_hooks("inventory_midplatform_datasets", default={})
		return {name: frappe.get_attr(paths[-1]) for name, paths in hooks.items()}


def _hooked(kind: str) -> dict[str, Any]:
	"""Return the strategies of other apps. As with Frappe's overrides, the app installed last wins."""
	hooks = frappe.get_hooks("inventory_midplatform_strategies", default={})
	return {name: frappe.get_attr(paths[-1]) for name, paths in hooks.get(kind, {}).items()}


class SiteNotifier:
	"""To-dos, and for each a notification (bell and, by the user's own settings, mail) through Frappe's Notification Log."""

	def todo(self, users: Iterable[str], message: str, doctype: str, reference: str, **values: Any) -> None:
		"""Create a ToDo and a notification for each user. Frappe's assignment would share the document as well."""
		open_already = frappe.get_all(
			"ToDo",
			{"reference_type": doctype, "reference_name": reference, "status": "Open"},
			pluck="allocated_to",
			order_by="name",
		)
		new = [user for user in dict.fromkeys(users) if user not in open_already]
		wait_shortly()
		texts = {user: _text(user, message, values) for user in new}
		for user, text in texts.items():
			todo = frappe.get_doc(
				{
					"doctype": "ToDo",
					"allocated_to": user,
					"description": text,
					"reference_type": doctype,
					"reference_name": reference,
					"assigned_by": frappe.session.user,
					"date": frappe.utils.nowdate(),
				}
			)
			# its validation only words a comment about itself, for which Frappe would load the record
			todo._assignment = None
			todo.flags.ignore_validate = True
			todo.insert(ignore_permissions=True)
		others = {user: text for user, text in texts.items() if user != frappe.session.user}
		if others:
			notifications.send_later(others, doctype, reference)

	def inform(self, users: Iterable[str], message: str, doctype: str, reference: str, **values: Any) -> None:
		others = [user for user in dict.fromkeys(users) if user != frappe.session.user]
		texts = {user: _text(user, message, values) for user in others}
		notifications.send_later(texts, doctype, reference, with_todo=False)

	def done(self, doctype: str, *references: str, user: str = "") -> None:
		"""Close to-dos in two statements. Saved one by one, each would load its document and comment on its timeline, which
		shows the step already: seconds for a wave of 200 orders.
		"""
		about = {"reference_type": doctype, "reference_name": ["in", references], "status": "Open"}
		if user:
			about["allocated_to"] = user
		todos = frappe.get_all("ToDo", about, ["name", "reference_name"], order_by="name")
		if todos:
			wait_shortly()
			frappe.db.set_value("ToDo", {"name": ["in", [t.name for t in todos]]}, "status", "Closed")
			assigned = sorted({t.reference_name for t in todos})
			frappe.db.set_value(doctype, {"name": ["in", assigned]}, "_assign", "", update_modified=False)
		notifications.mark_read(doctype, references, user)


def _text(user: str, message: str, values: Mapping[str, Any]) -> str:
	"""Return a message in its reader's language; so is the name of the DocType that it is about."""
	language = _language(user)
	named = {"document_type": _(values["document_type"], lang=language)} if "document_type" in values else {}
	return str(_(message, lang=language).format(**{**values, **named}))


def _language(user: str) -> str | None:
	return frappe.get_cached_value("User", user, "language") or None


class SiteUnitOfWork:
	"""A call's transaction on a site: one of Frappe's, with a short wait for locks."""

	def begin(self) -> Context:
		frappe.flags.inventory_operation = True
		return site_context()

	def commit(self) -> None:
		frappe.db.commit()
		self._end()

	def rollback(self) -> None:
		"""Roll back, and forget what the attempt left in the request's memory, so that the next one starts clean."""
		frappe.db.rollback()
		frappe.local.message_log = []
		frappe.local.inventory_postings = None
		self._end()

	def _end(self) -> None:
		"""Restore the usual wait for locks. Frappe writes after a call too, such as when its user was last seen; where that
		timed out, the client would get status 500 though the call is committed."""
		frappe.flags.inventory_operation = False
		wait_as_usual()
