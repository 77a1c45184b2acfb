"""Callers that race for the same stock: processes on the site's database, and threads over HTTP."""

import multiprocessing
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import frappe
import requests
from frappe.utils.password import set_encrypted_password

from inventory_midplatform.tests import erpnext_documents as erp

RACERS = 16
EACH = 10


def race_direct(calls: dict[str, Any], rounds: int) -> Iterator[list[str]]:
	"""Let every racer reserve once in each round, all at the same time; yield the result of each."""
	context = multiprocessing.get_context("spawn")
	barrier = context.Barrier(RACERS + 1)
	results = context.Queue()
	site, sites_path = frappe.local.site, str(Path(frappe.local.sites_path).resolve())
	racers = [
		context.Process(target=_racer, args=(site, sites_path, calls, rounds, barrier, results))
		for _ in range(RACERS)
	]
	for racer in racers:
		racer.start()
	try:
		for _ in range(rounds):
			barrier.wait(timeout=120)
			yield [results.get(timeout=120) for _ in racers]
	finally:
		for racer in racers:
			racer.join(timeout=30)
			if racer.is_alive():
				racer.terminate()


def _racer(
	site: str, sites_path: str, calls: dict[str, Any], rounds: int, barrier: Any, results: Any
) -> None:
	from inventory_midplatform.adapters.site.context import SiteUnitOfWork
	from inventory_midplatform.api import v1
	from inventory_midplatform.api.operation import OPERATIONS, perform
	from inventory_midplatform.domain.errors import InventoryError

	assert v1
	frappe.init(site=site, sites_path=sites_path)
	frappe.connect()
	frappe.set_user("Administrator")
	for _ in range(rounds):
		barrier.wait(timeout=120)
		try:
			results.put(perform(SiteUnitOfWork(), OPERATIONS["reservation.reserve"], calls)["status"])
		except InventoryError as error:
			results.put(f"{error.code} {error.details.get('available')}")
		except Exception as error:
			results.put(repr(error))
	frappe.destroy()


@contextmanager
def serving(workers: int = 4, longest_call: int = 30) -> Iterator[str]:
	"""Serve the site by gunicorn on a free loopback port; yields its URL. The Host header must be the site's name.

	A worker that needs more than ``longest_call`` seconds for a call is killed.
	"""
	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		port = probe.getsockname()[1]
	gunicorn = shutil.which("gunicorn", path=str(Path(sys.executable).parent))
	assert gunicorn, "gunicorn is a part of Frappe's environment"
	server = subprocess.Popen(
		[
			gunicorn,
			"--bind",
			f"127.0.0.1:{port}",
			"--workers",
			str(workers),
			"--timeout",
			str(longest_call),
			"--preload",
			"frappe.app:application",
		],
		cwd=Path(frappe.local.sites_path).resolve(),
		stdout=subprocess.DEVNULL,
		stderr=subprocess.DEVNULL,
	)
	url = f"http://127.0.0.1:{port}"
	try:
		_wait_for(url, server)
		yield url
	finally:
		server.terminate()
		server.wait(timeout=30)


def _wait_for(url: str, server: Any, seconds: int = 180) -> None:
	until = time.monotonic() + seconds
	while True:
		try:
			if requests.get(f"{url}/api/method/ping", headers=host(), timeout=10).ok:
				return
		except (requests.ConnectionError, requests.Timeout):
			pass
		if server.poll() is not None or time.monotonic() > until:
			raise RuntimeError("the site's server did not come up")
		time.sleep(0.3)


def host() -> dict[str, str]:
	return {"Host": frappe.local.site}


def race_over_http(url: str, token: str, payload: dict[str, Any], rounds: int) -> Iterator[list[Any]]:
	"""Let every racer post once in each round; yield (status, body) of each."""
	sessions = [requests.Session() for _ in range(RACERS)]
	headers = {**host(), "Authorization": f"token {token}"}
	path = f"{url}/api/method/inventory_midplatform.api.v1.reservation.reserve"

	def post(session: requests.Session) -> tuple[int, Any]:
		response = session.post(path, json=payload, headers=headers, timeout=60)
		return response.status_code, response.json()

	with ThreadPoolExecutor(RACERS) as pool:
		for _ in range(rounds):
			yield list(pool.map(post, sessions))


def user_with_key(roles: list[str]) -> tuple[str, str]:
	"""Create a user with these roles; returns the name and ``key:secret``."""
	user, key, secret = erp.user(roles), frappe.generate_hash(length=15), frappe.generate_hash(length=15)
	frappe.db.set_value("User", user, "api_key", key)
	set_encrypted_password("User", user, secret, "api_secret")
	frappe.db.commit()
	return user, f"{key}:{secret}"
