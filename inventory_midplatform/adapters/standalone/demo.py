"""The main job of a small company, step by step, each with its result."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from inventory_midplatform.adapters.standalone.context import (
	ADMINISTRATOR,
	Standalone,
	add_user,
	write_settings,
)
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import PostingLine

COMPANY = "Harbour Foods 海港食品"
COLD = "Cold Store 冷库 - HF"
DRY = "Dry Store 干货库 - HF"
SALMON, PRAWN, RICE, SCALLOP = "SALMON-1KG", "PRAWN-500G", "RICE-25KG", "SCALLOP-1KG"
SEAFOOD = "Nordic Seafood 北欧水产"
STOREKEEPER, BUYER, CHIEF, DIRECTOR = (
	"li.storekeeper@example.com",
	"chen.buyer@example.com",
	"wang.chief@example.com",
	"zhao@example.com",
)
SHOP = "shop@example.com"

RECORDS = Path(__file__).parent / "demo.json"


def walk(platform: Standalone, say: Callable[[str], Any]) -> None:
	"""Create the company and go through the main job; ``say`` gets each step and its result as text.

	Does nothing on a database that has the company already.
	"""
	with platform.context(writes=False) as ctx:
		exists = ctx.store.rows("SELECT name FROM `tabCompany` WHERE name = %(name)s", {"name": COMPANY})
	if exists:
		say(f"{COMPANY} is in this database already; nothing was changed.")
		return
	_Walk(platform, say).run()


class _Walk:
	def __init__(self, platform: Standalone, say: Callable[[str], Any]):
		self.platform, self.say, self.number = platform, say, 0

	def run(self) -> None:
		self.say("Inventory Midplatform: the main job, start to end. 库存中台演示：从入库到补货。\n")
		masters(self.platform)
		self.step("A small company", f"{COMPANY}: a cold store with zones and bins, a dry store, four items")
		self.received()
		self.put_away()
		order = self.ordered()
		self.explained()
		self.refused()
		self.picked_and_shipped(order)
		self.in_a_wave()
		self.inspected(self.counted(self.expected()))
		self.low_stock()
		self.approved()
		self.verified()

	# the steps

	def received(self) -> None:
		self.step("Goods arrive", "a Purchase Receipt, entered in the books")
		lines = [_line(SALMON, COLD, 100, 96), _line(PRAWN, COLD, 80, 45)]
		voucher = self.books("receive", lines, supplier=SEAFOOD)
		self.books("receive", [_line(RICE, DRY, 12, 180)], supplier="Golden Field 金田粮油")
		self.result(f"{voucher.voucher_no}: {self.where(SALMON)}")
		self.result("on hand at once, in the Unplaced bin until it is put away")

	def put_away(self) -> None:
		self.step("The storekeeper puts it away", "moves inside a warehouse, which the books do not see")
		for item, code, qty in ((SALMON, "A-01", 60), (SALMON, "A-02", 40), (PRAWN, "B-01", 80)):
			self.call(
				"stock.move",
				STOREKEEPER,
				item_code=item,
				warehouse=COLD,
				from_bin=f"UNPLACED - {COLD}",
				to_bin=f"{code} - {COLD}",
				qty=qty,
				reason="put away",
			)
		self.result(self.where(SALMON))

	def ordered(self) -> str:
		self.step("A customer orders 70 salmon", "the submitted Sales Order reserves what is available")
		order: str = self.books("order", "Blue Wave Restaurant 蓝浪餐厅", [_line(SALMON, COLD, 70)])
		self.result(f"{order}: {self.position(SALMON)}")
		return order

	def explained(self) -> None:
		self.step("Why is only this much available?", "every number is explained")
		why = self.call("stock.explain", STOREKEEPER, item_code=SALMON, warehouse=COLD)
		self.result(
			f"available {why['available']} = on hand {why['on_hand']} − on hold {why['on_hold']} − reserved {why['reserved']}"
		)
		for r in why["reservations"]:
			self.result(
				f"{r['reserved_qty']} reserved for {r['demand_type']} {r['demand_name']} since {r['creation'][:16]}"
			)

	def refused(self) -> None:
		self.step("The web shop asks for 50 of the same salmon", "over the API, by another program")
		demand = {
			"item_code": SALMON,
			"warehouse": COLD,
			"demand_type": "Shop Order",
			"demand_name": "WEB-1042",
		}
		self.expect_refusal(
			"insufficient_stock", lambda: self.call("reservation.reserve", SHOP, **demand, qty=50)
		)
		made = self.call("reservation.reserve", SHOP, **demand, qty=30, name="WEB-1042-1")
		self.result(f"it reserves the 30 that are left: {made['status']}; {self.position(SALMON)}")
		again = self.call("reservation.reserve", SHOP, **demand, qty=30, name="WEB-1042-1")
		self.result(f"sent twice, it is reserved once: the same {again['name']}")
		self.step("An issue of 10 salmon is entered in the books", "but all of it is reserved for others")
		self.expect_refusal("takes_reserved_stock", lambda: self.books("issue", [_line(SALMON, COLD, 10)]))

	def picked_and_shipped(self, order: str) -> None:
		self.step(
			"The order is picked", "its task came with the order: accept, then pick bin by bin into staging"
		)
		task = self.call("outbound.list_tasks", STOREKEEPER, search=order)["tasks"][0]
		data = self.call("outbound.accept", STOREKEEPER, name=task["name"])["data"]
		for pick in data["picks"]:
			taken = {key: pick[key] for key in ("line", "bin", "qty", "batch_no")}
			done = self.call("outbound.pick", STOREKEEPER, name=task["name"], **taken)
			self.result(f"bin {pick['bin_code']}: {done['message']['sentence']}")
		done = self.call("outbound.finish_picking", STOREKEEPER, name=task["name"])
		self.result(f"{task['name']} is {done['state']}; {self.where(SALMON)}")
		self.step("It is checked and shipped", "a blind count drafts the Delivery Note; shipping submits it")
		line = data["lines"][0]["line"]
		wrong, right = [{"line": line, "qty": 69}], [{"line": line, "qty": 70}]
		self.expect_refusal(
			"count_differs", lambda: self.call("outbound.check", CHIEF, name=task["name"], counted=wrong)
		)
		self.call("outbound.check", CHIEF, name=task["name"], counted=right)
		shipped = self.call(
			"outbound.ship", STOREKEEPER, name=task["name"], carrier="SF", tracking_no="SF1042"
		)
		self.result(f"{shipped['message']['sentence']} {self.position(SALMON)}; {self.where(SALMON)}")

	def in_a_wave(self) -> None:
		self.step(
			"Three orders of prawns are picked as a wave", "one walk for all; the pack station sorts them"
		)
		for qty in (6, 10, 4):
			self.books("order", "Blue Wave Restaurant 蓝浪餐厅", [_line(PRAWN, COLD, qty)])
		made = self.call("wave.create", STOREKEEPER, warehouse=COLD)
		self.result(made["message"]["sentence"])
		wave = made["data"]["name"]
		for pick in self.call("wave.release", STOREKEEPER, name=wave)["data"]["picks"]:
			what = {key: pick[key] for key in ("item_code", "bin", "qty", "batch_no")}
			done = self.call("wave.pick", STOREKEEPER, name=wave, **what)
			self.result(
				f"bin {pick['bin_code']}, for {pick['orders']} orders at once: {done['message']['sentence']}"
			)
		finished = self.call("wave.finish_picking", STOREKEEPER, name=wave)["data"]
		for n, order in enumerate(finished["orders"], 1):
			scanned = self.call("pack.scan", CHIEF, code=PRAWN, wave=wave, qty=order["qty"])
			self.result(f"scanned {order['qty']} {PRAWN}: {scanned['message']['sentence']}")
			parcel = {"name": order["name"], "weight": 3, "carrier": "SF", "tracking_no": f"SF200{n}"}
			self.call("pack.pack", CHIEF, **parcel)
			self.call("outbound.ship", CHIEF, name=order["name"])
		state = self.call("wave.get", CHIEF, name=wave)["state"]
		self.result(f"all are shipped, and {wave} is {state}: {self.where(PRAWN)}")

	def expected(self) -> str:
		self.step(
			"A Purchase Order of 40 scallops is submitted",
			"it is a task before the truck comes: an Inbound Order",
		)
		order: str = self.books("purchase", SEAFOOD, [_line(SCALLOP, COLD, 40, 88)])
		self.inbound_tasks(order)
		return order

	def counted(self, order: str) -> Any:
		self.step(
			"The truck comes with 36", "counted with their batch; nothing is posted before all is counted"
		)
		task = self.call("inbound.list_tasks", STOREKEEPER, search=order)["tasks"][0]
		data = self.call("inbound.arrive", STOREKEEPER, name=task["name"], dock="Dock 1")["data"]
		scan = {"name": data["name"], "line": data["lines"][0]["line"], "qty": 36}
		self.expect_refusal(
			"batch_or_serial_needed", lambda: self.call("inbound.receive", STOREKEEPER, **scan)
		)
		with self.platform.context(writes=False) as ctx:
			last_day = str(ctx.clock.now().date() + timedelta(days=20))
		scan |= {"batch_no": "SC-0412", "expiry_date": last_day}
		self.result(self.call("inbound.receive", STOREKEEPER, **scan)["message"]["sentence"])
		done = self.call("inbound.finish_receiving", STOREKEEPER, name=data["name"])
		self.result(f"{done['message']['sentence']} It is {done['state']}; {self.position(SCALLOP)}")
		self.result(f"all of it is on hold until somebody inspects it: {self.where(SCALLOP)}")
		self.inbound_tasks(order)
		return done["data"]

	def inspected(self, data: Any) -> None:
		self.step("Six are thawed", "what is accepted is available at once, what is rejected stays on hold")
		said = {"line": data["lines"][0]["line"], "accepted": 30, "rejected": 6, "reason": "Thawed 已化冻"}
		inspected = self.call("inbound.inspect", CHIEF, name=data["name"], **said)
		self.result(inspected["message"]["sentence"])
		self.result(f"{self.position(SCALLOP)}; {self.where(SCALLOP)}")
		self.step("The rest is put away", "into the bins that the Storage Policy proposes: 20 fit into each")
		for proposal in inspected["data"]["to_put_away"]:
			for bin in proposal["bins"]:
				placed = {"line": proposal["line"], "bin": bin["bin"], "qty": bin["qty"]}
				done = self.call("inbound.put_away", STOREKEEPER, name=data["name"], **placed)
				self.result(f"{done['message']['sentence']} {bin['reason']['sentence']}")
		self.result(f"{data['name']} is {done['state']}; {self.where(SCALLOP)}")
		self.inbound_tasks(data["source_name"])

	def inbound_tasks(self, order: str) -> None:
		for task in self.call("inbound.list_tasks", STOREKEEPER, search=order)["tasks"]:
			of = f"{task['received_qty']} of {task['expected_qty']} received"
			self.result(f"on the task list: {task['name']} for {order}, {task['state']}, {of}")

	def low_stock(self) -> None:
		self.step(
			"What is low?",
			"available − waiting − unreserved + on order + own drafts, against the Item Reorder of ERPNext",
		)
		for s in self.call("replenishment.suggest", BUYER)["suggestions"]:
			why = s["why"]
			self.result(
				f"{s['item_code']}: level {why['level']} is below {why['threshold']}, order {s['suggested_qty']}"
			)
		self.step("Request it", "a draft Material Request for each warehouse and supplier, and to-dos")
		for request in self.call("replenishment.create_material_requests", BUYER)["created"]:
			items = ", ".join(
				f"{line['item_code']} × {line['qty']} {line['uom']}" for line in request["items"]
			)
			self.result(f"{request['material_request']} from {request['supplier']}: {items}")
			self.result(f"to-dos for: {', '.join(self.notified(request['material_request']))}")
		again = self.call("replenishment.create_material_requests", BUYER)
		self.result(f"run again: {len(again['created'])} new drafts, for everything is requested already")

	def approved(self) -> None:
		self.step("The storekeeper requests 80 sacks of rice", "above the limit, so two people approve")
		request = self.call(
			"request.create",
			STOREKEEPER,
			request_type="Purchase",
			warehouse=DRY,
			items=[{"item_code": RICE, "qty": 80}],
			purpose="Spring festival 春节备货",
		)
		seen = self.call("request.get", CHIEF, name=request["name"])
		self.result(
			f"{request['name']}: {seen['amount']} in total, which its approvers see and the storekeeper does not"
		)
		about = {"doctype": "Inventory Request", "name": request["name"]}
		asked = self.call("approval.request", STOREKEEPER, **about)
		self.result(f"{STOREKEEPER} requests its approval → waits for {', '.join(asked['waits_for'])}")
		for user in (CHIEF, DIRECTOR):
			asked = self.call("approval.approve", user, name=asked["name"])
			self.result(f"{user} approves → {', '.join(asked['waits_for']) or asked['state']}")
		request = self.call("request.get", STOREKEEPER, name=request["name"])
		self.result(f"drafted from it: {request['created_doctype']} {request['created_document']}")

	def verified(self) -> None:
		self.step("Does everything add up?", "movements, bins, positions, books and reservations")
		found = self.call("ledger.verify", ADMINISTRATOR)
		rows = sum(found["checked"].values())
		self.result(f"{rows} rows checked, {len(found['findings'])} findings")
		if not found["ok"]:
			raise SystemExit(f"the invariants of the ledger are broken: {found['findings']}")

	# output

	def step(self, title: str, how: str) -> None:
		self.number += 1
		self.say(f"\n{self.number}. {title}\n   {how}")

	def result(self, text: str) -> None:
		self.say(f"   → {text}")

	def expect_refusal(self, code: str, attempt: Callable[[], Any]) -> None:
		try:
			attempt()
		except InventoryError as error:
			if error.code != code:
				raise
			self.result(f"refused ({error.http_status_code} {error.code}): {error}")
		else:
			raise SystemExit(f"this should have been refused: {code}")

	def position(self, item: str) -> str:
		p = self.call("stock.get_position", STOREKEEPER, item_code=item, warehouse=COLD)
		return f"on hand {p['on_hand']}, reserved {p['reserved']}, available {p['available']}"

	def where(self, item: str) -> str:
		bins = self.call("stock.explain", STOREKEEPER, item_code=item, warehouse=COLD)["bins"]
		return f"{item} is in " + ", ".join(f"{b['bin_code']} ({b['qty']})" for b in bins)

	def notified(self, reference: str) -> list[str]:
		with self.platform.context(writes=False) as ctx:
			rows = ctx.store.rows(
				"SELECT allocated_to FROM `tabToDo` WHERE reference_name = %(name)s ORDER BY name",
				{"name": reference},
			)
		return [row["allocated_to"] for row in rows]

	# calls

	def call(self, operation: str, user: str, **arguments: Any) -> Any:
		return self.platform.call(operation, arguments, user)

	def books(self, method: str, *args: Any, **kwargs: Any) -> Any:
		with self.platform.context() as ctx:
			return getattr(ctx.books, method)(*args, **kwargs)


def _line(item: str, warehouse: str, qty: int, rate: int = 0) -> PostingLine:
	return PostingLine(item, warehouse, Decimal(qty), Decimal(rate) if rate else None)


def masters(platform: Standalone) -> None:
	"""Create company, warehouses, bins, items and users, and switch Inbound Orders on; a record that exists is left as it is."""
	with platform.context() as ctx:
		demo = json.loads(RECORDS.read_text(encoding="utf-8"))
		write_settings(ctx, inbound=True)
		for user in demo["users"]:
			add_user(ctx, **user)
		for doctype, values in demo["records"]:
			if not ctx.store.rows(f"SELECT name FROM `tab{doctype}` WHERE name = %(name)s", values):
				ctx.documents.create(doctype, values)
