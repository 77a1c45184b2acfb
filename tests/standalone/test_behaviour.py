"""Every behaviour, on SQLite and on MariaDB."""

import unittest

from inventory_midplatform.tests.behaviour import BEHAVIOURS

for _behaviour in BEHAVIOURS:
	for _engine in ("sqlite", "mariadb"):
		_name = f"Test{_behaviour.__name__.removesuffix('Behaviour')}On{_engine.title()}"
		globals()[_name] = type(_name, (_behaviour, unittest.TestCase), {"engine": _engine})
