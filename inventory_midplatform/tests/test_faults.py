"""Workers killed in mid-call, and the database killed under load: no result that was returned is lost, nothing half done is left."""

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
from inventory_midplatform.tests.check_after_kills import check_journals
from inventory_midplatform.tests.killed_workers import (
	Journal,
	PostingWorker,
	RetryingClient,
	Stock,
	fork_servers,
	kill_mariadb,
	kill_repeatedly,
	work_through_outages,
)
from inventory_midplatform.tests.rounds import rounds
from inventory_midplatform.tests.site_case import SiteTestCase, let_erpnext_word_its_refusals
from inventory_midplatform.tests.site_platform import SitePlatform

SEED = 20261124


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
	soak = True

	def setUp(self) -> None:
		super().setUp()
		self.platform = SitePlatform()
		self.stock = Stock.made_on(self.platform)
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.folder = Path(folder.name)

	def test_workers_killed_in_mid_call(self) -> None:
		kills = rounds("workers killed in mid-call on a site", 15, 100)
		here = (frappe.local.site, str(Path(frappe.local.sites_path).resolve()))
		with fork_servers(3, partial(platform_at, *here), partial(warm_up, *here)) as pipes:
			journals = kill_repeatedly(pipes, self.stock, self.folder, SEED, kills, longest=0.8)
		result = check_journals(self.platform, self.platform.call, self.stock, journals)
		print(f"\nseed {SEED}: {kills} kills, {result}")
		self.assertEqual(result.wrong, [])
		# kills that interrupt nothing would prove nothing
		self.assertGreater(result.interrupted, kills // 5)
		self.assertGreater(result.finished, kills)

	@unittest.skipUnless(
		os.environ.get("MARIADB_MAY_BE_KILLED"), "the database server is not the suite's own"
	)
	def test_the_database_killed_under_load(self) -> None:
		kills = rounds("the database killed under a site", 2, 4)
		pid_file = Path(frappe.db.sql("SELECT @@pid_file")[0][0])
		_, token = racing.user_with_key(["Inventory Integration", "Inventory Manager"])
		responses: Counter[str] = Counter()
		with racing.serving() as url:
			headers = {**racing.host(), "Authorization": f"token {token}"}
			clients = [RetryingClient(url, headers, responses) for _ in range(4)]
			kill = partial(kill_mariadb, pid_file, connected_again)
			journals = work_through_outages(clients, self.stock, self.folder, SEED, kill, kills)
			result = check_journals(self.platform, clients[0], self.stock, journals)
		print(f"\nseed {SEED}: {kills} kills of the database, {result}: {dict(responses)}")
		self.assertEqual(result.wrong, [])
		self.assertEqual(result.interrupted, 0, "a caller timed out")
		self.assertGreater(result.finished, 100)
		# "500 page": the database was killed after Frappe had accepted the call and before our code ran, or after it had
		# committed; Frappe's own rollback then fails, and gunicorn responds without any hook of ours
		expected = {"200", "503 unavailable", "409 busy", "409 insufficient_in_bin", "500 page"}
		self.assertEqual(set(responses) - expected, set())
		self.assertLessEqual(responses["500 page"], kills * len(clients))
		self.assertGreaterEqual(responses["503 unavailable"], kills, "no call met the outage")


def connected_again() -> bool:
	try:
		frappe.db.connect()
	except Exception as error:
		if not is_lost(error):
			raise
		return False
	return True
