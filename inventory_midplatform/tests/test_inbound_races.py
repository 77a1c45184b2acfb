"""Two receivers at once, over HTTP on a site."""

from collections.abc import Sequence
from typing import ClassVar

from inventory_midplatform.domain.roles import INSPECTOR, OPERATOR, SUPERVISOR
from inventory_midplatform.tests.inbound_races import InboundRaces
from inventory_midplatform.tests.races_over_http import Call
from inventory_midplatform.tests.site_races import SiteRaces


class TestInboundRaces(InboundRaces, SiteRaces):
	roles: ClassVar = [OPERATOR, INSPECTOR, SUPERVISOR, "Purchase Manager"]

	def test_one_finishes_receiving_while_another_cancels_the_purchase_order(self) -> None:
		def prepare(item: str, warehouse: str) -> Sequence[Call]:
			data = self.received(item, warehouse)
			document = {"doctype": data["source_type"], "name": data["source_name"]}
			return [
				("inbound.finish_receiving", {"name": data["name"]}),
				("/api/method/frappe.client.cancel", document),
			]

		ended = self.raced(prepare).keys()
		self.assertLessEqual(ended, {("no answer of ours: 417", "ok"), ("ok", "wrong_state 409")})
