"""Storage Policies: the one that counts for an item and warehouse, and the rules of a valid one."""

from dataclasses import replace

from inventory_midplatform.services.locations import storage_policies
from inventory_midplatform.tests.behaviour.base import Counting
from inventory_midplatform.tests.behaviour.storage_case import StorageCase


class StoragePolicyBehaviour(StorageCase):
	# which policy

	def test_the_most_specific_policy_counts_alone(self) -> None:
		above, foreign = self.group(), self.group()
		group = self.group(above)
		item = self.platform.make_item(item_group=group)
		self.receive(item, self.warehouse, 1)
		self.policy(item_group=foreign, removal_strategy="LIFO")
		for scope, strategy in (
			({}, "FEFO"),
			({"item_group": above}, "LIFO"),
			({"item_group": group}, "Fewest Bins"),
			({"item_code": item}, ""),
		):
			name = self.policy(**scope, removal_strategy=strategy)
			suggested = self.removal(1, item)
			self.assertEqual(
				(suggested["policy"], suggested["strategy"]), (name, strategy or "Nearest Bin"), scope
			)
		self.platform.update("Storage Policy", name, {"disabled": 1})
		self.assertEqual(self.removal(1, item)["strategy"], "Fewest Bins")
		self.assertEqual(self.removal(1)["strategy"], "FEFO", "an item of no such group")

	def test_policies_of_many_keys_need_two_statements_at_most(self) -> None:
		group = self.group()
		items = [self.platform.make_item(item_group=group) for _ in range(3)]
		keys = [(item, self.warehouse) for item in (self.item, *items)]

		def found() -> tuple[dict[str, str], int]:
			with self.platform.context() as ctx:
				store = Counting(ctx.store)
				strategies = storage_policies.removal_strategies(replace(ctx, store=store), keys)
				return {item: s.name for (item, _), s in strategies.items()}, store.statements

		self.assertEqual(found(), ({}, 1))
		self.policy(removal_strategy="FIFO")
		self.assertEqual(found(), (dict.fromkeys((self.item, *items), "FIFO"), 1))
		self.policy(item_group=group, removal_strategy="LIFO")
		self.policy(item_code=items[0], removal_strategy="FEFO")
		expected = {self.item: "FIFO", items[0]: "FEFO", items[1]: "LIFO", items[2]: "LIFO"}
		self.assertEqual(found(), (expected, 2))

	def test_a_policy_with_an_unknown_strategy_lets_stock_leave(self) -> None:
		name = self.policy(removal_strategy="FIFO")
		with self.platform.context() as ctx:
			ctx.store.execute(
				"UPDATE `tabStorage Policy` SET removal_strategy = 'Of an App' WHERE name = %(name)s",
				{"name": name},
			)
		with self.platform.context() as ctx:
			self.assertEqual(storage_policies.removal_strategies(ctx, [(self.item, self.warehouse)]), {})
		with self.refused("unknown_strategy", 400):
			self.removal(1)
		self.issue(self.item, self.warehouse, 1)

	# what makes a policy valid

	def test_a_scope_has_one_policy(self) -> None:
		group = self.group()
		for scope in ({}, {"item_code": self.item}, {"item_group": group}):
			name = self.policy(**scope)
			with self.refused("duplicate_policy", policy=name):
				self.policy(**scope, disabled=1)
			self.platform.update("Storage Policy", name, {"removal_strategy": "FIFO"})
		elsewhere = self.platform.make_warehouse()
		self.platform.create("Storage Policy", {"warehouse": elsewhere, "item_code": self.item})

	def test_of_two_policies_of_one_scope_one_remains_when_items_are_merged(self) -> None:
		other = self.platform.make_item()
		elsewhere = self.platform.make_warehouse()
		first = self.policy(item_code=other)
		stays = self.policy(item_code=self.item)
		alone = self.platform.create("Storage Policy", {"warehouse": elsewhere, "item_code": other})
		with self.platform.context() as ctx:
			self.assertEqual(storage_policies.merge(ctx, "item_code", other, self.item), [first])
		left = self.platform.rows(
			"SELECT name FROM `tabStorage Policy` WHERE item_code IN %(items)s", items=[self.item, other]
		)
		self.assertEqual({row["name"] for row in left}, {stays, alone})

	def test_of_duplicates_the_policy_that_counts_remains(self) -> None:
		"""A merge by an earlier release could leave several policies of one scope."""
		first, second, third = (
			self.policy(**scope, removal_strategy=strategy)
			for scope, strategy in (
				({}, "FIFO"),
				({"item_code": self.item}, "LIFO"),
				({"item_group": self.group()}, "FEFO"),
			)
		)
		with self.platform.context() as ctx:
			for name, disabled in ((second, 0), (third, 1)):
				ctx.store.execute(
					"UPDATE `tabStorage Policy` SET item_code = NULL, item_group = NULL, disabled = %(disabled)s"
					" WHERE name = %(name)s",
					{"name": name, "disabled": disabled},
				)
		counts = self.removal(1)["policy"]
		self.assertEqual(counts, second)
		with self.platform.context() as ctx:
			deleted = storage_policies.delete_duplicates(ctx)
		self.assertLessEqual({first, third}, set(deleted))
		self.assertNotIn(second, deleted)
		self.assertEqual((self.removal(1)["policy"], self.removal(1)["strategy"]), (second, "LIFO"))

	def test_an_item_and_a_group_at_once_are_refused(self) -> None:
		with self.refused("two_scopes", 400):
			self.policy(item_code=self.item, item_group=self.group())

	def test_bin_and_zone_are_in_the_policys_warehouse(self) -> None:
		other = self.platform.make_warehouse()
		with self.refused("wrong_warehouse", 400):
			self.policy(zone=self.platform.make_zone(other))
		with self.refused("wrong_warehouse", 400):
			self.policy(fixed_bin=self.platform.make_bin(other))
		with self.refused("unplaced_bin", 400):
			self.policy(fixed_bin=self.unplaced)
		with self.refused("disabled_bin", 400):
			self.policy(fixed_bin=self.bin("D-01", disabled=1))

	def test_a_strategy_is_known_and_has_the_fields_it_needs(self) -> None:
		for field in ("put_away_strategy", "removal_strategy"):
			with self.refused("unknown_strategy", 400, strategy="Random"):
				self.policy(**{field: "Random"})
		for strategy, needed in (("Fixed Bin", "fixed_bin"), ("Zone", "zone")):
			with self.refused("missing_argument", 400, argument=needed):
				self.policy(put_away_strategy=strategy)
