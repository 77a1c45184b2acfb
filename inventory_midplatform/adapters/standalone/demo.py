"""A small company's stock, walked through step by step as a person would want it told."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from inventory_midplatform.adapters.standalone.context import ADMINISTRATOR, Standalone, add_user
from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.ports import PostingLine

COMPANY = "Harbour Foods 海港食品"
COLD = "Cold Store 冷库 - HF"
DRY = "Dry Store 干货库 - HF"
SALMON, PRAWN, RICE = "SALMON-1KG", "PRAWN-500G", "RICE-25KG"
KEEPER, BUYER, CHIEF, DIRECTOR = (
	"li.keeper@example.com",
	"chen.buyer@example.com",
	"wang.chief@example.com",
	"zhao@example.com",
)
SHOP = "shop@example.com"

RECORDS = Path(__file__).parent / "demo.json"


def walk(platform: Standalone, say: Callable[[str], Any]) -> None:
	"""Make the company and do the main job, saying every step and what came of it. On a database where the company is
	already, nothing is done."""
	with platform.context(writes=False) as ctx:
		walked = ctx.store.rows("SELECT name FROM `tabCompany` WHERE name = %(name)s", {"name": COMPANY})
	if walked:
		say(f"{COMPANY} is in this database already; nothing was changed.")
		return
	_Walk(platform, say).run()


class _Walk:
	def __init__(self, platform: Standalone, say: Callable[[str], Any]):
		self.platform, self.say, self.number = platform, say, 0

	def run(self) -> None:
		self.say("Inventory Midplatform: the main job, start to end. 库存中台演示：从入库到补货。\n")
		masters(self.platform)
		self.step("A small company", f"{COMPANY}: a cold store with zones and bins, a dry store, three items")
		self.received()
		self.put_away()
		order = self.ordered()
		self.explained()
		self.refused()
		self.delivered(order)
		self.low_stock()
		self.approved()
		self.verified()

	# the steps

	def received(self) -> None:
		self.step("Goods arrive", "a Purchase Receipt, as somebody types it into the books")
		lines = [_line(SALMON, COLD, 100, 96), _line(PRAWN, COLD, 80, 45)]
		voucher = self.books("receive", lines, supplier="Nordic Seafood 北欧水产")
		self.books("receive", [_line(RICE, DRY, 12, 180)], supplier="Golden Field 金田粮油")
		self.came(f"{voucher.voucher_no}: {self.where(SALMON)}")
		self.came("on hand at once, in the Unplaced bin until somebody puts it away")

	def put_away(self) -> None:
		self.step("The keeper puts it away", "moves inside a warehouse; the books see nothing of them")
		for item, code, qty in ((SALMON, "A-01", 60), (SALMON, "A-02", 40), (PRAWN, "B-01", 80)):
			self.call(
				"stock.move",
				KEEPER,
				item_code=item,
				warehouse=COLD,
				from_bin=f"UNPLACED - {COLD}",
				to_bin=f"{code} - {COLD}",
				qty=qty,
				reason="put away",
			)
		self.came(self.where(SALMON))

	def ordered(self) -> str:
		self.step("A customer orders 70 salmon", "the submitted Sales Order reserves what is free")
		order: str = self.books("order", "Blue Wave Restaurant 蓝浪餐厅", [_line(SALMON, COLD, 70)])
		self.came(f"{order}: {self.position(SALMON)}")
		return order

	def explained(self) -> None:
		self.step("Why is only this much available?", "every number opens into its reasons")
		why = self.call("stock.explain", KEEPER, item_code=SALMON, warehouse=COLD)
		self.came(
			f"available {why['available']} = on hand {why['on_hand']} − on hold {why['on_hold']} − reserved {why['reserved']}"
		)
		for r in why["reservations"]:
			self.came(
				f"{r['reserved_qty']} kept for {r['demand_type']} {r['demand_name']} since {r['creation'][:16]}"
			)

	def refused(self) -> None:
		self.step("The web shop asks for 50 of the same salmon", "over the API, by another program")
		asked = {
			"item_code": SALMON,
			"warehouse": COLD,
			"demand_type": "Shop Order",
			"demand_name": "WEB-1042",
		}
		self.expect_refusal(
			"insufficient_stock", lambda: self.call("reservation.reserve", SHOP, **asked, qty=50)
		)
		made = self.call("reservation.reserve", SHOP, **asked, qty=30, name="WEB-1042-1")
		self.came(f"it takes the 30 that are left: {made['status']}; {self.position(SALMON)}")
		again = self.call("reservation.reserve", SHOP, **asked, qty=30, name="WEB-1042-1")
		self.came(f"sent twice by a nervous network, it is reserved once: the same {again['name']}")
		self.step("Somebody types an issue of 10 salmon into the books", "but all of it is kept for others")
		self.expect_refusal("takes_reserved_stock", lambda: self.books("issue", [_line(SALMON, COLD, 10)]))

	def delivered(self, order: str) -> None:
		self.step("The order is delivered", "a Delivery Note consumes its own reservation and nobody else's")
		voucher = self.books("deliver", order)
		self.came(f"{voucher.voucher_no}: {self.position(SALMON)}; {self.where(SALMON)}")

	def low_stock(self) -> None:
		self.step(
			"What is low?",
			"available − waiting − unreserved + on order + own drafts, against the Item Reorder of ERPNext",
		)
		for s in self.call("replenishment.suggest", BUYER)["suggestions"]:
			why = s["why"]
			self.came(
				f"{s['item_code']}: level {why['level']} is below {why['threshold']}, ask for {s['suggested_qty']}"
			)
		self.step("Ask for it", "a draft Material Request for each warehouse and supplier, and to-dos")
		for request in self.call("replenishment.create_material_requests", BUYER)["created"]:
			items = ", ".join(f"{line['item_code']} × {line['qty']}" for line in request["items"])
			self.came(f"{request['material_request']} from {request['supplier']}: {items}")
			self.came(f"told: {', '.join(self.told(request['material_request']))}")
		again = self.call("replenishment.create_material_requests", BUYER)
		self.came(f"run again: {len(again['created'])} new drafts, for everything is asked for already")

	def approved(self) -> None:
		self.step("The keeper asks for 80 sacks of rice", "a request above the limit, so two people decide")
		request = self.call(
			"request.create",
			KEEPER,
			request_type="Purchase",
			warehouse=DRY,
			items=[{"item_code": RICE, "qty": 80}],
			purpose="Spring festival 春节备货",
		)
		seen = self.call("request.get", CHIEF, name=request["name"])
		self.came(
			f"{request['name']}: {seen['amount']} in all, which its approvers see and the keeper does not"
		)
		for user, action in ((KEEPER, "Ask for Approval"), (CHIEF, "Approve"), (DIRECTOR, "Approve")):
			request = self.call("request.act", user, name=request["name"], action=action)
			self.came(f"{user}: {action} → {request['workflow_state']}")
		self.came(f"drafted from it: {request['created_doctype']} {request['created_document']}")

	def verified(self) -> None:
		self.step("Does everything add up?", "movements, bins, positions, books and reservations")
		found = self.call("ledger.verify", ADMINISTRATOR)
		rows = sum(found["checked"].values())
		self.came(f"{rows} rows checked, {len(found['findings'])} findings")
		if not found["ok"]:
			raise SystemExit(f"the laws of the ledger are broken: {found['findings']}")

	# telling

	def step(self, title: str, how: str) -> None:
		self.number += 1
		self.say(f"\n{self.number}. {title}\n   {how}")

	def came(self, what: str) -> None:
		self.say(f"   → {what}")

	def expect_refusal(self, code: str, attempt: Callable[[], Any]) -> None:
		try:
			attempt()
		except InventoryError as error:
			if error.code != code:
				raise
			self.came(f"refused ({error.http_status_code} {error.code}): {error}")
		else:
			raise SystemExit(f"this should have been refused: {code}")

	def position(self, item: str) -> str:
		p = self.call("stock.get_position", KEEPER, item_code=item, warehouse=COLD)
		return f"on hand {p['on_hand']}, reserved {p['reserved']}, available {p['available']}"

	def where(self, item: str) -> str:
		bins = self.call("stock.explain", KEEPER, item_code=item, warehouse=COLD)["bins"]
		return f"{item} lies in " + ", ".join(f"{b['bin_code']} ({b['qty']})" for b in bins)

	def told(self, reference: str) -> list[str]:
		with self.platform.context(writes=False) as ctx:
			rows = ctx.store.rows(
				"SELECT allocated_to FROM `tabToDo` WHERE reference_name = %(name)s ORDER BY name",
				{"name": reference},
			)
		return [row["allocated_to"] for row in rows]

	# doing

	def call(self, operation: str, user: str, **arguments: Any) -> Any:
		return self.platform.call(operation, arguments, user)

	def books(self, what: str, *args: Any, **kwargs: Any) -> Any:
		with self.platform.context() as ctx:
			return getattr(ctx.books, what)(*args, **kwargs)


def _line(item: str, warehouse: str, qty: int, rate: int = 0) -> PostingLine:
	return PostingLine(item, warehouse, Decimal(qty), Decimal(rate) if rate else None)


def masters(platform: Standalone) -> None:
	"""Company, places, items and people; a record that exists already is left as it is."""
	with platform.context() as ctx:
		demo = json.loads(RECORDS.read_text(encoding="utf-8"))
		for user in demo["users"]:
			add_user(ctx, **user)
		for doctype, values in demo["records"]:
			if not ctx.store.rows(f"SELECT name FROM `tab{doctype}` WHERE name = %(name)s", values):
				ctx.documents.create(doctype, values)
