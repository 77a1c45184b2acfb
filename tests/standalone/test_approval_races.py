"""Two approvers at once, an approver and a time limit, over the standalone server on SQLite and on MariaDB."""

import unittest
from functools import partial

from served_races import ServedRaces

from inventory_midplatform.adapters.standalone.context import new_api_key
from inventory_midplatform.api.operation import in_transaction
from inventory_midplatform.ports import Row
from inventory_midplatform.services.approval import time_outs
from inventory_midplatform.tests.approval_races import AS, ApprovalRaceCase, ApprovalRaces
from inventory_midplatform.tests.approval_time_races import ApprovalTimeRaces


class StandaloneRaces(ApprovalRaceCase, ServedRaces):
	def user_with_key(self, roles: list[str]) -> tuple[str, str]:
		user = self.platform.make_user(roles)
		with self.platform.context() as ctx:
			return user, new_api_key(ctx, user)

	def post(self, operation: str, payload: Row, key: str) -> tuple[int, str]:
		sent = {name: value for name, value in payload.items() if name != AS}
		headers = {"Idempotency-Key": key}
		response = self.server.call(operation, token=self.keys[payload[AS]], json=sent, headers=headers)
		return response.status_code, response.text


class StandaloneTimeRaces(ApprovalTimeRaces, StandaloneRaces):
	def act(self, name: str) -> str:
		return in_transaction(self.platform.standalone.unit(), partial(time_outs.act, name=name))


class TestApprovalRacesOnSqlite(ApprovalRaces, StandaloneRaces, unittest.TestCase):
	engine = "sqlite"


class TestApprovalRacesOnMariaDB(ApprovalRaces, StandaloneRaces, unittest.TestCase):
	engine = "mariadb"


class TestApprovalTimeRacesOnSqlite(StandaloneTimeRaces, unittest.TestCase):
	engine = "sqlite"


class TestApprovalTimeRacesOnMariaDB(StandaloneTimeRaces, unittest.TestCase):
	engine = "mariadb"
