"""A server of the platform on a real socket, in a process of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

PATH = "/api/method/inventory_midplatform.api.v1."
COMMAND = [sys.executable, "-m", "inventory_midplatform.adapters.standalone"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"}
ENVIRONMENT.pop("ONCE", None)


@dataclass
class Address:
	url: str
	token: str
	printed: list[str]

	def call(
		self, operation: str, method: str = "POST", token: str | None = None, **kwargs: Any
	) -> requests.Response:
		return self.request(method, PATH + operation, token, **kwargs)

	def request(self, method: str, path: str, token: str | None = None, **kwargs: Any) -> requests.Response:
		sent = self.token if token is None else token
		headers = {**({"Authorization": f"token {sent}"} if sent else {}), **kwargs.pop("headers", {})}
		return requests.request(method, self.url + path, headers=headers, timeout=60, **kwargs)


@contextlib.contextmanager
def serving(url: str, token: str = "", command: str = "serve") -> Iterator[Address]:
	"""Serve this database at a free port until the block ends."""
	process = subprocess.Popen(
		[*COMMAND, command, "--database", url, "--port", "0"],
		env=ENVIRONMENT,
		stdout=subprocess.PIPE,
		text=True,
	)
	try:
		assert process.stdout
		printed = []
		for line in process.stdout:
			printed.append(line.rstrip("\n"))
			if line.startswith("Stop"):
				break
		opened = next(line.split()[1] for line in printed if line.startswith("Open"))
		address, _, fragment = opened.partition("/#token=")
		yield Address(address.rstrip("/"), token or fragment, printed)
	finally:
		process.terminate()
		process.wait(30)
