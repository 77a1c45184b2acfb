"""The hot work of the platform: what test_hot_statements.py records and explains."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hot_data import PLACES, item, place
from platforms import StandalonePlatform

from inventory_midplatform.domain.errors import Conflict
from inventory_midplatform.domain.kpi import KPIS, STOCK_COST
from inventory_midplatform.domain.periods import GRAINS
from inventory_midplatform.ports import PostingLine, Row, Voucher
from inventory_midplatform.reporting.expiring_stock import expiring_stock
from inventory_midplatform.reporting.in_and_out_trend import in_and_out_trend
from inventory_midplatform.reporting.kpi_measures import Measuring
from inventory_midplatform.reporting.movement_journal import movement_journal
from inventory_midplatform.reporting.process_diagnosis import process_diagnosis
from inventory_midplatform.reporting.scope import Scope
from inventory_midplatform.reporting.service_report import service_levels
from inventory_midplatform.reporting.stock_ageing import stock_ageing
from inventory_midplatform.reporting.stock_outs import stock_outs
from inventory_midplatform.reporting.stock_overview import classes, stock_overview
from inventory_midplatform.reporting.turnover import turnover_and_days_of_stock
from inventory_midplatform.services import alerts, kpis
from inventory_midplatform.services.approval import approval_requests, submitting, time_outs
from inventory_midplatform.services.demand import sources
from inventory_midplatform.services.reconciliation import opening_stock, rebuild
from inventory_midplatform.services.replenishment import suggest
from inventory_midplatform.services.reservation import document_sync, reservations
from inventory_midplatform.services.settlement import settlement
from inventory_midplatform.tests.approval_records import approval_policy, approved_request
from inventory_midplatform.tests.behaviour.inbound_inspection import PHOTO

HISTORY = {"from_date": date(2026, 1, 1), "to_date": date(2026, 1, 7)}
WEEK = {"from_date": date(2025, 12, 1), "to_date": date(2025, 12, 7)}


def yesterday() -> datetime:
	return datetime.now() - timedelta(days=1)


class Work:
	"""The hot work of the platform, each piece under a name."""

	def __init__(self, platform: StandalonePlatform):
		self.platform = platform
		self.item, self.place = item(7), place(7)
		self.order = ""

	def line(self, qty: int) -> PostingLine:
		return PostingLine(self.item, self.place, Decimal(qty), Decimal(10))

	def call(self, operation: str, **arguments: Any) -> Any:
		return self.platform.call(operation, **arguments)

	def pieces(self) -> Sequence[tuple[str, Callable[[], Any]]]:
		return (
			("reserve and release", self.reserve_and_release),
			("reserve the long way, and wait", self.wait),
			("a receipt fills who waits", lambda: self.platform.books.receive([self.line(500)])),
			("a receipt of yesterday", lambda: self.platform.books.receive([self.line(5)], at=yesterday())),
			("an order reserves", self.place_order),
			("a delivery", lambda: self.platform.books.deliver(self.order)),
			("a cancelled receipt", self.cancel_receipt),
			("a count", lambda: self.platform.books.count([self.line(1000)])),
			("move", self.move),
			("block and unblock", self.block),
			("bins for a reservation", self.allocate),
			("batches and serial numbers", self.batches_and_serials),
			("a rebuild", lambda: self.with_context(lambda ctx: rebuild.rebuild_item(ctx, self.item))),
			("release_expired", lambda: self.with_context(reservations.release_expired)),
			(
				"open orders",
				lambda: self.with_context(lambda ctx: document_sync.open_documents(ctx, sources.SALES_ORDER)),
			),
			("an outbound order, shipped and back", self.outbound),
			("a delivery posted by hand", self.posted_delivery),
			("an inbound order, put away, and its receipt cancelled", self.inbound),
			("a return, received and cancelled", self.sales_return),
			("a transfer by way of a transit warehouse", self.transfer),
			("suppliers of a week", self.supplier_performance),
			("classes of all items", lambda: self.with_context(lambda ctx: classes(ctx, Scope()))),
			("service of a week", self.service),
			("diagnosis of a week", self.diagnosis),
			("a wave, packed", self.wave),
			("tasks", self.see_tasks),
			("what is this?", self.look_up),
			("alerts", self.alert),
			("views of one warehouse", lambda: self.see_views(self.storekeeper())),
			("views of everything", self.see_views),
			("key figures of one warehouse", self.see_kpis),
			("what stock was, of one warehouse and of an item", self.see_history),
			("the key figures of a day", self.write_kpis),
			("positions", self.see_positions),
			("positions of one warehouse's storekeeper", lambda: self.see_positions(self.storekeeper())),
			("reservations", self.see_reservations),
			(
				"reservations of one warehouse's storekeeper",
				lambda: self.see_reservations(self.storekeeper()),
			),
			("what was done with a record", self.see_log),
			("a request", self.request),
			("an approval", self.approval),
			(
				"a call twice under one key",
				lambda: self.platform.call("stock.move", key="k", **self.a_move()),
			),
			(
				"a repost",
				lambda: self.with_context(lambda ctx: opening_stock.suspects(ctx, [self.item, item(8)])),
			),
			("taking in", lambda: self.with_context(opening_stock.opening_stock)),
			("verify", lambda: self.call("ledger.verify")),
			("positions by a part of a name", lambda: self.call("stock.list_positions", search="L-0")),
			("low stock", lambda: self.with_context(suggest.suggest)),
			("low stock requested", self.replenish_low_stock),
		)

	def with_context(self, work: Callable[..., Any]) -> None:
		with self.platform.context() as ctx:
			work(ctx)

	def storekeeper(self) -> str:
		return self.platform.make_user(["Warehouse Operator"], [self.place])

	def reserve_and_release(self) -> None:
		made = self.call("reservation.reserve", item_code=self.item, warehouse=self.place, qty=3, name="mine")
		self.call("reservation.reserve", item_code=self.item, warehouse=self.place, qty=3, name="mine")
		self.call("reservation.get", name=made["name"])
		self.call("reservation.release", name=made["name"])
		self.platform.settings(sales_order_policy="Off")
		order = self.platform.books.order(self.platform.make_customer(), [self.line(5)])
		self.platform.settings(sales_order_policy="Partial")
		(row,) = self.platform.books.order_rows(order)
		self.call(
			"reservation.reserve",
			item_code=self.item,
			warehouse=self.place,
			qty=3,
			demand_type=sources.SALES_ORDER,
			demand_name=order,
			demand_line=row["name"],
		)

	def wait(self) -> None:
		self.call(
			"reservation.reserve",
			item_code=self.item,
			warehouse=self.place,
			qty=400,
			shortage_policy="Partial",
		)

	def place_order(self) -> None:
		customer = self.platform.make_customer()
		self.order = self.platform.books.order(customer, [self.line(5), self.line(6)])
		with self.platform.context() as ctx:
			document_sync.row_quantities(ctx, sources.SALES_ORDER, self.order)
			document_sync.sync_closing(ctx, sources.SALES_ORDER, self.order, "To Deliver and Bill")

	def cancel_receipt(self) -> None:
		self.platform.books.cancel(self.platform.books.receive([self.line(5)]))

	def a_move(self) -> Row:
		unplaced = f"B{7} - {self.place}"
		target = f"B{7 + PLACES} - {self.place}"
		return {
			"item_code": self.item,
			"warehouse": self.place,
			"from_bin": unplaced,
			"to_bin": target,
			"qty": 1,
		}

	def move(self) -> None:
		self.call("stock.move", **self.a_move())

	def block(self) -> None:
		where = {"item_code": self.item, "warehouse": self.place, "bin": f"B7 - {self.place}", "qty": 1}
		self.call("stock.block", **where, stock_status="Quality")
		self.call("stock.unblock", **where, stock_status="Quality")

	def allocate(self) -> None:
		made = self.call("reservation.reserve", item_code=self.item, warehouse=self.place, qty=3)
		self.call("reservation.allocate", name=made["name"])
		self.call("reservation.deallocate", name=made["name"], qty=1)
		self.platform.books.issue([self.line(1)])
		self.call("reservation.release", name=made["name"])

	def batches_and_serials(self) -> None:
		for tracking in ({"has_batch_no": 1}, {"has_serial_no": 1}):
			code = self.platform.make_item(**tracking)
			lot: Row = {"batch_no": self.platform.make_batch(code)}
			if "has_serial_no" in tracking:
				lot = {"serial_nos": (f"{code}-1", f"{code}-2")}
			line = PostingLine(code, self.place, Decimal(2), Decimal(10), **lot)
			self.platform.books.receive([line])
			self.platform.books.cancel(self.platform.books.issue([line]))
			with self.platform.context() as ctx:
				settlement.reconcile(ctx, [(code, self.place)], "a test's")

	def accepted(self) -> Row:
		self.platform.books.receive([self.line(9)])
		order = self.platform.books.order(self.platform.make_customer(), [self.line(9)])
		name = self.call("outbound.list_tasks", search=order)["tasks"][0]["name"]
		data: Row = {**self.call("outbound.accept", name=name)["data"], "order": order}
		return data

	def inbound(self) -> None:
		self.platform.settings(inbound=True)
		item = self.platform.make_item(has_batch_no=1, inspection_required_before_purchase=1)
		line = PostingLine(item, self.place, Decimal(10), Decimal(10))
		plan = {"item_code": item, "method": "Number", "value": 5, "skip_after": 2, "skip_next": 1}
		self.platform.create("Inspection Plan", plan)
		order = self.platform.books.purchase(self.platform.make_supplier(), [line])
		about = {"name": self.call("inbound.list_tasks", search=order)["tasks"][0]["name"]}
		of_line = {**about, "line": self.call("inbound.arrive", **about)["data"]["lines"][0]["line"]}
		self.call("inbound.receive", **of_line, qty=10, batch_no=f"B-{item}")
		self.call("inbound.undo_receive", **of_line, qty=2)
		receipt = self.call("inbound.finish_receiving", **about)["data"]["receipt_document"]
		self.call(
			"inbound.inspect", **of_line, accepted=6, rejected=1, destroyed=1, reason="Wet", photo=PHOTO
		)
		bin = self.platform.make_bin(self.place, max_weight=50, max_volume=2)
		self.call("inbound.put_away", **of_line, bin=bin, qty=5)
		lines = self.call("inbound.list_to_put_away", warehouse=self.place)["lines"]
		assert [line["qty"] for line in lines] == [1]
		walk = {"warehouse": self.place, "item_code": item, "batch_no": f"B-{item}", "bin": bin, "qty": 1}
		self.call("inbound.put_away_walk", **walk)
		self.platform.books.cancel(Voucher("Purchase Receipt", receipt))

	def sales_return(self) -> None:
		self.platform.settings(inbound=True)
		self.platform.books.receive([self.line(9)])
		order = self.platform.books.order(self.platform.make_customer(), [self.line(9)])
		note = self.platform.books.deliver(order)
		items = [{"item_code": self.item, "qty": 9}]
		self.call("inbound.expect_return", delivery_note=note.voucher_no, items=items)
		self.platform.books.cancel(self.received(note.voucher_no))
		self.platform.books.cancel(note)

	def supplier_performance(self) -> None:
		week = {"from_date": "2025-12-01", "to_date": "2025-12-07"}
		self.call("inbound.supplier_performance", **week)
		self.call("inbound.supplier_performance", supplier="S-7", **week)

	def service(self) -> None:
		self.with_context(lambda ctx: service_levels(ctx, **WEEK, by="warehouse"))
		self.with_context(lambda ctx: service_levels(ctx, **WEEK, warehouse=self.place))

	def diagnosis(self) -> None:
		self.with_context(lambda ctx: process_diagnosis(ctx, **WEEK))
		self.with_context(lambda ctx: process_diagnosis(ctx, **WEEK, warehouse=self.place))

	def transfer(self) -> None:
		self.platform.settings(inbound=True)
		self.platform.books.receive([self.line(9)])
		entry = self.platform.books.send([self.line(9)], place(8), place(9))
		self.platform.books.cancel(self.received(entry.voucher_no))
		self.platform.books.cancel(entry)

	def received(self, document: str) -> Voucher:
		name = self.call("inbound.list_tasks", search=document)["tasks"][0]["name"]
		for line in self.call("inbound.arrive", name=name)["data"]["lines"]:
			self.call("inbound.receive", name=name, line=line["line"], qty=9)
		data = self.call("inbound.finish_receiving", name=name)["data"]
		return Voucher(data["receipt_doctype"], data["receipt_document"])

	def outbound(self) -> None:
		data = self.accepted()
		name, line, bin = data["name"], data["picks"][0]["line"], data["picks"][0]["bin"]
		self.call("outbound.report_short", name=name, line=line, bin=bin, qty=1, reason="Not There")
		for p in self.call("outbound.get", name=name)["picks"]:
			self.call("outbound.pick", name=name, line=line, bin=p["bin"], qty=p["qty"])
		self.call("outbound.unpick", name=name, line=line, qty=1)
		self.call("outbound.finish_picking", name=name)
		self.call("outbound.check", name=name, counted=[{"line": line, "qty": 8}])
		shipped = self.call("outbound.ship", name=name)["data"]
		self.platform.books.cancel(Voucher(shipped["delivery_doctype"], shipped["delivery_document"]))
		self.platform.books.cancel_order(data["order"])
		self.call("outbound.unpick", name=name, line=line, qty=8)

	def wave(self) -> None:
		self.platform.books.receive([self.line(30)])
		for _ in range(3):
			self.platform.books.order(self.platform.make_customer(), [self.line(3), self.line(2)])
		made = self.call("wave.create", warehouse=self.place, max_orders=3, due_until=date(2030, 1, 1))[
			"data"
		]
		self.call("wave.cancel", name=made["name"])
		names = [order["name"] for order in made["orders"]]
		name = self.call("wave.create", warehouse=self.place, names=names)["data"]["name"]
		p = self.call("wave.release", name=name)["data"]["picks"][0]
		about = {"name": name, "item_code": self.item, "bin": p["bin"]}
		self.call("wave.report_short", **about, qty=1, reason="Not There")
		for p in self.call("wave.get", name=name)["picks"]:
			self.call("wave.pick", **{**about, "bin": p["bin"]}, qty=p["qty"], brief=True)
		self.call("wave.finish_picking", name=name)
		order = self.call("pack.scan", code=self.item, wave=name)["data"]["name"]
		self.call("pack.unscan", name=order, code=self.item)
		self.call("pack.scan", code=self.item, wave=name)
		self.call("pack.scan", code=self.item, warehouse=self.place)
		package = self.call("pack.pack", name=order, tracking_no="SF1")["data"]["packages"][0]["name"]
		self.call("pack.unpack", package=package)
		self.call("wave.close", name=name)
		for filters in ({}, {"warehouse": self.place}, {"state": "Done"}):
			self.call("wave.list", **filters)
		with contextlib.suppress(Conflict):
			self.call(
				"wave.create", warehouse=self.place, zone=self.zone(), single_line_only=True, carrier="SF"
			)

	def zone(self) -> str:
		return self.platform.make_zone(self.place)

	def posted_delivery(self) -> None:
		data = self.accepted()
		self.platform.books.deliver(data["order"])
		p = self.call("outbound.get", name=data["name"])["picks"][0]
		self.call("outbound.pick", name=data["name"], line=p["line"], bin=p["bin"], qty=1)
		self.call("outbound.cancel", name=data["name"])

	def see_tasks(self) -> None:
		for filters in ({}, {"warehouse": self.place}, {"mine": True}, {"state": "To Pick"}):
			self.call("outbound.list_tasks", **filters)
		self.platform.call("outbound.list_tasks", user=self.storekeeper())

	def look_up(self) -> None:
		for code in (self.item, f"B7 - {self.place}", "B7", "SN-7", "SO-7", "nothing"):
			self.call("scan.look_up", code=code)

	def alert(self) -> None:
		with self.platform.context() as ctx:
			alerts.open_alert(ctx, alerts.BELOW_RESERVED, self.item, self.place, "a test's")
			alerts.close_alert(ctx, alerts.BELOW_RESERVED, self.item, self.place)

	def see_positions(self, user: str = "") -> None:
		about = {"item_code": self.item, "warehouse": self.place}
		self.platform.call("stock.get_position", user=user, **about)
		self.platform.call("stock.explain", user=user, **about)
		self.platform.call("stock.available_to_promise", user=user, by_date="2026-12-31", **about)
		for filters in ({}, {"warehouse": self.place}, {"item_code": self.item}, {"item_group": "Group 7"}):
			for only in ("", "available", "reserved"):
				self.platform.call("stock.list_positions", user=user, only=only, **filters)

	def see_views(self, user: str = "") -> None:
		day = {"op": "between", "value": ["2026-01-01", "2026-01-07"]}
		for dataset, field, measures, where in (
			("stock", "item_group", ["items", "waiting"], {"field": "item_code", "value": self.item}),
			("stock", "warehouse", ["items", "on_hand"], {}),
			("bins", "zone", ["items", "bins"], {"field": "item_code", "value": self.item}),
			("kpis", "warehouse", ["kpi_on_time"], {"field": "day", **day}),
			("ages", "band", ["items", "mean_age"], {}),
			("changes", "warehouse", ["qty_in"], {"field": "day", **day}),
			("waiting", "demand_type", ["demands"], {}),
			(
				"outbound",
				"state",
				["orders"],
				{"field": "state", "op": "in", "value": ["To Pick", "To Check"]},
			),
			("inbound", "state", ["orders"], {"field": "state", "value": "To Receive"}),
			("alerts", "kind", ["alerts"], {"field": "item_code", "value": self.item}),
		):
			about = {"dataset": dataset, "group": [{"field": field}], "measures": measures}
			self.platform.call("view.query", user=user, **about, where=[where] if where else [])

	def see_kpis(self) -> None:
		about = {"warehouse": self.place}
		for user in ("", self.storekeeper()):
			self.platform.call("kpi.list", user=user, **about)
			for name in KPIS:
				if name != STOCK_COST:
					self.platform.call("kpi.why", user=user, kpi=name, **about)

	def see_history(self) -> None:
		self.platform.settings(history_from=date(2025, 1, 1))
		for about in ({"warehouse": self.place}, {"item_code": self.item}):
			for grain in GRAINS[:3]:
				self.with_context(
					lambda ctx, a=about, g=grain: in_and_out_trend(ctx, **HISTORY, **a, grain=g)
				)
			self.with_context(lambda ctx, a=about: turnover_and_days_of_stock(ctx, **HISTORY, **a))
			self.with_context(lambda ctx, a=about: stock_ageing(ctx, **a))
			self.with_context(lambda ctx, a=about: movement_journal(ctx, **{"item_code": self.item, **a}))
			self.with_context(lambda ctx, a=about: stock_overview(ctx, **a, group_by="zone"))
			self.with_context(lambda ctx, a=about: expiring_stock(ctx, **a))
			self.with_context(lambda ctx, a=about: stock_outs(ctx, **a))

	def write_kpis(self) -> None:
		self.with_context(lambda ctx: kpis.write(ctx, HISTORY["to_date"], Measuring()))

	def see_reservations(self, user: str = "") -> None:
		for filters in (
			{},
			{"demand_type": "Sales Order", "demand_name": "SO-7"},
			{"item_code": self.item, "warehouse": self.place},
			{"item_code": self.item},
			{"warehouse": self.place},
			{"status": "Waiting"},
			{"warehouse": self.place, "status": "Waiting"},
		):
			self.platform.call("reservation.list", user=user, **filters)

	def replenish_low_stock(self) -> None:
		"""With demand of documents and in a group of warehouses, so that every statement of low stock runs."""
		group = self.platform.make_warehouse(is_group=1)
		below = self.platform.make_warehouse(parent_warehouse=group)
		reorder = {"warehouse_reorder_level": 20, "material_request_type": "Purchase"}
		rows = [
			{**reorder, "warehouse": self.place},
			{**reorder, "warehouse": below, "warehouse_group": group},
		]
		code = self.platform.make_item(reorder_levels=rows)
		with self.platform.context() as ctx:
			row = {"item_code": code, "warehouse": self.place, "reserved_qty": 5}
			ctx.store.add("Bin", ("item_code", "warehouse"), [row], add=("reserved_qty",))
		created = self.call("replenishment.create_material_requests")["created"]
		assert sorted(c["warehouse"] for c in created) == sorted([self.place, below])

	def see_log(self) -> None:
		self.platform.rows(
			"SELECT operation, happened_at, user FROM `tabStock Operation Log`"
			" WHERE reference_doctype = 'Inventory Reservation' AND reference_name = %(name)s ORDER BY name",
			name="R7",
		)

	def request(self) -> None:
		asker = self.platform.make_user(["Inventory Buyer"])
		supervisor = self.platform.make_user(["Warehouse Supervisor"])
		made = self.platform.call(
			"request.create",
			user=asker,
			request_type="Purchase",
			warehouse=self.place,
			items=[{"item_code": self.item, "qty": 2, "rate": 1}],
		)
		approved_request(self.platform, made["name"], asker, supervisor)
		self.platform.call("request.cancel", name=made["name"])

	def away(self, users: list[str]) -> None:
		with self.platform.context() as ctx:
			today = ctx.clock.now().date()
		delegate = self.platform.make_user(["Warehouse Supervisor"])
		for user in users:
			about = {"delegate": delegate, "from_date": today, "to_date": today}
			self.platform.call("approval.set_away", user=user, **about)

	def approval(self) -> None:
		asker = self.platform.make_user(["Inventory Buyer"])
		approval_policy(self.platform, self.place)
		items = [{"item_code": self.item, "qty": 2, "rate": 1}]
		about = {"request_type": "Purchase", "warehouse": self.place, "items": items}
		document = self.platform.call("request.create", user=asker, **about)["name"]
		asking = {"doctype": "Inventory Request", "name": document}
		made = self.platform.call("approval.request", user=asker, **asking)
		self.platform.call("approval.list", user=asker, only="requested")
		of_document = {"doctype": asking["doctype"], "document": document}
		self.platform.call("approval.list", user=asker, only="of_document", **of_document)
		self.away(made["waits_for"])
		for approver in self.platform.call("approval.get", name=made["name"])["waits_for"]:
			assert self.platform.call("approval.count", user=approver)["to_decide"]
			assert self.platform.call("approval.list", user=approver)["requests"]
			self.platform.call("approval.approve", user=approver, name=made["name"])
		with self.platform.context() as ctx:
			approval_requests.open_requests(ctx)
			assert 0 < len(time_outs.overdue(ctx)) < 20
			assert 0 < len(time_outs.to_remind(ctx)) < 20
			submitting.require_approved(ctx, "Inventory Request", ctx.documents.values(**asking))
