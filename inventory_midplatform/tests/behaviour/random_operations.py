"""The invariants of the ledger hold after random operations in random order."""

import random
from decimal import Decimal
from typing import Any

from inventory_midplatform.domain.errors import InventoryError
from inventory_midplatform.domain.quantity import from_store
from inventory_midplatform.tests.behaviour.base import Behaviour
from inventory_midplatform.tests.rounds import rounds


class RandomOperationsBehaviour(Behaviour):
	soak = True
	operations = 200
	seeds: tuple[int, ...] = (1, 2, 3, 4, 5)

	def test_random_operations_break_no_invariant(self) -> None:
		seeds = self.seeds[: rounds("seeds of 200 random operations", 2, len(self.seeds))]
		for seed in seeds:
			with self.subTest(seed=seed):
				walk = _Walk(self, random.Random(seed))
				done = walk.run(self.operations)
				self.assertEqual(self.platform.verify(walk.items), [])
				# a walk whose every operation is refused would prove nothing
				self.assertGreater(done, self.operations // 3)


class _Walk:
	"""Random operations on two items in three warehouses; a refusal by the rules is a valid result."""

	def __init__(self, test: Behaviour, chance: random.Random):
		self.test, self.platform, self.chance = test, test.platform, chance
		self.items = [test.platform.make_item() for _ in range(2)]
		self.warehouses = [test.platform.make_warehouse() for _ in range(3)]
		self.bins = {
			w: [f"UNPLACED - {w}", *(test.platform.make_bin(w) for _ in range(2))] for w in self.warehouses
		}
		self.customer = test.platform.make_customer()
		self.vouchers: list[Any] = []
		self.orders: list[str] = []
		self.cancelled_orders: list[str] = []
		self.reservations: list[str] = []
		self.steps = (
			(self.receive, 6),
			(self.issue, 4),
			(self.transfer, 3),
			(self.count, 2),
			(self.order, 3),
			(self.deliver, 4),
			(self.update_order, 2),
			(self.close, 1),
			(self.reopen, 1),
			(self.cancel_order, 1),
			(self.amend, 1),
			(self.cancel_voucher, 3),
			(self.reserve, 4),
			(self.release, 3),
			(self.move, 4),
			(self.block, 2),
			(self.unblock, 2),
			(self.allocate, 4),
			(self.deallocate, 1),
		)

	def run(self, operations: int) -> int:
		done = 0
		functions, weights = zip(*self.steps, strict=True)
		for _ in range(operations):
			step = self.chance.choices(functions, weights)[0]
			try:
				done += step() is not False
			except InventoryError as error:
				self.test.assertLess(error.http_status_code, 500)
		return done

	def qty(self, most: int = 30) -> Decimal:
		return (
			Decimal(self.chance.randint(1, most * 8)) / 8
			if self.chance.random() < 0.5
			else Decimal(self.chance.randint(1, most * 10)) / 10
		)

	def where(self) -> tuple[str, str]:
		return self.chance.choice(self.items), self.chance.choice(self.warehouses)

	def lines(self, most: int = 30) -> list[Any]:
		return [self.test.line(*self.where(), self.qty(most)) for _ in range(self.chance.randint(1, 3))]

	def receive(self) -> None:
		lines = [
			self.test.line(
				x.item_code, x.warehouse, x.qty, self.chance.choice(["", *self.bins[x.warehouse][1:]])
			)
			for x in self.lines()
		]
		self.vouchers.append(self.platform.books.receive(lines))

	def issue(self) -> None:
		self.vouchers.append(self.platform.books.issue(self.lines(10)))

	def transfer(self) -> None:
		item, source = self.where()
		target = self.chance.choice([w for w in self.warehouses if w != source])
		line = self.test.line(item, source, self.qty(10))
		self.vouchers.append(self.platform.books.transfer([line], target))

	def count(self) -> bool:
		item, warehouse = self.where()
		counted = self.chance.choice([Decimal(0), self.qty(60)])
		if counted == self.platform.booked(item, warehouse):
			return False
		self.vouchers.append(self.platform.books.count([self.test.line(item, warehouse, counted)]))
		return True

	def order(self) -> None:
		self.orders.append(self.platform.books.order(self.customer, self.lines()))

	def deliver(self) -> bool:
		if not self.orders:
			return False
		order = self.chance.choice(self.orders)
		open_ = {
			row["name"]: from_store(row["stock_qty"]) - from_store(row["delivered_qty"])
			for row in self.platform.books.order_rows(order)
		}
		to_deliver = {name: qty / self.chance.choice([1, 2, 4]) for name, qty in open_.items() if qty > 0}
		if not to_deliver:
			return False
		self.vouchers.append(
			self.platform.books.deliver(order, {n: round(q, 3) for n, q in to_deliver.items()})
		)
		return True

	def update_order(self) -> bool:
		if not self.orders:
			return False
		order = self.chance.choice(self.orders)
		row = self.chance.choice(self.platform.books.order_rows(order))
		self.platform.books.update_order(order, {row["name"]: self.qty()})
		return True

	def close(self) -> bool:
		if not self.orders:
			return False
		self.platform.books.close_order(self.chance.choice(self.orders))
		return True

	def reopen(self) -> bool:
		closed = [o for o in self.orders if self.status(o) == "Closed"]
		if not closed:
			return False
		self.platform.books.reopen_order(self.chance.choice(closed))
		return True

	def status(self, order: str) -> str:
		rows = self.platform.rows("SELECT status FROM `tabSales Order` WHERE name = %(name)s", name=order)
		return str(rows[0]["status"])

	def cancel_order(self) -> bool:
		if not self.orders:
			return False
		order = self.chance.choice(self.orders)
		self.platform.books.cancel_order(order)
		self.orders.remove(order)
		self.cancelled_orders.append(order)
		return True

	def amend(self) -> bool:
		if not self.cancelled_orders:
			return False
		self.orders.append(self.platform.books.amend_order(self.cancelled_orders.pop()))
		return True

	def cancel_voucher(self) -> bool:
		if not self.vouchers:
			return False
		voucher = self.chance.choice(self.vouchers)
		self.platform.books.cancel(voucher)
		self.vouchers.remove(voucher)
		return True

	def reserve(self) -> None:
		item, warehouse = self.where()
		shortage_policy = self.chance.choice(["Refuse", "Partial", "Wait"])
		priority = self.chance.randint(0, 3)
		made = self.test.reserve(
			item, warehouse, str(self.qty(20)), shortage_policy=shortage_policy, priority=priority
		)
		self.reservations.append(made["name"])

	def release(self) -> bool:
		if not self.reservations:
			return False
		qty = self.chance.choice([None, str(self.qty(5))])
		self.platform.call("reservation.release", name=self.chance.choice(self.reservations), qty=qty)
		return True

	def move(self) -> None:
		item, warehouse = self.where()
		source, target = self.chance.sample(self.bins[warehouse], 2)
		self.platform.call(
			"stock.move",
			item_code=item,
			warehouse=warehouse,
			from_bin=source,
			to_bin=target,
			qty=str(self.qty(10)),
		)

	def block(self) -> None:
		self.change_status("stock.block")

	def unblock(self) -> None:
		self.change_status("stock.unblock")

	def change_status(self, operation: str) -> None:
		item, warehouse = self.where()
		self.platform.call(
			operation,
			item_code=item,
			warehouse=warehouse,
			bin=self.chance.choice(self.bins[warehouse]),
			qty=str(self.qty(5)),
			stock_status=self.chance.choice(["Quality", "Damaged"]),
		)

	def allocate(self) -> bool:
		if not self.reservations:
			return False
		strategy = self.chance.choice(["", "FIFO", "LIFO", "Fewest Bins"])
		self.platform.call(
			"reservation.allocate", name=self.chance.choice(self.reservations), strategy=strategy
		)
		return True

	def deallocate(self) -> bool:
		if not self.reservations:
			return False
		self.platform.call("reservation.deallocate", name=self.chance.choice(self.reservations))
		return True
