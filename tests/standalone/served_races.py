"""Races over the standalone server, on the engine of a test class."""

from typing import Any

import pytest
from platforms import StandalonePlatform
from serving import Address, serving

from inventory_midplatform.adapters.standalone.context import new_api_key
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.races_over_http import Races


class ServedRaces(Races):
	engine: str
	platform: StandalonePlatform
	server: Address
	few = 8

	@pytest.fixture(autouse=True, scope="class")
	@classmethod
	def served(cls, platform_of_class: None) -> Any:
		cls.where = f"on {cls.engine}"
		with cls.platform.context() as ctx:
			token = new_api_key(ctx, "Administrator")
		with serving(cls.platform.standalone.url, token) as cls.server:
			yield

	def post(self, operation: str, payload: Row, key: str) -> tuple[int, str]:
		response = self.server.call(operation, json=payload, headers={"Idempotency-Key": key})
		return response.status_code, response.text
