"""Who may do what with an Outbound Order, a wave and at the pack station, over the standalone server."""

import unittest
from typing import Any

import pytest
from platforms import StandalonePlatform
from serving import Address, serving

from inventory_midplatform.adapters.standalone.context import Standalone, new_api_key
from inventory_midplatform.domain.roles import ROLES
from inventory_midplatform.tests.by_rest import ByRest
from inventory_midplatform.tests.outbound_by_rest import OutboundByRest
from inventory_midplatform.tests.waves_by_rest import WavesByRest


class OverTheServer(ByRest):
	server: Address

	@pytest.fixture(autouse=True, scope="class")
	@classmethod
	def served(cls, tmp_path_factory: pytest.TempPathFactory) -> Any:
		url = f"sqlite:///{tmp_path_factory.mktemp('outbound')}/platform.sqlite"
		with serving(url) as cls.server:
			cls.platform = StandalonePlatform(Standalone(url))
			cls.stock()
			cls.keys = {}
			for role in ROLES:
				user = cls.platform.make_user([role], [cls.mine])
				with cls.platform.context() as ctx:
					cls.keys[role] = new_api_key(ctx, user)
			yield

	def send(self, method: str, path: str, key: str, **payload: Any) -> Any:
		return self.server.request(method, path, key, json=payload or None)


class TestOutboundByRest(OverTheServer, OutboundByRest, unittest.TestCase):
	pass


class TestWavesByRest(OverTheServer, WavesByRest, unittest.TestCase):
	pass
