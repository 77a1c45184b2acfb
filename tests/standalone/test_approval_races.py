"""Two approvers at once, over the standalone server on SQLite and on MariaDB."""

import unittest

from served_races import ServedRaces

from inventory_midplatform.adapters.standalone.context import new_api_key
from inventory_midplatform.ports import Row
from inventory_midplatform.tests.approval_races import AS, ApprovalRaces


class StandaloneRaces(ApprovalRaces, ServedRaces):
	def user_with_key(self, roles: list[str]) -> tuple[str, str]:
		user = self.platform.make_user(roles)
		with self.platform.context() as ctx:
			return user, new_api_key(ctx, user)

	def post(self, operation: str, payload: Row, key: str) -> tuple[int, str]:
		sent = {name: value for name, value in payload.items() if name != AS}
		headers = {"Idempotency-Key": key}
		response = self.server.call(operation, token=self.keys[payload[AS]], json=sent, headers=headers)
		return response.status_code, response.text


class TestApprovalRacesOnSqlite(StandaloneRaces, unittest.TestCase):
	engine = "sqlite"


class TestApprovalRacesOnMariaDB(StandaloneRaces, unittest.TestCase):
	engine = "mariadb"
