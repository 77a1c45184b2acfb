"""The Context of a site: Frappe's session, clock, settings and documents behind the ports."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import frappe
from frappe import _

from inventory_midplatform.adapters.site.books import SiteBooks
from inventory_midplatform.adapters.site.documents import SiteDocuments
from inventory_midplatform.adapters.site.store import LOCK_WAIT_SECONDS, SiteStore
from inventory_midplatform.domain.put_away import PutAwayStrategy
from inventory_midplatform.domain.removal import RemovalStrategy, named
from inventory_midplatform.ports import BuiltInStrategies, Context, Settings

SETTINGS = "Inventory Midplatform Settings"


def site_context() -> Context:
	"""The Context of the user at hand, inside the transaction at hand."""
	return Context(
		store=SiteStore(),
		books=SiteBooks(),
		documents=SiteDocuments(),
		notifier=SiteNotifier(),
		clock=SiteClock(),
		identity=SiteIdentity(),
		settings=site_settings(),
		strategies=SiteStrategies(),
	)


def site_settings() -> Settings:
	"""Read through Frappe's document cache; all switches are off where the app is being installed."""
	if frappe.flags.in_install or frappe.flags.in_uninstall:
		return Settings()
	saved = frappe.get_cached_doc(SETTINGS)
	ledger = bool(saved.ledger_enabled)
	return Settings(
		ledger=ledger,
		hold_expired_batches=bool(saved.hold_expired_batches),
		reservation=ledger and bool(saved.reservation_enabled),
		sales_order_policy=saved.sales_order_policy or "Partial",
		reserve_for_material_requests=bool(saved.reserve_for_material_requests),
		reserve_for_work_orders=bool(saved.reserve_for_work_orders),
		replenishment=ledger and bool(saved.replenishment_enabled),
		approval=bool(saved.approval_enabled),
		director_amount=Decimal(repr(saved.director_amount or 0)),
	)


class SiteClock:
	def now(self) -> datetime:
		return frappe.utils.now_datetime()  # type: ignore[no-any-return]


class SiteIdentity:
	"""The session's user, or another one that is named."""

	def __init__(self, user: str | None = None):
		self.user: str = user or frappe.session.user

	@cached_property
	def roles(self) -> frozenset[str]:
		return frozenset(frappe.get_roles(self.user))

	@cached_property
	def warehouses(self) -> frozenset[str] | None:
		"""What User Permissions on Warehouse and Company leave of the warehouses."""
		from frappe.core.doctype.user_permission.user_permission import get_user_permissions

		permissions = get_user_permissions(self.user)
		narrowed: frozenset[str] | None = None
		for doctype, column in (("Warehouse", "name"), ("Company", "company")):
			of_all = [p["doc"] for p in permissions.get(doctype, ()) if not p.get("applicable_for")]
			# one that is for some DocTypes only, ours among them, is for what is asked of those by operations too
			of_ours = [p["doc"] for p in permissions.get(doctype, ()) if _is_ours(p.get("applicable_for"))]
			allowed = of_all or of_ours
			if allowed:
				names = frozenset(
					frappe.get_all("Warehouse", {column: ("in", allowed)}, pluck="name", order_by="name")
				)
				narrowed = names if narrowed is None else narrowed & names
		return narrowed

	def users_with_role(self, role: str, warehouse: str) -> list[str]:
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
		return [user for user, warehouses in seen_by if warehouses is None or warehouse in warehouses]


def _is_ours(doctype: str | None) -> bool:
	return bool(doctype) and frappe.get_meta(doctype).module == "Inventory Midplatform"


class SiteStrategies:
	"""The built-in strategies, and what other apps' hooks add to them or put in their place:

	inventory_midplatform_strategies = {"removal": {"Heaviest First": "app.stock.heaviest_first"}, "put_away": {…}}
	"""

	@cached_property
	def removal(self) -> dict[str, RemovalStrategy]:
		others = {name: named(name, function) for name, function in _hooked("removal").items()}
		return {**BuiltInStrategies.removal, **others}

	@cached_property
	def put_away(self) -> dict[str, PutAwayStrategy]:
		return {**BuiltInStrategies.put_away, **_hooked("put_away")}


def _hooked(kind: str) -> dict[str, Any]:
	"""As with Frappe's own overrides, the app installed last has the last word."""
	hooks = frappe.get_hooks("inventory_midplatform_strategies", default={})
	return {name: frappe.get_attr(paths[-1]) for name, paths in hooks.get(kind, {}).items()}


class SiteNotifier:
	def todo(self, users: Iterable[str], message: str, doctype: str, reference: str, **values: Any) -> None:
		"""Frappe's assignment would share the document and mail; a plain ToDo tells as much with less noise."""
		text = _(message).format(**values)
		for user in users:
			open_already = frappe.db.exists(
				"ToDo",
				{
					"allocated_to": user,
					"reference_type": doctype,
					"reference_name": reference,
					"status": "Open",
				},
			)
			if not open_already:
				frappe.get_doc(
					{
						"doctype": "ToDo",
						"allocated_to": user,
						"description": text,
						"reference_type": doctype,
						"reference_name": reference,
						"assigned_by": frappe.session.user,
						"date": frappe.utils.nowdate(),
					}
				).insert(ignore_permissions=True)

	def done(self, doctype: str, reference: str) -> None:
		about = {"reference_type": doctype, "reference_name": reference, "status": "Open"}
		for name in frappe.get_all("ToDo", about, pluck="name", order_by="name"):
			frappe.get_doc("ToDo", name).update({"status": "Closed"}).save(ignore_permissions=True)


class SiteUnitOfWork:
	"""A call's transaction on a site: one of Frappe's, with a short wait for locks."""

	def begin(self) -> Context:
		frappe.db.sql(f"SET SESSION innodb_lock_wait_timeout = {LOCK_WAIT_SECONDS}")
		frappe.flags.inventory_operation = True
		return site_context()

	def commit(self) -> None:
		frappe.db.commit()
		self._end()

	def rollback(self) -> None:
		"""Also forget what the attempt left in the request's memory, so that the next one starts clean."""
		frappe.db.rollback()
		frappe.local.message_log = []
		frappe.local.inventory_postings = None
		self._end()

	def _end(self) -> None:
		"""Frappe writes after a call too, such as when its user was last seen, and answers 500 where that waits too long
		though the call is kept: it waits as long as anywhere else."""
		frappe.flags.inventory_operation = False
		frappe.db.sql("SET SESSION innodb_lock_wait_timeout = DEFAULT")
