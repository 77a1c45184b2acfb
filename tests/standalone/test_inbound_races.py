"""Two receivers at once, over the standalone server on SQLite and on MariaDB."""

import unittest

from served_races import ServedRaces

from inventory_midplatform.tests.inbound_races import InboundRaces


class TestInboundRacesOnSqlite(ServedRaces, InboundRaces, unittest.TestCase):
	engine = "sqlite"


class TestInboundRacesOnMariaDB(ServedRaces, InboundRaces, unittest.TestCase):
	engine = "mariadb"
