"""Who may do what with a wave and at the pack station by REST, on any platform: the table of roles, and nothing beside it."""

from collections.abc import Mapping, Sequence

from inventory_midplatform.domain.roles import OPERATION_ROLES, ROLES
from inventory_midplatform.domain.waves import WAVE
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.by_rest import API, RESOURCE, ByRest

BEFORE: Mapping[str, tuple[str, ...]] = {
	"To Release": (),
	"To Pick": ("release", "pick"),
	"To Pack": ("release", "pick", "finish_picking"),
	"Done": ("release", "pick", "finish_picking", "close"),
	"Cancelled": ("cancel",),
}
"""The steps after which a wave is in a state."""

PACKED: Mapping[str, tuple[str, ...]] = {
	"pack.scan": (),
	"pack.pack": ("pack.scan",),
	"pack.unpack": ("pack.scan", "pack.pack"),
}
"""Operation of the pack station → what was done there before it."""


class WavesByRest(ByRest):
	def wave_in(self, state: str, warehouse: str) -> str:
		"""Return a new wave of one order that is in this state."""
		order = self.order_of(warehouse)[warehouse]
		made = self.platform.call("wave.create", warehouse=warehouse, names=[order])
		name = str(made["data"]["name"])
		self.made[("order", name)] = order
		self.made[("warehouse", name)] = warehouse
		for step in BEFORE[state]:
			self.platform.call(f"wave.{step}", **self.arguments(step, name))
		self.assertEqual(self.stored("Outbound Wave", name)[0][0]["state"], state)
		return name

	def in_state(self, state: str) -> Mapping[str, str]:
		places = (self.mine, self.other)
		found: Mapping[str, str] = self.shared(
			"wave", state, make=lambda: {place: self.wave_in(state, place) for place in places}
		)
		return found

	def new_in_state(self, state: str) -> str:
		return self.wave_in(state, self.mine)

	def arguments(self, step: str, name: str) -> Row:
		"""Return what a step needs of a wave; what is picked is 2 of 4."""
		warehouse = self.made[("warehouse", name)]
		bin = self.shared("unplaced", warehouse, make=lambda: self.unplaced(warehouse))
		which = {"item_code": self.item, "bin": bin, "qty": 2}
		more: Row = {"pick": which, "report_short": {**which, "reason": "Not There"}}.get(step, {})
		return {"name": name, **more}

	def test_each_role_takes_the_steps_of_the_table_in_its_own_warehouse(self) -> None:
		self.check_flow("wave", WAVE, self.in_state, self.new_in_state, self.arguments)

	def test_no_step_is_taken_from_a_state_that_the_table_does_not_name(self) -> None:
		self.check_other_states("wave", WAVE, self.in_state, self.arguments)

	def test_who_makes_waves(self) -> None:
		workers = OPERATION_ROLES["wave.create"]

		def ready(warehouse: str) -> Row:
			return {"warehouse": warehouse, "names": [self.order_of(warehouse)[warehouse]]}

		mine, other = ready(self.mine), ready(self.other)
		self.check_refused("wave.create", other, ROLES, ("Outbound Order", other["names"][0]))
		others = [role for role in ROLES if role not in workers]
		self.check_refused("wave.create", mine, others, ("Outbound Order", mine["names"][0]))
		allowed = [role for role in ROLES if role in workers]
		self.check_allowed("wave.create", allowed, mine, lambda: ready(self.mine))

	def test_who_works_at_the_pack_station(self) -> None:
		"""One order of each warehouse is packed on the way."""
		mine, other = (
			self.made[("order", self.wave_in("To Pack", place))] for place in (self.mine, self.other)
		)
		for operation, before in PACKED.items():
			workers = OPERATION_ROLES[operation]
			needed, elsewhere = (self.packing(order, before[-1:])[operation] for order in (mine, other))
			self.check_refused(operation, elsewhere, ROLES, ("Outbound Order", other))
			others = [role for role in ROLES if role not in workers]
			self.check_refused(operation, needed, others, ("Outbound Order", mine))
			allowed = [role for role in ROLES if role in workers]

			def fresh(operation: str = operation, before: Sequence[str] = before) -> Row:
				order = self.made[("order", self.wave_in("To Pack", self.mine))]
				return self.packing(order, before)[operation]

			self.check_allowed(operation, allowed, needed, fresh)

	def packing(self, order: str, steps: Sequence[str]) -> dict[str, Row]:
		"""Take steps at the pack station; return what each operation there needs of the order then."""
		needs: dict[str, Row] = {
			"pack.scan": {"name": order, "code": self.item, "qty": 2},
			"pack.pack": {"name": order},
		}
		for step in steps:
			data = self.platform.call(step, **needs[step])["data"]
			packages = data["packages"]
			needs["pack.unpack"] = {"package": packages[0]["name"] if packages else ""}
		return needs

	def test_a_wave_of_another_warehouse_is_not_shown(self) -> None:
		name = self.in_state("To Pack")[self.other]
		order = self.made[("order", name)]
		for role in ROLES:
			with self.subTest(role=role):
				key = self.keys[role]
				for address in (f"{API}wave.get?name={name}", f"{API}pack.get?name={order}"):
					self.assertEqual(self.send("GET", address, key).status_code, 403)
				self.assertNotIn(name, self.send("GET", f"{API}wave.list?limit=500", key).text)
				record = self.send("GET", f"{RESOURCE}Outbound Wave/{name}", key)
				self.assertIn(record.status_code, (403, 404), record.text[:300])

	def test_nobody_goes_round_a_step_by_the_records_own_address(self) -> None:
		name = self.in_state("To Pick")[self.mine]
		record = f"{RESOURCE}Outbound Wave/{name}"
		before = self.stored("Outbound Wave", name)
		new = {"warehouse": self.mine, "state": "To Pack"}
		attempts: list[tuple[str, str, Row]] = [
			("PUT", record, {"state": "Done"}),
			("PUT", record, {"docstatus": 1}),
			("PUT", record, {"warehouse": self.other}),
			("PUT", record, {"staging_bin": None}),
			("DELETE", record, {}),
			("POST", f"{RESOURCE}Outbound Wave", new),
			("POST", f"{RESOURCE}Outbound Package", {"outbound_order": self.made[("order", name)]}),
		]
		for method, path, payload in attempts:
			for role in ROLES:
				with self.subTest(method=method, path=path, payload=payload, role=role):
					response = self.send(method, path, self.keys[role], **payload)
					self.assertGreaterEqual(response.status_code, 400, response.text[:300])
					self.assertLess(response.status_code, 500, response.text[:300])
			self.assertEqual(self.stored("Outbound Wave", name), before, (method, path, payload))
