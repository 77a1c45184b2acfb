"""Workers killed in mid-call, and the database killed under load: nothing told is lost, nothing half done is left."""

import os
import random
import tempfile
import unittest
from collections import Counter
from functools import partial
from pathlib import Path

import frappe

from inventory_midplatform.adapters.site.store import is_lost
from inventory_midplatform.tests import racing
from inventory_midplatform.tests.crashing import (
	Http,
	Journal,
	PostingWorker,
	Stock,
	endure,
	kill_mariadb,
	kill_often,
	nurseries,
)
from inventory_midplatform.tests.judging import judge
from inventory_midplatform.tests.site_case import SiteTestCase, let_erpnext_word_its_refusals
from inventory_midplatform.tests.site_platform import SitePlatform

DEATHS, DATABASE_DEATHS, SEED = 100, 4, 20261124


def platform_at(site: str, sites_path: str) -> SitePlatform:
	frappe.init(site=site, sites_path=sites_path)
	frappe.connect()
	frappe.flags.mute_messages = True
	return SitePlatform()


def warm_up(site: str, sites_path: str) -> None:
	"""One of everything, so that all is imported."""
	platform = platform_at(site, sites_path)
	let_erpnext_word_its_refusals()
	stock = Stock.made_on(platform)
	worker = PostingWorker(platform, "warm", stock, Journal(Path(os.devnull)), random.Random(0))
	for step in (worker.reserve, worker.release, worker.move, worker.receive, worker.deliver):
		step()
	frappe.destroy()


class TestFaults(SiteTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.platform = SitePlatform()
		self.stock = Stock.made_on(self.platform)
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.folder = Path(folder.name)

	def test_a_hundred_deaths_in_mid_call(self) -> None:
		here = (frappe.local.site, str(Path(frappe.local.sites_path).resolve()))
		with nurseries(3, partial(platform_at, *here), partial(warm_up, *here)) as pens:
			journals = kill_often(pens, self.stock, self.folder, SEED, DEATHS, longest=0.8)
		judgement = judge(self.platform, self.platform.call, self.stock, journals)
		print(f"\nseed {SEED}: {DEATHS} deaths, {judgement}")
		self.assertEqual(judgement.wrong, [])
		# deaths that interrupt nothing would prove nothing
		self.assertGreater(judgement.cut_short, DEATHS // 3)
		self.assertGreater(judgement.told, 3 * DEATHS)

	@unittest.skipUnless(
		os.environ.get("MARIADB_MAY_BE_KILLED"), "the database server is not the suite's own"
	)
	def test_the_database_killed_under_load(self) -> None:
		pid_file = Path(frappe.db.sql("SELECT @@pid_file")[0][0])
		_, token = racing.user_with_key(["Inventory Integration", "Inventory Manager"])
		outcomes: Counter[str] = Counter()
		with racing.serving() as url:
			headers = {**racing.host(), "Authorization": f"token {token}"}
			doors = [Http(url, headers, outcomes) for _ in range(4)]
			kill = partial(kill_mariadb, pid_file, connected_again)
			journals = endure(doors, self.stock, self.folder, SEED, kill, DATABASE_DEATHS)
			judgement = judge(self.platform, doors[0], self.stock, journals)
		print(f"\nseed {SEED}: {DATABASE_DEATHS} deaths of the database, {judgement}: {dict(outcomes)}")
		self.assertEqual(judgement.wrong, [])
		self.assertEqual(judgement.cut_short, 0, "a caller gave up")
		self.assertGreater(judgement.told, 100)
		# "500 page": the database went after Frappe had taken the call and before we were asked, or after we had
		# committed; Frappe's own rollback fails on it then, and gunicorn answers what no hook of ours sees
		expected = {"200", "503 unavailable", "409 busy", "409 insufficient_in_bin", "500 page"}
		self.assertEqual(set(outcomes) - expected, set())
		self.assertLessEqual(outcomes["500 page"], DATABASE_DEATHS * len(doors))
		self.assertGreaterEqual(outcomes["503 unavailable"], DATABASE_DEATHS, "nobody noticed")


def connected_again() -> bool:
	try:
		frappe.db.connect()
	except Exception as error:
		if not is_lost(error):
			raise
		return False
	return True
